import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** DiffRhythm: a whole song at once, from a style and timed lyrics. */

function diffrhythmOf(taskType: string, title: string, seconds: number): Operation {
  return operation({
    model: 'Qubico/diffrhythm',
    taskType,
    title,
    input: Type.Object({
      lyrics: optionalText(10_000, 'Lyrics, each line with its time: [00:10.00] First line.'), // limit inferred
      style_prompt: optionalText(2_000, 'Style: genres, moods, instruments.'), // limit inferred
      style_audio: Type.Optional(mediaFile('audio', 'A sound to take the style from, by URL or as base64.')),
    }),
    produces: { kind: 'sounds', of: () => ({ seconds }) },
    rules: (input) =>
      input.style_prompt || input.style_audio
        ? undefined
        : { field: 'style_prompt', rule: 'is needed without style_audio' },
    price: () => usdToPoints(0.02),
    example: { lyrics: '[00:10.00] Move your paws\n[00:17.00] Left and right', style_prompt: 'pop, bright piano' },
  })
}

export const diffrhythm: Operation[] = [
  diffrhythmOf('txt2audio-base', 'Make a song of up to 1 minute 35 seconds', 95),
  diffrhythmOf('txt2audio-full', 'Make a song of up to 4 minutes 45 seconds', 285),
]
