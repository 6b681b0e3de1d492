import { type Static, Type } from 'typebox'
import type { Json } from '../core/json.ts'
import { points } from '../core/points.ts'
import { mediaUrl } from './fields.ts'
import { type BrokenRule, operation } from './operation.ts'
import type { SongSpec } from './outputs.ts'

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

/** Spellings of a version by its product's name: `chirp-v5`, `chirp-v4-5`, `chirp-v4.5`, `chirp-v3`. */
const SUNO_ALIASES: Record<string, string> = Object.fromEntries(
  Object.entries(SUNO_VERSIONS)
    .toReversed() // so that of several versions with one name the first is meant
    .flatMap(([version, { name }]) => {
      const dashed = name.replace('.', '-')
      return [`chirp-${name}`, `chirp-${dashed}`, `chirp-${dashed.replace('+', '-plus')}`].map(
        (one): [string, string] => [one, version],
      )
    })
    .filter(([alias]) => !Object.hasOwn(SUNO_VERSIONS, alias)),
)

/** The version that a client names where the model belongs: as `mv` spells it, or as its product does ("V4_5"). */
export function sunoVersionIn(model: Json): string | undefined {
  if (typeof model !== 'string' || !/^(?:chirp-|v\d)/i.test(model)) return undefined
  const name = model.toLowerCase().replace(/plus$/, '+').replaceAll('_', '.')
  return Object.entries(SUNO_VERSIONS).find(([, one]) => one.name === name)?.[0] ?? model
}

const text = (description: string, maxLength: number) => Type.Optional(Type.String({ maxLength, description }))

/** A place in the clip that is continued. */
const besideClip = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, description: `Seconds. ${description}`, 'x-beside': 'continue_clip_id' }))

const MusicInput = Type.Object({
  gpt_description_prompt: text('The idea of a song; lyrics, title and style follow from it.', 3_000), // limit inferred
  prompt: text('Lyrics, with section marks such as [Verse]. Empty for an instrumental.', 5_000),
  tags: text('Style: genres, moods, instruments.', 1_000),
  negative_tags: text('Styles to avoid.', 1_000),
  title: text('Title of the song.', 200), // older documents say 80
  make_instrumental: Type.Boolean({ default: false, description: 'No vocals.' }),
  mv: Type.Enum([...Object.keys(SUNO_VERSIONS), ...Object.keys(SUNO_ALIASES)], {
    default: 'chirp-v3-0',
    description: 'Model version.',
  }),
  task: Type.Optional(
    Type.Enum(['', 'extend', 'upload_extend', 'cover', 'infill', 'artist_consistency'], {
      description:
        'How an earlier clip is used: continued, sung again in another style, repaired, or for the sound of its persona.',
    }),
  ),
  task_id: text('The task that made the clip to continue.', 64),
  continue_clip_id: text('The clip to continue.', 64),
  continue_at: besideClip('Into the clip, at which to go on.'),
  cover_clip_id: text(
    'The clip to sing again in the style of the tags, with task "cover": its tune, and its words where there is no prompt.',
    64,
  ),
  persona_id: text('The persona whose sound is used, with task "artist_consistency".', 64),
  artist_clip_id: text('The clip that the persona came from.', 64),
  infill_start_s: besideClip('Where the section begins that is replaced, with task "infill".'),
  infill_end_s: besideClip('Where it ends.'),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'The same seed, the same song.' })),
})

type MusicInput = Static<typeof MusicInput>

/** A description overrides everything that builds on a clip, as at Suno: such fields are kept and have no effect. */
function modeOf({ gpt_description_prompt, task }: MusicInput): 'idea' | 'cover' | 'persona' | 'infill' | 'song' {
  if (gpt_description_prompt) return 'idea'
  if (task === 'artist_consistency') return 'persona'
  return task === 'cover' || task === 'infill' ? task : 'song'
}

