import { type Static, type TObject, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeByShortSide } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Seedance 2 and 2.5 (ByteDance): videos from text, between two frames, or after pictures, videos and sounds. Task types,
 * prices and limits are those of PiAPI's pages in autumn 2026 and of clients that were run against it; where a comment says
 * "inferred", neither states the value.
 */

const MODES = ['text_to_video', 'first_last_frames', 'omni_reference']
const RATIOS = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', 'auto']
/** What is made of `auto` where the frames are not opened. */
const ASSUMED_RATIO = '16:9'
const MAX_PICTURES = 9
const MAX_REFERENCES = 12
const LEAST_SECONDS = 4
const timeoutMs = 1_800_000

/** USD a second, by resolution: a resolution without a price is not made. */
type Tariff = Partial<Record<'480p' | '720p' | '1080p', number>>
const SIDES_PX: Record<string, number> = { '480p': 480, '720p': 720, '1080p': 1080 }
/** What the forms with fewer restrictions cost: a tenth more. */
const LENIENT = 1.1

/** What a version takes. */
interface Version {
  usd: Tariff
  mostSeconds: number
  resolution: keyof Tariff
  maxPrompt: number
  /** How many videos, and how many sounds, among the references. */
  maxOthers: number
}

const references = (media: 'image' | 'video' | 'audio', maxItems: number, description: string) =>
  Type.Optional(Type.Array(mediaFile(media, 'A reference.'), { maxItems, description }))

const sharedFields = ({ mostSeconds, maxPrompt, maxOthers }: Version) => ({
  prompt: requiredText(maxPrompt, 'What the video shows; references are called @image1, @video1, @audio1 and so on.'),
  duration: Type.Integer({
    minimum: 0,
    maximum: mostSeconds,
    default: 5,
    description: `Seconds, from ${LEAST_SECONDS} on; 0 for as long as the video in video_urls.`,
  }),
  aspect_ratio: Type.Enum(RATIOS, {
    default: '16:9',
    description: 'Width to height; auto, and between two frames, theirs.',
  }),
  mode: Type.Optional(
    Type.Enum(MODES, { description: 'How references are used; left out, it follows from which ones there are.' }),
  ),
  image_urls: references('image', MAX_PICTURES, 'Pictures: frames, or what appears.'),
  video_urls: references('video', maxOthers, 'Videos whose movement or style is taken.'),
  audio_urls: references('audio', maxOthers, 'Sounds that are heard.'),
  audio: Type.Optional(Type.Boolean({ description: 'False makes a silent video; it has sound unless this is sent.' })),
})

const SharedInput = (version: Version) => Type.Object(sharedFields(version))
type SharedInput = Static<ReturnType<typeof SharedInput>>

/** The rules of a mode. Without a mode, the fields that were sent decide. */
function brokenMode({ mode, image_urls, video_urls, audio_urls }: SharedInput): BrokenRule | undefined {
  const pictures = image_urls?.length ?? 0
  const others = (video_urls?.length ?? 0) + (audio_urls?.length ?? 0)
  const otherField = video_urls?.length ? 'video_urls' : 'audio_urls'
  const unused = others > 0 ? otherField : 'image_urls'
  if (pictures + others > MAX_REFERENCES) {
    return {
      field: unused,
      rule: `and the other references must be at most ${MAX_REFERENCES} in all, not ${pictures + others}`,
    }
  }
  if (mode === 'text_to_video' && pictures + others > 0) {
    return { field: unused, rule: 'does not go with mode text_to_video' }
  }
  if (mode !== 'first_last_frames') return undefined
  if (others > 0) return { field: unused, rule: 'does not go with mode first_last_frames' }
  return pictures === 1 || pictures === 2
    ? undefined
    : { field: 'image_urls', rule: `must be one or two with mode first_last_frames, not ${pictures}` }
}

function brokenDuration({ duration, video_urls }: SharedInput): BrokenRule | undefined {
  if (duration >= LEAST_SECONDS || (duration === 0 && video_urls?.length)) return undefined
  const rule = `must be at least ${LEAST_SECONDS}, not ${duration}`
  return { field: 'duration', rule: duration === 0 ? `${rule}; 0 is read with video_urls only` : rule }
}

const brokenRule = (input: SharedInput): BrokenRule | undefined => brokenMode(input) ?? brokenDuration(input)

/** The length of a video that is not opened is not known: the longest is held. */
const secondsOf = ({ duration }: SharedInput, { mostSeconds }: Version): number => duration || mostSeconds

function videoOf(input: SharedInput, version: Version, resolution: string) {
  const ratio = input.aspect_ratio === 'auto' ? ASSUMED_RATIO : input.aspect_ratio
  return {
    ...sizeByShortSide(ratio, SIDES_PX[resolution] ?? 0),
    seconds: secondsOf(input, version),
    hasSound: input.audio !== false,
  }
}

/** Only the forms with fewer restrictions take files from the asset library at PiAPI; here every one does. */
const lenientFields = {
  auto_upload_assets: Type.Optional(
    Type.Boolean({ description: 'Put the references into the asset library of the service before the work.' }),
  ),
  asset_retention_hours: Type.Optional(
    Type.Integer({ minimum: 3, maximum: 8, description: 'How long references that the task brings along are kept.' }),
  ),
}

interface Kind {
  taskType: string
  title: string
  version: Version
  isLenient?: boolean
}

