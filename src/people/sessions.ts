import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../core/caller.ts'
import { type Clock, DAY_MS, HOUR_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Membership, Person, Session } from '../core/person.ts'
import { basePathOf } from '../core/public-url.ts'
import type { Mode } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import { hashKey } from '../tenants/keys.ts'
import {
  type CookieNames,
  clearCookie,
  clearHostCookies,
  cookieNames,
  cookieOf,
  setCookie,
  signed,
  tokenIn,
} from './cookies.ts'
import { type BrowserRequest, isSecure, requireFromHere } from './same-origin.ts'

/** How long a session is trusted without a read of the database: the longest delay of its end by another process. */
const TRUST_MS = 5 * SECOND_MS
const CACHED = 1_000
export const PERSON_MS = 30 * DAY_MS
const KEY_MS = 12 * HOUR_MS
/** A session is prolonged at most this often: it is a write. */
const PROLONG_MS = DAY_MS
/** Chooses the mode of what a person requests; `live` without it. */
const MODE_HEADER = 'polyphony-mode'

/** Who has a session. */
export type Holder =
  | {
      kind: 'person'
      session: Session
      person: Person
      memberships: Membership[]
      /** The tenant that the person works for; undefined = a member of none. */
      current: Membership | undefined
    }
  | { kind: 'key'; session: Session; keyId: string }

/** Whose session begins. `text`: of the key, where that is what was shown. */
export type SessionOf = { personId: string; tenantId?: string } | { keyId: string; text?: string }

export interface Sessions {
  /** Undefined without a cookie, and for one that is over. */
  holderOf(request: BrowserRequest): Promise<Holder | undefined>
  /**
   * The caller that a cookie stands for; undefined where there is no cookie of ours, at once. Rejects with `unauthorized`
   * for a session that is over, and with `forbidden` for a request of another site, and for a person without a tenant.
   */
  callerOf(request: BrowserRequest): Promise<Caller> | undefined
  /** The same for a token that was just made. */
  find(token: string): Promise<Holder | undefined>
  /** Begins a session; returns its token and its cookies. Rejects with `unauthorized` for a text that was rotated away. */
  begin(request: BrowserRequest, of: SessionOf): Promise<{ token: string; cookies: string[] }>
  /** Ends it; returns the cookies that are taken back. */
  end(holder: Holder | undefined): Promise<string[]>
  /** Prolongs a person's session whose cookie is a day old; returns the cookies. */
  prolong(holder: Holder, request: BrowserRequest): Promise<string[]>
  close(): void
}

interface Parts {
  store: Store
  clock: Clock
  /** Signs the cookies. */
  secret(): string
  publicUrl(): string
  callerOfKey(keyId: string): Caller | Promise<Caller>
}

