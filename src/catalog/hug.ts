import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** AI Hug: two people in one picture embrace. */

export const hug: Operation[] = [
  operation({
    model: 'Qubico/hug-video',
    taskType: 'image_to_video',
    title: 'Let two people in a picture hug',
    input: Type.Object({ image_url: mediaFile('image', 'A picture of two people, by URL or as base64.') }),
    produces: { kind: 'videos', of: () => ({ widthPx: 1_280, heightPx: 720, seconds: 5 }) }, // inferred
    price: () => usdToPoints(0.2),
    timeoutMs: 1_800_000,
    example: { image_url: 'https://example.com/two-friends.jpg' },
  }),
]
