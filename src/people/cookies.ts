import { createHmac, timingSafeEqual } from 'node:crypto'
import { SECOND_MS } from '../core/clock.ts'

export interface CookieNames {
  /** Of all cookies; the login's package adds a dot. */
  prefix: string
  person: string
  key: string
  /** Set with a session that ends with the browser. */
  untilClosed: string
}

/**
 * The names of the cookies of one gateway. Browsers keep cookies by host, whatever the port, and send those of `/` below each
 * path, too: with one name for all, a sign-in at one gateway of a host would end the sessions of the others. The names follow
 * from the secret that signs the cookies, so all processes of a gateway have the same.
 */
export function cookieNames(secret: string): CookieNames {
  if (latest?.secret !== secret) latest = { secret, names: namesOf(secret) }
  return latest.names
}

/** It is asked for with every request that has a cookie. */
let latest: { secret: string; names: CookieNames } | undefined

function namesOf(secret: string): CookieNames {
  const prefix = `polyphony-${createHmac('sha256', secret).update('names of cookies').digest('hex').slice(0, 8)}`
  return {
    prefix,
    person: `${prefix}.session_token`,
    key: `${prefix}.key_session`,
    untilClosed: `${prefix}.dont_remember`,
  }
}

/** The value of a cookie; undefined where there is none. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === name) return decoded(part.slice(at + 1).trim())
  }
  return undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // no cookie of ours
  }
}

/** `TOKEN.SIGNATURE`, as better-auth signs: HMAC-SHA256, in base64. */
export function signed(token: string, secret: string): string {
  return `${token}.${signatureOf(token, secret)}`
}

/** The token of a signed value; undefined when the signature is not ours. */
export function tokenIn(value: string | undefined, secret: string): string | undefined {
  const at = value?.lastIndexOf('.') ?? -1
  if (value === undefined || at < 1) return undefined
  const token = value.slice(0, at)
  const given = Buffer.from(value.slice(at + 1))
  const expected = Buffer.from(signatureOf(token, secret))
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : undefined
}

function signatureOf(token: string, secret: string): string {
  return createHmac('sha256', secret).update(token).digest('base64')
}

interface CookieOptions {
  /** The path of the public address, without a slash at its end: beside the gateway, the host may have others' pages. */
  basePath: string
  maxAgeMs: number
  isSecure: boolean
}

export function setCookie(name: string, value: string, { maxAgeMs, isSecure, basePath }: CookieOptions): string {
  const maxAge = Math.floor(maxAgeMs / SECOND_MS)
  const flags = `Max-Age=${maxAge}; Path=${basePath || '/'}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return `${name}=${encodeURIComponent(value)}; ${flags}`
}

export function clearCookie(name: string, basePath: string): string {
  return setCookie(name, '', { maxAgeMs: 0, isSecure: false, basePath })
}

/**
 * Takes back the sessions' cookies of the whole host, which are from before the public address had a path: browsers send them
 * beside those of the path, and they would stay when these end.
 */
export function clearHostCookies({ person, key }: CookieNames, basePath: string): string[] {
  return basePath === '' ? [] : [clearCookie(person, ''), clearCookie(key, '')]
}
