import { type Static, Type } from 'typebox'
import { points, usdToPoints } from '../core/points.ts'
import { optionalText, requiredText } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'
import type { SongSpec } from './outputs.ts'

/** Udio, which PiAPI calls `music-u`: songs, their continuation, and lyrics. */

const MAX_LYRICS = 5_000 // inferred
const MAX_IDEA = 3_000 // inferred

const share = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1, description }))

/** The `gen_params` of Udio's own API, which relays accept. */
const genParams = {
  bypass_prompt_optimization: Type.Optional(Type.Boolean({ description: 'Take the prompt as it is.' })),
  song_section_start: share('Where in a whole song the part begins; 0.4 is typical.'),
  song_section_end: share('Where in a whole song the part ends.'),
  lyrics_placement_start: share('Where in the part the lyrics begin.'),
  lyrics_placement_end: share('Where in the part the lyrics end.'),
  prompt_strength: share('How closely the song follows the prompt; 0.5 is typical.'),
  clarity_strength: share('How clear the voice is; 0.25 is typical.'),
  lyrics_strength: share('How closely the song follows the lyrics; 0.5 is typical.'),
  generation_quality: share('How much work is done; 0.75 is typical.'),
  // Clients send '' for no model.
  model_type: Type.Optional(
    Type.Enum(['', 'udio32-v1.5', 'udio130-v1.5'], {
      description: 'The model: 32 seconds, or 130 at twice the price.',
    }),
  ),
  config: Type.Optional(
    Type.Object(
      {
        mode: Type.Optional(
          Type.Enum(['regular', 'precede', 'continuation'], {
            description: 'A song of its own, or what comes before or after another.',
          }),
        ),
        context_length: Type.Optional(
          Type.Integer({ minimum: 0, description: 'Seconds of the other song that are heard; 130 is typical.' }),
        ),
        source: Type.Optional(
          Type.Object(
            {
              source_type: Type.Optional(Type.Enum(['song'], { description: 'What the other is.' })),
              song_id: optionalText(64, 'The other song; the same as continue_song_id.'),
            },
            { description: 'The other song.' },
          ),
        ),
      },
      { description: 'How the song stands to another.' },
    ),
  ),
}

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
  ...genParams,
})

type MusicInput = Static<typeof MusicInput>

function brokenLyrics({ lyrics_type, gpt_description_prompt, prompt, lyrics }: MusicInput): BrokenRule | undefined {
  if (lyrics_type === 'user') {
    return prompt || lyrics ? undefined : { field: 'prompt', rule: 'is needed with lyrics_type user' }
  }
  // An instrumental needs neither words nor an idea, as in the example of PiAPI's page; words it would not sing.
  const isBare = lyrics_type === 'instrumental' && !prompt && !lyrics
  return gpt_description_prompt || isBare
    ? undefined
    : { field: 'gpt_description_prompt', rule: `is needed with lyrics_type ${lyrics_type}` }
}

function brokenConfig({ config, continue_song_id }: MusicInput): BrokenRule | undefined {
  const { mode = 'regular', source } = config ?? {}
  return mode === 'regular' || source?.song_id || continue_song_id
    ? undefined
    : { field: 'config.source.song_id', rule: `is needed with mode ${mode}` }
}

/** The song to continue, in PiAPI's spelling or in Udio's. */
function otherSong({ continue_song_id, config }: MusicInput): string | undefined {
  const named = config?.mode === 'regular' ? undefined : config?.source?.song_id
  return continue_song_id || named || undefined
}

function songOf(input: MusicInput): SongSpec {
  const isOwn = input.lyrics_type === 'user'
  const idea = input.gpt_description_prompt || null
  const continueClipId = otherSong(input) ?? null
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
  rules: (input) => brokenLyrics(input) ?? brokenConfig(input),
  price: ({ model_type }) => usdToPoints(model_type === 'udio130-v1.5' ? 0.1 : 0.05),
  follows: otherSong,
  example: {
    lyrics_type: 'generate',
    gpt_description_prompt: 'night breeze, piano, a song about the last tram',
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
