import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PolyphonyError } from '../../core/errors.ts'
import type { DialectContext } from '../dialect.ts'

/** How many bodies without a key are read at once in this process: each is kept in memory until it is whole. */
const MAX_AT_ONCE = 32
const RETRY_SECONDS = 5

const inHand = new WeakMap<object, number>()

/**
 * For the steps of uploads that carry no key, as the id in the path (or where `idOf` finds it) is their secret: it is looked up before a byte of the
 * body is read, and few bodies are read at once. Throws what `missing` makes, and `rate_limited`.
 */
export function guardUploads(
  app: FastifyInstance,
  { drafts }: Pick<DialectContext, 'drafts'>,
  kind: string,
  missing: (id: string) => PolyphonyError,
  idOf: (request: FastifyRequest) => string = ({ params }) => (params as { id?: string }).id ?? '',
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'PUT' && request.method !== 'POST') return
    const id = idOf(request)
    if (!(await drafts.findOpenly(id, kind))) throw missing(id)
    if (reply.raw.destroyed) return // 'close' was emitted during the look-up: the count would never go down
    const count = inHand.get(drafts) ?? 0
    if (count >= MAX_AT_ONCE) {
      throw new PolyphonyError('rate_limited', 'Too many uploads come in at once. Try again in a few seconds.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    }
    inHand.set(drafts, count + 1)
    reply.raw.once('close', () => inHand.set(drafts, (inHand.get(drafts) ?? 1) - 1))
  })
}
