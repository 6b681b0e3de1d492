import { type Static, Type } from 'typebox'
import { points } from '../core/points.ts'
import { mediaUrl } from './fields.ts'
import { operation } from './operation.ts'
import type { SongWish } from './outputs.ts'

/**
 * Suno: songs, lyrics, joining and importing. Field names and limits are those of the relay and PiAPI documents; where
 * a comment says "inferred", no document states the value.
 */

/** Model version -> product name, prompt and tag limits. */
export const SUNO_VERSIONS: Record<string, { name: string; promptLimit: number; tagLimit: number }> = {
  'chirp-v3-0': { name: 'v3', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v3-5': { name: 'v3.5', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v3-5-tau': { name: 'v3.5', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v3-5-upload': { name: 'v3.5', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v4': { name: 'v4', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v4-tau': { name: 'v4', promptLimit: 3_000, tagLimit: 200 },
  'chirp-v4-upload': { name: 'v4', promptLimit: 3_000, tagLimit: 200 },
  'chirp-auk': { name: 'v4.5', promptLimit: 5_000, tagLimit: 1_000 },
  'chirp-auk-upload': { name: 'v4.5', promptLimit: 5_000, tagLimit: 1_000 },
  'chirp-auk-turbo': { name: 'v4.5-all', promptLimit: 5_000, tagLimit: 1_000 },
  'chirp-bluejay': { name: 'v4.5+', promptLimit: 5_000, tagLimit: 1_000 },
  'chirp-crow': { name: 'v5', promptLimit: 5_000, tagLimit: 1_000 },
  'chirp-fenix': { name: 'v5.5', promptLimit: 5_000, tagLimit: 1_000 },
}

const text = (description: string, maxLength: number) => Type.Optional(Type.String({ maxLength, description }))

const MusicInput = Type.Object({
  gpt_description_prompt: text('The idea of a song; lyrics, title and style follow from it.', 3_000), // limit inferred
  prompt: text('Lyrics, with section marks such as [Verse]. Empty for an instrumental.', 5_000),
  tags: text('Style: genres, moods, instruments.', 1_000),
  negative_tags: text('Styles to avoid.', 1_000),
  title: text('Title of the song.', 200), // older documents say 80
  make_instrumental: Type.Boolean({ default: false, description: 'No vocals.' }),
  mv: Type.Enum(Object.keys(SUNO_VERSIONS), { default: 'chirp-v3-0', description: 'Model version.' }),
  task: Type.Optional(Type.Enum(['', 'extend', 'upload_extend'], { description: 'How the kept clip is used.' })),
  task_id: text('The task that made the clip to continue.', 64),
  continue_clip_id: text('The clip to continue.', 64),
  continue_at: Type.Optional(Type.Number({ minimum: 0, description: 'Seconds into the clip at which to go on.' })),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'The same seed, the same song.' })),
})

type MusicInput = Static<typeof MusicInput>

function songOf(input: MusicInput): SongWish {
  const description = input.gpt_description_prompt || null
  return {
    description,
    lyrics: description ? '' : (input.prompt ?? ''),
    tags: description ? '' : (input.tags ?? ''),
    negativeTags: input.negative_tags ?? '',
    title: description ? '' : (input.title ?? ''),
    instrumental: input.make_instrumental || (!description && !input.prompt),
    mv: input.mv,
    seed: input.seed,
    continueClipId: description ? null : input.continue_clip_id || null,
    continueAt: description ? null : (input.continue_at ?? null),
  }
}

/** A song of which nothing is asked: it exists already. */
const FOUND_SONG: SongWish = {
  description: null,
  lyrics: '',
  tags: '',
  negativeTags: '',
  title: '',
  instrumental: false,
  mv: '',
  seed: undefined,
  continueClipId: null,
  continueAt: null,
}

export const sunoMusic = operation({
  model: 'suno',
  taskType: 'music',
  title: 'Make two songs from an idea, from lyrics, or from a clip that they continue',
  input: MusicInput,
  produces: { kind: 'clips', of: (input) => ({ count: 2, type: 'gen', song: songOf(input) }) },
  rules: (input) => {
    if (!input.gpt_description_prompt && !input.prompt && !input.tags && !input.title) {
      return { field: 'prompt', rule: 'is needed: send gpt_description_prompt (an idea) or prompt (lyrics), or tags' }
    }
    const { name = '', promptLimit = 0, tagLimit = 0 } = SUNO_VERSIONS[input.mv] ?? {}
    if ((input.prompt?.length ?? 0) > promptLimit) {
      return { field: 'prompt', rule: `has at most ${promptLimit} characters with ${input.mv} (${name})` }
    }
    if ((input.tags?.length ?? 0) > tagLimit) {
      return { field: 'tags', rule: `has at most ${tagLimit} characters with ${input.mv} (${name})` }
    }
    // An idea wins over a continuation, as at Suno: its fields are kept and count for nothing.
    if (input.gpt_description_prompt) return undefined
    if (!input.continue_clip_id && (input.task === 'extend' || input.task === 'upload_extend')) {
      return { field: 'continue_clip_id', rule: `is needed with task "${input.task}"` }
    }
    if (!input.continue_clip_id && input.continue_at !== undefined) {
      return { field: 'continue_clip_id', rule: 'is needed with continue_at' }
    }
    return undefined
  },
  price: () => points(400_000), // 0.04 USD, from PiAPI's answers
  follows: (input) => (input.gpt_description_prompt ? undefined : input.continue_clip_id || undefined),
  example: {
    prompt:
      '[Verse]\nMove your paws\nLeft and right\nJump around\nFeel the light\n\n[Chorus]\nCat dance\nOh\nSwing your tails',
    tags: 'romantic raga',
    title: 'Cat Dance',
    mv: 'chirp-crow',
    make_instrumental: false,
  },
})

export const sunoLyrics = operation({
  model: 'suno',
  taskType: 'lyrics',
  title: 'Write lyrics from an idea',
  input: Type.Object({
    prompt: Type.String({ minLength: 1, maxLength: 3_000, description: 'What the song is about.' }), // limit inferred
  }),
  produces: { kind: 'lyrics', of: ({ prompt }) => ({ count: 1, about: prompt }) },
  price: () => points(20_000), // inferred: relays charge for lyrics, no document says how much
  timeoutMs: 120_000,
  example: { prompt: 'a lighthouse keeper who dances with the fog' },
})

export const sunoConcat = operation({
  model: 'suno',
  taskType: 'concat',
  title: 'Join an extension with the clip that it continues',
  input: Type.Object({
    clip_id: Type.String({ minLength: 1, maxLength: 64, description: 'The clip that extending made, not its parent.' }),
    is_infill: Type.Boolean({ default: false, description: 'True after replacing a section, false after extending.' }),
  }),
  produces: { kind: 'clips', of: () => ({ count: 1, type: 'concat', song: FOUND_SONG }) },
  price: () => points(50_000), // inferred
  follows: (input) => input.clip_id,
  example: { clip_id: '01234567-89ab-4cde-8f01-23456789ab01', is_infill: false },
})

export const sunoUpload = operation({
  model: 'suno',
  taskType: 'upload',
  title: 'Import an MP3 by its URL, to extend it',
  input: Type.Object({ url: mediaUrl('audio', 'A public MP3.') }),
  produces: { kind: 'clips', of: () => ({ count: 1, type: 'upload', song: FOUND_SONG }) },
  price: () => points(20_000), // inferred
  timeoutMs: 120_000,
  example: { url: 'https://example.com/song.mp3' },
})

export const suno = [sunoMusic, sunoLyrics, sunoConcat, sunoUpload]
