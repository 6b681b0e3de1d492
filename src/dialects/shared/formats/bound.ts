import type { Bound } from '../../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'

export type Counted = Partial<Pick<Bound, 'inputCharacters' | 'images' | 'audioBytes'>>

/** Strings under these names are no text that a model reads. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  'type',
  'role',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'signature',
  'encrypted_content',
  'thoughtSignature',
  'thought_signature',
  'detail',
  'status',
  'ttl',
  'mimeType',
  'mime_type',
  'media_type',
  'filename',
])

/**
 * Counts what a model reads of these values. `mediaOf` says what an object counts as that holds a file, and undefined for
 * any other.
 */
export function countInput(
  values: readonly (Json | undefined)[],
  mediaOf: (object: JsonObject) => Counted | undefined,
) {
  const sum = { inputCharacters: 0, images: 0, audioBytes: 0 }
  // A list and not a recursion: a body may be nested more deeply than a stack can follow.
  const rest: Json[] = values.filter((value) => value !== undefined)
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value === 'string') sum.inputCharacters += value.length
    else if (Array.isArray(value)) for (const one of value) rest.push(one)
    else if (isJsonObject(value)) {
      const media = mediaOf(value)
      if (media === undefined) pushTexts(value, rest)
      else for (const [name, count] of Object.entries(media)) sum[name as keyof typeof sum] += count
    }
  }
  return sum
}

/** Declarations, such as tools and schemas: models read their names too. */
export function writtenLength(value: Json | undefined): number {
  if (value === undefined || value === null) return 0
  try {
    return JSON.stringify(value).length
  } catch {
    return 0 // nested too deeply, which is refused elsewhere
  }
}

/** The bytes that a base64 text stands for. */
export function decodedLength(base64: Json | undefined): number {
  return typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0
}

/** What a file in base64 counts as: a picture, a sound by its bytes, and anything else as text of as many bytes. */
export function countedFile(mediaType: Json | undefined, base64: Json | undefined): Counted {
  const type = typeof mediaType === 'string' ? mediaType : ''
  if (type.startsWith('image/')) return { images: 1 }
  if (type.startsWith('audio/') || type.startsWith('video/')) return { audioBytes: decodedLength(base64) }
  return { inputCharacters: decodedLength(base64) }
}

/** Uses of a vendor's tool have no bound in most requests; so many are usual. */
export const USUAL_TOOL_USES = 10

export function atLeastOne(value: Json | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 1 ? value : 1
}

export function limitIn(...values: (Json | undefined)[]): number | undefined {
  return values.find((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0) as number | undefined
}

function pushTexts(object: JsonObject, rest: Json[]): void {
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'string' && NOT_TEXT.has(name)) continue
    if (value !== null && typeof value !== 'number' && typeof value !== 'boolean') rest.push(value)
  }
}
