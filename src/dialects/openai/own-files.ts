import { buffer } from 'node:stream/consumers'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { unprefixed } from '../kit/prefixed-ids.ts'

export const FILE_PREFIX = 'file-'

/** All files that one request may hold. */
const MAX_BYTES = 32 * 2 ** 20
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
  const found = new Map<string, CallFile>()
  for (const text of fileIds(json)) {
    const id = unprefixed(FILE_PREFIX, text)
    const file = id === undefined ? undefined : await files.find(id, caller)
    if (file) found.set(text, file)
  }
  if (found.size === 0) return undefined
  const bytes = [...found.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (bytes > MAX_BYTES) {
    throw new PolyphonyError('payload_too_large', `The files of a request have at most ${MAX_BYTES} bytes together.`, {
      field: 'file_id',
    })
  }
  const uris = new Map<string, { uri: string; name: string }>()
  for (const [text, file] of found) uris.set(text, { uri: await dataUri(file, files), name: file.name })
  return replaced(json, uris, 0) as JsonObject // an object stays one
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

function replaced(value: Json, uris: ReadonlyMap<string, { uri: string; name: string }>, depth: number): Json {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => replaced(one, uris, depth + 1))
  const named = naming(value)
  const found = typeof named?.file_id === 'string' ? uris.get(named.file_id) : undefined
  if (!named || !found) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, one === undefined ? one : replaced(one, uris, depth + 1)]),
    )
  }
  const { file_id: _ours, ...rest } = named
  if (value.type === 'input_image') return { ...rest, image_url: found.uri }
  const file = { filename: found.name, ...rest, file_data: found.uri }
  return value.type === 'file' ? { ...value, file } : file
}

async function dataUri(file: CallFile, files: CallFiles): Promise<string> {
  const bytes = await buffer(await files.open(file))
  const { fileTypeFromBuffer } = await import('file-type') // with the first file, not with the start
  const type =
    (await fileTypeFromBuffer(bytes))?.mime ?? TEXT_TYPES[extensionOf(file.name)] ?? 'application/octet-stream'
  return `data:${type};base64,${bytes.toString('base64')}`
}

function extensionOf(name: string): string {
  return (/\.([a-z0-9]{1,8})$/i.exec(name)?.[1] ?? '').toLowerCase()
}

/** Types without a signature in their bytes. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  jsonl: 'application/jsonl',
  xml: 'application/xml',
  svg: 'image/svg+xml',
}
