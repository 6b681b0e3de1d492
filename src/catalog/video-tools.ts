import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Tools for videos. Fields are those of PiAPI's pages; "inferred" marks what no document states. */

const MODEL = 'Qubico/video-toolkit'
const TIMEOUT_MS = 30 * 60_000

/** The longest video that is accepted. The file is not opened, so its price is held. */
export const MOST_FRAMES = 240
const SECONDS = 10

export const videoUpscale = operation({
  model: MODEL,
  taskType: 'upscale',
  title: 'Double the size of a video',
  input: Type.Object({ video: mediaFile('video', 'An MP4 of 10 to 240 frames, at most 720p and 10 MB.') }),
  produces: { kind: 'videos', of: () => ({ widthPx: 2_560, heightPx: 1_440, seconds: SECONDS }) },
  price: () => usdToPoints(0.0003 * MOST_FRAMES),
  timeoutMs: TIMEOUT_MS,
  example: { video: 'https://example.com/small.mp4' },
})

export const videoBackgroundRemove = operation({
  model: MODEL,
  taskType: 'background-remove',
  title: 'Remove the background of a video',
  input: Type.Object({
    video: mediaFile('video', 'An MP4.'),
    invert_output: Type.Boolean({
      default: false,
      description: 'Keep the background and remove what stands before it.',
    }),
  }),
  produces: { kind: 'videos', of: () => ({ widthPx: 1_280, heightPx: 720, seconds: SECONDS }) },
  price: () => usdToPoints(0.028), // what PiAPI's example shows; the tariff is not published
  timeoutMs: TIMEOUT_MS,
  example: { video: 'https://example.com/dancer.mp4', invert_output: false },
})

export const videoTools: Operation[] = [videoUpscale, videoBackgroundRemove]
