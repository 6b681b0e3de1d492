import type { AccountRecord } from '../core/account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import { accountPool, LIVE_POOL, pinnedAccount, tenantOfPool, tenantPool } from '../core/pools.ts'
import type { Mode, Task } from '../core/task.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { AccountSlots, Offer } from '../store/store.ts'
import type { Member } from './member.ts'

/** Decides which pool a task waits in and which accounts are offered it. Pure: all that it knows is in the roster. */

/** All accounts, and what tenants with accounts of their own have chosen. */
export interface Roster {
  /** By id, in the order in which accounts of the same rank are named. */
  members: ReadonlyMap<string, Member>
  /** By tenant. */
  policies: ReadonlyMap<string, PoolPolicy>
}

export interface RouteRequest {
  operation: string
  /** Without it, a provider that performs the operation is taken to perform it on any input. */
  input?: JsonObject
  mode: Mode
  tenantId: string
  /** The pool that the request names; by default the tenant's policy decides. */
  pool?: 'private' | 'public' | undefined
  /** The finished task that this one builds on. */
  parent?: Task | null
}

/** Where a task waits, and whether it can cost anything. */
export interface Route {
  pool: string
  /** No account that may perform it charges for it. */
  isFree: boolean
  /** Whether some account that may perform it refuses pictures by their sizes. */
  judgesSizes: boolean
}

/** The pool for a task. Throws `no_provider`, saying what to configure. */
export function route(roster: Roster, request: RouteRequest): Route {
  const pinned = routeAfterParent(roster, request)
  if (pinned) return pinned
  const { mode, tenantId } = request
  const found = candidates(roster, request)
  if (!found) throw noProvider(roster, request)
  checkInput(found.among, request)
  if (!found.areOwn) return routeTo(mode, found.among)
  const own = routeTo(tenantPool(tenantId), found.among)
  return { ...own, isFree: own.isFree && roster.policies.get(tenantId)?.fallsBack !== true }
}

/** The accounts that a request may be given to, whatever its input: the tenant's own, or the operator's. */
function candidates(roster: Roster, request: RouteRequest): { among: Member[]; areOwn: boolean } | undefined {
  const { operation, mode, tenantId } = request
  const policy = roster.policies.get(tenantId)
  const own = ownPerformers(roster, request)
  const choice = request.pool ?? policy?.defaultPool ?? 'private'
  if (own.length > 0 && choice === 'private') return { among: own, areOwn: true }
  const found = performers(roster, operation, isOperators(mode))
  const mayBePublic = request.pool !== 'private' || mode === 'test' || policy?.fallsBack === true
  return found.length > 0 && mayBePublic ? { among: found, areOwn: false } : undefined
}

/** What is wrong with the sizes of the pictures, where none of the accounts takes them. */
export function faultOfSizes(
  roster: Roster,
  request: RouteRequest & { input: JsonObject },
  sizes: PictureSizes,
): { field: string; rule: string } | undefined {
  const { among } = candidates(roster, request) ?? { among: [] }
  const able = among.filter(({ provider }) => provider.refuses?.(request) === undefined)
  const faults = able.map(({ provider }) => provider.refusesSizes?.(request, sizes))
  return faults.includes(undefined) ? undefined : faults[0]
}

/**
 * The accounts that can be given work of a pool now, by operation. An operation that none can perform now is left out.
 * Back-up accounts (of a priority below zero) are offered only when no other account can take the operation.
 */
export function offers(roster: Roster, pool: string, operations: Iterable<string>, now: number): Offer[] {
  const found: Offer[] = []
  for (const operation of operations) {
    const able = performersIn(roster, pool, operation).filter((member) => isAble(member, now))
    const regular = able.filter(({ record }) => record.priority >= 0)
    const accounts = (regular.length > 0 ? regular : able).map(({ record }) => slotsOf(record))
    if (accounts.length > 0) found.push({ operation, accounts })
  }
  return found
}

/** The pool for waiting tasks of a private pool none of whose accounts can perform them now, if its tenant allows one. */
export function fallback(roster: Roster, pool: string, operation: string): string | undefined {
  const tenantId = tenantOfPool(pool)
  if (tenantId === undefined || roster.policies.get(tenantId)?.fallsBack !== true) return undefined
  return performers(roster, operation, isOperators('live')).length > 0 ? LIVE_POOL : undefined
}

/** Operations that a key of this mode can use; a tenant's own accounts count for that tenant. */
export function available({ members }: Roster, mode: Mode, tenantId?: string): Set<string> {
  const usable = [...members.values()].filter((member) => {
    const { record } = member
    return isUsable(member) && record.mode === mode && (record.tenantId === null || record.tenantId === tenantId)
  })
  return new Set(usable.flatMap(({ operations }) => [...operations]))
}

/** Accounts whose pause is over, so that a probe may end it. */
export function dueForProbe({ members }: Roster, now: number): Member[] {
  return [...members.values()].filter(
    ({ record, problem }) => problem === null && record.retryAt !== null && record.retryAt <= now,
  )
}

