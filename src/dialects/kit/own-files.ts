import { buffer } from 'node:stream/consumers'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { unprefixed } from './prefixed-ids.ts'

/** What clients may send files for: https://platform.openai.com/docs/api-reference/files/create. */
export const UPLOADED = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] as const

/** OpenAI's ids of files begin so. */
export const FILE_PREFIX = 'file-'

/** All files that one request may hold. */
const MAX_BYTES = 32 * 2 ** 20

export interface OwnFile {
  name: string
  mediaType: string
  base64: string
}

/**
 * The files that the caller has sent here, by their ids in a request: no vendor has them. Ids that are not of files here
 * are left out, as those of files at the vendor. Throws `payload_too_large`.
 */
export async function readOwnFiles(
  ids: Iterable<string>,
  prefix: string,
  caller: Caller,
  files: CallFiles,
): Promise<Map<string, OwnFile>> {
  const found = new Map<string, CallFile>()
  let bytes = 0
  for (const text of ids) {
    const id = unprefixed(prefix, text)
    const file = found.get(text) ?? (id === undefined ? undefined : await files.find(id, caller))
    if (!file) continue
    found.set(text, file)
    bytes += file.sizeBytes // each time that it is named: it is written out in each place
  }
  if (bytes > MAX_BYTES) {
    throw new PolyphonyError('payload_too_large', `The files of a request have at most ${MAX_BYTES} bytes together.`, {
      field: 'file_id',
    })
  }
  const read = new Map<string, OwnFile>()
  for (const [text, file] of found) read.set(text, await contentOf(file, files))
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
