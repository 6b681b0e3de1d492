import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../core/caller.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Keys } from './keys.ts'

/**
 * Some vendors' clients never send their key: they sign a JSON Web Token with a secret key, and the token names an access
 * key. Here every API key has such a pair, which is valid exactly as long as the key.
 */

/** How far a client's clock may be ahead or behind: the clocks of small servers and desktops differ by tens of seconds. */
const LEEWAY_MS = 60 * SECOND_MS
/** Clients sign for half an hour. A token that is valid for much longer would be a key that cannot be revoked by itself. */
const LONGEST_MS = DAY_MS

export interface AccessPair {
  /** The id of the API key. */
  accessKey: string
  /** 64 hexadecimal digits; the text itself is the key of the HMAC, as JWT libraries expect it. */
  secretKey: string
}

/** The access pair of an API key. It is derived from the master secret, so it need not be stored and can be shown again. */
export function accessPair(masterSecret: string, keyId: string): AccessPair {
  return {
    accessKey: keyId,
    secretKey: createHmac('sha256', masterSecret).update(`kling:${keyId}`).digest('hex'),
  }
}

/** What is wrong with a token: not of the supported form, signed with another secret, or outside its times. */
export type TokenFault = 'malformed' | 'forged' | 'not_yet_valid' | 'expired'

/** The cause of the `unauthorized` with which a token is refused. */
class RefusedToken extends Error {
  readonly fault: TokenFault
  override name = 'RefusedToken'

  constructor(fault: TokenFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** Why a token was refused; undefined for every other error, that of a revoked key among them. */
export function tokenFaultOf({ cause }: PolyphonyError): TokenFault | undefined {
  return cause instanceof RefusedToken ? cause.fault : undefined
}

/**
 * Resolves a credential to its caller. A credential is a token (HS256, with `iss` = access key, `exp`, and optionally
 * `nbf`) or a key itself. Rejects as `Keys.authenticate` does, and with `unauthorized` for an invalid token.
 */
export function openAccessKeys(parts: { keys: Keys; masterSecret: string; clock: Clock }): Keys['authenticate'] {
  const { keys, masterSecret, clock } = parts

  async function holderOf(token: Token): Promise<Caller> {
    return keys.authenticateById(verifiedIssuer(token, masterSecret, clock.now()))
  }

  return (credential) => {
    const token = credential === undefined ? undefined : readToken(credential)
    return token ? holderOf(token) : keys.authenticate(credential)
  }
}

interface Token {
  header: JsonObject
  payload: string
  signature: string
  /** The text that was signed. */
  signed: string
}

const THREE_PARTS = /^([\w-]+)\.([\w-]*)\.([\w-]*)$/

/** Three parts, the first of them a JSON object: no key, even one that the operator chose, looks like this by accident. */
function readToken(text: string): Token | undefined {
  const found = THREE_PARTS.exec(text)
  if (!found) return undefined
  const [, head = '', payload = '', signature = ''] = found
  const header = objectOf(head)
  return header && { header, payload, signature, signed: `${head}.${payload}` }
}

/** The access key of a valid token. The signature is checked first, so that a forged token reveals nothing about times. */
function verifiedIssuer({ header, payload, signature, signed }: Token, masterSecret: string, now: number): string {
  // The algorithm is fixed: a token that may choose its own could choose "none".
  if (header.alg !== 'HS256') throw refused('malformed', 'alg must be HS256')
  if ('crit' in header) throw refused('malformed', 'crit is not supported')
  const claims = objectOf(payload)
  if (!claims) throw refused('malformed', 'its payload must be a JSON object')
  const { iss, exp, nbf } = claims
  if (typeof iss !== 'string' || iss === '') throw refused('malformed', 'iss must be the access key')
  const { secretKey } = accessPair(masterSecret, iss)
  if (!isSame(signature, createHmac('sha256', secretKey).update(signed).digest('base64url'))) {
    throw refused('forged', 'its signature is not that of the secret key which belongs to iss')
  }
  checkTimes(exp, nbf, now)
  return iss
}

function checkTimes(exp: unknown, nbf: unknown, now: number): void {
  if (typeof exp !== 'number') throw refused('malformed', 'exp must be a number of seconds since 1970')
  if (nbf !== undefined && typeof nbf !== 'number') {
    throw refused('malformed', 'nbf must be a number of seconds since 1970')
  }
  if (exp * SECOND_MS <= now - LEEWAY_MS) throw refused('expired', 'it has expired')
  if (exp * SECOND_MS > now + LONGEST_MS + LEEWAY_MS) throw refused('malformed', 'exp must be at most a day ahead')
  if (nbf !== undefined && nbf * SECOND_MS > now + LEEWAY_MS) throw refused('not_yet_valid', 'it is not valid yet')
}

function objectOf(part: string): JsonObject | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  return isJsonObject(value) ? value : undefined
}

/** Compares as text, in which a signature has one spelling: bytes have several in base64. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refused(fault: TokenFault, rule: string): PolyphonyError {
  const message = `The token is refused: ${rule}.`
  return new PolyphonyError('unauthorized', message, { cause: new RefusedToken(fault, message) })
}
