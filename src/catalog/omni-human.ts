import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** OmniHuman 1.5: a portrait that speaks a recording. Fields are those that a client sends; the rest is inferred. */

/** The assumed length of the recording, which is not opened yet. */
const ASSUMED_SECONDS = 10

export const omniHuman: Operation[] = [
  operation({
    model: 'omni-human',
    taskType: 'omni-human-1.5',
    title: 'Let a person in a picture speak or sing a recording',
    input: Type.Object({
      image_url: mediaFile('image', 'The person.'),
      audio_url: mediaFile('audio', 'The recording to speak or sing.'),
      prompt: optionalText(2_000, 'How the person moves.'),
    }),
    produces: {
      kind: 'videos',
      of: () => ({ widthPx: 1_280, heightPx: 720, seconds: ASSUMED_SECONDS, hasSound: true }),
    },
    price: () => usdToPoints(0.14 * ASSUMED_SECONDS),
    timeoutMs: 1_800_000,
    example: { image_url: 'https://example.com/portrait.jpg', audio_url: 'https://example.com/speech.mp3' },
  }),
]
