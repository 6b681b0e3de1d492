import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'

/** In characters. A task is smaller: it is sent as it is, since it is read often and compressing costs more than it saves. */
const LARGE = 16_384
/** Documents and the catalogue are the same for all, and asked for again and again; lists are not. */
const KEPT_BYTES = 8 * 2 ** 20

const compressors = {
  br: promisify(brotliCompress),
  gzip: promisify(gzip),
} as const

type Encoding = keyof typeof compressors

/**
 * Large answers in JSON have a weak ETag, so that a client that has them already is answered 304, and are compressed for
 * clients that accept it. All smaller ones pass at the cost of comparing a length.
 */
export function addJsonAnswers(app: FastifyInstance): void {
  const kept = new LRUCache<string, Uint8Array>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ byteLength }) => byteLength,
  })

  async function compressed(text: string, tag: string, encoding: Encoding): Promise<Uint8Array> {
    const key = `${encoding} ${tag}`
    const known = kept.get(key)
    if (known) return known
    const made =
      encoding === 'br'
        ? await compressors.br(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
        : await compressors.gzip(text)
    kept.set(key, made)
    return made
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < LARGE || !isJson(reply)) return done(null, payload)
    const tag = tagOf(payload)
    const vary = reply.getHeader('vary')
    reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`)
    if (reply.statusCode === 200 && request.method === 'GET') {
      reply.header('etag', tag)
      if (isKnown(request, tag)) {
        reply.code(304).removeHeader('content-type').removeHeader('content-length')
        return done(null, null)
      }
    }
    const encoding = encodingFor(request)
    if (encoding === undefined || reply.hasHeader('content-encoding')) return done(null, payload)
    compressed(payload, tag, encoding).then((body) => {
      reply.header('content-encoding', encoding).removeHeader('content-length')
      done(null, body)
    }, done)
  })
}

function isJson(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('application/json')
}

function tagOf(text: string): string {
  return `W/"${hash('sha1', text, 'base64url')}"`
}

function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const tags = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return tags.includes('*') || tags.includes(tag.slice('W/'.length))
}

/** Brotli before gzip; what has `q=0` is not accepted. */
function encodingFor({ headers }: FastifyRequest): Encoding | undefined {
  const accepted = String(headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.split(';', 1)[0]?.trim())
  return (['br', 'gzip'] as const).find((encoding) => accepted.includes(encoding))
}
