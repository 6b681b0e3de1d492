import { type Static, type TSchema, Type } from 'typebox'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { OutputShape } from './output-shape.ts'

/**
 * What operations produce, the same in every dialect: an operation names its kind, providers deliver that shape, dialects
 * render it in their own format. Files are references (`asset:ID.EXT`); '' means that there is no such file.
 */

const file = (what: string) => Type.String({ description: `Reference to ${what}.` })

const Picture = Type.Object({
  file: file('the picture'),
  widthPx: Type.Integer({ minimum: 1 }),
  heightPx: Type.Integer({ minimum: 1 }),
  seed: Type.Optional(Type.Integer({ description: 'The seed that was drawn, if its provider reports it.' })),
})

/** What a model that is billed by tokens has counted. */
const Tokens = Type.Object({
  text: Type.Integer({ minimum: 0, description: 'Of the text in the input.' }),
  image: Type.Integer({ minimum: 0, description: 'Of the pictures in the input.' }),
  output: Type.Integer({ minimum: 0 }),
})

/** A text that was found in a picture and is no longer in it. Places and sizes in pixels, angles in degrees. */
const PictureText = Type.Object({
  text: Type.String(),
  x: Type.Number(),
  y: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
})

const Video = Type.Object({
  file: file('the MP4'),
  cover: file('the first frame, as a picture; empty if there is none'),
  lastFrame: file('the last frame, as a picture; empty if there is none'),
  widthPx: Type.Integer({ minimum: 1 }),
  heightPx: Type.Integer({ minimum: 1 }),
  seconds: Type.Number({ minimum: 0 }),
})

const Sound = Type.Object({ file: file('the sound'), seconds: Type.Number({ minimum: 0 }) })

const Model = Type.Object({
  file: file('the GLB'),
  picture: file('the input without its background; empty if there is none'),
  turntable: file('a video of the model turning; empty if there is none'),
})

const Lyrics = Type.Object({ title: Type.String(), text: Type.String(), tags: Type.Array(Type.String()) })

const Clip = Type.Object({
  id: Type.String({ description: 'The clip: an item id of the task.' }),
  title: Type.String(),
  tags: Type.String(),
  prompt: Type.String({ description: 'The lyrics.' }),
  gptDescriptionPrompt: Type.Union([Type.String(), Type.Null()]),
  mv: Type.String(),
  type: Type.Enum(['gen', 'concat', 'upload', 'stem']),
  durationSeconds: Type.Number(),
  audio: file('the MP3'),
  image: file('the cover, 512 pixels; empty if there is none'),
  imageLarge: file('the cover, 1,024 pixels; empty if there is none'),
  continueClipId: Type.Union([Type.String(), Type.Null()]),
  continueAt: Type.Union([Type.Number(), Type.Null()]),
})

export const OUTPUTS = {
  /** `grid` shows the others side by side, as Midjourney does before one is chosen. */
  pictures: Type.Object({
    pictures: Type.Array(Picture, { minItems: 1 }),
    grid: Type.Union([Picture, Type.Null()]),
    tokens: Type.Optional(Tokens),
    textBlocks: Type.Optional(
      Type.Array(PictureText, { description: 'What the picture said before it was taken out.' }),
    ),
  }),
  videos: Type.Object({ videos: Type.Array(Video, { minItems: 1 }) }),
  sounds: Type.Object({ sounds: Type.Array(Sound, { minItems: 1 }) }),
  texts: Type.Object({ texts: Type.Array(Type.String(), { minItems: 1 }) }),
  model: Type.Object({ model: Model }),
  lyrics: Type.Object({ lyrics: Type.Array(Lyrics, { minItems: 1 }) }),
  clips: Type.Object({ clips: Type.Array(Clip, { minItems: 1 }) }),
  /** Structured data, such as the notes of a recording or the times of its words. The members depend on the operation. */
  data: Type.Object({ data: Type.Unsafe<JsonObject>({ type: 'object' }) }),
  /** The output of a model that the catalogue does not know, in the vendor's form; files in it are references. */
  anything: Type.Object({ value: Type.Unsafe<Json>(Type.Unknown()) }),
} satisfies Record<string, TSchema>

export type Kind = keyof typeof OUTPUTS
/** A finished task's output, by its operation's kind. */
export type Output = { [K in Kind]: Static<(typeof OUTPUTS)[K]> }
export type Picture = Static<typeof Picture>
export type Tokens = Static<typeof Tokens>
/** With what a vendor says of it beside, such as its colour and font. */
export type PictureText = Static<typeof PictureText> & JsonObject
export type Video = Static<typeof Video>
export type Clip = Static<typeof Clip>
export type Lyrics = Static<typeof Lyrics>

/** How many items (clips, pictures, videos) a task's output has; items are numbered from 1, and 0 is the task. */
export function itemsIn(output: Json): number {
  if (!isJsonObject(output)) return 0
  return Math.max(0, ...Object.values(output).map((value) => (Array.isArray(value) ? value.length : 0)))
}

