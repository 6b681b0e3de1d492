import type { TSchema } from 'typebox'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { dataUriIn, sentFile } from '../core/sent-files.ts'
import type { Media } from './fields.ts'

/** A file that an input names: a URL, base64, or a reference to a stored file. */
export interface NamedFile {
  /** The path of its field, as errors name it: `images.0`, `key_frames.frame0.url`. */
  field: string
  value: string
  /** `any` if the catalogue does not know the field. */
  media: Media | 'any'
}

/**
 * Texts that count as files in an object of unknown fields (`x-media-within`): a URL and nothing else, a data URI, and the
 * `asset:` reference that replaces it.
 */
const FILE_ANYWHERE =
  /^(?:https?:\/\/\S(?![\S\s]*?\s)|data:[^,]{0,200};base64,|asset:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]{1,9}$)/i

/** Names of fields in which a text that begins as a URL is one, also with a space in it. */
const FILE_FIELD = /(?:url|uri|image|video|audio|mask|file|photo|frame)s?$/i

/** An object of unknown fields with each of its files in the spelling that `FILE_ANYWHERE` and providers know. */
export function sentFilesWithin(value: Json, name = ''): Json {
  if (typeof value === 'string') return isFile(value, name) ? sentFile(value) : value
  if (typeof value !== 'object' || value === null) return value
  // Nearly all have no such file, and an input may have a million members: only what changes is copied.
  if (Array.isArray(value)) {
    let copy: Json[] | undefined
    for (const [index, one] of value.entries()) {
      const sent = sentFilesWithin(one, name)
      if (sent === one) continue
      copy ??= [...value]
      copy[index] = sent
    }
    return copy ?? value
  }
  let copy: JsonObject | undefined
  for (const inner of Object.keys(value)) {
    const one = value[inner] as Json // its own member
    const sent = sentFilesWithin(one, inner)
    if (sent === one) continue
    copy ??= { ...value }
    copy[inner] = sent
  }
  return copy ?? value
}

function isFile(text: string, name: string): boolean {
  if (dataUriIn(text)) return true
  const whole = text.trim()
  return /^https?:\/\//i.test(whole) && (FILE_FIELD.test(name) || !/\s/.test(whole))
}

/** The files that an input names, by the `x-media` and `x-media-within` marks of their fields. */
export function filesIn(schema: TSchema, input: JsonObject): NamedFile[] {
  const found: NamedFile[] = []
  replaceFiles(schema, input, (file) => {
    found.push(file)
    return file.value
  })
  return found
}

/** A copy of the input in which every file is replaced. Parts without files are shared, not copied. */
export function replaceFiles(schema: TSchema, input: JsonObject, replace: (file: NamedFile) => string): JsonObject {
  return replaced(schema, input, '', replace) as JsonObject // an object stays an object
}

function replaced(schema: TSchema, value: Json, field: string, replace: (file: NamedFile) => string): Json {
  if ('x-media-within' in schema) return replacedAnywhere(value, field, replace)
  if (typeof value === 'string') {
    const media = 'x-media' in schema ? (schema['x-media'] as Media) : undefined // as fields.ts wrote it
    return media === undefined || value === '' ? value : replace({ field, value, media })
  }
  if (!mayNameFiles(schema)) return value
  const inside = (inner: TSchema, one: Json, name: string | number): Json =>
    replaced(inner, one, field === '' ? String(name) : `${field}.${name}`, replace)
  if (Array.isArray(value)) {
    const { items } = schema as { items?: TSchema }
    return items ? value.map((one, index) => inside(items, one, index)) : value
  }
  const { properties } = schema as { properties?: Record<string, TSchema> }
  if (!isJsonObject(value) || !properties) return value
  const copy: JsonObject = { ...value }
  for (const [name, inner] of Object.entries(properties)) {
    const one = value[name]
    if (one !== undefined) copy[name] = inside(inner, one, name)
  }
  return copy
}

function replacedAnywhere(value: Json, field: string, replace: (file: NamedFile) => string): Json {
  if (typeof value === 'string') return FILE_ANYWHERE.test(value) ? replace({ field, value, media: 'any' }) : value
  if (Array.isArray(value)) return value.map((one, index) => replacedAnywhere(one, `${field}.${index}`, replace))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      // A name may hold a dot, and two fields must not have one path.
      const path = `${field}.${name.replaceAll(/[.\\]/g, '\\$&')}`
      return [name, replacedAnywhere(one, path, replace)]
    }),
  )
}

const known = new WeakMap<TSchema, boolean>()

function mayNameFiles(schema: TSchema): boolean {
  let may = known.get(schema)
  if (may === undefined) {
    may = /"x-media(?:-within)?"/.test(JSON.stringify(schema))
    known.set(schema, may)
  }
  return may
}
