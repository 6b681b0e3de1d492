import { type Static, Type } from 'typebox'
import { points, usdToPoints } from '../core/points.ts'
import { optionalText, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import type { SongWish } from './outputs.ts'

/** Udio, which PiAPI calls `music-u`: songs, their continuation, and lyrics. */

const MAX_LYRICS = 5_000 // inferred
const MAX_IDEA = 3_000 // inferred

const MusicInput = Type.Object({
  lyrics_type: Type.Enum(['generate', 'instrumental', 'user'], {
    description: 'Lyrics that are written for the song, none, or those that are sent.',
  }),
  gpt_description_prompt: optionalText(MAX_IDEA, 'The idea of the song; with lyrics of your own, its style.'),
  prompt: optionalText(MAX_LYRICS, 'The lyrics, with lyrics_type user.'),
  lyrics: optionalText(MAX_LYRICS, 'The lyrics, in the older spelling.'),
  negative_tags: optionalText(MAX_IDEA, 'Styles to avoid.'),
  seed: Type.Integer({ minimum: -1, maximum: 2 ** 32 - 1, default: -1, description: '-1 draws one.' }),
  continue_song_id: optionalText(64, 'A song of a former task that goes on for half a minute.'),
  continue_at: Type.Number({
    minimum: 0,
    default: 0,
    description: 'Seconds into it at which to go on; 0 for its end.',
  }), // its end inferred
})

type MusicInput = Static<typeof MusicInput>

function brokenLyrics({ lyrics_type, gpt_description_prompt, prompt, lyrics }: MusicInput): BrokenRule | undefined {
  if (lyrics_type === 'user') {
    return prompt || lyrics ? undefined : { field: 'prompt', rule: 'is needed with lyrics_type user' }
  }
  return gpt_description_prompt
    ? undefined
    : { field: 'gpt_description_prompt', rule: `is needed with lyrics_type ${lyrics_type}` }
}

function songOf(input: MusicInput): SongWish {
  const isOwn = input.lyrics_type === 'user'
  const idea = input.gpt_description_prompt || null
  const continueClipId = input.continue_song_id || null
  return {
    description: isOwn ? null : idea,
    lyrics: isOwn ? input.prompt || input.lyrics || '' : '',
    tags: isOwn ? (idea ?? '') : '',
    negativeTags: input.negative_tags ?? '',
    title: '',
    instrumental: input.lyrics_type === 'instrumental',
    mv: '',
    seed: input.seed === -1 ? undefined : input.seed,
    continueClipId,
    continueAt: continueClipId ? input.continue_at || null : null,
  }
}

export const udioMusic = operation({
  model: 'music-u',
  taskType: 'generate_music',
  title: 'Make two songs from an idea or from lyrics, or go on with one',
  input: MusicInput,
  produces: { kind: 'clips', of: (input) => ({ count: 2, type: 'gen', song: songOf(input) }) },
  rules: brokenLyrics,
  price: () => usdToPoints(0.05),
  follows: (input) => input.continue_song_id || undefined,
  example: {
    lyrics_type: 'generate',
    gpt_description_prompt: 'night breeze, piano, a song about the last tram',
    negative_tags: '',
    seed: -1,
  },
})

export const udioLyrics = operation({
  model: 'music-u',
  taskType: 'generate_lyrics',
  title: 'Write two lyrics from an idea',
  input: Type.Object({ prompt: requiredText(MAX_IDEA, 'What the song is about.') }),
  produces: { kind: 'lyrics', of: ({ prompt }) => ({ count: 2, about: prompt }) },
  price: () => points(20_000), // inferred: that of Suno's lyrics here
  timeoutMs: 120_000,
  example: { prompt: 'a lighthouse keeper who dances with the fog' },
})

export const udio: Operation[] = [udioMusic, udioLyrics]
