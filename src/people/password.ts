import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { invalidInput } from '../core/errors.ts'
import { openTurns } from './hashing-turns.ts'

const scryptInPool = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/**
 * One after the other: Node's pool has four threads for the whole process, which also read files and look hosts up, and
 * anyone may make it hash. Rejects with `overloaded` where too many wait.
 */
export const inTurn = openTurns()

function derive(password: string, salt: Buffer, bytes: number, cost: ScryptOptions): Promise<Buffer> {
  return inTurn(() => scryptInPool(password, salt, bytes, cost))
}

/** One of the equivalent settings of OWASP's Password Storage Cheat Sheet: 32 MiB and three passes, in a thread of Node's pool. */
export const PASSWORD_COST = { N: 2 ** 15, r: 8, p: 3 }
export type PasswordCost = typeof PASSWORD_COST
const KEY_BYTES = 32
const SALT_BYTES = 16
const MAX_MEMORY = 64 * 2 ** 20

export const MIN_PASSWORD = 8
export const MAX_PASSWORD = 128

/** `scrypt$N$r$p$salt$key`, so that a later version can raise the cost and still read it. */
export async function hashPassword(password: string, { N, r, p }: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: MAX_MEMORY })
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', key = ''] = hash.split('$')
  if (kind !== 'scrypt') return false
  const expected = Buffer.from(key, 'base64url')
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: MAX_MEMORY }
  const found = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), expected.length, cost)
  return timingSafeEqual(found, expected)
}

/** Length is the only rule: others make people choose worse ones. Throws `invalid_input`. */
export function checkPassword(password: string, field = 'password'): void {
  const { length } = [...password]
  if (length < MIN_PASSWORD) throw invalidInput(field, `must have at least ${MIN_PASSWORD} characters`)
  if (length > MAX_PASSWORD) throw invalidInput(field, `must have at most ${MAX_PASSWORD} characters`)
}