/**
 * The route of a task that builds on another one. Undefined where any account may continue it; otherwise the account
 * that ran the parent, or one whose provider takes the parent's files.
 */
function routeAfterParent(roster: Roster, request: RouteRequest): Route | undefined {
  const { operation, parent, mode, tenantId } = request
  if (!parent || parent.account === null) return undefined
  const maker = roster.members.get(parent.account)
  const mayUse = maker && (maker.record.tenantId ?? tenantId) === tenantId && maker.record.mode === mode
  // A built-in provider keeps no work at an account, so any account of the same provider can continue it.
  const canContinue = ({ provider, isBuiltIn }: Member): boolean =>
    provider.adopts?.has(operation) === true || (isBuiltIn && provider === maker?.provider)
  const operators = performers(roster, operation, isOperators(mode))
  if (maker && mayUse && maker.operations.has(operation)) {
    const all = [maker, ...ownPerformers(roster, request), ...operators]
    if (all.every(canContinue)) return undefined
    if (maker.record.state !== 'disabled') return routeTo(accountPool(maker.record), [maker])
  }
  const adopter = operators.find(canContinue)
  if (adopter) return routeTo(accountPool(adopter.record), [adopter])
  throw new PolyphonyError(
    'no_provider',
    `${parent.id} was made by ${parent.provider} with an account that can no longer be used for ${operation}, ` +
      'and no other configured provider can continue it.',
  )
}

/** The accounts for an operation: those configured for it or, when there are none, the fallbacks. */
function performers(roster: Roster, operation: string, belongs: (record: AccountRecord) => boolean): Member[] {
  const all = [...roster.members.values()].filter(
    (member) => isUsable(member) && member.operations.has(operation) && belongs(member.record),
  )
  const configured = all.filter((member) => !member.isFallback)
  return configured.length > 0 ? configured : all
}

function performersIn(roster: Roster, pool: string, operation: string): Member[] {
  const pinned = pinnedAccount(pool)
  if (pinned !== undefined) return performers(roster, operation, ({ id }) => id === pinned)
  const tenantId = tenantOfPool(pool)
  return performers(roster, operation, tenantId === undefined ? isOperators(pool) : isTenants(tenantId))
}

/** Test keys never use accounts of a tenant. */
function ownPerformers(roster: Roster, { operation, mode, tenantId }: RouteRequest): Member[] {
  return mode === 'live' ? performers(roster, operation, isTenants(tenantId)) : []
}

function isOperators(mode: string): (record: AccountRecord) => boolean {
  return (record) => record.tenantId === null && record.mode === mode
}

function isTenants(tenantId: string): (record: AccountRecord) => boolean {
  return (record) => record.tenantId === tenantId
}

function isUsable({ record, problem }: Member): boolean {
  return problem === null && record.state !== 'disabled'
}

/** Connected, or its pause is over and its provider has no probe, so that the next task tests it. */
function isAble({ record, provider }: Member, now: number): boolean {
  if (record.isDraining) return false
  if (record.state === 'connected') return true
  return provider.probe === undefined && record.retryAt !== null && record.retryAt <= now
}

/** Throws `no_provider` where none of these accounts performs the operation on this input, with the reason. */
function checkInput(among: readonly Member[], { operation, input }: RouteRequest): void {
  if (input === undefined) return
  const reasons = among.map(({ provider }) => provider.refuses?.({ operation, input }))
  const [reason] = reasons
  if (reason === undefined || reasons.includes(undefined)) return
  throw new PolyphonyError(
    'no_provider',
    `${reason} Configure a provider for it; docs/providers.md lists who performs what.`,
  )
}

function routeTo(pool: string, among: readonly Member[]): Route {
  return {
    pool,
    isFree: among.every(({ record }) => record.priceFactor === 0),
    judgesSizes: among.some(({ provider }) => provider.refusesSizes !== undefined),
  }
}

function noProvider({ members }: Roster, request: RouteRequest): PolyphonyError {
  const { operation, mode, pool } = request
  if (pool === 'private') {
    return new PolyphonyError(
      'no_provider',
      `No account that you connected performs ${operation}. Connect one, or leave the pool to the gateway.`,
    )
  }
  const configured = [...members.values()].filter(({ record }) => record.tenantId === null)
  const names = [...new Set(configured.map(({ record }) => record.provider))].join(', ') || 'none'
  const switches = configured.filter(({ record }) => record.mode === mode)
  const refusal =
    `No configured provider performs ${operation} for ${mode} keys (configured: ${names}). ` +
    'Configure a provider for it; docs/providers.md lists who performs what.'
  const switchedOff = switches.map(({ provider }) => provider.switchedOff?.(operation)).find((one) => one !== undefined)
  return new PolyphonyError('no_provider', [refusal, switchedOff].filter((text) => text !== undefined).join(' '))
}

function slotsOf({ id, provider, slots, weight, priority, dailyCap }: AccountRecord): AccountSlots {
  return { account: id, provider, slots, weight, priority, dailyCap }
}
