import { type Static, type TObject, type TProperties, Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, requiredText, sizeByShortSide } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/**
 * MiniMax H3 as PiAPI runs it. Task types, sizes, lengths and prices are those of its guide (autumn 2026); the names of the
 * fields are those of the other Qubico services (inferred).
 */

/** USD a second. */
const PRICES: Record<string, number> = { '512p': 0.03, '768p': 0.05, '1080p': 0.07 }

const shared = {
  prompt: requiredText(5_000, 'What the video shows.'), // limit inferred
  resolution: Type.Enum(Object.keys(PRICES), { default: '768p', description: 'The shorter side.' }), // default inferred
  duration: Type.Integer({ minimum: 5, maximum: 15, default: 5, description: 'Seconds.' }), // default inferred
  aspect_ratio: Type.Enum(['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'], {
    default: '16:9',
    description: 'Width to height; a first frame has its own.',
  }),
}
type Shared = Static<TObject<typeof shared>>

const sideOf = ({ resolution }: Shared): number => Number.parseInt(resolution, 10)

function h3(taskType: string, title: string, frames: TProperties, example: JsonObject): Operation {
  return operation({
    model: 'Qubico/minimax-h3',
    taskType,
    title,
    input: Type.Object({ ...frames, ...shared }) as TObject<typeof shared>, // the frame is read by name
    produces: {
      kind: 'videos',
      of: (input) => ({
        ...sizeByShortSide(input.aspect_ratio, sideOf(input)),
        seconds: input.duration,
        hasSound: true, // H3 makes it with every video
      }),
    },
    price: ({ resolution, duration }) => usdToPoints((PRICES[resolution] ?? 0) * duration),
    timeoutMs: 1_800_000,
    example: { resolution: '768p', duration: 5, aspect_ratio: '16:9', ...example },
  })
}

export const minimaxH3: Operation[] = [
  h3('txt2video', 'Make a video with sound from a description', {}, { prompt: 'a market at dawn, voices and bells' }),
  h3(
    'img2video',
    'Make a video with sound from its first frame',
    { image: mediaFile('image', 'The first frame, by URL or as base64.') },
    { prompt: 'the stalls open one by one', image: 'https://example.com/market.png' },
  ),
]
