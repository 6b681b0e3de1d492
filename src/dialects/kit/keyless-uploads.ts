import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Draft } from '../../core/draft.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { DialectContext } from '../dialect.ts'

/** How many bodies without a key are read at once in this process, where each is kept in memory until it is whole. */
const MAX_IN_MEMORY = 32
/** Of those, how many may be of one tenant: the others' uploads go on beside slow ones. */
const MAX_IN_MEMORY_OF_TENANT = 24
/** How many are written to disk as they come: of one upload, whose pieces come in order, and of all of a tenant. */
const MAX_STREAMED_OF_UPLOAD = 4
const MAX_STREAMED_OF_TENANT = 64
const RETRY_SECONDS = 5

/** What is read, by what bounds it; of each gateway in this process. */
const inHand = new WeakMap<object, Map<string, number>>()

export interface UploadGuard {
  /** Where the id of the draft is. Default: in the path. */
  idOf?(request: FastifyRequest): string
  /** The bodies are not kept in memory. */
  isStreamed?: true
}

/**
 * For the steps of uploads that carry no key, as the id in the path (or where `idOf` finds it) is their secret: it is looked up before a byte of the
 * body is read, and few bodies are read at once. Throws what `missing` makes, and `rate_limited`.
 */
export function guardUploads(
  app: FastifyInstance,
  { drafts }: Pick<DialectContext, 'drafts'>,
  kind: string,
  missing: (id: string) => PolyphonyError,
  { idOf = ({ params }) => (params as { id?: string }).id ?? '', isStreamed }: UploadGuard = {},
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'PUT' && request.method !== 'POST') return
    const id = idOf(request)
    const draft = await drafts.findOpenly(id, kind)
    if (!draft) throw missing(id)
    if (reply.raw.destroyed) return // 'close' was emitted during the look-up: the count would never go down
    const counts = inHand.get(drafts) ?? new Map<string, number>()
    inHand.set(drafts, counts)
    const bounds = isStreamed ? streamedBounds(draft) : memoryBounds(draft)
    if (bounds.some(([name, most]) => (counts.get(name) ?? 0) >= most)) {
      throw new PolyphonyError('rate_limited', 'Too many uploads come in at once. Try again in a few seconds.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    }
    for (const [name] of bounds) counts.set(name, (counts.get(name) ?? 0) + 1)
    reply.raw.once('close', () => {
      for (const [name] of bounds) {
        const left = (counts.get(name) ?? 1) - 1
        if (left === 0) counts.delete(name)
        else counts.set(name, left)
      }
    })
  })
}

type Bound = readonly [name: string, most: number]

function memoryBounds({ tenantId }: Draft): Bound[] {
  return [
    ['memory', MAX_IN_MEMORY],
    [`memory of ${tenantId}`, MAX_IN_MEMORY_OF_TENANT],
  ]
}

function streamedBounds({ id, tenantId }: Draft): Bound[] {
  return [
    [`upload ${id}`, MAX_STREAMED_OF_UPLOAD],
    [`streamed of ${tenantId}`, MAX_STREAMED_OF_TENANT],
  ]
}
