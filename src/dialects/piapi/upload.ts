import type { FastifyInstance } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import { scopeOf } from '../../core/caller.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { bytesOfFile, dataUriIn } from '../../core/sent-files.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { objectIn } from '../kit/fields.ts'
import { type Form, isForm, readForm, takeForms } from '../kit/form.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const MEDIA_TYPES = new Map([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['mp4', 'video/mp4'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
])
const MAX_NAME = 128

/**
 * `POST /api/ephemeral_resource`: base64 in JSON (as PiAPI has it) or a form with a file; out comes a URL, and the file
 * lives for a day.
 */
export async function uploadRoutes(app: FastifyInstance, context: DialectContext): Promise<void> {
  const { uploadMaxBytes, uploadHours } = context.limits
  // A separate scope: other routes accept no forms.
  await app.register(async (scope) => {
    takeForms(scope)
    scope.post('/api/ephemeral_resource', described('uploadFile'), async (request) => {
      const { mediaType, body, field } = isForm(request)
        ? uploadOfForm(await readForm(request, { maxBytes: uploadMaxBytes }))
        : { ...uploadOf(request.body, uploadMaxBytes), field: 'file_data' }
      const expiresAt = context.clock.now() + Math.round(uploadHours * HOUR_MS)
      const file = { ...scopeOf(request.caller), body, mediaType, expiresAt }
      const asset = await context.assets.upload(file).catch((error: unknown) => named(error, field))
      return { code: 200, data: { url: context.urls.file(assetReference(asset)) }, message: 'success' }
    })
  })
}

function uploadOfForm({ files: [file], fields }: Form): { mediaType: string; body: Uint8Array; field: string } {
  if (!file) throw invalidInput('file', 'is required')
  const name = fields.get('file_name')?.at(-1) || file.name
  return { mediaType: mediaTypeOf(name), body: file.body, field: file.field }
}

/** What the bytes turn out to be is a fault of this field. */
function named(error: unknown, field: string): never {
  if (!(error instanceof PolyphonyError) || !['unsupported_media', 'payload_too_large'].includes(error.code))
    throw error
  throw new PolyphonyError(error.code, `${field}: ${error.message}`, { field, cause: error })
}

export function uploadOf(body: unknown, maxBytes: number): { mediaType: string; body: Uint8Array } {
  const { file_name: name, file_data: data } = objectIn(body)
  const mediaType = mediaTypeOf(name)
  if (typeof data !== 'string' || data === '') throw invalidInput('file_data', 'is required')
  const declared = dataUriIn(data)?.mediaType
  if (declared !== undefined && declared !== mediaType && declared !== 'application/octet-stream') {
    throw invalidInput('file_data', `says it is ${declared}, and file_name says ${mediaType}`)
  }
  const bytes = bytesOfFile(data)
  if (!bytes) throw invalidInput('file_data', 'must be base64')
  if (bytes.length > maxBytes) {
    throw new PolyphonyError('payload_too_large', `file_data holds more than ${maxBytes} bytes.`, {
      field: 'file_data',
    })
  }
  return { mediaType, body: bytes }
}

function mediaTypeOf(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw invalidInput('file_name', 'is required')
  if (name.length > MAX_NAME) throw invalidInput('file_name', `has at most ${MAX_NAME} characters`)
  const mediaType = MEDIA_TYPES.get(name.split('.').at(-1)?.toLowerCase() ?? '')
  if (mediaType && name.includes('.')) return mediaType
  throw invalidInput('file_name', `must end in ${[...MEDIA_TYPES.keys()].join(', ')}`)
}
