import { Type } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import { optionalText, requiredText } from './fields.ts'
import { type Operation, operation } from './operation.ts'
import { FOUND_SONG } from './suno.ts'

/**
 * Suno: tools for finished clips, and for making others. Relays' documents name the fields and the
 * answers; prices are inferred throughout, as no document states one.
 */

const CLIP = '01234567-89ab-4cde-8f01-23456789ab01'
const MARK = 'Sandbox: not a real result.'
/** The assumed length of a clip that is not opened yet: a short one. */
const ASSUMED_SECONDS = 10

const clip_id = (description: string) => Type.String({ minLength: 1, maxLength: 64, description })

export const sunoPersona = operation({
  model: 'suno',
  taskType: 'persona',
  title: 'Keep the sound of a clip, to be used for other songs',
  input: Type.Object({
    root_clip_id: clip_id('The clip whose sound is kept; not an imported one.'),
    name: requiredText(200, 'Name of the persona.'), // limit inferred
    description: Type.String({ default: '', maxLength: 3_000, description: 'What the persona is like.' }), // limit inferred
    clips: Type.Array(Type.String({ maxLength: 64, description: 'A clip.' }), {
      default: [],
      maxItems: 100,
      description: 'Clips that show it.',
    }),
    is_public: Type.Boolean({ default: false, description: 'Whether others may use it.' }),
  }),
  produces: { kind: 'data', of: (input) => ({ sample: personaOf(input) }) },
  price: () => points(20_000),
  timeoutMs: 120_000,
  follows: (input) => input.root_clip_id,
  example: { root_clip_id: CLIP, name: 'Harbour voice', description: 'low, close, unhurried', clips: [CLIP] },
})

/** The public description of a persona: the fields of its request. */
export function personaOf(input: {
  root_clip_id: string
  name: string
  description: string
  clips: string[]
  is_public: boolean
}): JsonObject {
  const { root_clip_id, name, description, clips, is_public } = input
  return { root_clip_id, name, description, clips, is_public }
}

const TWO = ['Vocals', 'Instrumental']
/** The names in Suno's own product; inferred, since the relays' documents show only two. */
const TWELVE = [
  ...['Vocals', 'Backing Vocals', 'Drums', 'Bass', 'Guitar', 'Keyboard'],
  ...['Percussion', 'Strings', 'Synth', 'FX', 'Brass', 'Woodwinds'],
]

const partsOf = ({ stem_type_group_name: group }: { stem_type_group_name: string }) => (group === 'Two' ? TWO : TWELVE)

export const sunoStems = operation({
  model: 'suno',
  taskType: 'stems',
  title: 'Split a clip into its voices and instruments',
  input: Type.Object({
    clip_id: clip_id('The clip to split.'),
    stem_type_group_name: Type.Enum(['Two', 'Twelve'], {
      default: 'Two',
      description: 'Vocals and instrumental, or twelve tracks.',
    }),
    stem_task: Type.Optional(
      Type.Enum(['two', 'twelve'], { description: 'The same once more; it must agree with stem_type_group_name.' }),
    ),
    stem_type_id: Type.Optional(Type.Integer({ description: 'Suno’s number of the kind of split: 91.' })),
    title: optionalText(200, 'Title of the clip, to which each track’s name is added.'),
    mv: optionalText(64, 'Model version.'),
  }),
  produces: {
    kind: 'clips',
    of: (input) => {
      const parts = partsOf(input)
      return {
        count: parts.length,
        type: 'stem',
        parts,
        song: { ...FOUND_SONG, title: input.title ?? '', mv: input.mv ?? '' },
      }
    },
  },
  rules: ({ stem_task, stem_type_group_name: group }) =>
    stem_task === undefined || stem_task === group.toLowerCase()
      ? undefined
      : { field: 'stem_task', rule: `must agree with stem_type_group_name "${group}", not "${stem_task}"` },
  // Twelve tracks cost five times as much as two; the documents state this.
  price: (input) => points(100_000 * (partsOf(input) === TWO ? 1 : 5)),
  follows: (input) => input.clip_id,
  example: { clip_id: CLIP, stem_type_group_name: 'Two', stem_task: 'two', stem_type_id: 91 },
})

const OfClip = (what: string) => Type.Object({ clip_id: clip_id(what) })

export const sunoTiming = operation({
  model: 'suno',
  taskType: 'timing',
  title: 'Tell when each word of a clip is sung',
  input: OfClip('The clip whose words are timed.'),
  produces: {
    kind: 'data',
    of: () => ({
      sample: {
        aligned_words: MARK.split(' ').map((word, index) => ({
          word: `${word} `,
          success: true,
          start_s: index / 2,
          end_s: (index + 1) / 2,
          p_align: 1,
        })),
        waveform_data: [0, 0.5, 0],
        hoot_cer: 0,
        is_streamed: false,
      },
    }),
  },
  price: () => points(20_000),
  timeoutMs: 120_000,
  follows: (input) => input.clip_id,
  example: { clip_id: CLIP },
})

export const sunoWav = operation({
  model: 'suno',
  taskType: 'wav',
  title: 'Deliver a clip as WAV',
  input: OfClip('The clip.'),
  produces: { kind: 'sounds', of: () => ({ seconds: ASSUMED_SECONDS, mediaType: 'audio/wav' }) },
  price: () => points(20_000),
  follows: (input) => input.clip_id,
  example: { clip_id: CLIP },
})

export const sunoMp4 = operation({
  model: 'suno',
  taskType: 'mp4',
  title: 'Make a video of a clip and its cover',
  input: OfClip('The clip.'),
  // Upright, as Suno's own videos are; the size is inferred.
  produces: { kind: 'videos', of: () => ({ widthPx: 720, heightPx: 1_280, seconds: ASSUMED_SECONDS, hasSound: true }) },
  price: () => points(20_000),
  follows: (input) => input.clip_id,
  example: { clip_id: CLIP },
})

export const sunoMidi = operation({
  model: 'suno',
  taskType: 'midi',
  title: 'Write down the notes of a track',
  input: OfClip('The track, as splitting a clip makes them.'),
  produces: {
    kind: 'data',
    of: () => ({
      sample: {
        instruments: [{ name: MARK, notes: [{ pitch: 60, start: 0, end: 0.5, velocity: 0.8 }] }],
      },
    }),
  },
  price: () => points(50_000),
  follows: (input) => input.clip_id,
  example: { clip_id: CLIP },
})

export const sunoTags = operation({
  model: 'suno',
  taskType: 'tags',
  title: 'Say a style in more words',
  input: Type.Object({ original_tags: requiredText(1_000, 'The tags to be improved.') }), // limit that of tags
  produces: { kind: 'data', of: ({ original_tags }) => ({ sample: { upsampled_tags: `${original_tags}. ${MARK}` } }) },
  price: () => points(10_000),
  timeoutMs: 60_000,
  example: { original_tags: 'folk, rain' },
})

export const sunoTools: Operation[] = [sunoPersona, sunoStems, sunoTiming, sunoWav, sunoMp4, sunoMidi, sunoTags]
