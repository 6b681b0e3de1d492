import { createHmac, timingSafeEqual } from 'node:crypto'
import { PolyphonyError } from '../../core/errors.ts'
import type { Account, VendorCallback } from '../provider.ts'

const TOKEN_SECONDS = 1_800
/** How far the vendor's clock may be behind ours. */
const SKEW_SECONDS = 5

/**
 * What a call carries: the API key, or a token that the secret key signs (HS256) for half an hour. Throws
 * `account_refused` where the account has neither.
 */
export function authorizationOf({ settings }: Pick<Account, 'settings'>, now: number): string {
  const { apiKey, accessKey, secretKey } = settings
  if (apiKey) return `Bearer ${apiKey}`
  if (accessKey && secretKey) return `Bearer ${tokenOf(accessKey, secretKey, Math.floor(now / 1_000))}`
  throw new PolyphonyError('account_refused', 'Kling needs an API key, or an access key with its secret key.', {
    lacks: 'credential',
  })
}

function tokenOf(accessKey: string, secretKey: string, nowSeconds: number): string {
  const header = encoded({ alg: 'HS256', typ: 'JWT' })
  const claims = encoded({ iss: accessKey, exp: nowSeconds + TOKEN_SECONDS, nbf: nowSeconds - SKEW_SECONDS })
  const signed = `${header}.${claims}`
  return `${signed}.${createHmac('sha256', secretKey).update(signed).digest('base64url')}`
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

const MOST_SECONDS_OFF = 300

/**
 * Kling signs its callbacks once a webhook secret was made in its console, by the rules of Standard Webhooks (its page on
 * callbacks, 2026); each of several signatures counts, as a secret that is being replaced signs too. Throws
 * `unauthorized`.
 */
export function checkSignature({ headers, rawBody, receivedAt }: VendorCallback, secret: string): void {
  const { 'webhook-id': id = '', 'webhook-timestamp': sentAt = '', 'webhook-signature': signatures = '' } = headers
  const secondsOff = Math.abs(receivedAt / 1_000 - Number(sentAt))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${sentAt}.${rawBody}`).digest()
  const isSigned = signatures.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',', 2)
    const given = Buffer.from(signature, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
  if (!isSigned || !(secondsOff <= MOST_SECONDS_OFF)) {
    throw new PolyphonyError('unauthorized', 'The callback is not signed with the webhook secret, or is not of now.')
  }
}
