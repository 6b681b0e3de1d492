import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * ACE-Step: music from a style and lyrics, from another sound, and edits of one. The fields of editing and extending are
 * not documented; theirs are inferred from those of the others.
 */

const MAX_LYRICS = 10_000 // inferred
const MAX_STYLE = 2_000 // inferred

const shared = {
  style_prompt: optionalText(MAX_STYLE, 'Style: genres, moods, instruments.'),
  lyrics: optionalText(MAX_LYRICS, 'Lyrics; [inst] for no voice.'),
  negative_style_prompt: optionalText(MAX_STYLE, 'Styles to avoid.'),
  duration: Type.Number({ minimum: 1, maximum: 600, default: 30, description: 'Seconds.' }), // limits and default inferred
  // One client sends 30 to 100.
  infer_step: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Steps of the sampler.' })),
  seed: Type.Optional(
    Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, description: 'The same seed, the same sound.' }),
  ), // inferred
}
const style_audio = mediaFile('audio', 'The sound to take the style from, by URL or as base64.')
const source = {
  style_audio: Type.Optional(mediaFile('audio', 'The sound to change, by URL or as base64.')),
  audio: Type.Optional(mediaFile('audio', 'Another name for style_audio.')),
}

const spec = ({ duration }: { duration: number }) => ({ seconds: duration })
/** As price lists have it; the one answer that was seen consumed a tenth of it. */
const price = ({ duration }: { duration: number }) => usdToPoints(0.0005 * duration)

function silent({ style_prompt, lyrics }: { style_prompt?: string; lyrics?: string }): BrokenRule | undefined {
  return style_prompt || lyrics ? undefined : { field: 'style_prompt', rule: 'is needed without lyrics' }
}

function sourceless(input: { style_audio?: string; audio?: string }): BrokenRule | undefined {
  return input.style_audio || input.audio ? undefined : { field: 'style_audio', rule: 'is required' }
}

const LYRICS = '[verse]\nMove your paws\nLeft and right\n[chorus]\nCat dance'

const txt2audio = operation({
  model: 'Qubico/ace-step',
  taskType: 'txt2audio',
  title: 'Make music from a style and lyrics',
  // One connector says `negative_prompt` here.
  input: Type.Object({
    ...shared,
    negative_prompt: optionalText(MAX_STYLE, 'Another name for negative_style_prompt.'),
  }),
  produces: { kind: 'sounds', of: spec },
  rules: silent,
  price,
  example: { style_prompt: 'romantic raga, sitar, tabla', lyrics: LYRICS, duration: 30 },
})

const audio2audio = operation({
  model: 'Qubico/ace-step',
  taskType: 'audio2audio',
  title: 'Make music in the style of a sound',
  input: Type.Object({ ...shared, style_audio }),
  produces: { kind: 'sounds', of: spec },
  price,
  example: { style_prompt: 'swing', lyrics: '[inst]', duration: 30, style_audio: 'https://example.com/swing.mp3' },
})

const edit = operation({
  model: 'Qubico/ace-step',
  taskType: 'edit',
  title: 'Change the style or the lyrics of a sound',
  input: Type.Object({ ...shared, ...source }),
  produces: { kind: 'sounds', of: spec },
  rules: (input) => sourceless(input) ?? silent(input),
  price,
  example: { style_prompt: 'lo-fi', lyrics: LYRICS, duration: 30, style_audio: 'https://example.com/song.mp3' },
})

const extend = operation({
  model: 'Qubico/ace-step',
  taskType: 'extend',
  title: 'Go on with a sound',
  input: Type.Object({ ...shared, ...source }),
  produces: { kind: 'sounds', of: spec },
  rules: sourceless,
  price,
  example: { style_prompt: 'lo-fi', lyrics: '[inst]', duration: 20, style_audio: 'https://example.com/song.mp3' },
})

export const aceStep: Operation[] = [txt2audio, audio2audio, edit, extend]
