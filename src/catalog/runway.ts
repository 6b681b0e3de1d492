import { Type } from 'typebox'
import { optionalFile, optionalText, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import {
  contentModeration,
  credits,
  FRAME,
  HD,
  MAX_PROMPT,
  MAX_SHORT_PROMPT,
  MODEL,
  model,
  outputFormat,
  proresProfile,
  ratio,
  seed,
  sizeIn,
  TIMEOUT_MS,
  uri,
  VIDEO,
} from './runway-fields.ts'
import { runwayTools } from './runway-tools.ts'

/**
 * Runway: videos, pictures and sounds by its own models and by those of others that it passes on. Fields and choices are
 * those of Runway's API (package @runwayml/sdk 4.20), in its own spelling; `gen2`, `gen3`, `gen4`, `europa` and `act_one`
 * are what relays of its web app call their models. A file that may be of two kinds has a field for each. Credits a second
 * are inferred, except for the surcharge of an output format; a credit is a US cent.
 */

const SHARED_VIDEO_MODELS = [
  'gen4.5',
  'veo3.1',
  'veo3.1_fast',
  'hailuo3',
  'h3_max',
  'happyhorse_1_0',
  'seedance2',
  'seedance2_fast',
  'seedance2_mini',
  'seedance2_5',
  'gemini_omni_flash',
  'gemini_omni_flash_1.1',
  'grok_imagine_1_5',
  'wan3',
  'wan3_prime',
]
const RELAYED_MODELS = ['gen2', 'gen3', 'gen4', 'europa', 'gen3a']

const promptText = requiredText(MAX_PROMPT, 'What is to be seen.')
const optionalPrompt = optionalText(MAX_PROMPT, 'What is to be seen.')

const duration = Type.Optional(
  Type.Union([Type.Integer({ minimum: 1, maximum: 60 }), Type.Enum(['auto'])], {
    description: 'Seconds; some models take auto.',
    'x-rule': 'must be a whole number of seconds from 1 to 60, or "auto"',
  }),
)
const audio = Type.Optional(Type.Boolean({ description: 'Make sound, too.' }))
const negativePrompt = optionalText(MAX_PROMPT, 'What must not be seen.')

const list = (kind: 'image' | 'video' | 'audio', description: string) =>
  Type.Optional(Type.Array(Type.Object({ uri: uri(kind) }), { maxItems: 16, description }))
const references = list('image', 'Pictures to refer to.')
const referenceVideos = list('video', 'Videos to refer to.')
const referenceAudio = list('audio', 'Sounds to refer to.')
const resolution = optionalText(20, 'The shorter side, for models that take it.')

const outputFields = {
  ratio,
  duration,
  seed,
  contentModeration,
  outputFormat,
  proresProfile,
  audio,
  negativePrompt,
  resolution,
  references,
  referenceVideos,
  referenceAudio,
}

const ImageToVideo = Type.Object({
  model: model([...SHARED_VIDEO_MODELS, 'gen4_turbo', 'gen3a_turbo', ...RELAYED_MODELS]),
  promptText: optionalPrompt,
  promptImage: Type.Array(
    Type.Object({
      uri: uri('image'),
      position: Type.Enum(['first', 'last'], { default: 'first', description: 'Which frame it is.' }),
    }),
    { minItems: 1, maxItems: 2, description: 'The first frame, the last one, or both.' },
  ),
  ...outputFields,
})
const TextToVideo = Type.Object({
  model: model([...SHARED_VIDEO_MODELS, ...RELAYED_MODELS]),
  promptText,
  ...outputFields,
})

interface Film {
  model: string
  promptText?: string | undefined
  ratio?: string | undefined
  duration?: number | 'auto' | undefined
  outputFormat?: string | undefined
  audio?: boolean | undefined
}

const WIDE = ['1280:720', '720:1280', '1104:832', '832:1104', '960:960', '1584:672']
const VEO = ['1280:720', '720:1280', '1080:1920', '1920:1080']
/** The ratios of some models; those that are not listed accept any. */
const RATIOS: Record<string, string[]> = {
  gen3a_turbo: ['1280:768', '768:1280'],
  gen4_turbo: WIDE,
  'gen4.5': WIDE,
  'veo3.1': VEO,
  'veo3.1_fast': VEO,
}
const from2to10 = [2, 3, 4, 5, 6, 7, 8, 9, 10]
const SECONDS: Record<string, number[]> = {
  gen3a_turbo: [5, 10],
  gen4_turbo: from2to10,
  'gen4.5': from2to10,
  'veo3.1': [4, 6, 8],
  'veo3.1_fast': [4, 6, 8],
}
const DEFAULT_SECONDS: Record<string, number> = { gen3a_turbo: 10, gen4_turbo: 10, 'veo3.1': 8, 'veo3.1_fast': 8 } // inferred

function brokenFilm(input: Film, ratios = RATIOS): BrokenRule | undefined {
  const { model: name, promptText: words = '', ratio, duration: seconds } = input
  const [sizes, lengths] = [ratios[name], SECONDS[name]]
  if (sizes && words.length > MAX_SHORT_PROMPT) {
    return { field: 'promptText', rule: `has at most ${MAX_SHORT_PROMPT} characters with ${name}` }
  }
  if (sizes && ratio === undefined && name !== 'gen3a_turbo') return { field: 'ratio', rule: `is needed with ${name}` }
  if (sizes && ratio !== undefined && !sizes.includes(ratio)) {
    return { field: 'ratio', rule: `must be one of ${sizes.join(', ')} with ${name}, not ${ratio}` }
  }
  if (name === 'gen4.5' && seconds === undefined) return { field: 'duration', rule: `is needed with ${name}` }
  if (lengths && seconds !== undefined && !(typeof seconds === 'number' && lengths.includes(seconds))) {
    return { field: 'duration', rule: `must be one of ${lengths.join(', ')} with ${name}, not ${seconds}` }
  }
  return undefined
}

/** Video by Runway's newest model from text comes in two sizes only. */
const TEXT_RATIOS = { ...RATIOS, 'gen4.5': ['1280:720', '720:1280'] }

const secondsOf = ({ model: name, duration: seconds }: Film) =>
  typeof seconds === 'number' ? seconds : (DEFAULT_SECONDS[name] ?? 5)

const film = (input: Film) => ({
  ...sizeIn(input.ratio, HD),
  seconds: secondsOf(input),
  hasSound: input.audio === true,
})

const CREDITS: Record<string, number> = {
  gen2: 5,
  gen3a_turbo: 5,
  gen4_turbo: 5,
  gen4: 5,
  'gen4.5': 12,
  'veo3.1': 20,
  'veo3.1_fast': 10,
  aleph2: 15,
  act_one: 5,
  act_two: 5,
}
const FOUR_MEGAPIXELS = 4_000_000

/** Credits per second for an output format, in addition to the video. */
function surcharge({ outputFormat: format, ratio }: Film): number {
  if (format === undefined || format === 'mp4') return 0
  if (format === 'prores' || format === 'png_sequence') return 5
  const { widthPx, heightPx } = sizeIn(ratio, HD)
  return widthPx * heightPx > FOUR_MEGAPIXELS ? 40 : 20
}

function filmPrice(input: Film) {
  const base = (CREDITS[input.model] ?? 10) * (input.audio === true ? 2 : 1)
  return credits((base + surcharge(input)) * secondsOf(input))
}

const videos = { kind: 'videos', of: film } as const
const ofVideos = { model: MODEL, price: filmPrice, timeoutMs: TIMEOUT_MS }

export const runwayImageToVideo = operation({
  ...ofVideos,
  taskType: 'image_to_video',
  title: 'Make a video from its first or last frame',
  input: ImageToVideo,
  produces: videos,
  rules: (input) =>
    brokenFilm(input) ??
    (input.model === 'gen4.5' && !input.promptText
      ? { field: 'promptText', rule: `is needed with ${input.model}` }
      : undefined),
  example: {
    model: 'gen4_turbo',
    promptText: 'the boats rock in the harbour',
    promptImage: [{ uri: FRAME, position: 'first' }],
    ratio: '1280:720',
    duration: 5,
  },
})

export const runwayTextToVideo = operation({
  ...ofVideos,
  taskType: 'text_to_video',
  title: 'Make a video from a description',
  input: TextToVideo,
  produces: videos,
  rules: (input) => brokenFilm(input, TEXT_RATIOS),
  example: { model: 'gen4.5', promptText: 'fog drifts into a harbour', ratio: '1280:720', duration: 5 },
})

const Keyframe = Type.Object({
  uri: uri('image'),
  seconds: Type.Optional(Type.Number({ minimum: 0, description: 'Where in the video it stands.' })),
  at: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Likewise, as a part of the whole.' })),
})

export const runwayVideoToVideo = operation({
  ...ofVideos,
  taskType: 'video_to_video',
  title: 'Change a video by a description',
  input: Type.Object({
    model: model([
      'aleph2',
      'hailuo3',
      'seedance2',
      'seedance2_fast',
      'seedance2_mini',
      'seedance2_5',
      'gemini_omni_flash',
      'gemini_omni_flash_1.1',
      'gen3',
      'gen4',
    ]),
    promptText: optionalPrompt,
    videoUri: optionalFile('video', 'The video.'),
    promptVideo: optionalFile('video', 'The video, as some models call it.'),
    keyframes: Type.Optional(Type.Array(Keyframe, { maxItems: 16, description: 'Pictures that it passes through.' })),
    targetAspectRatio: optionalText(10, 'Width to height of the result.'),
    mode: optionalText(20, 'What becomes of the video, for models that take it.'),
    ...outputFields,
  }),
  produces: videos,
  rules: (input) =>
    input.videoUri || input.promptVideo ? undefined : { field: 'videoUri', rule: 'or promptVideo is needed' },
  example: { model: 'aleph2', videoUri: VIDEO, promptText: 'the same harbour by night' },
})

export const runwayPerformance = operation({
  ...ofVideos,
  taskType: 'character_performance',
  title: 'Let a character perform what a person performs',
  input: Type.Object({
    model: model(['act_two', 'act_one']),
    character: Type.Object(
      { image: optionalFile('image', 'A picture of it.'), video: optionalFile('video', 'A video of it.') },
      { description: 'The character, as a picture or as a video.' },
    ),
    reference: Type.Object({ video: uri('video') }, { description: 'The person who performs, 3 to 30 seconds long.' }),
    bodyControl: Type.Optional(Type.Boolean({ description: 'Take over gestures, too.' })),
    expressionIntensity: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 5, description: 'How strong the expression is.' }),
    ),
    ratio,
    seed,
    contentModeration,
  }),
  produces: videos,
  rules: ({ character }) =>
    character.image || character.video ? undefined : { field: 'character.image', rule: 'or character.video is needed' },
  example: { model: 'act_two', character: { image: FRAME }, reference: { video: VIDEO }, ratio: '1280:720' },
})

/** The task type of each is the last part of its path in Runway's API. */
export const runway: Operation[] = [
  runwayImageToVideo,
  runwayTextToVideo,
  runwayVideoToVideo,
  runwayPerformance,
  ...runwayTools,
]