function songOf(input: MusicInput): SongSpec {
  const description = input.gpt_description_prompt || null
  const mode = modeOf(input)
  const continues = mode === 'song' || mode === 'infill'
  const { infill_start_s: fromSeconds = 0, infill_end_s: toSeconds = 0 } = input
  return {
    description,
    lyrics: description ? '' : (input.prompt ?? ''),
    tags: description ? '' : (input.tags ?? ''),
    negativeTags: input.negative_tags ?? '',
    title: description ? '' : (input.title ?? ''),
    // A cover without lyrics has those of the clip.
    instrumental: input.make_instrumental || (!description && !input.prompt && mode !== 'cover'),
    mv: input.mv,
    seed: input.seed,
    continueClipId: continues ? input.continue_clip_id || null : null,
    continueAt: continues ? (mode === 'infill' ? fromSeconds : (input.continue_at ?? null)) : null,
    coverClipId: mode === 'cover' ? (input.cover_clip_id ?? null) : null,
    personaId: mode === 'persona' ? (input.persona_id ?? null) : null,
    replaces: mode === 'infill' ? { fromSeconds, toSeconds } : null,
  }
}

/** An extension names a clip. Some clients send the word with every song: with words to sing, that is a plain one. */
function meant({ task, mv, ...sent }: MusicInput): MusicInput {
  const input = { ...sent, mv: SUNO_ALIASES[mv] ?? mv }
  const isSong = (task === 'extend' || task === 'upload_extend') && !input.continue_clip_id && input.prompt
  return isSong || task === undefined ? input : { ...input, task }
}

/** Checks that each mode has the clips and personas that it builds on. */
function brokenMode(input: MusicInput): BrokenRule | undefined {
  const needed = (field: string): BrokenRule => ({ field, rule: `is needed with task "${input.task}"` })
  switch (modeOf(input)) {
    case 'idea':
      return undefined
    case 'cover':
      return input.cover_clip_id ? undefined : needed('cover_clip_id')
    case 'persona':
      return input.persona_id ? undefined : needed('persona_id')
    case 'infill': {
      const { continue_clip_id, infill_start_s: start, infill_end_s: end } = input
      if (!continue_clip_id) return needed('continue_clip_id')
      if (start === undefined) return needed('infill_start_s')
      if (end === undefined) return needed('infill_end_s')
      return end > start ? undefined : { field: 'infill_end_s', rule: `must be more than infill_start_s, not ${end}` }
    }
    case 'song':
      if (input.continue_clip_id) return undefined
      if (input.task) return needed('continue_clip_id')
      return input.continue_at === undefined
        ? undefined
        : { field: 'continue_clip_id', rule: 'is needed with continue_at' }
  }
}

/** The spec of a song that exists already. */
export const FOUND_SONG: SongSpec = {
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
  title: 'Make two songs from an idea, from lyrics, or from a clip that they continue, repair or cover',
  input: MusicInput,
  meant,
  produces: { kind: 'clips', of: (input) => ({ count: 2, type: 'gen', song: songOf(input) }) },
  rules: (input) => {
    const { gpt_description_prompt: idea, prompt, tags, title, make_instrumental } = input
    // Suno itself makes up an instrumental of which nothing is said.
    if (!idea && !prompt && !tags && !title && !make_instrumental) {
      return { field: 'prompt', rule: 'is needed: send gpt_description_prompt (an idea) or prompt (lyrics), or tags' }
    }
    // Beside an idea, lyrics and tags have no effect: their limits refuse nothing.
    if (idea) return undefined
    const { name = '', promptLimit = 0, tagLimit = 0 } = SUNO_VERSIONS[input.mv] ?? {}
    if ((input.prompt?.length ?? 0) > promptLimit) {
      return { field: 'prompt', rule: `has at most ${promptLimit} characters with ${input.mv} (${name})` }
    }
    if ((input.tags?.length ?? 0) > tagLimit) {
      return { field: 'tags', rule: `has at most ${tagLimit} characters with ${input.mv} (${name})` }
    }
    return brokenMode(input)
  },
  price: () => points(400_000), // 0.04 USD, from PiAPI's answers
  follows: (input) => {
    const { continueClipId, coverClipId, personaId } = songOf(input)
    return continueClipId || coverClipId || personaId || undefined
  },
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
  title: 'Import an MP3 by its URL, to extend or cover it',
  input: Type.Object({
    url: mediaUrl('audio', 'A public MP3.'),
    title: text('Title of the clip; the name of the file unless sent.', 200),
  }),
  produces: {
    kind: 'clips',
    of: ({ title = '' }) => ({ count: 1, type: 'upload', song: { ...FOUND_SONG, title } }),
  },
  price: () => points(20_000), // inferred
  timeoutMs: 120_000,
  example: { url: 'https://example.com/song.mp3' },
})

export const suno = [sunoMusic, sunoLyrics, sunoConcat, sunoUpload]
