import type { FastifyRequest } from 'fastify'
import { type Asset, assetReference } from '../../core/asset.ts'
import { scopeOf } from '../../core/caller.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { fieldError, invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { bytesOfFile } from '../../core/sent-files.ts'
import type { DialectContext } from '../dialect.ts'
import { objectIn } from '../kit/fields.ts'

/** `/submit/upload-discord-images`: stores pictures, and answers with their URLs at this gateway. */

const MAX_PICTURES = 10

/** All of them, or none. Throws `invalid_input`, `unsupported_media`, `payload_too_large`, each naming the field. */
export async function uploadPictures(request: FastifyRequest, context: DialectContext): Promise<string[]> {
  const pictures = picturesIn(objectIn(request.body).base64Array)
  const expiresAt = context.clock.now() + Math.round(context.limits.uploadHours * HOUR_MS)
  const kept: Asset[] = []
  try {
    for (const [index, body] of pictures.entries()) {
      const field = `base64Array.${index}`
      const file = { ...scopeOf(request.caller), body, expiresAt }
      const asset = await context.assets.upload(file).catch((error: unknown) => named(error, field))
      kept.push(asset)
      if (!asset.mediaType.startsWith('image/')) {
        throw fieldError('unsupported_media', field, `must be an image, not ${asset.mediaType}`)
      }
    }
  } catch (error) {
    await context.assets.deleteStored(kept)
    throw error
  }
  return kept.map((asset) => context.urls.file(assetReference(asset)))
}

function picturesIn(array: Json | undefined): Uint8Array[] {
  if (!Array.isArray(array)) throw invalidInput('base64Array', 'must be an array of pictures in base64')
  if (array.length === 0) throw invalidInput('base64Array', 'must not be empty')
  if (array.length > MAX_PICTURES) throw invalidInput('base64Array', `has at most ${MAX_PICTURES} elements`)
  return array.map((one, index) => {
    const bytes = typeof one === 'string' ? bytesOfFile(one) : undefined
    if (!bytes) throw invalidInput(`base64Array.${index}`, 'must be a data URI or base64')
    return bytes
  })
}

/** What the bytes turn out to be is a fault of this field. */
function named(error: unknown, field: string): never {
  const isOfTheFile = error instanceof PolyphonyError && ['unsupported_media', 'payload_too_large'].includes(error.code)
  if (!isOfTheFile) throw error
  throw new PolyphonyError(error.code, `${field}: ${error.message}`, { field, cause: error })
}
