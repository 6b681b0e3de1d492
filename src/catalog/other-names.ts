import { invalidInput } from '../core/errors.ts'
import { callerField, type FieldNames } from '../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isPlaceholder } from '../core/sent-values.ts'
import type { Operation } from './operation.ts'
import { sunoVersionIn } from './suno.ts'

/**
 * Names that clients use for fields of the catalogue: those of the vendor's own API or of a neighbouring version, seen in
 * clients. A field that decides what is made must not be kept as an unknown one, which no provider reads.
 */
interface OtherName {
  to: string
  /** The catalogue's value; undefined where the field means something else, and stays. Throws `invalid_input`. */
  read?: (value: Json, input: JsonObject, field: string) => Json | undefined
}

const FRAMES = { keyframes: { to: 'key_frames' } }
/** One picture under the name of those that take one. */
const PICTURES: Record<string, OtherName> = {
  image_url: { to: 'image_urls', read: (value) => (typeof value === 'string' ? [value] : value) },
}

const OTHER_NAMES: Record<string, Record<string, OtherName>> = {
  'luma/video_generation': FRAMES,
  'luma/extend_video': FRAMES,
  // The names of kling-turbo, sent with version 2.5 and mode turbo.
  'kling/video_generation': { start_image_url: { to: 'image_url' }, end_image_url: { to: 'image_tail_url' } },
  'kling/image_to_video': { start_image_url: { to: 'image_url' }, end_image_url: { to: 'image_tail_url' } },
  'kling/omni_video_generation': { image_urls: { to: 'images' }, video_urls: { to: 'videos' } },
  'Qubico/minimax-h3/img2video': { image_url: { to: 'image' } },
  'byteaudio/seed-audio-1.0': { prompt: { to: 'text' }, text_prompt: { to: 'text' } },
  'hailuo/video_generation': {
    first_frame_image: { to: 'image_url' },
    prompt_optimizer: { to: 'expand_prompt' },
    reference_images: { to: 'image_url', read: faceOf },
    subject_reference: { to: 'image_url', read: faceOf },
  },
  'gemini/gemini-2.5-flash-image': PICTURES,
  'gemini/nano-banana-pro': PICTURES,
  'gemini/nano-banana-2': PICTURES,
  'gemini/nano-banana-2.1': PICTURES,
  'suno/music': {
    model: { to: 'mv', read: sunoVersionIn },
    model_version: { to: 'mv', read: sunoVersionIn },
    // Of other services for Suno's songs.
    instrumental: { to: 'make_instrumental' },
    style: { to: 'tags' },
    lyrics: { to: 'prompt' },
    negativeTags: { to: 'negative_tags' },
  },
}

/** An input under the catalogue's names, and the caller's names of its fields. Throws `invalid_input`. */
export function withOwnNames(
  { id }: Pick<Operation, 'id'>,
  sent: Json,
  names: FieldNames,
): { fields: Json; names: FieldNames } {
  const others = Object.hasOwn(OTHER_NAMES, id) ? OTHER_NAMES[id] : undefined
  if (!others || !isJsonObject(sent)) return { fields: sent, names }
  const fields: JsonObject = { ...sent }
  const ownNames: Record<string, string> = { ...names }
  for (const [name, { to, read }] of Object.entries(others)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (value === undefined) continue
    const field = callerField(name, names)
    const own = isPlaceholder(value) || !read ? value : read(value, fields, field)
    if (own === undefined) continue
    delete fields[name]
    if (isPlaceholder(own) || fields[to] === own) continue
    if (!isPlaceholder(fields[to])) throw invalidInput(field, `does not go together with ${callerField(to, names)}`)
    fields[to] = own
    ownNames[to] = field
  }
  return { fields, names: ownNames }
}

/** The picture of a person, for the one model that films a person. */
function faceOf(value: Json, { model }: JsonObject, field: string): Json {
  if (model !== 's2v-01') throw invalidInput(field, 'is read with model s2v-01 only')
  const [first, ...others] = [value].flat()
  const [face, ...further] = isJsonObject(first) ? [first.image ?? null].flat() : [first ?? null]
  if (others.length > 0 || further.length > 0) throw invalidInput(field, 'has at most 1 picture')
  return face ?? null
}