/** The largest picture or film of a task's output, and the longest length in it; what it does not have is left out. */
export function sizesIn(output: Json): { widthPx?: number; heightPx?: number; seconds?: number } {
  const items = isJsonObject(output)
    ? Object.values(output).flatMap((value) => (Array.isArray(value) ? value : []))
    : []
  let sizes: { widthPx?: number; heightPx?: number; seconds?: number } = {}
  for (const item of items.filter(isJsonObject)) {
    const { widthPx, heightPx, seconds } = item
    if (typeof widthPx === 'number' && typeof heightPx === 'number') {
      if (widthPx * heightPx > (sizes.widthPx ?? 0) * (sizes.heightPx ?? 0)) sizes = { ...sizes, widthPx, heightPx }
    }
    if (typeof seconds === 'number') sizes = { ...sizes, seconds: Math.max(seconds, sizes.seconds ?? 0) }
  }
  return sizes
}

/** The expected output of an input, as far as it is known before the work is done. Sizes in pixels, lengths in seconds. */
export interface OutputSpecs {
  pictures: {
    /** 1 to 16. */
    count: number
    widthPx: number
    heightPx: number
    /** SVG for vector drawings. */
    mediaType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/svg+xml'
    hasGrid: boolean
    isTransparent: boolean
    /** What a model that is billed by tokens counts. */
    tokens?: Tokens
    /** Of the sandbox, where the texts of the picture are told apart. */
    textBlocks?: PictureText[]
  }
  videos: { count: number; widthPx: number; heightPx: number; seconds: number; hasSound: boolean }
  sounds: { count: number; seconds: number; mediaType: 'audio/mpeg' | 'audio/wav' | 'audio/flac' }
  /** `sample` is a text of the sandbox, where its note would not be of the right form. */
  texts: { count: number; sample?: string }
  model: { hasPicture: boolean; hasTurntable: boolean }
  lyrics: { count: number; about: string }
  clips: {
    count: number
    type: Clip['type']
    song: SongSpec
    /** The part of the song in each clip, in order, if the clips are parts of one song. */
    parts?: readonly string[]
  }
  /** The output of the sandbox: of the right shape, and marked as not real. */
  data: { sample: JsonObject }
  anything: {
    /** The output of the model, as its name suggests. */
    like: HostedSpec
    form: HostedForm
  }
}

/** How a host writes what a model made. */
export type HostedForm =
  /** Bare URLs and pieces of text: a single value, or a list. */
  | { kind: 'bare'; isSingle: boolean }
  /** An object with these members; `values` has those that follow from the input, by name. */
  | { kind: 'members'; members: OutputShape; values: JsonObject }

/** Kinds that a model of a host makes. */
export type HostedKind = 'pictures' | 'videos' | 'sounds' | 'texts' | 'model'
export type HostedSpec = { [K in HostedKind]: { kind: K } & OutputSpecs[K] }[HostedKind]

/** The song that is requested, the same for all families. */
export interface SongSpec {
  /** A description, from which lyrics, title and style are derived. It overrides the other fields. */
  description: string | null
  lyrics: string
  tags: string
  negativeTags: string
  title: string
  instrumental: boolean
  /** Model version; '' if the family has none. */
  mv: string
  seed: number | undefined
  continueClipId: string | null
  continueAt: number | null
  /** The clip that is sung again in another style. */
  coverClipId?: string | null
  /** The task that made the persona: the sound of a clip, to be used for other songs. */
  personaId?: string | null
  /** The section of the continued clip that is replaced. */
  replaces?: { fromSeconds: number; toSeconds: number } | null
}

/** The output of an operation: its kind is fixed, its spec depends on the input. */
export type Produces<Input> = {
  [K in Kind]: { kind: K; of(input: Input): K extends keyof Partials ? Partials[K] : OutputSpecs[K] }
}[Kind]

/** A spec in which members with a default may be left out. */
interface Partials {
  pictures: WithDefaults<OutputSpecs['pictures'], keyof typeof DEFAULTS.pictures>
  videos: WithDefaults<OutputSpecs['videos'], keyof typeof DEFAULTS.videos>
  sounds: WithDefaults<OutputSpecs['sounds'], keyof typeof DEFAULTS.sounds>
}
type WithDefaults<Whole, Names extends PropertyKey> = Omit<Whole, Names> & Partial<Whole>

const DEFAULTS = {
  pictures: { count: 1, mediaType: 'image/png', hasGrid: false, isTransparent: false },
  videos: { count: 1, hasSound: false },
  sounds: { count: 1, mediaType: 'audio/mpeg' },
} as const

export type OutputSpec = { [K in Kind]: { kind: K } & OutputSpecs[K] }[Kind]

/** The complete spec of the expected output for a valid input. */
export function outputSpecOf<Input>(produces: Produces<Input>, input: Input): OutputSpec {
  const { kind } = produces
  const defaults: object = kind in DEFAULTS ? DEFAULTS[kind as keyof typeof DEFAULTS] : {}
  // DEFAULTS and `of` together give a whole spec: `Partials` has the same names.
  return { kind, ...defaults, ...produces.of(input) } as OutputSpec
}
