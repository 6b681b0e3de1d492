import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { OPENAI_NAMES, type OwnFile, readOwnFiles } from '../kit/own-files.ts'

/** The fields that take pictures. */
const OF_PICTURES = /^(?:images?|mask|input_reference)$/

/**
 * The fields of a request for pictures or films with those that name a file by the id that `POST /v1/files` gave
 * (https://platform.openai.com/docs/api-reference/images/createEdit) as data URIs. Other ids stay, for the reader to refuse.
 * Throws `payload_too_large`.
 */
export async function withImageFiles(
  fields: JsonObject,
  { caller, callFiles }: { caller: Parameters<typeof readOwnFiles>[2] } & Pick<DialectContext, 'callFiles'>,
): Promise<JsonObject> {
  const ids = Object.entries(fields).flatMap(([name, value]) => (OF_PICTURES.test(name) ? idsIn(value) : []))
  if (ids.length === 0) return fields
  const found = await readOwnFiles(ids, OPENAI_NAMES, caller, callFiles)
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === undefined || !OF_PICTURES.test(name) ? value : replaced(value, found),
    ]),
  )
}

function idsIn(value: Json | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) =>
    isJsonObject(one) && typeof one.file_id === 'string' && one.file_id !== '' ? [one.file_id] : [],
  )
}

function replaced(value: Json, found: ReadonlyMap<string, OwnFile>): Json {
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one : replaced(one, found)))
  const file = isJsonObject(value) && typeof value.file_id === 'string' ? found.get(value.file_id) : undefined
  return file ? { image_url: `data:${file.mediaType};base64,${file.base64}` } : value
}
