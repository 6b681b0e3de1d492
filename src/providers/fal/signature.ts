import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import type { Static } from 'typebox'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { readAnswer } from '../kit/read-wire.ts'
import type { Account, VendorCallback } from '../provider.ts'
import { Keys } from './wire.ts'

type Key = Static<typeof Keys>['keys'][number]

/**
 * fal signs callbacks with Ed25519, over four lines: the request, the user, the time, and the SHA-256 of the body in hex.
 * The keys are public, at an address that all of its customers share.
 */

const MAX_AGE_MS = 300 * SECOND_MS
const KEYS_LIMIT_MS = 10 * SECOND_MS

/** Throws `unauthorized` unless fal signed it recently; `vendor_unreachable` when fal's keys cannot be read. */
export async function verifySignature(callback: VendorCallback, account: Account): Promise<void> {
  const { headers, rawBody, receivedAt } = callback
  const named = ['request-id', 'user-id', 'timestamp', 'signature'].map(
    (name) => headers[`x-fal-webhook-${name}`] ?? '',
  )
  const [requestId = '', userId = '', timestamp = '', signature = ''] = named
  const isRecent = Math.abs(receivedAt - Number(timestamp) * SECOND_MS) <= MAX_AGE_MS
  if (named.includes('') || !isRecent) throw unsigned()
  const digest = createHash('sha256').update(rawBody).digest('hex')
  const message = Buffer.from([requestId, userId, timestamp, digest].join('\n'))
  const keys = await keysOf(account)
  if (!keys.some((key) => isSignedBy(key, message, Buffer.from(signature, 'hex')))) throw unsigned()
}

function unsigned(): PolyphonyError {
  return new PolyphonyError('unauthorized', 'The callback is not signed by fal, or its signature is too old.')
}

async function keysOf({ settings, fetch }: Account): Promise<Key[]> {
  const url = settings.jwksUrl ?? ''
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(KEYS_LIMIT_MS), redirect: 'error' })
    const body: unknown = answer.ok ? await answer.json() : null
    return readAnswer(Keys, body, 'fal').keys
  } catch (cause) {
    throw new PolyphonyError('vendor_unreachable', `fal's signing keys could not be read from ${url}.`, { cause })
  }
}

function isSignedBy({ kty, crv, x }: Key, message: Buffer, signature: Buffer): boolean {
  if (kty !== 'OKP' || crv !== 'Ed25519') return false
  const jwk: JsonWebKey = { kty, crv, x }
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
}
