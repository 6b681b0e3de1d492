import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import { HOUR_MS } from '../../core/clock.ts'
import type { Draft } from '../../core/draft.ts'
import { fieldError, invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isText, objectIn, optionalText } from '../kit/fields.ts'
import { isForm, readForm, takeForms } from '../kit/form.ts'
import { guardUploads } from '../kit/keyless-uploads.ts'
import { handleErrors } from '../kit/protocol.ts'
import type { Urls } from '../kit/urls.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'
import { envelope } from '../shared/relay-task.ts'
import type { Descriptions } from './openapi.ts'
import { submit, submitOnce } from './submit.ts'
import { uploadTask } from './to-task.ts'

const described = describedBy<Descriptions>()

/** An upload in steps, as in Suno's web API: a request for an address, a form that is sent there, and a clip of it. */

const KIND = 'suno.upload'

/** Types that clients upload. Whether a file can be used shows when the clip is made. */
const TYPES: Record<string, string> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  m4a: 'audio/mp4',
  mp4: 'audio/mp4',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
}
const MAX_NAME = 200

interface OneUpload {
  Params: { id: string }
}

export function uploadRoutes(app: FastifyInstance, context: DialectContext): void {
  const { drafts, urls } = context

  app.post('/uploads/audio', described('sunoUploadAudio'), async (request, reply) => {
    const body = objectIn(request.body)
    // One relay's spelling of the import by URL.
    if (isText(body.url)) return envelope((await submit(request, reply, context, uploadTask(body))).id)
    const extension = optionalText(body.extension, 'extension') ?? 'mp3'
    if (!Object.hasOwn(TYPES, extension.toLowerCase())) {
      throw invalidInput('extension', `must be one of ${Object.keys(TYPES).join(', ')}, unless url names an MP3`)
    }
    const secret = randomBytes(24).toString('hex')
    const draft = await drafts.open(KIND, { extension: extension.toLowerCase(), secret }, request.caller)
    return placeOf(draft, urls)
  })

  app.post<OneUpload>('/uploads/audio/:id/upload-finish', described('sunoUploadFinish'), async (request) => {
    const draft = await found(request)
    const { upload_filename } = objectIn(request.body ?? {})
    const name = optionalText(upload_filename, 'upload_filename') ?? ''
    if (!isText(draft.body.file)) throw invalidInput('id', 'names an upload whose form was not sent yet')
    const finished = { ...draft.body, isFinished: true, title: name.replace(/\.[^.]*$/, '').slice(0, MAX_NAME) }
    return uploadOf(await drafts.change(draft, finished))
  })

  app.get<OneUpload>('/uploads/audio/:id', described('sunoUploadState'), async (request) =>
    uploadOf(await found(request)),
  )

  app.post<OneUpload>('/uploads/audio/:id/initialize-clip', described('sunoUploadClip'), async (request) => {
    const { id, body } = await found(request)
    if (!isText(body.file) || body.isFinished !== true) throw invalidInput('id', 'names an upload that is not finished')
    const title = isText(body.title) ? { title: body.title } : {}
    const submission = uploadTask({ url: urls.file(body.file), ...title })
    return { clip_id: (await submitOnce(request, context, submission, id)).id }
  })

  async function found({ params, caller }: FastifyRequest<OneUpload>): Promise<Draft> {
    const draft = await drafts.find(params.id, KIND, caller)
    if (!draft) throw noUpload(params.id)
    return draft
  }
}

/** The address of the form. It carries no key: the id and the signature of its upload are its secret. */
export function uploadForm(app: FastifyInstance, context: DialectContext): void {
  const { drafts, assets, clock, limits } = context
  takeForms(app)
  guardUploads(app, context, KIND, noUpload)
  handleErrors(app, (error) => ({ status: errorStatus(error), body: errorBody(error) }))

  app.post<OneUpload>('/uploads/form/:id', described('sunoUploadForm'), async (request, reply: FastifyReply) => {
    const draft = await drafts.findOpenly(request.params.id, KIND)
    if (!draft) throw noUpload(request.params.id)
    if (!isForm(request)) {
      throw new PolyphonyError('unsupported_media', 'Send a form: multipart/form-data.')
    }
    const { fields, files } = await readForm(request, { maxBytes: limits.uploadMaxBytes, maxFiles: 6 })
    // Some clients send every field as a part with an empty file name, which makes a file of it.
    const signature =
      fields.get('signature')?.at(-1) ?? files.find(({ field }) => field === 'signature')?.body.toString()
    if (!isSame(signature ?? '', String(draft.body.secret))) {
      throw fieldError('forbidden', 'signature', 'is not that of this upload')
    }
    const file = files.find(({ field }) => field === 'file')
    if (!file) throw invalidInput('file', 'is required')
    if (isText(draft.body.file)) throw invalidInput('file', 'was sent before')
    const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
    const asset = await assets.upload({ tenantId: draft.tenantId, mode: draft.mode, body: file.body, expiresAt })
    try {
      if (!/^(?:audio|video)\//.test(asset.mediaType)) {
        throw fieldError('unsupported_media', 'file', `must be audio, not ${asset.mediaType}`)
      }
      await drafts.change(draft, { ...draft.body, file: assetReference(asset) })
    } catch (error) {
      await assets.deleteStored([asset])
      throw error
    }
    return reply.code(204).send()
  })
}

function noUpload(id: string): PolyphonyError {
  return new PolyphonyError('task_not_found', `No upload ${id}.`)
}

function isSame(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The answer that a storage's form would need; clients send its fields as they are, then the file. */
function placeOf({ id, body }: Draft, urls: Urls) {
  const { extension, secret } = body
  return {
    id,
    url: `${urls.publicUrl}/suno/uploads/form/${id}`,
    fields: {
      'Content-Type': TYPES[String(extension)] ?? '',
      key: `raw_uploads/${id}.${extension}`,
      AWSAccessKeyId: '',
      policy: '',
      signature: secret,
    },
    is_file_uploaded: false,
  }
}

function uploadOf({ id, body }: Draft) {
  const { file, title = '', isFinished } = body
  return {
    id,
    status: isFinished === true ? 'complete' : 'processing',
    error_message: null,
    s3_id: isText(file) ? `m_${id}` : '',
    title,
    image_url: '',
  }
}
