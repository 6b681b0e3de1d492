import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Clock, SECOND_MS } from '../../core/clock.ts'
import type { RateState } from '../../tenants/rate-limit.ts'

/** What a key has left of its limits by the minute; absent where it has none. */
export interface RateStates {
  requests?: RateState
  tokens?: RateState
}

/**
 * What a key has left of its limit, in the headers that most clients read, and in those of the draft of the IETF
 * (draft-ietf-httpapi-ratelimit-headers). A protocol adds its own: see `sendRates`.
 */
export function setRateHeaders(reply: FastifyReply, state: RateState): void {
  const { perMinute, remaining, resetSeconds } = state
  reply.request.rates = { ...reply.request.rates, requests: state }
  reply.headers({
    'x-ratelimit-limit': perMinute,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': resetSeconds,
    'ratelimit-policy': `"key";q=${perMinute};w=60`,
    ratelimit: `"key";r=${remaining};t=${resetSeconds}`,
  })
}

/** Puts the limits of the key on every answer of a plugin, in the headers of its vendor's API. */
export function sendRates(
  app: FastifyInstance,
  headersOf: (rates: RateStates, now: number) => Record<string, string>,
  clock: Clock,
): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (request.rates) reply.headers(headersOf(request.rates, clock.now()))
    done()
  })
}

/** OpenAI's: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers. */
export function openaiRates({ requests, tokens }: RateStates): Record<string, string> {
  const named = (kind: string, { perMinute, remaining, resetSeconds }: RateState) => ({
    [`x-ratelimit-limit-${kind}`]: String(perMinute),
    [`x-ratelimit-remaining-${kind}`]: String(remaining),
    [`x-ratelimit-reset-${kind}`]: durationOf(resetSeconds),
  })
  return { ...(requests ? named('requests', requests) : {}), ...(tokens ? named('tokens', tokens) : {}) }
}

/** As OpenAI writes durations: `1s`, `6m0s`. */
function durationOf(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

/** Anthropic's: https://docs.anthropic.com/en/api/rate-limits#response-headers. */
export function anthropicRates({ requests, tokens }: RateStates, now: number): Record<string, string> {
  const named = (kind: string, { perMinute, remaining, resetSeconds }: RateState) => ({
    [`anthropic-ratelimit-${kind}-limit`]: String(perMinute),
    [`anthropic-ratelimit-${kind}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${kind}-reset`]: timeOf(now + resetSeconds * SECOND_MS),
  })
  return { ...(requests ? named('requests', requests) : {}), ...(tokens ? named('tokens', tokens) : {}) }
}

/** RFC 3339, to the second. */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
