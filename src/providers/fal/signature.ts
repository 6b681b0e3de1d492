import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Account, VendorCallback } from '../provider.ts'

/**
 * fal signs callbacks with Ed25519, over four lines: the request, the user, the time, and the SHA-256 of the body in hex.
 * The keys are public, at an address that all of its customers share.
 */

const MAX_AGE_MS = 300 * SECOND_MS
const KEYS_LIMIT_MS = 10 * SECOND_MS

/** Throws `unauthorized` unless fal has signed it lately; `vendor_unreachable` when its keys cannot be had. */
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
  return new PolyphonyError('unauthorized', 'The callback is not signed by fal, or was long ago.')
}

async function keysOf({ settings, fetch }: Account): Promise<JsonObject[]> {
  const url = settings.jwksUrl ?? ''
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(KEYS_LIMIT_MS), redirect: 'error' })
    const body: unknown = answer.ok ? await answer.json() : null
    const keys = isJsonObject(body) ? body.keys : undefined
    if (Array.isArray(keys)) return keys.filter(isJsonObject)
  } catch (error) {
    throw new PolyphonyError('vendor_unreachable', `The keys of fal at ${url} cannot be had.`, { cause: error })
  }
  throw new PolyphonyError('vendor_unreachable', `There are no keys of fal at ${url}.`)
}

function isSignedBy(key: JsonObject, message: Buffer, signature: Buffer): boolean {
  if (key.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string') return false
  const jwk: JsonWebKey = { kty: key.kty, crv: key.crv, x: key.x }
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
}
