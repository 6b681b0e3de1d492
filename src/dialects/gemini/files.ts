import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CallFiles } from '../../calls/call-files.ts'
import type { CallFile } from '../../core/call-file.ts'
import type { Caller } from '../../core/caller.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { wholeNumberIn } from '../kit/fields.ts'
import { BATCH_OUTPUT, type FileParts, type OwnFile, typeOfName, UPLOADED } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

/**
 * Gemini's files (https://ai.google.dev/api/files), on the same files as OpenAI's and Anthropic's: what is sent in one API
 * is listed in the others. `uploads.ts` has how they are sent.
 */

export const FILES_PATH = '/v1beta/files'
/** Of the names of files. */
export const PREFIX = 'files/'
const DEFAULT_PAGE = 10
const MAX_PAGE = 100

interface OneFile {
  Params: { id: string }
}

export function fileRoutes(app: FastifyInstance, { callFiles, urls }: DialectContext): void {
  const find = ({ params, caller }: FastifyRequest<OneFile>) => getNamed(params.id, caller, callFiles)

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

  const about = described({ '/files/{id}': 'gemini-file', '/files/{id}:download': 'gemini-file-download' })
  app.get<OneFile & { Querystring: { alt?: unknown } }>('/files/:id', about, async (request, reply) => {
    if (request.params.id.endsWith(DOWNLOAD) || request.query.alt === 'media')
      return sendBytes(request, reply, callFiles)
    return fileBody(await find(request), callFiles, urls.publicUrl)
  })

  app.delete<OneFile>('/files/:id', described('gemini-file-delete'), async (request) => {
    await callFiles.remove(await find(request))
    return {}
  })
}

/** Google serves the bytes of files below this path, too: https://ai.google.dev/gemini-api/docs/batch-api. */
export function downloadRoute(app: FastifyInstance, { callFiles }: DialectContext): void {
  app.get<OneFile>('/files/:id', described({ '/files/{id}:download': 'gemini-file-bytes' }), (request, reply) =>
    sendBytes(request, reply, callFiles),
  )
}

const DOWNLOAD = ':download'

async function sendBytes(
  request: FastifyRequest<OneFile>,
  reply: FastifyReply,
  callFiles: CallFiles,
): Promise<FastifyReply> {
  const file = await getNamed(request.params.id.replace(DOWNLOAD, ''), request.caller, callFiles)
  request.isOpenEnded = true
  const { mediaType } = await callFiles.describe(file)
  const headers = { 'content-type': mediaType ?? typeOfName(file.name), 'content-length': file.sizeBytes }
  return reply.headers({ ...headers, 'x-content-type-options': 'nosniff' }).send(await callFiles.open(file))
}

/** Throws `not_found`. */
async function getNamed(id: string, caller: Caller, callFiles: CallFiles): Promise<CallFile> {
  const file = await findFile(`${PREFIX}${id}`, caller, callFiles)
  if (file) return file
  throw new PolyphonyError('not_found', `There is no file ${PREFIX}${id}, or it has expired.`)
}

/** What clients have sent, and what they read as the results of batches. */
export async function findFile(name: string, caller: Caller, callFiles: CallFiles): Promise<CallFile | undefined> {
  const id = unprefixed(PREFIX, name)
  const file = id === undefined ? undefined : await callFiles.find(id, caller)
  return file && [...UPLOADED, BATCH_OUTPUT].some((one) => one === file.purpose) ? file : undefined
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

/** Files in parts, in both spellings of this API. Their names are URIs, of which those of this gateway must be files here. */
export function filesInParts({ publicUrl }: Pick<DialectContext['urls'], 'publicUrl'>): FileParts {
  return {
    idOf: idInUri,
    field: FIELD,
    nameIn: (part) => storedIn(part)?.uri,
    write,
    checkForeign(uri) {
      if (!uri.startsWith(`${publicUrl}/`) || !pathOf(uri).includes('/files/')) return
      throw invalidInput(FIELD, `names no file of this key; there is no ${uri.slice(0, MAX_SHOWN)}`)
    },
  }
}

const FIELD = 'fileData.fileUri'
const MAX_SHOWN = 200

/** The address of a file, of its bytes (`:download`, `?alt=media`), or its name alone. */
function idInUri(uri: string): string | undefined {
  const [, hex = ''] = /(?:^|\/)files\/([0-9a-f]{32})(?::download)?$/.exec(pathOf(uri)) ?? []
  return unprefixed(PREFIX, PREFIX + hex)
}

/** Without query and fragment. What is no address is its own path. */
function pathOf(uri: string): string {
  return URL.parse(uri)?.pathname ?? uri
}

/** The file that a part names. */
function storedIn(part: JsonObject): { uri: string; mediaType: Json | undefined } | undefined {
  const stored = part.fileData ?? part.file_data
  if (!isJsonObject(stored)) return undefined
  const uri = stored.fileUri ?? stored.file_uri
  return typeof uri === 'string' ? { uri, mediaType: stored.mimeType ?? stored.mime_type } : undefined
}

function write(part: JsonObject, file: OwnFile): JsonObject {
  const { fileData: _camel, file_data: _snake, ...rest } = part
  const mediaType = storedIn(part)?.mediaType
  const mimeType = typeof mediaType === 'string' && mediaType !== '' ? mediaType : file.mediaType
  return { ...rest, inlineData: { mimeType, data: file.base64 } }
}
