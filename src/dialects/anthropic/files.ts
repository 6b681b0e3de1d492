import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CallFile } from '../../core/call-file.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { takeForms } from '../kit/form.ts'
import { type FileParts, type OwnFile, typeOfName, UPLOADED } from '../kit/own-files.ts'
import { prefixed, unprefixed } from '../kit/prefixed-ids.ts'
import { receiveFile } from '../kit/receive-file.ts'
import type { Descriptions } from './openapi.ts'
import { limitIn, type PageQuery, pageOf } from './pages.ts'

const described = describedBy<Descriptions>()

/**
 * Anthropic's Files API (https://docs.anthropic.com/en/api/files-create, beta files-api-2025-04-14), on the same files as
 * OpenAI's: what is sent in one is listed in the other.
 */

const FILE_PREFIX = 'file_'
const PURPOSE = 'user_data'

interface OneFile {
  Params: { id: string }
}

interface Page extends PageQuery {
  limit?: unknown
}

export async function fileRoutes(app: FastifyInstance, { callFiles }: DialectContext): Promise<void> {
  const find = async ({ params, caller }: FastifyRequest<OneFile>): Promise<CallFile> => {
    const id = unprefixed(FILE_PREFIX, params.id)
    const file = id === undefined ? undefined : await callFiles.find(id, caller)
    if (file && UPLOADED.some((one) => one === file.purpose)) return file
    throw new PolyphonyError('not_found', `File not found: ${params.id}`)
  }

  app.get<{ Querystring: Page }>('/v1/files', described('anthropicFiles'), async ({ query, caller }) => {
    const limit = limitIn(query.limit)
    const { newer, older } = pageOf(query, FILE_PREFIX)
    // The newest come first; those before a file are the next newer ones.
    const order = newer === undefined ? ('desc' as const) : ('asc' as const)
    const after = newer ?? older
    const page = { purposes: UPLOADED, order, limit: limit + 1, ...(after === undefined ? {} : { after }) }
    const found = await callFiles.list(caller, page)
    const shown = found.slice(0, limit)
    const data = (newer === undefined ? shown : shown.toReversed()).map(fileBody)
    return { data, has_more: found.length > limit, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  })

  app.get<OneFile>('/v1/files/:id', described('anthropicFile'), async (request) => fileBody(await find(request)))

  app.delete<OneFile>('/v1/files/:id', described('anthropicFileDelete'), async (request) => {
    const file = await find(request)
    await callFiles.remove(file)
    return { id: prefixed(FILE_PREFIX, file.id), type: 'file_deleted' }
  })

  app.get<OneFile>('/v1/files/:id/content', described('anthropicFileContent'), async (request, reply) => {
    const file = await find(request)
    const stream = await callFiles.open(file)
    request.isOpenEnded = true
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': file.sizeBytes,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
        'x-content-type-options': 'nosniff',
      })
      .send(stream)
  })

  // A separate scope: other routes read their forms whole.
  await app.register(async (scope) => {
    scope.removeContentTypeParser('multipart/form-data')
    takeForms(scope)
    scope.post('/v1/files', described('anthropicFileUpload'), (request) =>
      receiveFile(request, { callFiles, field: 'file' }, async ({ name, file }) =>
        fileBody(await callFiles.name(file, { purpose: PURPOSE, name })),
      ),
    )
  })
}

/** The object `FileMetadata` of the official package. A file that was sent here can be downloaded again. */
function fileBody(file: CallFile) {
  return {
    id: prefixed(FILE_PREFIX, file.id),
    type: 'file' as const,
    filename: file.name,
    mime_type: typeOfName(file.name),
    size_bytes: file.sizeBytes,
    created_at: new Date(file.createdAt).toISOString(),
    expires_at: new Date(file.expiresAt).toISOString(),
    downloadable: true,
  }
}

/** Files in the sources of blocks. */
export const FILES_IN_SOURCES: FileParts = {
  idOf: (name) => unprefixed(FILE_PREFIX, name),
  field: 'file_id',
  nameIn: (part) => (part.type === 'file' && typeof part.file_id === 'string' ? part.file_id : undefined),
  write: (_source, file) => sourceOf(file),
}

/** Plain text is a source of its own; all else is base64. */
function sourceOf({ mediaType, base64 }: OwnFile): JsonObject {
  if (!mediaType.startsWith('text/')) return { type: 'base64', media_type: mediaType, data: base64 }
  return { type: 'text', media_type: 'text/plain', data: Buffer.from(base64, 'base64').toString('utf8') }
}
