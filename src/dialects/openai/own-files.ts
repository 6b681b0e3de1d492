import type { CallFiles } from '../../calls/call-files.ts'
import type { Caller } from '../../core/caller.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { FILE_PREFIX, type OwnFile, readOwnFiles } from '../kit/own-files.ts'

/** A part stands in a list of parts, of a message or of the output of a tool, of a list. */
const MAX_DEPTH = 8

/**
 * The body with the files that the caller has sent here in the place of their ids: no vendor has them. Other ids stay, as
 * those of files at the vendor. Undefined where there is none of ours. Throws `payload_too_large`.
 */
export async function withOwnFiles(
  json: JsonObject,
  caller: Caller,
  files: CallFiles,
): Promise<JsonObject | undefined> {
  const found = await readOwnFiles(fileIds(json), FILE_PREFIX, caller, files)
  return found.size === 0 ? undefined : (replaced(json, found, 0) as JsonObject) // an object stays one
}

/** The object that names a file in a part of a message, in the forms of both APIs. */
function naming(part: JsonObject): JsonObject | undefined {
  if (part.type === 'file') return isJsonObject(part.file) ? part.file : undefined
  return part.type === 'input_file' || part.type === 'input_image' ? part : undefined
}

function* fileIds(value: Json, depth = 0): Generator<string> {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) {
    const id = naming(value)?.file_id
    if (typeof id === 'string') yield id
  }
  for (const one of Object.values(value)) if (one !== undefined) yield* fileIds(one, depth + 1)
}

function replaced(value: Json, own: ReadonlyMap<string, OwnFile>, depth: number): Json {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => replaced(one, own, depth + 1))
  const named = naming(value)
  const found = typeof named?.file_id === 'string' ? own.get(named.file_id) : undefined
  if (!named || !found) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, one === undefined ? one : replaced(one, own, depth + 1)]),
    )
  }
  const { file_id: _ours, ...rest } = named
  const uri = `data:${found.mediaType};base64,${found.base64}`
  if (value.type === 'input_image') return { ...rest, image_url: uri }
  const file = { filename: found.name, ...rest, file_data: uri }
  return value.type === 'file' ? { ...value, file } : file
}
