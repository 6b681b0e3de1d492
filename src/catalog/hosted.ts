import { type TSchemaOptions, Type } from 'typebox'
import { SECOND_MS } from '../core/clock.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { type Points, usdToPoints } from '../core/points.ts'
import { findFalModel } from './fal-models.ts'
import { sizeOf } from './fields.ts'
import { readHosted, wrongNumber } from './hosted-fields.ts'
import { filesIn } from './media.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import type { ShapeMembers } from './output-shape.ts'
import type { HostedKind, HostedSpec } from './outputs.ts'
import { areaNamed, countFields, secondsNamed } from './price-aliases.ts'

/**
 * The models of Replicate and fal, which host thousands: one operation for each host takes any model with any input. The
 * kind of a model's output is derived from its name alone. It determines the price and the output of the sandbox, nothing else.
 */

const TIMEOUT_MS = 30 * 60_000
/** Never `.` or `..`: a name becomes part of a path. */
const NAME = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}'
/** Most models deliver four outputs at most; inferred. */
const MAX_OUTPUTS = 16

/** Each address among them is looked up before the task is stored; inferred. */
const MAX_FILES = 100

/** The input of a model, whose fields are unknown here. */
const anyInput = (description: string) => {
  const options: TSchemaOptions = { description, 'x-media-within': 'any' }
  return Type.Unsafe<JsonObject>(Type.Object({}, options))
}

export const replicatePrediction = operation({
  model: 'replicate',
  taskType: 'prediction',
  title: 'Run any model of Replicate',
  input: Type.Object({
    model: Type.String({
      default: '',
      pattern: `^(?:${NAME}/${NAME})?$`,
      description: 'The model, as owner/name; empty where a version or a deployment says it.',
      'x-rule': 'must be owner/name',
    }),
    version: Type.String({
      default: '',
      pattern: '^[A-Za-z0-9._-]{0,200}$',
      description: 'The id of a version; empty for the latest.',
      'x-rule': 'must be the id of a version',
    }),
    deployment: Type.Optional(
      Type.String({
        pattern: `^(?:${NAME}/${NAME})?$`,
        description: 'A deployment, as owner/name, in place of a model.',
        'x-rule': 'must be owner/name',
      }),
    ),
    input: anyInput('The input of the model: its fields at Replicate.'),
  }),
  produces: {
    kind: 'anything',
    of: ({ model, deployment, input }) => {
      const { makes, isSingle } = makerOf(REPLICATE, model || deployment || '')
      return { like: specLike(makes, input, 'image/webp'), form: { kind: 'bare', isSingle } }
    },
  },
  meant,
  rules: ({ model, version, deployment, input }) =>
    model || version || deployment
      ? (tooMany(input) ?? wrongNumber(input) ?? missingText(needsAtReplicate(model), input))
      : { field: 'model', rule: 'is needed without version and deployment' },
  price: ({ model, deployment, input }) => priceOf(makerOf(REPLICATE, model || deployment || '').makes, input),
  timeoutMs: TIMEOUT_MS,
  example: {
    model: 'black-forest-labs/flux-schnell',
    input: { prompt: 'a lighthouse in the fog', aspect_ratio: '3:2', num_outputs: 1, output_format: 'webp' },
  },
})

export const falRequest = operation({
  model: 'fal',
  taskType: 'request',
  title: 'Run any model of fal',
  input: Type.Object({
    model: Type.String({
      pattern: `^${NAME}(?:/${NAME}){1,7}$`,
      description: 'The model: owner/app, with the path below it.',
      'x-rule': 'must be owner/app, with or without a path',
    }),
    input: anyInput('The input of the model: its fields at fal.'),
  }),
  produces: {
    kind: 'anything',
    of: ({ model, input }) => {
      const { makes, members } = falModelOf(model)
      const like = specLike(makes, input, 'image/jpeg')
      return { like, form: { kind: 'members', members, values: valuesOfFal(like, input) } }
    },
  },
  meant,
  rules: ({ model, input }) =>
    tooMany(input) ?? wrongNumber(input) ?? missingText(findFalModel(model)?.needs ?? [], input),
  price: ({ model, input }) => priceOf(falModelOf(model).makes, input),
  timeoutMs: TIMEOUT_MS,
  example: {
    model: 'fal-ai/flux/dev',
    input: { prompt: 'a lighthouse in the fog', image_size: 'landscape_4_3', num_images: 1, seed: 7 },
  },
})

/** The operation's own fields as they are, and the model's read by their names. */
function meant<Input extends { input: JsonObject }>(request: Input): Input {
  return { ...request, input: readHosted(request.input) }
}

