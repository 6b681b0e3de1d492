import type { FastifyInstance } from 'fastify'
import { ASSET_SCHEME, type Asset, assetReference } from '../../core/asset.ts'
import { type Caller, scopeOf } from '../../core/caller.ts'
import { HOUR_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { nextCursor, pageAfter } from '../kit/cursors.ts'
import { describedBy } from '../kit/described.ts'
import { isText } from '../kit/fields.ts'
import { type Form, isForm, readForm, takeForms } from '../kit/form.ts'
import type { Urls } from '../kit/urls.ts'
import { PREFIX } from './from-task.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const DRAFT = 'replicate.file'
const PAGE = 100
/** Characters of the metadata that is stored with a file. */
const MAX_METADATA = 16 * 2 ** 10

interface OneFile {
  Params: { id: string }
}

/** `/files`: uploads, which a prediction names by `urls.get`. A file's metadata is stored in a draft. */
export async function fileRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { assets, drafts, urls, limits, clock } = context

  /** Undefined when its time is over or it was deleted. */
  async function assetOf({ file }: JsonObject): Promise<Asset | undefined> {
    return isText(file) ? assets.find(file.slice(ASSET_SCHEME.length).split('.', 1)[0] ?? '') : undefined
  }

  async function find(id: string, caller: Caller) {
    const draft = await drafts.find(id, DRAFT, caller)
    const asset = draft && (await assetOf(draft.body))
    if (!draft || !asset) throw new PolyphonyError('not_found', `There is no file ${id}, or it has expired.`)
    return { draft, asset }
  }

  app.get<OneFile>('/files/:id', described('replicateFile'), async (request) => {
    const { draft, asset } = await find(request.params.id, request.caller)
    return fileBody(draft, asset, urls)
  })

  app.delete<OneFile>('/files/:id', described('replicateDeleteFile'), async (request, reply) => {
    const { asset } = await find(request.params.id, request.caller)
    await assets.deleteStored([asset])
    return reply.code(204).send()
  })

  app.get<{ Querystring: { cursor?: string } }>('/files', described('replicateFiles'), async ({ query, caller }) => {
    const page = { limit: PAGE + 1, ...pageAfter('replicate-files', caller, query) }
    const found = await drafts.list(DRAFT, caller, page)
    const results = await Promise.all(
      found.slice(0, PAGE).map(async ({ id, body }) => {
        const asset = await assetOf(body)
        return asset ? [fileBody({ id, body }, asset, urls)] : []
      }),
    )
    const cursor = nextCursor('replicate-files', caller, found.length > PAGE ? found[PAGE - 1]?.id : null)
    const next = cursor === null ? null : `${urls.publicUrl}${PREFIX}/files?cursor=${cursor}`
    return { next, previous: null, results: results.flat() }
  })

  // A separate scope: other routes accept no forms.
  await app.register(async (scope) => {
    takeForms(scope)
    scope.post('/files', described('replicateUpload'), async (request, reply) => {
      if (!isForm(request)) {
        throw new PolyphonyError('unsupported_media', 'Send the file as multipart/form-data, in the part "content".')
      }
      const form = await readForm(request, { maxBytes: limits.uploadMaxBytes, maxFiles: 2 })
      const content = form.files.find(({ field }) => field === 'content')
      if (!content) throw invalidInput('content', 'is required: the file')
      const metadata = metadataOf(form)
      const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
      const asset = await assets
        .upload({ ...scopeOf(request.caller), body: content.body, expiresAt })
        .catch((error: unknown) => ofContent(error))
      const name = form.fields.get('filename')?.at(-1) || content.name
      const draft = await drafts.open(DRAFT, { file: assetReference(asset), name, metadata }, request.caller)
      return reply.code(201).send(fileBody(draft, asset, urls))
    })
  })
}

export function fileBody({ id, body: { name, metadata } }: Pick<Draft, 'id' | 'body'>, asset: Asset, urls: Urls) {
  return {
    id,
    name: isText(name) ? name : `file.${asset.extension}`,
    content_type: asset.mediaType,
    size: asset.sizeBytes,
    etag: asset.sha256,
    checksums: { sha256: asset.sha256 },
    metadata: isJsonObject(metadata) ? metadata : {},
    created_at: new Date(asset.createdAt).toISOString(),
    expires_at: new Date(asset.expiresAt).toISOString(),
    // The file itself, since this is what clients put into an input.
    urls: { get: urls.file(assetReference(asset)) },
  }
}

/** The official client sends it as a file of JSON, others as a text. */
function metadataOf({ fields, files }: Form): JsonObject {
  const text = fields.get('metadata')?.at(-1) ?? files.find(({ field }) => field === 'metadata')?.body.toString()
  if (text === undefined || text === '') return {}
  if (text.length > MAX_METADATA) throw invalidInput('metadata', `has at most ${MAX_METADATA} characters`)
  try {
    const metadata: unknown = JSON.parse(text)
    if (isJsonObject(metadata)) return metadata
  } catch {
    // Refused below, like anything else that is not an object.
  }
  throw invalidInput('metadata', 'must be a JSON object')
}

/** What the bytes turn out to be is a fault of this field. */
function ofContent(error: unknown): never {
  if (!(error instanceof PolyphonyError) || !['unsupported_media', 'payload_too_large'].includes(error.code))
    throw error
  throw new PolyphonyError(error.code, `content: ${error.message}`, { field: 'content', cause: error })
}
