import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, sizeOf } from './fields.ts'

/** Fields and sizes that Runway's operations share. */

export const MODEL = 'runway'
export const TIMEOUT_MS = 30 * 60_000
export const credits = (count: number) => usdToPoints(Math.ceil(count) / 100)

export const model = (names: string[]) => Type.Enum(names, { description: 'The model.' })
export const MAX_PROMPT = 5_000 // inferred; Runway's own models take 1,000

/** Pixels or a ratio; some models choose by themselves. No side is shorter than its picture can be. */
const SIDE = '[1-9]\\d{2,3}'
export const ratio = Type.Optional(
  Type.String({
    pattern: `^(?:[1-9]\\d?:[1-9]\\d?|${SIDE}:${SIDE}|1[0-5]\\d{3}:${SIDE}|${SIDE}:1[0-5]\\d{3}|auto|adaptive)$`,
    description: 'Width to height, in pixels or as a ratio.',
    'x-rule': 'must be a size such as "1280:720" or a ratio such as "16:9"',
  }),
)
export const seed = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'The same seed, alike results.' }),
)
export const contentModeration = Type.Optional(
  Type.Object(
    {
      publicFigureThreshold: Type.Optional(
        Type.Enum(['auto', 'low'], { description: 'How strict it is about public figures.' }),
      ),
    },
    { description: 'How strict the moderation is.' },
  ),
)
export const outputFormat = Type.Optional(
  Type.Enum(
    [
      'mp4',
      'prores',
      'png_sequence',
      'hdr10',
      'hlg',
      'sdr_rec709_10bit',
      'hdr_pq_12bit_master',
      'hdr_prores',
      'hdr_png_sequence',
      'hdr_exr_sequence',
      'hdr_exr_acescg_sequence_1_3',
      'hdr_exr_acescg_sequence_2_0',
    ],
    { description: 'Container and encoding; mp4 costs nothing more.' },
  ),
)
export const proresProfile = Type.Optional(
  Type.Enum(['422', '4444', '422 Proxy', '422 LT', '422 HQ', '4444 XQ'], { description: 'The profile of ProRes.' }),
)
export const uri = (kind: 'image' | 'video' | 'audio') => mediaFile(kind, `The ${kind}.`)

/** The longest prompt of Runway’s own models. */
export const MAX_SHORT_PROMPT = 1_000

/** The size for a ratio field: a size in pixels is taken as it is, a ratio gives about as many pixels as `fallback`. */
export function sizeIn(ratio: string | undefined, fallback: { widthPx: number; heightPx: number }) {
  const [widthPx = 0, heightPx = 0] = ratio?.includes(':') ? ratio.split(':').map(Number) : []
  if (widthPx === 0) return fallback
  return widthPx >= 100 ? { widthPx, heightPx } : sizeOf(`${widthPx}:${heightPx}`, fallback.widthPx * fallback.heightPx)
}
export const HD = { widthPx: 1_280, heightPx: 720 }

/** The picture in the examples. */
export const FRAME = 'https://example.com/harbour.jpg'
export const VIDEO = 'https://example.com/harbour.mp4'
export const SOUND = 'https://example.com/voice.mp3'