export const hosted: Operation[] = [replicatePrediction, falRequest]

interface Maker {
  makes: HostedKind
  isSingle: boolean
}

/** Name patterns with `*` for anything, of which the first match counts; the kind of output, and whether it is one or a list. */
type Makers = readonly (readonly [names: string, makes: HostedKind, how: 'one' | 'list'])[]

/**
 * Well-known models of Replicate. The forms of their outputs are those of the models' pages; inferred if a name reveals
 * only the kind.
 */
const REPLICATE: Makers = [
  ['google/gemini-*-image*', 'pictures', 'one'],
  ['meta/musicgen*', 'sounds', 'one'],
  ['meta/*llama*', 'texts', 'list'],
  ['deepseek-ai/deepseek-vl*', 'texts', 'one'],
  ['mistralai/* deepseek-ai/* anthropic/* ibm-granite/* snowflake/* google/gemini-* google/gemma-*', 'texts', 'list'],
  ['openai/gpt-image* openai/dall-e*', 'pictures', 'list'],
  ['openai/sora*', 'videos', 'one'],
  ['openai/whisper* openai/*-transcribe *whisper* *moondream* *blip* *clip-interrogator* *llava*', 'texts', 'one'],
  ['openai/*', 'texts', 'list'],
  ['*trellis* *hunyuan3d* *hunyuan-3d* *tripo* *rodin* *shap-e*', 'model', 'one'],
  ['minimax/image-*', 'pictures', 'list'],
  ['luma/photon*', 'pictures', 'one'],
  [
    'minimax/music-* minimax/speech-* *musicgen* *audioldm* *-tts *-tts-* *xtts* *bark* *kokoro* *chatterbox*',
    'sounds',
    'one',
  ],
  ['*riffusion* *ace-step* *stable-audio* google/lyria* elevenlabs/* *-music*', 'sounds', 'one'],
  [
    'minimax/* kwaivgi/* luma/* google/veo* wan-video/* wavespeedai/wan-* pixverse/* runwayml/gen4-turbo',
    'videos',
    'one',
  ],
  ['bytedance/seedance* leonardoai/motion* lightricks/* genmoai/mochi* runwayml/*aleph* *mmaudio*', 'videos', 'one'],
  ['*video* *-i2v* *-t2v* *animatediff* *lipsync*', 'videos', 'one'],
  ['black-forest-labs/flux-schnell black-forest-labs/flux-dev* black-forest-labs/*-lora', 'pictures', 'list'],
  ['black-forest-labs/* google/* ideogram-ai/* recraft-ai/* bytedance/seedream-3* runwayml/*', 'pictures', 'one'],
  ['*esrgan* *upscal* *rembg* *remove-bg* *background* *gfpgan* *codeformer* *face-swap*', 'pictures', 'one'],
]

/** Models of fal that its client's types do not have. */
const FAL: Makers = [
  ['*text-to-image* */image-to-image* */image-01*', 'pictures', 'list'],
  ['*whisper* *wizper* *speech-to-text* *any-llm* *llava* *moondream* *florence-2* *-ocr*', 'texts', 'one'],
  ['*trellis* *hunyuan3d* *hunyuan-3d* *tripo* *rodin* *meshy*', 'model', 'one'],
  [
    '*text-to-audio* *musicgen* *stable-audio* *-tts* */tts* *text-to-speech* */speech* *-music* */music*',
    'sounds',
    'one',
  ],
  ['*ace-step* *diffrhythm* *kokoro* *lyria* *elevenlabs* *playai* *yue* *chatterbox* *beatoven*', 'sounds', 'one'],
  ['*video* *veo* *-i2v* *luma-dream-machine* *pixverse* *vidu* *sora* *seedance* *mochi*', 'videos', 'one'],
  [
    'fal-ai/wan* fal-ai/minimax/* fal-ai/hailuo* fal-ai/runway* *lipsync* *animatediff* *mmaudio* *ltx*',
    'videos',
    'one',
  ],
  [
    '*birefnet* *rembg* *background* *esrgan* *upscal* *aura-sr* *ccsr* *clarity* *face-swap* *codeformer*',
    'pictures',
    'one',
  ],
]

/** What fal's models answer, by the kind of their output, where nothing more is known of them. */
const FAL_MEMBERS: Record<HostedKind, Record<'one' | 'list', ShapeMembers>> = {
  pictures: {
    one: { image: 'picture' },
    list: {
      images: ['picture'],
      timings: 'any',
      seed: 'number',
      has_nsfw_concepts: ['boolean'],
      prompt: 'text',
    },
  },
  videos: { one: { video: 'file' }, list: { videos: ['file'] } },
  sounds: { one: { audio: 'file' }, list: { audios: ['file'] } },
  texts: { one: { output: 'text' }, list: { outputs: ['text'] } },
  model: { one: { model_mesh: 'file' }, list: { model_mesh: 'file' } },
}

