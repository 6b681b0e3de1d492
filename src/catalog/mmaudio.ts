import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** MMAudio: the sound for a silent video. */

const USD_PER_SECOND = 0.0005
/** The video is not measured yet: the hold is for the longest that is billed. */
const MAX_BILLED_SECONDS = 30
const ASSUMED_SECONDS = 10

const seed = (description: string) => Type.Optional(Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, description }))

export const mmaudio: Operation[] = [
  operation({
    model: 'Qubico/mmaudio',
    taskType: 'video2audio',
    title: 'Make the sound for a video',
    input: Type.Object({
      prompt: requiredText(500, 'What is heard.'),
      negative_prompt: optionalText(200, 'What must not be heard.'),
      video: mediaFile('video', 'The MP4, by URL or as base64; up to 30 seconds are billed.'),
      // The page's example has 20, Qubico's page 25.
      steps: Type.Integer({ minimum: 20, maximum: 50, default: 25, description: 'Steps of the sampler.' }),
      seed: seed('The same seed, the same sound.'),
      seeds: seed('Another name for seed: the page uses both.'),
    }),
    produces: { kind: 'sounds', of: () => ({ seconds: ASSUMED_SECONDS }) },
    price: () => usdToPoints(USD_PER_SECOND * MAX_BILLED_SECONDS),
    example: { prompt: 'rain on a tin roof, a distant train', video: 'https://example.com/rain.mp4', steps: 25 },
  }),
]
