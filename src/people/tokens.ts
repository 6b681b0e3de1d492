import { createHmac, hash, randomBytes } from 'node:crypto'

/** Tokens of links. They follow a `#`, which browsers do not send: no server, proxy or log has them. */

export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** What is stored of a token: they are random, as keys are. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex')
}

/** Claims the gateway: the same at each start and in each process, until someone has claimed it. */
export function claimToken(masterSecret: string): string {
  return createHmac('sha256', masterSecret).update('polyphony claim').digest('base64url').slice(0, 32)
}

/** Signs sessions, and encrypts what the login stores. */
export function loginSecret(masterSecret: string): string {
  return createHmac('sha256', masterSecret).update('polyphony login').digest('base64url')
}

export const PAGES = { claim: '/claim', invitation: '/invitation', reset: '/reset', enter: '/enter' } as const

export function linkTo(
  publicUrl: string,
  page: keyof typeof PAGES,
  token: string,
  query: Record<string, string> = {},
): string {
  const search = new URLSearchParams(query).toString()
  return `${publicUrl.replace(/\/$/, '')}${PAGES[page]}${search === '' ? '' : `?${search}`}#${token}`
}
