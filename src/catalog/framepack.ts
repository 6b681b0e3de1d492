import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, sizeOf } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Framepack: longer videos from a picture, at 30 frames a second. */

const MAX_PROMPT = 5_000 // inferred

export const framepack: Operation[] = [
  operation({
    model: 'Qubico/framepack',
    taskType: 'img2video',
    title: 'Make a video of 10 to 30 seconds from a picture',
    input: Type.Object({
      start_image: mediaFile('image', 'The first frame, by URL or as base64.'),
      end_image: Type.Optional(mediaFile('image', 'The last frame, by URL or as base64.')),
      prompt: optionalText(MAX_PROMPT, 'What happens.'),
      negative_prompt: optionalText(MAX_PROMPT, 'What the video must not show.'),
      duration: Type.Integer({ minimum: 10, maximum: 30, default: 10, description: 'Seconds.' }), // default inferred
    }),
    produces: { kind: 'videos', of: ({ duration }) => ({ ...sizeOf('16:9', 848 * 480), seconds: duration }) }, // size inferred
    price: ({ duration }) => usdToPoints(0.03 * duration),
    timeoutMs: 1_800_000,
    example: {
      start_image: 'https://example.com/dancer.png',
      prompt: 'the dancer turns, slowly at first',
      duration: 10,
    },
  }),
]
