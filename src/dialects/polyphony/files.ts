import type { FastifyInstance } from 'fastify'
import { assetReference } from '../../core/asset.ts'
import { scopeOf } from '../../core/caller.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { DialectContext } from '../dialect.ts'
import { describedBy } from '../kit/described.ts'
import { isForm, readForm, takeForms } from '../kit/form.ts'
import type { Descriptions } from './openapi.ts'

const described = describedBy<Descriptions>()

const CREATED = 201

/** `POST /polyphony/v1/files`: a form with a `file`, which an input can then name by its URL. It costs nothing. */
export async function fileRoutes(app: FastifyInstance, { assets, clock, limits, urls }: DialectContext): Promise<void> {
  // A scope of its own: elsewhere a form is no body that we read.
  await app.register(async (scope) => {
    takeForms(scope)
    scope.post('/files', described('polyphonyUpload'), async (request, reply) => {
      if (!isForm(request)) {
        throw new PolyphonyError('unsupported_media', 'Send the file in a form: multipart/form-data.')
      }
      const form = await readForm(request, { maxBytes: limits.uploadMaxBytes })
      const file = form.files.find(({ field }) => field === 'file')
      if (!file) throw invalidInput('file', 'is required')
      const expiresAt = clock.now() + Math.round(limits.uploadHours * HOUR_MS)
      const asset = await assets.upload({ ...scopeOf(request.caller), body: file.body, expiresAt })
      return reply.code(CREATED).send({
        url: urls.file(assetReference(asset)),
        media_type: asset.mediaType,
        size_bytes: asset.sizeBytes,
        expires_at: asset.expiresAt,
      })
    })
  })
}
