import { hash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Caller } from '../core/caller.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { KeyRecord, NewKey } from '../core/key.ts'
import type { Points } from '../core/points.ts'
import type { Mode } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import { openRateLimit, type RateState } from './rate-limit.ts'

/** How long a key is trusted without a read of the database: the longest delay of a revocation by another process. */
const TRUST_MS = 5 * SECOND_MS
const CACHED_KEYS = 10_000
/** How exact the last use of a key is recorded. */
const USE_MS = MINUTE_MS
/** How long uses are collected before they are written together. */
const COLLECT_MS = 2 * SECOND_MS
const CLOSE_MS = SECOND_MS
const NO_KEY = 'No API key: send it as "Authorization: Bearer KEY" or "x-api-key: KEY".'
const NO_SUCH_KEY = 'The API key is unknown or was revoked.'

export interface Keys {
  /**
   * The caller behind a key. Synchronous when the key is cached, since every request waits for it; otherwise after a
   * read of the database. Rejects with `unauthorized` and `rate_limited`.
   */
  authenticate(key: string | undefined): Caller | Promise<Caller>
  /**
   * The same by the key's id, which is not secret: for a client that proved in another way that it holds the key. All
   * checks are those of `authenticate`.
   */
  authenticateById(keyId: string): Caller | Promise<Caller>
  /**
   * The same for work that was accepted before, such as a line of a batch: it takes nothing from the key's limit of requests.
   * Rejects with `unauthorized`.
   */
  callerById(keyId: string): Caller | Promise<Caller>
  /** What is left of the caller's rate limit; undefined for a key without one. */
  rateOf(caller: Caller): RateState | undefined
  /** Writes the uses that were collected. */
  close(): Promise<void>
}

export function openKeys({ store, clock, log }: { store: Store; clock: Clock; log: Logger }): Keys {
  const known = new LRUCache<string, { caller: Caller; trustedUntil: number }>({ max: CACHED_KEYS })
  /** Hashes by the ids of keys; one that was rotated away is found to be unknown, and read again. */
  const hashes = new LRUCache<string, string>({ max: CACHED_KEYS })
  const limit = openRateLimit(clock)
  const uses = collectUses(store, log)
  /** Counts signals that keys changed: a record that was read before the latest one may be outdated. */
  let changes = 0
  const unsubscribe = store.onSignal((signal) => {
    if (signal.kind !== 'key' && signal.kind !== 'resync') return
    changes += 1
    if (signal.kind === 'key') known.delete(signal.hash)
    else known.clear()
    hashes.clear() // a key may have been rotated
  })

  async function lookUp(hashed: string): Promise<Caller> {
    const changesBefore = changes
    const record = await store.findKey({ hash: hashed })
    const now = clock.now()
    const validUntil = record && record.hash !== hashed ? (record.previousUntil ?? 0) : Number.POSITIVE_INFINITY
    if (!record || record.revokedAt !== null || validUntil <= now) {
      throw new PolyphonyError('unauthorized', NO_SUCH_KEY)
    }
    const caller = callerOf(record)
    if (changes === changesBefore) known.set(hashed, { caller, trustedUntil: Math.min(now + TRUST_MS, validUntil) })
    uses.note(record, now)
    return caller
  }

  function admitted(caller: Caller, { now, isRequest }: { now: number; isRequest: boolean }): Caller {
    if (caller.expiresAt !== null && caller.expiresAt <= now) {
      throw new PolyphonyError('unauthorized', 'The API key has expired.')
    }
    if (isRequest && caller.requestsPerMinute !== null) limit(caller.keyId, caller.requestsPerMinute)
    return caller
  }

  function callerWith(hashed: string, isRequest = true): Caller | Promise<Caller> {
    const cached = known.get(hashed)
    const now = clock.now()
    const admit = (caller: Caller): Caller => admitted(caller, { now, isRequest })
    if (!cached || cached.trustedUntil <= now) return lookUp(hashed).then(admit)
    // Most keys have neither limit, and cannot be refused here.
    if (cached.caller.expiresAt === null && cached.caller.requestsPerMinute === null) return cached.caller
    return Promise.resolve(cached.caller).then(admit)
  }

  /** Keys are cached by their hash. */
  async function hashOf(keyId: string): Promise<string> {
    const record = await store.getKey({ id: keyId })
    if (!record) throw new PolyphonyError('unauthorized', NO_SUCH_KEY)
    hashes.set(keyId, record.hash)
    return record.hash
  }

  function withId(keyId: string, isRequest: boolean): Caller | Promise<Caller> {
    const lookUpHash = () => hashOf(keyId).then((hashed) => callerWith(hashed, isRequest))
    const hashed = hashes.get(keyId)
    if (hashed === undefined) return lookUpHash()
    const found = callerWith(hashed, isRequest)
    if (!(found instanceof Promise)) return found
    return found.catch((error: unknown) => {
      if (!isUnknownKey(error) || hashes.get(keyId) !== hashed) throw error
      hashes.delete(keyId) // rotated by another process, perhaps
      return lookUpHash()
    })
  }

  return {
    authenticate(key) {
      if (!key) return Promise.reject(new PolyphonyError('unauthorized', NO_KEY))
      return callerWith(hashKey(key))
    },
    authenticateById: (keyId) => withId(keyId, true),
    callerById: (keyId) => withId(keyId, false),
    rateOf({ keyId, requestsPerMinute }) {
      return requestsPerMinute === null ? undefined : limit.stateOf(keyId, requestsPerMinute)
    },
    async close() {
      unsubscribe()
      await uses.close()
    },
  }
}

