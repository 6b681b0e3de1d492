import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText, sizeOf } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Skyreels: people in a picture, moving. */

const MAX_PROMPT = 5_000 // inferred

export const skyreels: Operation[] = [
  operation({
    model: 'Qubico/skyreels',
    taskType: 'img2video',
    title: 'Make a short video from a picture of people',
    input: Type.Object({
      image: mediaFile('image', 'A picture of people, by URL or as base64.'),
      prompt: requiredText(MAX_PROMPT, 'What happens; best begun with "FPS-24,".'),
      negative_prompt: optionalText(MAX_PROMPT, 'What the video must not show.'),
      aspect_ratio: Type.Enum(['16:9', '9:16', '1:1'], { default: '16:9', description: 'Width to height.' }), // default as in clients
      guidance_scale: Type.Number({
        minimum: 0.1,
        maximum: 10,
        default: 3.5,
        description: 'How closely the video follows the prompt.',
      }),
    }),
    // Inferred: the model's own size and its 97 frames.
    produces: { kind: 'videos', of: (input) => ({ ...sizeOf(input.aspect_ratio, 960 * 544), seconds: 4 }) },
    price: () => usdToPoints(0.15),
    timeoutMs: 1_800_000,
    example: {
      image: 'https://example.com/woman.jpg',
      prompt: 'FPS-24, the woman turns to the window and laughs',
      aspect_ratio: '16:9',
    },
  }),
]
