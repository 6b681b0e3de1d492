import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** F5-TTS: a text in the voice of a recording. */

const MAX_TEXT = 10_000
const CHARACTERS_PER_SECOND = 15

export const tts: Operation[] = [
  operation({
    model: 'Qubico/tts',
    taskType: 'zero-shot',
    title: 'Speak a text in the voice of a recording',
    input: Type.Object({
      gen_text: requiredText(MAX_TEXT, 'The text to speak.'),
      ref_audio: mediaFile('audio', 'The voice: 3 to 30 seconds of WAV, MP3 or FLAC, by URL or as base64.'),
      ref_text: optionalText(MAX_TEXT, 'The text of the recording; recognized from it unless sent.'),
    }),
    produces: {
      kind: 'sounds',
      of: ({ gen_text }) => ({
        seconds: Math.ceil(gen_text.length / CHARACTERS_PER_SECOND),
        mediaType: 'audio/wav', // inferred: what the model itself writes
      }),
    },
    price: ({ gen_text }) => usdToPoints((0.025 * gen_text.length) / 1_000),
    example: { gen_text: 'Good evening, and welcome aboard.', ref_audio: 'https://example.com/voice.wav' },
  }),
]
