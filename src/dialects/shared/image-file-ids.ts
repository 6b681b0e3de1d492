import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { FILE_PREFIX, type OwnFile, readOwnFiles } from '../kit/own-files.ts'

/** The fields that take pictures, also as forms name their members. */
const OF_PICTURES = /^(?:images?|mask|input_reference)(?:\[|$)/
/** As a form names the member of an object: `input_reference[file_id]`. */
const IN_FORM = /^(\w{1,64})\[file_id\]$/

/**
 * The fields of a request for pictures or films with those that name a file by the id that `POST /v1/files` gave
 * (https://platform.openai.com/docs/api-reference/images/createEdit) as data URIs. Other ids stay, for the reader to refuse.
 * Throws `payload_too_large`.
 */
export async function withImageFiles(
  fields: JsonObject,
  { caller, callFiles }: { caller: Parameters<typeof readOwnFiles>[2] } & Pick<DialectContext, 'callFiles'>,
): Promise<JsonObject> {
  const ids = Object.entries(fields).flatMap(([name, value]) => (OF_PICTURES.test(name) ? idsIn(name, value) : []))
  if (ids.length === 0) return fields
  const found = await readOwnFiles(ids, FILE_PREFIX, caller, callFiles)
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const [, own] = IN_FORM.exec(name) ?? []
      const file = own === undefined || typeof value !== 'string' ? undefined : found.get(value)
      if (file) return [`${own}[image_url]`, uriOf(file)]
      return [name, value === undefined || !OF_PICTURES.test(name) ? value : replaced(value, found)]
    }),
  )
}

function idsIn(name: string, value: Json | undefined): string[] {
  if (typeof value === 'string') return IN_FORM.test(name) ? [value] : []
  return (Array.isArray(value) ? value : [value]).flatMap((one) =>
    isJsonObject(one) && typeof one.file_id === 'string' && one.file_id !== '' ? [one.file_id] : [],
  )
}

function replaced(value: Json, found: ReadonlyMap<string, OwnFile>): Json {
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one : replaced(one, found)))
  const file = isJsonObject(value) && typeof value.file_id === 'string' ? found.get(value.file_id) : undefined
  return file ? { image_url: uriOf(file) } : value
}

function uriOf({ mediaType, base64 }: OwnFile): string {
  return `data:${mediaType};base64,${base64}`
}
