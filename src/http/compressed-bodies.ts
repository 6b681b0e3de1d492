import { pipeline, Readable, type Transform } from 'node:stream'
import type { RequestPayload } from 'fastify'
import { decoderOf, KNOWN_ENCODINGS } from '../assets/content-encodings.ts'
import { PolyphonyError } from '../core/errors.ts'

/**
 * A body as it was before its compression. It is decoded as it is read, so that its reader stops at the limit of bodies,
 * however small it arrived. Throws `unsupported_media` for an encoding that is not known, and for several at once; reading
 * throws `malformed_body`.
 */
export function decoded(payload: RequestPayload, encoding: string): RequestPayload {
  const known = decoderOf(encoding)
  if (!known) {
    throw new PolyphonyError(
      'unsupported_media',
      `Content-Encoding must be ${KNOWN_ENCODINGS}, or absent, not "${encoding}".`,
    )
  }
  const decoder = pipeline(payload, known, () => {}) // its reader sees the errors of both
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