/** The key with this id. Throws `unauthorized` where there is none. */
export async function keyRecord(store: Pick<Store, 'getKey'>, keyId: string): Promise<KeyRecord> {
  const key = await store.getKey({ id: keyId })
  if (!key) throw new PolyphonyError('unauthorized', NO_SUCH_KEY)
  return key
}

/**
 * Looks at a key that was valid when something long began, and returns it. It counts for no limit. Throws `unauthorized`, and
 * `forbidden` for a frozen tenant.
 */
export async function checkKey(store: Pick<Store, 'getKey'>, keyId: string, now: number): Promise<KeyRecord> {
  const key = await store.getKey({ id: keyId })
  if (!key || key.revokedAt !== null) throw new PolyphonyError('unauthorized', NO_SUCH_KEY)
  if (key.expiresAt !== null && key.expiresAt <= now) {
    throw new PolyphonyError('unauthorized', 'The API key has expired.')
  }
  if (key.tenantFrozenAt !== null) throw new PolyphonyError('forbidden', 'The account is frozen.')
  return key
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof PolyphonyError && error.code === 'unauthorized' && error.message === NO_SUCH_KEY
}

interface KeyUses {
  note(key: Pick<KeyRecord, 'keyId' | 'lastUsedAt'>, now: number): void
  close(): Promise<void>
}

/**
 * Records when keys were last used, beside the requests: a use is noted where a key is read from the database, which every
 * key in use is each few seconds, and written some seconds later with those of other keys.
 */
function collectUses(store: Store, log: Logger): KeyUses {
  let collected = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    const uses = [...collected].map(([id, at]) => ({ id, at }))
    collected = new Map()
    timer = undefined
    // On PostgreSQL one key a transaction: submissions lock keys, too, and not in an order of ours.
    const groups = store.engine === 'sqlite' ? [uses] : uses.map((use) => [use])
    for (const group of groups) {
      if (group.length === 0) continue
      await store.recordKeyUses({ uses: group }).catch((error: unknown) => {
        log.warn({ err: error, keys: group.length }, 'when keys were used was not recorded; the next use will be')
      })
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write)
    return writing
  }

  return {
    note({ keyId, lastUsedAt }, now) {
      if (lastUsedAt !== null && now - lastUsedAt < USE_MS) return
      collected.set(keyId, now)
      timer ??= setTimeout(flush, COLLECT_MS).unref()
    },
    async close() {
      clearTimeout(timer)
      // When a key was last used is not worth the time of a stop whose database does not answer.
      await Promise.race([flush(), delay(CLOSE_MS, undefined, { ref: false })])
    },
  }
}

export interface NewKeyOptions {
  tenantId: string
  name: string
  mode: Mode
  role?: 'admin' | 'member'
  allowedModels?: readonly string[] | null
  requestsPerMinute?: number | null
  tokensPerMinute?: number | null
  maxConcurrent?: number | null
  spendLimitPoints?: Points | null
  dayLimitPoints?: Points | null
  monthLimitPoints?: Points | null
  expiresAt?: number | null
  /** The text of the key, if the operator chose it. Default: a random one. */
  secret?: string
}

/** Creates a key and stores its hash. The key's text is in the return value, and nowhere else. */
export async function createKey(
  { store, clock }: { store: Store; clock: Clock },
  options: NewKeyOptions,
): Promise<{ key: string; record: NewKey }> {
  const made = aNewKey(options, clock.now())
  await store.createKey({ key: made.record })
  return made
}

/** A key that is not stored yet, and its text. */
export function aNewKey(options: NewKeyOptions, now: number): { key: string; record: NewKey } {
  const { key, hash, prefix } = keyText(options.secret ?? newKey(options.mode))
  const record: NewKey = {
    keyId: newId(now),
    tenantId: options.tenantId,
    name: options.name,
    hash,
    prefix,
    mode: options.mode,
    role: options.role ?? 'member',
    allowedModels: options.allowedModels ?? null,
    requestsPerMinute: options.requestsPerMinute ?? null,
    tokensPerMinute: options.tokensPerMinute ?? null,
    maxConcurrent: options.maxConcurrent ?? null,
    spendLimitPoints: options.spendLimitPoints ?? null,
    dayLimitPoints: options.dayLimitPoints ?? null,
    monthLimitPoints: options.monthLimitPoints ?? null,
    createdAt: now,
    expiresAt: options.expiresAt ?? null,
  }
  return { key, record }
}

/** A key's text, and what is stored of it. */
export function keyText(key: string): { key: string; hash: string; prefix: string } {
  return { key, hash: hashKey(key), prefix: `${key.slice(0, 12)}…` }
}

export function newKey(mode: Mode): string {
  return `sk-${mode}-${randomBytes(24).toString('base64url')}`
}

/** Keys are random, 192 bits: one round of SHA-256 is as safe as a slow hash, and costs a microsecond. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex')
}

function callerOf(record: KeyRecord): Caller {
  return Object.freeze({
    keyId: record.keyId,
    tenantId: record.tenantId,
    mode: record.mode,
    role: record.role,
    allowedModels: record.allowedModels,
    requestsPerMinute: record.requestsPerMinute,
    tokensPerMinute: record.tokensPerMinute,
    expiresAt: record.expiresAt,
    isFrozen: record.tenantFrozenAt !== null,
  })
}
