import type { FastifyInstance } from 'fastify'
import { invalid } from '../../catalog/read-input.ts'
import { assetReference } from '../../core/asset.ts'
import { HOUR_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { DialectContext } from '../dialect.ts'

const MEDIA_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  mp4: 'video/mp4',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
}
const MAX_NAME = 128
const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+)?(?:;[a-z]+=[^;,]*)*;base64,/i

/** `POST /api/ephemeral_resource`: base64 in, a URL out; the file lives for a day. */
export function uploadRoutes(app: FastifyInstance, context: DialectContext): void {
  app.post('/api/ephemeral_resource', async (request) => {
    const { mediaType, body } = uploadOf(request.body, context.limits.uploadMaxBytes)
    const asset = await context.assets.upload({
      tenantId: request.caller.tenantId,
      body,
      mediaType,
      expiresAt: context.clock.now() + context.limits.uploadHours * HOUR_MS,
    })
    return { code: 200, data: { url: context.urls.file(assetReference(asset)) }, message: 'success' }
  })
}

export function uploadOf(body: unknown, maxBytes: number): { mediaType: string; body: Uint8Array } {
  if (!isJsonObject(body)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  const { file_name: name, file_data: data } = body
  if (typeof name !== 'string' || name === '') throw invalid('file_name', 'is required')
  if (name.length > MAX_NAME) throw invalid('file_name', `has at most ${MAX_NAME} characters`)
  const mediaType = MEDIA_TYPES[name.split('.').at(-1)?.toLowerCase() ?? '']
  if (!mediaType || !name.includes('.')) {
    throw invalid('file_name', `must end in ${Object.keys(MEDIA_TYPES).join(', ')}`)
  }
  if (typeof data !== 'string' || data === '') throw invalid('file_data', 'is required')
  const uri = DATA_URI.exec(data)
  const declared = uri?.[1]?.toLowerCase()
  if (declared !== undefined && declared !== mediaType && declared !== 'application/octet-stream') {
    throw invalid('file_data', `says it is ${declared}, and file_name says ${mediaType}`)
  }
  const base64 = (uri ? data.slice(uri[0].length) : data).replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 === 1) throw invalid('file_data', 'must be base64')
  if ((base64.length * 3) / 4 > maxBytes + 2) {
    throw new PolyphonyError('payload_too_large', `file_data holds more than ${maxBytes} bytes.`, { field: 'file_data' })
  }
  return { mediaType, body: Buffer.from(base64, 'base64') }
}
