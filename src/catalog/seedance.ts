import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText, sizeByShortSide } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/** Seedance 2 (ByteDance): videos from text, between two frames, or after pictures, videos and sounds. */

const MODES = ['text_to_video', 'first_last_frames', 'omni_reference']
const MAX_PICTURES = 9
const MAX_REFERENCES = 12
const timeoutMs = 1_800_000

const references = (media: 'image' | 'video' | 'audio', maxItems: number, description: string) =>
  Type.Optional(Type.Array(mediaFile(media, 'A reference.'), { maxItems, description }))

const previewed = {
  prompt: requiredText(5_000, 'What the video shows; references are called @image1, @video1, @audio1 and so on.'), // limit inferred
  duration: Type.Integer({ minimum: 4, maximum: 15, default: 5, description: 'Seconds.' }), // default inferred
  aspect_ratio: Type.Enum(['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'], {
    default: '16:9',
    description: 'Width to height; between two frames, theirs.',
  }),
  image_urls: references('image', MAX_PICTURES, 'Pictures: frames, or what appears.'),
}

const SeedanceInput = Type.Object({
  ...previewed,
  mode: Type.Optional(
    Type.Enum(MODES, { description: 'How references are used; left out, it follows from which ones there are.' }),
  ),
  resolution: Type.Enum(['480p', '720p', '1080p'], { default: '720p', description: 'The shorter side.' }), // default inferred
  video_urls: references('video', MAX_REFERENCES, 'Videos whose movement or style is taken.'),
  audio_urls: references('audio', MAX_REFERENCES, 'Sounds that are heard.'),
  audio: Type.Optional(Type.Boolean({ description: 'False makes a silent video; it has sound unless this is sent.' })),
})

type SeedanceInput = Static<typeof SeedanceInput>

/** The rules of a mode. Without a mode, the fields that were sent decide. */
function brokenMode({ mode, image_urls, video_urls, audio_urls }: SeedanceInput): BrokenRule | undefined {
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

const SIDES: Record<string, number> = { '480p': 480, '720p': 720, '1080p': 1080 }

/** `usd` is the price per second; 1080p costs twice as much (inferred). Prices without a comment are inferred, too. */
function seedanceOf(taskType: string, title: string, usd: number): Operation {
  return operation({
    model: 'seedance',
    taskType,
    title,
    input: SeedanceInput,
    produces: {
      kind: 'videos',
      of: (input) => ({
        ...sizeByShortSide(input.aspect_ratio, SIDES[input.resolution] ?? 720),
        seconds: input.duration,
        hasSound: input.audio !== false,
      }),
    },
    rules: brokenMode,
    price: ({ duration, resolution }) => usdToPoints(usd * duration * (resolution === '1080p' ? 2 : 1)),
    timeoutMs,
    example: {
      prompt: 'a glass bird takes off from a windowsill',
      mode: 'text_to_video',
      duration: 5,
      resolution: '720p',
      aspect_ratio: '16:9',
    },
  })
}

const preview = operation({
  model: 'seedance',
  taskType: 'seedance-2-preview',
  title: 'Make a video with the preview of Seedance 2',
  input: Type.Object(previewed),
  produces: {
    kind: 'videos',
    of: (input) => ({ ...sizeByShortSide(input.aspect_ratio, 720), seconds: input.duration, hasSound: true }),
  },
  price: ({ duration }) => usdToPoints(0.15 * duration), // from clients' price tables
  timeoutMs,
  example: { prompt: 'a glass bird takes off from a windowsill', duration: 5, aspect_ratio: '16:9' },
})

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

export const seedance: Operation[] = [
  seedanceOf('seedance-2', 'Make a video with Seedance 2', 0.1), // from PiAPI's page, early 2026
  seedanceOf('seedance-2-fast', 'Make a video with Seedance 2, faster', 0.08), // likewise
  seedanceOf('seedance-2-mini', 'Make a video with the small Seedance 2', 0.05),
  preview,
  removeWatermark,
]
