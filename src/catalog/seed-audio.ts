import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Seed-Audio 1.0 (ByteDance): speech, effects and music from one script. Limits and price are those of PiAPI's pages of
 * autumn 2026; the names of the fields are inferred.
 */

const MAX_TEXT = 2_048
const MAX_SECONDS = 120
const USD_PER_SECOND = 0.002
/** As for other speech here. The length of a scene is known afterwards only. */
const CHARACTERS_PER_SECOND = 15

const Input = Type.Object({
  text: requiredText(MAX_TEXT, 'What is heard: who speaks and how, the words, effects, music.'),
  format: Type.Enum(['mp3', 'wav', 'pcm'], { default: 'mp3', description: 'Format of the sound.' }), // default inferred
  audio_urls: Type.Optional(
    Type.Array(mediaFile('audio', 'A voice or a sound.'), {
      maxItems: 3,
      description: 'Voices and sounds to refer to.',
    }),
  ),
  image_url: optionalFile('image', 'A picture to refer to, in place of sounds.'),
})
type Input = Static<typeof Input>

const secondsOf = ({ text }: Input): number =>
  Math.min(MAX_SECONDS, Math.max(1, Math.ceil(text.length / CHARACTERS_PER_SECOND)))

const brokenRule = ({ audio_urls, image_url }: Input): BrokenRule | undefined =>
  audio_urls?.length && image_url ? { field: 'image_url', rule: 'does not go together with audio_urls' } : undefined

export const seedAudio: Operation[] = [
  operation({
    model: 'byteaudio',
    taskType: 'seed-audio-1.0',
    title: 'Make speech, effects and music from a script',
    input: Input,
    produces: {
      kind: 'sounds',
      of: (input) => ({
        seconds: secondsOf(input),
        mediaType: input.format === 'mp3' ? ('audio/mpeg' as const) : ('audio/wav' as const), // samples need a header
      }),
    },
    rules: brokenRule,
    price: (input) => usdToPoints(USD_PER_SECOND * secondsOf(input)),
    example: { text: 'A calm woman says: "Good evening, and welcome aboard." Waves against a pier.', format: 'mp3' },
  }),
]
