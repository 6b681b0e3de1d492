import type { FastifyReply } from 'fastify'
import type { RateState } from '../../tenants/rate-limit.ts'

/**
 * What a key has left of its limit, in the headers that most clients read, and in those of the draft of the IETF
 * (draft-ietf-httpapi-ratelimit-headers).
 */
export function setRateHeaders(reply: FastifyReply, { perMinute, remaining, resetSeconds }: RateState): void {
  reply.headers({
    'x-ratelimit-limit': perMinute,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': resetSeconds,
    'ratelimit-policy': `"key";q=${perMinute};w=60`,
    ratelimit: `"key";r=${remaining};t=${resetSeconds}`,
  })
}
