import { buffer } from 'node:stream/consumers'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { unprefixed } from './prefixed-ids.ts'

/** What clients may send files for: https://platform.openai.com/docs/api-reference/files/create. */
export const UPLOADED = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] as const

/** Of results of batches that clients read as files. */
export const BATCH_OUTPUT = 'batch_output'

/** OpenAI's ids of files begin so. */
export const FILE_PREFIX = 'file-'

/** All files that one request may hold. */
const MAX_BYTES = 32 * 2 ** 20

export interface OwnFile {
  name: string
  mediaType: string
  base64: string
}

/** Other ids of the same form are those of files at a vendor; so many are looked up. */
const MAX_NAMED = 1_000

/** How a protocol names files. */
export interface FileNames {
  /** The id of the file here that a name in a request stands for; undefined for one that is none of ours. */
  idOf(name: string): string | undefined
  /** The field with the name, for errors. */
  field: string
}

/** How a format names files within its bodies, and holds their bytes. */
export interface FileParts extends FileNames {
  /** What an object of the body names a file by; undefined where it names none. */
  nameIn(part: JsonObject): string | undefined
  /** The object with the file in the place of its name. */
  write(part: JsonObject, file: OwnFile): JsonObject
  /** Throws where a name of no file of the caller must not go to the vendor. The default: each goes there as it is. */
  checkForeign?(name: string): void
}

/** OpenAI's ids of files. */
export const OPENAI_NAMES: FileNames = { idOf: (name) => unprefixed(FILE_PREFIX, name), field: 'file_id' }

/** Messages are a list, each with a list of parts, and the result of a tool within one has such a list of its own. */
const MAX_DEPTH = 8

/**
 * The body of a call with the files that the caller has uploaded here in the place of their names: no vendor has them. Other
 * names stay, as those of files at the vendor. Undefined where there is none of ours. Throws `payload_too_large` naming the
 * field, before a byte is read.
 */
export async function withOwnFiles(
  json: JsonObject,
  parts: FileParts,
  caller: Caller,
  files: CallFiles,
): Promise<JsonObject | undefined> {
  const names = namesIn(json, parts)
  if (names.length === 0) return undefined
  const found = await readOwnFiles(names, parts, caller, files)
  for (const name of names) if (!found.has(name)) parts.checkForeign?.(name)
  return found.size === 0 ? undefined : (replaced(json, parts, found, 0) as JsonObject) // an object stays one
}

/** Each as often as it stands there. */
function namesIn(json: JsonObject, { nameIn }: FileParts): string[] {
  const names: string[] = []
  const visit = (value: Json, depth: number): void => {
    if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return
    const name = Array.isArray(value) ? undefined : nameIn(value)
    if (name !== undefined) names.push(name)
    const inner = Array.isArray(value) ? value : Object.values(value)
    for (const one of inner) if (typeof one === 'object' && one !== null) visit(one, depth + 1)
  }
  visit(json, 0)
  return names
}

function replaced(value: Json, parts: FileParts, found: ReadonlyMap<string, OwnFile>, depth: number): Json {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => replaced(one, parts, found, depth + 1))
  const name = parts.nameIn(value)
  const file = name === undefined ? undefined : found.get(name)
  if (file) return parts.write(value, file)
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, one === undefined ? one : replaced(one, parts, found, depth + 1)]),
  )
}

/**
 * The files that the caller has uploaded here, by their ids in a request. `names` has each as often as it occurs in the
 * request, since the file is written out in each place. Names that are not of files here are left out, as those of files at
 * the vendor. Throws `payload_too_large` naming the field.
 */
export async function readOwnFiles(
  names: readonly string[],
  { idOf, field }: FileNames,
  caller: Caller,
  files: CallFiles,
): Promise<Map<string, OwnFile>> {
  const tooMuch = (rule: string) => new PolyphonyError('payload_too_large', rule, { field })
  const named = new Map<string, { id: string; times: number }>()
  for (const name of names) {
    const id = idOf(name)
    if (id !== undefined) named.set(name, { id, times: (named.get(name)?.times ?? 0) + 1 })
  }
  if (named.size > MAX_NAMED) throw tooMuch(`A request names at most ${MAX_NAMED} files.`)
  const found = new Map<string, CallFile>()
  let bytes = 0
  for (const [name, { id, times }] of named) {
    const file = await files.find(id, caller)
    if (!file) continue
    found.set(name, file)
    bytes += file.sizeBytes * times
    if (bytes > MAX_BYTES) throw tooMuch(`The files of a request have at most ${MAX_BYTES} bytes together.`)
  }
  const read = new Map<string, OwnFile>()
  for (const [name, file] of found) read.set(name, await contentOf(file, files))
  return read
}

async function contentOf(file: CallFile, files: CallFiles): Promise<OwnFile> {
  const [bytes, { mediaType: named }] = await Promise.all([files.open(file).then(buffer), files.describe(file)])
  const { fileTypeFromBuffer } = await import('file-type') // with the first file, not with the start
  const mediaType = named ?? (await fileTypeFromBuffer(bytes))?.mime ?? typeOfName(file.name)
  return { name: file.name, mediaType, base64: bytes.toString('base64') }
}

/** The media type that a file's name says. */
export function typeOfName(name: string): string {
  const extension = (/\.([a-z0-9]{1,8})$/i.exec(name)?.[1] ?? '').toLowerCase()
  return TYPES[extension] ?? 'application/octet-stream'
}

const TYPES: Readonly<Record<string, string>> = {
  // Without a signature in their bytes.
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
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}