export function openSessions({ store, clock, secret, publicUrl, callerOfKey }: Parts): Sessions {
  const basePath = (): string => basePathOf(publicUrl())
  const names = (): CookieNames => cookieNames(secret())
  const known = new LRUCache<string, { holder: Holder | undefined; trustedUntil: number }>({ max: CACHED })
  /** Counts changes: what was read before the latest one may be outdated. */
  let changes = 0
  const unsubscribe = store.onSignal(({ kind }) => {
    // Callers carry whether their tenant is frozen, which is announced with its keys.
    if (kind !== 'people' && kind !== 'key' && kind !== 'resync') return
    changes += 1
    known.clear()
  })

  function tokenOf({ headers: { cookie } }: BrowserRequest): string | undefined {
    if (cookie === undefined || !cookie.includes('polyphony-')) return undefined
    const { person, key } = names()
    return tokenIn(cookieOf(cookie, person), secret()) ?? tokenIn(cookieOf(cookie, key), secret())
  }

  async function find(token: string): Promise<Holder | undefined> {
    const now = clock.now()
    const cached = known.get(token)
    if (cached && cached.trustedUntil > now) return isOver(cached.holder, now) ? undefined : cached.holder
    const changesBefore = changes
    const holder = await read(token)
    if (changes === changesBefore) known.set(token, { holder, trustedUntil: now + TRUST_MS })
    return isOver(holder, now) ? undefined : holder
  }

  async function read(token: string): Promise<Holder | undefined> {
    const found = await store.findSession({ token })
    if (!found) return undefined
    const { session, person, memberships } = found
    if (session.keyId !== null) return { kind: 'key', session, keyId: session.keyId }
    if (!person || person.blockedAt !== null) return undefined
    const current = memberships.find(({ tenantId }) => tenantId === session.tenantId) ?? memberships[0]
    return { kind: 'person', session, person, memberships, current }
  }

  async function callerWith(token: string, request: BrowserRequest): Promise<Caller> {
    requireFromHere(request, publicUrl())
    const holder = await find(token)
    if (!holder) throw new PolyphonyError('unauthorized', 'The session is over: sign in again.')
    if (holder.kind === 'person') return callerOfPerson(holder, modeOf(request))
    return Object.freeze({ ...(await callerOfKey(holder.keyId)), sessionId: holder.session.id })
  }

  /** A session lasts no longer than the text with which it began. Once it is stored, a rotation sees to it. */
  async function endWithText(session: Session, keyId: string, text: string): Promise<void> {
    const key = await store.getKey({ id: keyId })
    const isPrevious = key?.hash !== hashKey(text)
    if (!isPrevious) return
    const until = key?.previousUntil ?? 0
    if (until > clock.now()) {
      const expiresAt = Math.min(session.expiresAt, until)
      await store.changeSession({ id: session.id, set: { expiresAt } })
      return
    }
    await store.deleteSessions({ of: { keyId }, id: session.id })
    throw new PolyphonyError('unauthorized', 'The API key was given another text: sign in with that.')
  }

  return {
    find,
    async holderOf(request) {
      const token = tokenOf(request)
      return token === undefined ? undefined : find(token)
    },
    callerOf(request) {
      const token = tokenOf(request)
      return token === undefined ? undefined : callerWith(token, request)
    },
    async begin(request, of) {
      const now = clock.now()
      const isPerson = 'personId' in of
      const lifeMs = isPerson ? PERSON_MS : KEY_MS
      const session: Session = {
        id: newId(now),
        token: randomBytes(24).toString('base64url'),
        personId: isPerson ? of.personId : null,
        keyId: isPerson ? null : of.keyId,
        tenantId: isPerson ? (of.tenantId ?? null) : null,
        address: request.ip,
        userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
        createdAt: now,
        expiresAt: now + lifeMs,
      }
      await store.createSession({ session })
      if (!isPerson && of.text !== undefined) await endWithText(session, of.keyId, of.text)
      const options = { maxAgeMs: lifeMs, isSecure: isSecure(request), basePath: basePath() }
      const { person, key } = names()
      const [name, other] = isPerson ? [person, key] : [key, person]
      const cookie = setCookie(name, signed(session.token, secret()), options)
      const cookies = [...clearHostCookies(names(), options.basePath), clearCookie(other, options.basePath), cookie]
      return { token: session.token, cookies }
    },
    async end(holder) {
      if (holder) {
        const { session } = holder
        const of = holder.kind === 'key' ? { keyId: holder.keyId } : { personId: holder.person.id }
        await store.deleteSessions({ of, id: session.id })
        known.delete(session.token)
      }
      const path = basePath()
      const { person, key } = names()
      return [clearCookie(person, path), clearCookie(key, path), ...clearHostCookies(names(), path)]
    },
    async prolong(holder, request) {
      const { session } = holder
      const expiresAt = clock.now() + PERSON_MS
      const isFresh = expiresAt - session.expiresAt < PROLONG_MS
      const endsWithBrowser = cookieOf(request.headers.cookie, names().untilClosed) !== undefined
      if (holder.kind === 'key' || isFresh || endsWithBrowser) return []
      await store.changeSession({ id: session.id, set: { expiresAt } })
      const options = { maxAgeMs: PERSON_MS, isSecure: isSecure(request), basePath: basePath() }
      return [setCookie(names().person, signed(session.token, secret()), options)]
    },
    close: unsubscribe,
  }
}

function isOver(holder: Holder | undefined, now: number): boolean {
  return holder === undefined || holder.session.expiresAt <= now
}

function modeOf({ headers }: BrowserRequest): Mode {
  const mode = headers[MODE_HEADER] ?? 'live'
  if (mode === 'live' || mode === 'test') return mode
  throw new PolyphonyError('invalid_input', `${MODE_HEADER} must be live or test, not "${mode}".`, {
    field: MODE_HEADER,
  })
}

function callerOfPerson({ person, current }: Holder & { kind: 'person' }, mode: Mode): Caller {
  const keyId = current?.keys[mode]
  if (!current || keyId === undefined) {
    throw new PolyphonyError('forbidden', 'You are a member of no tenant: open an invitation, or ask the operator.')
  }
  const { isOperator } = person
  return Object.freeze({
    keyId,
    tenantId: current.tenantId,
    mode,
    role: isOperator ? 'admin' : 'member',
    allowedModels: null,
    requestsPerMinute: null,
    tokensPerMinute: null,
    expiresAt: null,
    isFrozen: current.tenantFrozenAt !== null,
    person: Object.freeze({ id: person.id, role: isOperator ? 'owner' : current.role, isOperator }),
  })
}
