import type { FastifyInstance, FastifyRequest } from 'fastify'
import { falRequest } from '../../catalog/hosted.ts'
import { filesIn, replaceFiles } from '../../catalog/media.ts'
import { assetReference } from '../../core/asset.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { fieldIn } from '../../tasks/submission.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn, optionalText } from '../kit/fields.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import { errorAnswer } from './errors.ts'
import type { Descriptions } from './openapi.ts'
import { PREFIX } from './target.ts'

const described = describedBy<Descriptions>()

/**
 * Uploads in two steps: a request with the key names the file, and gets two addresses; the bytes are put to the first,
 * without the key, and the second is then the file's. What connects them is a draft, whose id is the secret.
 */

export const DRAFT = 'fal.upload'
export const FILES = `${PREFIX}/storage/files`
export const TOKEN = 'fal.token'
export const TOKEN_MS = HOUR_MS
/** Takes the place of fal's file server. */
const CDN = `${PREFIX}/storage/cdn`

interface OneUpload {
  Params: { id: string; name: string }
}

/** Begins an upload: `upload_url` to put the bytes to, `file_url` to name the file by. */
export async function initiateUpload(request: FastifyRequest, { drafts, urls }: DialectContext) {
  const { file_name, content_type: type } = objectIn(request.body)
  if (!isText(file_name)) throw invalidInput('file_name', 'is required')
  if (file_name.length > 255) throw invalidInput('file_name', 'has at most 255 characters')
  optionalText(type, 'content_type')
  const { id } = await drafts.open(DRAFT, { file: '' }, request.caller)
  // The last part alone, since it becomes one of a path.
  const name = encodeURIComponent(file_name.split(/[/\\]/).at(-1) || 'file')
  return {
    upload_url: `${urls.publicUrl}${PREFIX}/storage/upload/${id}/${name}`,
    file_url: `${urls.publicUrl}${FILES}/${id}/${name}`,
  }
}

/** A token for uploads in one step, as the Python client sends them: whoever has it uploads for the tenant, for an hour. */
export async function createUploadToken(request: FastifyRequest, { drafts, urls }: DialectContext) {
  const { id, createdAt } = await drafts.open(TOKEN, {}, request.caller)
  return {
    token: id,
    token_type: 'Bearer',
    base_url: `${urls.publicUrl}${CDN}`,
    expires_at: new Date(createdAt + TOKEN_MS).toISOString(),
  }
}

/** The steps that carry no key. */
export function openUploadRoutes(app: FastifyInstance, context: DialectContext): void {
  const { assets, drafts, limits, clock } = context

  handleErrors(app, errorAnswer)
  guardUploads(app, context, DRAFT, noUpload)
  // The type is found in the bytes, whatever the client states.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.uploadMaxBytes }, (_request, body, done) =>
    done(null, body),
  )

  app.put<OneUpload>(`${PREFIX}/storage/upload/:id/:name`, described('falPutUpload'), async (request, reply) => {
    const draft = await drafts.findOpenly(request.params.id, DRAFT)
    if (!draft) throw noUpload()
    if (draft.body.file !== '') throw new PolyphonyError('forbidden', 'The file was uploaded already.')
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
    const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
    const asset = await assets.upload({ tenantId: draft.tenantId, mode: draft.mode, body, expiresAt })
    try {
      await drafts.change(draft, { file: assetReference(asset) })
    } catch (error) {
      await assets.deleteStored([asset])
      throw error
    }
    return reply.send({})
  })

  app.get<OneUpload>(`${FILES}/:id/:name`, described('falUploadedFile'), async (request, reply) => {
    const draft = await drafts.findOpenly(request.params.id, DRAFT)
    return context.sendFile(typeof draft?.body.file === 'string' ? draft.body.file : '', request, reply)
  })
}

/** An upload in one step, with a token in place of the key. */
export function openTokenRoutes(app: FastifyInstance, context: DialectContext): void {
  const { assets, drafts, limits, clock, urls } = context

  handleErrors(app, errorAnswer)
  guardUploads(app, context, TOKEN, unauthorized, { idOf: tokenIn })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limits.uploadMaxBytes }, (_request, body, done) =>
    done(null, body),
  )

  app.post(`${CDN}/files/upload`, described('falTokenUpload'), async (request) => {
    const token = await drafts.findOpenly(tokenIn(request), TOKEN)
    if (!token || token.createdAt + TOKEN_MS <= clock.now()) throw unauthorized()
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
    const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
    const asset = await assets.upload({ tenantId: token.tenantId, mode: token.mode, body, expiresAt })
    return { access_url: urls.file(assetReference(asset)) }
  })
}

export function unauthorized(): PolyphonyError {
  return new PolyphonyError(
    'unauthorized',
    `Send a token of POST ${PREFIX}/storage/auth/token: Authorization: Bearer …`,
  )
}

export function tokenIn({ headers: { authorization = '' } }: FastifyRequest): string {
  return /^Bearer (\S{1,100})$/i.exec(authorization)?.[1] ?? ''
}

export function noUpload(): PolyphonyError {
  return new PolyphonyError('not_found', 'There is no such upload, or it has expired.')
}

/** The submission with uploads replaced by their stored files. Throws `invalid_input` for one that was not sent. */
export async function withUploads(submission: Submission, { drafts, urls }: DialectContext): Promise<Submission> {
  const { input } = submission
  const own = `${urls.publicUrl}${FILES}/`
  const found = new Map<string, string>()
  for (const { field, value } of filesIn(falRequest.input, input)) {
    if (!value.startsWith(own)) continue
    const draft = await drafts.findOpenly(value.slice(own.length).split('/', 1)[0] ?? '', DRAFT)
    const file = draft?.body.file
    if (typeof file !== 'string' || file === '')
      throw invalidInput(fieldIn(submission, field), 'names a file that was not uploaded')
    found.set(value, urls.file(file))
  }
  if (found.size === 0) return submission
  return { ...submission, input: replaceFiles(falRequest.input, input, ({ value }) => found.get(value) ?? value) }
}
