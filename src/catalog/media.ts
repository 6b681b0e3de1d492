import type { TSchema } from 'typebox'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Media } from './fields.ts'

/** A file that an input names: a URL, base64, or a reference to one that we store. */
export interface NamedFile {
  /** Where it stands, as errors name it: `images.0`, `key_frames.frame0.url`. */
  field: string
  value: string
  media: Media
}

/** The files that an input names, by the `x-media` mark of their fields. */
export function filesIn(schema: TSchema, input: JsonObject): NamedFile[] {
  const found: NamedFile[] = []
  replaceFiles(schema, input, (file) => {
    found.push(file)
    return file.value
  })
  return found
}

/** The same input with every file that it names written anew. What names none is shared, not copied. */
export function replaceFiles(schema: TSchema, input: JsonObject, replace: (file: NamedFile) => string): JsonObject {
  return replaced(schema, input, '', replace) as JsonObject // an object stays an object
}

function replaced(schema: TSchema, value: Json, field: string, replace: (file: NamedFile) => string): Json {
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

const known = new WeakMap<TSchema, boolean>()

function mayNameFiles(schema: TSchema): boolean {
  let may = known.get(schema)
  if (may === undefined) {
    may = JSON.stringify(schema).includes('"x-media"')
    known.set(schema, may)
  }
  return may
}
