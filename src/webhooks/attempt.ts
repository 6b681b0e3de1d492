import type { Egress, PostAnswer } from '../assets/egress.ts'
import type { Clock } from '../core/clock.ts'
import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../core/delivery.ts'
import { nextAttemptAt } from './schedule.ts'
import { signedHeaders } from './sign.ts'

/** What is written down about one attempt, and what follows from it. */
export interface Outcome {
  attempt: DeliveryAttempt
  status: DeliveryStatus
  dueAt: number
}

/** Statuses whose Retry-After counts. */
const ASKS_TO_WAIT: readonly (number | null)[] = [429, 503]
/** The receiver says that it is gone for good, and is believed. */
const GONE = 410
/** So much of an address is written down. */
const MAX_LOCATION = 500

/** Sends a delivery once. Rejects with the signal's reason when `signal` ended it: that says nothing about the receiver. */
export async function attemptDelivery(
  delivery: Delivery,
  context: {
    egress: Egress
    secret: string
    clock: Clock
    /** For the time in the signature, which the receiver compares with its own. */
    wallClock: Clock
    random: () => number
    signal: AbortSignal
    traceparent?: string
  },
): Promise<Outcome> {
  const { egress, secret, clock, wallClock, random, signal, traceparent } = context
  const at = clock.now()
  const answer = await send(delivery, { egress, secret, now: wallClock.now(), signal, traceparent })
  const now = clock.now()
  const attempt = { at, durationMs: now - at, httpStatus: answer.status, error: answer.error }
  if (answer.error === null) return { attempt, status: 'delivered', dueAt: now }
  const retryAfterSeconds = ASKS_TO_WAIT.includes(answer.status) ? answer.retryAfterSeconds : null
  const next = answer.status === GONE ? null : nextAttemptAt(delivery.attempts + 1, now, random, retryAfterSeconds)
  return next === null ? { attempt, status: 'failed', dueAt: now } : { attempt, status: 'pending', dueAt: next }
}

interface Answer {
  status: number | null
  retryAfterSeconds: number | null
  error: string | null
}

interface Sending {
  egress: Egress
  secret: string
  now: number
  signal: AbortSignal
  /** The trace context of this attempt, in place of the task's. */
  traceparent: string | undefined
}

async function send(delivery: Delivery, { egress, secret, now, signal, traceparent }: Sending): Promise<Answer> {
  const { id, url, body } = delivery
  const headers = {
    ...lowerCased(delivery.headers),
    ...(traceparent === undefined ? {} : { traceparent }),
    'content-type': 'application/json',
    ...signedHeaders({ id, body, secret, now }),
  }
  try {
    const answer = await egress.post(url, { headers, body, signal })
    const { status, retryAfterSeconds } = answer
    return { status, retryAfterSeconds, error: faultOf(answer) }
  } catch (error) {
    if (signal.aborted) throw error
    return { status: null, retryAfterSeconds: null, error: reasonOf(error) }
  }
}

/** Why the answer accepts no webhook; null if it does. */
function faultOf({ status, location }: PostAnswer): string | null {
  if (status >= 200 && status < 300) return null
  if (location === undefined) return `The receiver answered ${status}.`
  const to = location.slice(0, MAX_LOCATION)
  if (status === 307 || status === 308) return `The receiver answered ${status}, one redirect too many, to ${to}.`
  return `The receiver answered ${status}, a redirect to ${to}: only 307 and 308 are followed, as others lose the body.`
}

/** Header names are the same in any case, so a spelling must not get past the standard ones. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'The receiver did not answer in time.'
  return error.message || ('code' in error ? String(error.code) : error.name)
}
