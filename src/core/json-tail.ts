import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** How far from its end a text is looked at. */
const TAIL_BYTES = 4_096

/**
 * The object that the outermost object of a JSON text has under this name, if it is among the last members; undefined if it is
 * not found there, which says nothing about the rest. The text before is not read: lists of embeddings and pictures in base64
 * have megabytes of it.
 */
export function objectAtEnd(bytes: Buffer, name: string): JsonObject | undefined {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES))
  // Within a string its quotation marks would be escaped.
  const key = tail.lastIndexOf(`"${name}"`)
  if (key === -1 || tail[key - 1] === '\\') return undefined
  try {
    // It is a member of the outermost object exactly if what is left makes an object of its own.
    const rest = JSON.parse(`{${Buffer.from(tail.slice(key), 'latin1').toString()}`) as Json
    const value = isJsonObject(rest) ? rest[name] : undefined
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // it is a value, or a member of something within
  }
}