const example = {
  prompt: 'a glass bird takes off from a windowsill',
  mode: 'text_to_video',
  duration: 5,
  resolution: '720p',
  aspect_ratio: '16:9',
}

const releasedFields = (version: Version) => ({
  ...sharedFields(version),
  resolution: Type.Enum(Object.keys(version.usd), { default: version.resolution, description: 'The shorter side.' }),
})

const draftField = {
  // What a draft is, the pages do not say: inferred to be a task of the same family.
  draft_task_id: optionalText(64, 'A task of Seedance whose draft is made into the video.'),
}

function seedanceOf({ taskType, title, version, isLenient = false }: Kind): Operation {
  const input = Type.Object({
    ...releasedFields(version),
    ...(isLenient ? lenientFields : {}),
    ...(version === SEEDANCE_25 ? draftField : {}),
  }) as TObject<ReturnType<typeof releasedFields>> // the others are optional, and read by name
  return operation({
    model: 'seedance',
    taskType,
    title,
    input,
    produces: { kind: 'videos', of: (sent) => videoOf(sent, version, sent.resolution) },
    rules: brokenRule,
    price: (sent) => {
      const usd = version.usd[sent.resolution as keyof Tariff] ?? 0 // the schema allows these alone
      return usdToPoints(usd * secondsOf(sent, version) * (isLenient ? LENIENT : 1))
    },
    timeoutMs,
    follows: (sent) => (version === SEEDANCE_25 ? draftOf(sent as JsonObject) : undefined), // a valid input is JSON
    example,
  })
}

function draftOf({ draft_task_id: id }: JsonObject): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined
}

const limits = { mostSeconds: 15, maxPrompt: 5_000, maxOthers: MAX_REFERENCES } // that of the prompt inferred
/** The default resolutions are PiAPI's, as one of its clients notes them. */
const SEEDANCE_2: Version = { ...limits, usd: { '480p': 0.1, '720p': 0.2, '1080p': 0.5 }, resolution: '480p' }
const SEEDANCE_2_FAST: Version = { ...limits, usd: { '480p': 0.048, '720p': 0.096 }, resolution: '480p' }
const SEEDANCE_2_MINI: Version = { ...limits, usd: { '480p': 0.042, '720p': 0.084 }, resolution: '720p' }
const SEEDANCE_25: Version = {
  usd: { '480p': 0.15, '720p': 0.35, '1080p': 0.8 },
  mostSeconds: 30,
  resolution: '720p',
  maxPrompt: 4_000,
  maxOthers: 3,
}

/**
 * The types of the months before Seedance 2 was released, which clients still send: of one size. `usd` is a second's price.
 */
function previewOf(taskType: string, title: string, usd: number): Operation {
  return operation({
    model: 'seedance',
    taskType,
    title,
    input: SharedInput(SEEDANCE_2),
    produces: { kind: 'videos', of: (input) => videoOf(input, SEEDANCE_2, '720p') },
    rules: brokenRule,
    price: (input) => usdToPoints(usd * secondsOf(input, SEEDANCE_2)),
    timeoutMs,
    example: { prompt: example.prompt, duration: 5, aspect_ratio: '16:9' },
  })
}

const removeWatermark = operation({
  model: 'seedance',
  taskType: 'remove-watermark',
  title: 'Take the mark out of a Seedance video',
  input: Type.Object({ video_url: mediaFile('video', 'The video.') }), // field inferred from Sora 2's
  produces: { kind: 'videos', of: () => ({ ...sizeByShortSide('16:9', 720), seconds: 5, hasSound: true }) }, // the assumed input
  price: () => usdToPoints(0.03), // inferred: that of Sora 2's
  timeoutMs,
  example: { video_url: 'https://example.com/bird.mp4' },
})

const KINDS: Kind[] = [
  { taskType: 'seedance-2', title: 'Make a video with Seedance 2', version: SEEDANCE_2 },
  { taskType: 'seedance-2-fast', title: 'Make a video with Seedance 2, faster', version: SEEDANCE_2_FAST },
  { taskType: 'seedance-2-mini', title: 'Make a video with the small Seedance 2', version: SEEDANCE_2_MINI },
  { taskType: 'seedance-2.5', title: 'Make a video with Seedance 2.5, up to 30 seconds', version: SEEDANCE_25 },
]

const lenient = KINDS.map(
  ({ taskType, title, version }): Kind => ({
    taskType: `${taskType}-less-restriction`,
    title: `${title}, with a less restrictive review`,
    version,
    isLenient: true,
  }),
)

/** PiAPI sends these on to the released models, so they have their fields and prices. */
const VIPS: Kind[] = [
  { taskType: 'seedance-2-preview-vip', title: 'Make a video with Seedance 2, in the fast lane', version: SEEDANCE_2 },
  {
    taskType: 'seedance-2-fast-preview-vip',
    title: 'Make a video with Seedance 2, faster, in the fast lane',
    version: SEEDANCE_2_FAST,
  },
]

export const seedance: Operation[] = [
  ...[...KINDS, ...lenient].map(seedanceOf),
  previewOf('seedance-2-preview', 'Make a video with the preview of Seedance 2', 0.15), // from PiAPI's page and clients
  previewOf('seedance-2-fast-preview', 'Make a video with the preview of Seedance 2, faster', 0.08), // inferred: Fast at that time
  ...VIPS.map(seedanceOf),
  removeWatermark,
]
