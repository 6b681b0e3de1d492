import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { RequestPayload } from 'fastify'
import { PolyphonyError } from '../core/errors.ts'

/** By the name in Content-Encoding (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1). */
const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}
const NAMES = 'gzip, br, deflate or zstd'

/**
 * A body as it was before its compression. It is decoded as it is read, so that its reader stops at the limit of bodies,
 * however small it arrived. Throws `unsupported_media` for an encoding that is not known, and for several at once; reading
 * throws `malformed_body`.
 */
export function decoded(payload: RequestPayload, encoding: string): RequestPayload {
  const create = DECODERS[encoding.trim().toLowerCase()]
  if (!create) {
    throw new PolyphonyError('unsupported_media', `Content-Encoding must be ${NAMES}, or absent, not "${encoding}".`)
  }
  const decoder = pipeline(payload, create(), () => {}) // its reader sees the errors of both
  let arrived = 0
  payload.on('data', (chunk: Buffer) => {
    arrived += chunk.length
  })
  const body: RequestPayload = Readable.from(read(decoder, encoding), { objectMode: false })
  // Fastify compares what has arrived with Content-Length, which is that of the compressed body.
  Object.defineProperty(body, 'receivedEncodedLength', { get: () => arrived })
  return body
}

async function* read(decoder: Transform, encoding: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of decoder) yield chunk as Buffer // zlib gives nothing else
  } catch (cause) {
    throw new PolyphonyError('malformed_body', `The body is not valid ${encoding}, as Content-Encoding says.`, {
      cause,
    })
  }
}
