import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Mode } from '../core/task.ts'

/**
 * The secret that a tenant verifies our webhooks with, in the form that Standard Webhooks libraries take. Derived, so
 * that nothing is stored; a tenant gets a new one when its version is counted up. Tasks of test keys have a secret of their
 * own: such keys are given away more lightly, and a holder of one must not be able to sign for live tasks.
 */
export function signingSecret(
  masterSecret: string | Uint8Array,
  tenantId: string,
  version: number,
  mode: Mode = 'live',
): string {
  const purpose = mode === 'live' ? 'webhook' : 'webhook of test keys'
  const key = createHmac('sha256', masterSecret).update(`${purpose}:${tenantId}:${version}`).digest('base64')
  return `whsec_${key}`
}

export interface StandardHeaders {
  /** The same on every attempt: what a receiver recognises a repetition by. */
  'webhook-id': string
  /** Seconds since 1970, of this attempt. */
  'webhook-timestamp': string
  /** `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. */
  'webhook-signature': string
}

/** The headers of Standard Webhooks (https://www.standardwebhooks.com), for one attempt at `now`. */
export function signedHeaders(message: { id: string; body: string; secret: string; now: number }): StandardHeaders {
  const { id, body, secret, now } = message
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
  }
}
