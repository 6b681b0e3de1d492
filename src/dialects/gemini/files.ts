import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { type OwnFile, readOwnFiles, typeOfName, UPLOADED } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * Gemini's files (https://ai.google.dev/api/files), on the same files as OpenAI's and Anthropic's: what is sent in one API
 * is listed in the others. `uploads.ts` has how they are sent.
 */

export const FILES_PATH = '/v1beta/files'
const PREFIX = 'files/'
const DEFAULT_PAGE = 10
const MAX_PAGE = 100

interface OneFile {
  Params: { id: string }
}

export function fileRoutes(app: FastifyInstance, { callFiles, urls }: DialectContext): void {
  const find = async ({ params, caller }: FastifyRequest<OneFile>): Promise<CallFile> => {
    const file = await findNamed(`${PREFIX}${params.id}`, caller, callFiles)
    if (file) return file
    throw new PolyphonyError('not_found', `There is no file ${PREFIX}${params.id}, or it has expired.`)
  }

  app.get<{ Querystring: Record<string, unknown> }>('/files', described('gemini-files'), async ({ query, caller }) => {
    const limits = { minimum: 1, maximum: MAX_PAGE, fallback: DEFAULT_PAGE }
    const limit = wholeNumberIn(query, 'pageSize', limits)
    const { beforeId: after } = pageAfter('gemini-files', caller, query, 'pageToken')
    const page = { purposes: UPLOADED, order: 'desc' as const, limit: limit + 1 }
    const found = await callFiles.list(caller, { ...page, ...(after === undefined ? {} : { after }) })
    const shown = found.slice(0, limit)
    const nextPageToken = nextCursor('gemini-files', caller, found.length > limit ? shown.at(-1)?.id : undefined)
    const files = await Promise.all(shown.map((file) => fileBody(file, callFiles, urls.publicUrl)))
    return { files, ...(nextPageToken === null ? {} : { nextPageToken }) }
  })

  app.get<OneFile>('/files/:id', described('gemini-file'), async (request) =>
    fileBody(await find(request), callFiles, urls.publicUrl),
  )

  app.delete<OneFile>('/files/:id', described('gemini-file-delete'), async (request) => {
    await callFiles.remove(await find(request))
    return {}
  })
}

async function findNamed(name: string, caller: Caller, callFiles: CallFiles): Promise<CallFile | undefined> {
  const id = unprefixed(PREFIX, name)
  const file = id === undefined ? undefined : await callFiles.find(id, caller)
  return file && UPLOADED.some((one) => one === file.purpose) ? file : undefined
}

/** The resource `File`. Clients take the id out of a URI as its first letters and digits. */
export async function fileBody(file: CallFile, callFiles: CallFiles, publicUrl: string): Promise<JsonObject> {
  const { mediaType, sha256 } = await callFiles.describe(file)
  const createTime = new Date(file.createdAt).toISOString()
  return {
    name: prefixed(PREFIX, file.id),
    displayName: file.name,
    mimeType: mediaType ?? typeOfName(file.name),
    sizeBytes: String(file.sizeBytes),
    createTime,
    updateTime: createTime,
    expirationTime: new Date(file.expiresAt).toISOString(),
    sha256Hash: Buffer.from(sha256, 'hex').toString('base64'),
    uri: `${publicUrl}${FILES_PATH}/${prefixed('', file.id)}`,
    state: 'ACTIVE',
    source: 'UPLOADED',
  }
}

/** A body that names no file holds no such text. */
export const NAMES_FILE = '/files/'

/** A part stands in a content of a list, or in the result of a function. */
const MAX_DEPTH = 8

/**
 * The body of a call with the files that the caller has sent here in the place of their URIs: no vendor has them. Other
 * URIs stay, as those of files at the vendor. Undefined where there is none of ours. Throws `payload_too_large`, and
 * `invalid_input` for a URI of this gateway at which the caller has no file.
 */
export async function withOwnFiles(
  json: JsonObject,
  caller: Caller,
  { callFiles, urls }: Pick<DialectContext, 'callFiles' | 'urls'>,
): Promise<JsonObject | undefined> {
  const named = new Map([...urisIn(json)].map((uri) => [uri, nameOf(uri)]))
  const found = await readOwnFiles([...named.values()], PREFIX, caller, callFiles)
  const own = new Map<string, OwnFile>()
  for (const [uri, name] of named) {
    const file = found.get(name)
    if (file) own.set(uri, file)
    else if (uri.startsWith(`${urls.publicUrl}${FILES_PATH}/`)) {
      throw invalidInput('fileData.fileUri', `names no file of this key; there is no ${name}`)
    }
  }
  return own.size === 0 ? undefined : (replaced(json, own, 0) as JsonObject) // an object stays one
}

function nameOf(uri: string): string {
  return PREFIX + (/\/files\/([0-9a-f]{32})$/.exec(uri)?.[1] ?? '')
}

/** The file that a part names, in both spellings of this API. */
function storedIn(part: JsonObject): { uri: string; mediaType: Json | undefined } | undefined {
  const stored = part.fileData ?? part.file_data
  if (!isJsonObject(stored)) return undefined
  const uri = stored.fileUri ?? stored.file_uri
  return typeof uri === 'string' ? { uri, mediaType: stored.mimeType ?? stored.mime_type } : undefined
}

function* urisIn(value: Json, depth = 0): Generator<string> {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return
  const stored = Array.isArray(value) ? undefined : storedIn(value)
  if (stored) yield stored.uri
  for (const one of Object.values(value)) if (one !== undefined) yield* urisIn(one, depth + 1)
}

function replaced(value: Json, own: ReadonlyMap<string, OwnFile>, depth: number): Json {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => replaced(one, own, depth + 1))
  const stored = storedIn(value)
  const file = stored && own.get(stored.uri)
  if (!file) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, one === undefined ? one : replaced(one, own, depth + 1)]),
    )
  }
  const { fileData: _camel, file_data: _snake, ...rest } = value
  const { mediaType } = stored
  const mimeType = typeof mediaType === 'string' && mediaType !== '' ? mediaType : file.mediaType
  return { ...rest, inlineData: { mimeType, data: file.base64 } }
}