/** The kind of output and the members of a model's answer. */
function falModelOf(name: string): { makes: HostedKind; members: ShapeMembers } {
  const { makes, isSingle } = makerOf(FAL, name)
  const known = findFalModel(name)
  if (known) return { makes: known.makes ?? makes, members: known.output }
  return { makes, members: FAL_MEMBERS[makes][isSingle ? 'one' : 'list'] }
}

/**
 * Well-known models of Replicate that refuse a request without the text. Inferred from their pages; the others have a
 * default, or make something of a file alone.
 */
const NEEDS_AT_REPLICATE: readonly (readonly [names: string, text: string])[] = [
  ['black-forest-labs/*redux* *upscal* *background* *esrgan* */*-reframe*', ''],
  ['minimax/speech-*', 'text'],
  ['black-forest-labs/* google/imagen* google/veo* google/lyria* google/nano-banana* google/gemini-*-image*', 'prompt'],
  ['ideogram-ai/ideogram-* recraft-ai/recraft-v* bytedance/seedream* bytedance/seedance*', 'prompt'],
  ['minimax/video-01* minimax/image-01* minimax/hailuo-* luma/photon* luma/ray* kwaivgi/kling-v*', 'prompt'],
  ['openai/gpt-image* openai/dall-e* openai/sora* wan-video/wan-*t2v* wan-video/wan-*i2v*', 'prompt'],
]
const needsOfReplicate = NEEDS_AT_REPLICATE.map(([names, text]) => ({ form: namesForm(names), text }))

function needsAtReplicate(model: string): string[] {
  const text = needsOfReplicate.find(({ form }) => form.test(model))?.text
  return text ? [text] : []
}

/** The text that a vendor would miss after the money was held. */
function missingText(needs: readonly string[], input: JsonObject): BrokenRule | undefined {
  const missing = needs.find((name) => input[name] === undefined || input[name] === null || input[name] === '')
  return missing === undefined ? undefined : { field: `input.${missing}`, rule: 'is required' }
}

const OTHERS: Maker = { makes: 'pictures', isSingle: false }
const forms = new WeakMap<Makers, { form: RegExp; maker: Maker }[]>()

function makerOf(makers: Makers, name: string): Maker {
  return findMaker(makers, name) ?? OTHERS
}

/** The output of a model of Replicate; undefined if its name is not known. */
export function knownAtReplicate(name: string): Maker | undefined {
  return findMaker(REPLICATE, name)
}

function findMaker(makers: Makers, name: string): Maker | undefined {
  let compiled = forms.get(makers)
  if (!compiled) {
    compiled = makers.map(([names, makes, how]) => ({
      form: namesForm(names),
      maker: { makes, isSingle: how === 'one' },
    }))
    forms.set(makers, compiled)
  }
  return compiled.find(({ form }) => form.test(name))?.maker
}

/** Names with `*` for anything, and a space between them. */
function namesForm(names: string): RegExp {
  const one = names.split(' ').map((each) => each.replaceAll('.', '\\.').replaceAll('*', '.*'))
  return new RegExp(`^(?:${one.join('|')})$`)
}

/** US dollars: for a picture, for five seconds of a video, and for one of anything else. All inferred; operators set their own. */
const PRICES: Record<HostedKind, number> = { pictures: 0.04, videos: 0.5, sounds: 0.05, texts: 0.01, model: 0.1 }
const PRICED_SECONDS = 5
/** Films of more pixels than this (2,560 by 1,440) cost twice as much; inferred. */
const LARGE_PX = 2_560 * 1_440

/** Charges for the most that any model could read from the input, since the fields that a model knows are unknown here. */
function priceOf(makes: HostedKind, input: JsonObject): Points {
  return usdToPoints(PRICES[makes] * countOf(input) * (makes === 'videos' ? filmFactor(input) : 1))
}

function filmFactor(input: JsonObject): number {
  return Math.max(1, secondsNamed(input) / PRICED_SECONDS) * (areaNamed(input) > LARGE_PX ? 2 : 1)
}

/** How many outputs a model may make: the largest of the fields that may state a number, times the number of batches. */
function countOf(input: JsonObject): number {
  const fields = countFields(input)
  const most = (some: typeof fields) => Math.max(1, ...some.map(({ count }) => count))
  return most(fields.filter(({ isOfBatches }) => !isOfBatches)) * most(fields.filter(({ isOfBatches }) => isOfBatches))
}

