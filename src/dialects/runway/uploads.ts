import type { FastifyInstance } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import type { Caller } from '../../core/caller.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { pathOfText } from '../../core/field-names.ts'
import type { JsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn } from '../kit/fields.ts'
import { isForm, readForm, takeForms } from '../kit/form.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import { runwayError } from './errors.ts'
import type { Descriptions } from './openapi.ts'
import { UPLOAD_SCHEME, uploadsIn, withUploads } from './to-task.ts'

const described = describedBy<Descriptions>()

/**
 * Uploads in two steps: one with a key, which gives an address, and one without, which brings the file there. The address
 * is its own secret.
 */

const KIND = 'runway.upload'
const MAX_NAME = 255

interface OneUpload {
  Params: { id: string }
}

const MEDIA_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
}

/** Where clients of both protocols bring their file: a form by POST, as Runway's package does, or the bytes by PUT. */
export async function fileRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { assets, drafts, clock, limits } = context

  async function store(id: string, body: Buffer): Promise<void> {
    const draft = await drafts.findOpenly(id, KIND)
    if (!draft) throw noUpload(id)
    if (draft.body.reference !== undefined) throw invalidInput('file', 'was uploaded already')
    const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
    const asset = await assets.upload({ tenantId: draft.tenantId, mode: draft.mode, body, expiresAt })
    try {
      await drafts.change(draft, { ...draft.body, reference: assetReference(asset) })
    } catch (error) {
      await assets.deleteStored([asset])
      throw error
    }
  }

  const routes = async (inside: FastifyInstance) => {
    handleErrors(inside, runwayError)
    guardUploads(inside, context, KIND, noUpload)
    await inside.register(async (scope) => {
      takeForms(scope)
      scope.post<OneUpload>('/:id/file', described('runwayBringForm'), async (request, reply) => {
        if (!isForm(request)) throw invalidInput('file', 'must come in a multipart/form-data body')
        const form = await readForm(request, { maxBytes: limits.uploadMaxBytes })
        const [file] = form.files
        if (!file) throw invalidInput('file', 'is required')
        await store(request.params.id, file.body)
        return reply.code(204).send()
      })
    })
    await inside.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      const options = { parseAs: 'buffer', bodyLimit: limits.uploadMaxBytes } as const
      scope.addContentTypeParser('*', options, (_request, body, done) => done(null, body))
      scope.put<OneUpload>('/:id/file', described('runwayBringBytes'), async (request, reply) => {
        if (!Buffer.isBuffer(request.body)) throw invalidInput('file', 'is required')
        await store(request.params.id, request.body)
        return reply.header('etag', `"${request.params.id}"`).send()
      })
    })
  }
  await app.register(routes, { prefix: '/runway/uploads' })
}

function noUpload(id: string): PolyphonyError {
  return new PolyphonyError('not_found', `There is no upload ${id}, or it has expired.`)
}

/** The first step of Runway's own API. */
export async function beginUpload(
  body: unknown,
  caller: Caller,
  context: DialectContext,
): Promise<{ uploadUrl: string; fields: Record<string, string>; runwayUri: string }> {
  const { filename, type } = objectIn(body)
  if (type !== undefined && type !== null && type !== 'ephemeral') throw invalidInput('type', 'must be "ephemeral"')
  const { id } = await context.drafts.open(KIND, { filename: nameIn(filename) }, caller)
  return { uploadUrl: addressOf(id, context), fields: { key: id }, runwayUri: `${UPLOAD_SCHEME}${id}` }
}

/** The first step of the web app. Its files come in one part. */
export async function beginWebUpload(body: unknown, caller: Caller, context: DialectContext) {
  const { filename, numberOfParts = 1 } = objectIn(body)
  if (numberOfParts !== null && numberOfParts !== 1) throw invalidInput('numberOfParts', 'must be 1')
  const name = nameIn(filename)
  const { id } = await context.drafts.open(KIND, { filename: name }, caller)
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  const type = MEDIA_TYPES[extension] ?? 'application/octet-stream'
  return { id, uploadUrls: [addressOf(id, context)], uploadHeaders: { 'Content-Type': type } }
}

/** The last step of the web app: the URL of the uploaded file. */
export async function completeWebUpload(id: string, caller: Caller, context: DialectContext): Promise<{ url: string }> {
  const draft = await context.drafts.find(id, KIND, caller)
  if (!draft) throw noUpload(id)
  return { url: fileOf(draft.body, 'parts', context) }
}

/** The body with the files that it names as `runway://ID` by their addresses. Throws `invalid_input`. */
export async function resolveUploads(body: unknown, caller: Caller, context: DialectContext): Promise<JsonObject> {
  const fields = objectIn(body)
  const addresses = new Map<string, string>()
  for (const name of uploadsIn(fields)) {
    const draft = await context.drafts.find(name.slice(UPLOAD_SCHEME.length), KIND, caller)
    const field = pathOfText(fields, name) ?? ''
    if (!draft) throw invalidInput(field, `names an upload that does not exist: ${name}`)
    addresses.set(name, fileOf(draft.body, field, context))
  }
  return addresses.size === 0 ? fields : (withUploads(fields, addresses) as JsonObject) // an object stays an object
}

function fileOf({ reference }: JsonObject, field: string, { urls }: DialectContext): string {
  if (!isText(reference)) throw invalidInput(field, 'names an upload whose file was not sent yet')
  return urls.file(reference)
}

function nameIn(filename: unknown): string {
  if (!isText(filename)) throw invalidInput('filename', 'is required')
  if (filename.length > MAX_NAME) throw invalidInput('filename', `has at most ${MAX_NAME} characters`)
  return filename
}

function addressOf(id: string, { urls }: DialectContext): string {
  return `${urls.publicUrl}/runway/uploads/${id}/file`
}