/** A schema of the input alone, to count its files. */
const ALONE = Type.Object({ input: anyInput('The input.') })

function tooMany(input: JsonObject): BrokenRule | undefined {
  const files = filesIn(ALONE, { input }).length
  if (files > MAX_FILES) return { field: 'input', rule: `names at most ${MAX_FILES} files, not ${files}` }
  const fields = countFields(input)
  const wrong = fields.find(({ count }) => !Number.isInteger(count) || count < 0 || count > MAX_OUTPUTS)
  if (wrong) return { field: `input.${wrong.name}`, rule: wrongCount(wrong.count) }
  const [first] = fields.filter(({ isOfBatches }) => isOfBatches)
  if (!first || countOf(input) <= MAX_OUTPUTS) return undefined
  return { field: `input.${first.name}`, rule: `must be at most ${MAX_OUTPUTS} with what each batch has` }
}

function wrongCount(count: number): string {
  return Number.isFinite(count) && count > MAX_OUTPUTS
    ? `must be at most ${MAX_OUTPUTS}`
    : `must be a whole number from 1 to ${MAX_OUTPUTS}`
}

type PictureType = 'image/png' | 'image/jpeg' | 'image/webp'

function specLike(makes: HostedKind, input: JsonObject, byDefault: PictureType): HostedSpec {
  switch (makes) {
    case 'pictures': {
      const mediaType = typeOf(input.output_format) ?? byDefault
      return {
        kind: makes,
        count: countOf(input),
        ...pictureSize(input),
        mediaType,
        hasGrid: false,
        isTransparent: false,
      }
    }
    case 'videos': {
      const size = sizeOf(ratioIn(input) ?? '16:9', 1_280 * 720)
      return {
        kind: makes,
        count: 1,
        ...size,
        seconds: secondsIn(input, 60) ?? 5,
        hasSound: input.generate_audio === true,
      }
    }
    case 'sounds': {
      const mediaType = ['wav', 'audio/wav'].includes(String(input.output_format)) ? 'audio/wav' : 'audio/mpeg'
      return { kind: makes, count: 1, seconds: secondsIn(input, 600) ?? 8, mediaType }
    }
    case 'texts':
      return { kind: makes, count: 1 }
    case 'model':
      return { kind: makes, hasPicture: false, hasTurntable: false }
  }
}

/** The values of members that fal's models return beside the files. A live model draws a seed where none is given. */
function valuesOfFal(like: HostedSpec, { prompt, seed }: JsonObject): JsonObject {
  const seconds = 'seconds' in like ? like.seconds : 0
  return {
    prompt: typeof prompt === 'string' ? prompt : '',
    seed: typeof seed === 'number' ? seed : 0,
    duration: seconds,
    duration_ms: seconds * SECOND_MS,
  }
}

function typeOf(format: unknown): PictureType | undefined {
  if (format === 'png' || format === 'webp') return `image/${format}`
  return format === 'jpg' || format === 'jpeg' ? 'image/jpeg' : undefined
}

/** fal's names. */
const SIZES: Record<string, readonly [widthPx: number, heightPx: number]> = {
  square_hd: [1_024, 1_024],
  square: [512, 512],
  portrait_4_3: [768, 1_024],
  portrait_16_9: [576, 1_024],
  landscape_4_3: [1_024, 768],
  landscape_16_9: [1_024, 576],
}

function pictureSize(input: JsonObject): { widthPx: number; heightPx: number } {
  const { image_size: size } = input
  const { width, height } = isJsonObject(size) ? size : input
  if (isSide(width) && isSide(height)) return { widthPx: width, heightPx: height }
  const named = typeof size === 'string' && Object.hasOwn(SIZES, size) ? SIZES[size] : undefined
  if (named) return { widthPx: named[0], heightPx: named[1] }
  return sizeOf(ratioIn(input) ?? '1:1', 1_024 * 1_024)
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 16 && (value as number) <= 8_192
}

function ratioIn({ aspect_ratio: ratio }: JsonObject): string | undefined {
  return typeof ratio === 'string' && /^[1-9]\d?:[1-9]\d?$/.test(ratio) ? ratio : undefined
}

/** The requested length in seconds: some callers write a number, some "5" or "8s". */
function secondsIn(input: JsonObject, atMost: number): number | undefined {
  for (const length of [input.duration, input.seconds_total, input.music_length_seconds]) {
    const seconds = typeof length === 'string' ? Number(/^(\d{1,3})s?$/.exec(length)?.[1]) : length
    if (typeof seconds === 'number' && seconds > 0) return Math.min(seconds, atMost)
  }
  return undefined
}
