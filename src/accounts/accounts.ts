import type { AccountEvent, AccountRecord } from '../core/account.ts'
import type { JsonObject } from '../core/json.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import type { Mode } from '../core/task.ts'
import type { PoolPolicy } from '../core/tenant.ts'
import type { Offer } from '../store/store.ts'
import { openHealthWrites } from './health-writes.ts'
import { type Member, type UsableAccount, withoutSecrets } from './member.ts'
import { openRegistry, type RegistryParts } from './registry.ts'
import {
  available,
  dueForProbe,
  fallback,
  faultOfSizes,
  offers,
  type Route,
  type RouteRequest,
  route,
} from './routing.ts'
import { resealCredentials, type SeedParts, seedEnvironment } from './seed.ts'

/** An account without its secrets. */
export interface AccountView extends AccountRecord {
  /** Catalogue ids. */
  operations: string[]
  /** The fields that are not secret. */
  settings: Record<string, string>
}

/** The accounts at providers: which pool an operation waits in, and which accounts work that pool off. */
export interface Accounts {
  /**
   * Stores rows for the environment's accounts, re-encrypts credentials sealed under an earlier secret, and loads every
   * account.
   */
  start(): Promise<void>
  /** Loads what other processes may have changed. */
  refresh(): Promise<void>
  /** The pool for an operation. Throws `no_provider`, saying what to configure. */
  route(request: RouteRequest): Route
  /** What is wrong with the sizes of the pictures, where no account takes them: the path of a field, and the rule. */
  faultOfSizes(
    request: RouteRequest & { input: JsonObject },
    sizes: PictureSizes,
  ): { field: string; rule: string } | undefined
  /** The accounts that can be given work of a pool now. An operation that none can perform now is left out. */
  offers(pool: string, operations: Iterable<string>): Offer[]
  /** The pool for waiting tasks of a private pool none of whose accounts can perform them now, if its tenant allows one. */
  fallback(pool: string, operation: string): string | undefined
  /** Undefined if the account does not exist or is misconfigured. */
  find(account: string): UsableAccount | undefined
  /** The account exists, though perhaps it is misconfigured. */
  isKnown(account: string): boolean
  /** Operations that a key of this mode can use; a tenant's own accounts count for that tenant. */
  available(mode: Mode, tenantId?: string): Set<string>
  /** Which pools a tenant with accounts of its own uses; undefined for one without. */
  policyOf(tenantId: string): PoolPolicy | undefined
  /** What a task that ran on it costs, as a fraction of the list price. */
  factorOf(account: string): number
  /** Whether a vendor bills the operator for what runs on it: not for work in this process, nor on a tenant's own account. */
  isBilled(account: string): boolean
  /** A vendor's text without the account's secrets: some vendors repeat the key that they refuse. */
  withoutSecrets(account: string, text: string): string
  /** Records an event of an account: its health follows. Never throws. */
  recordEvent(account: string, event: AccountEvent): Promise<void>
  list(): AccountView[]
  /** All accounts by id, with what a call to them needs. Another map whenever they have been read again. */
  members(): ReadonlyMap<string, Member>
  /** Accounts whose pause is over. */
  dueForProbe(now: number): UsableAccount[]
  close(): Promise<void>
}

export type AccountsOptions = RegistryParts & SeedParts

export function openAccounts(options: AccountsOptions): Accounts {
  const { clock } = options
  const registry = openRegistry(options)
  const { roster, find, refresh } = registry
  return {
    async start() {
      await seedEnvironment(options)
      await resealCredentials(options)
      await refresh()
    },
    refresh,
    route: (request) => route(roster(), request),
    faultOfSizes: (request, sizes) => faultOfSizes(roster(), request, sizes),
    offers: (pool, operations) => offers(roster(), pool, operations, clock.now()),
    fallback: (pool, operation) => fallback(roster(), pool, operation),
    find(id) {
      const member = find(id)
      return member?.problem === null ? member : undefined
    },
    isKnown: (id) => find(id) !== undefined,
    available: (mode, tenantId) => available(roster(), mode, tenantId),
    policyOf: (tenantId) => roster().policies.get(tenantId),
    factorOf: (id) => find(id)?.record.priceFactor ?? 1,
    isBilled(id) {
      const member = find(id)
      return !(member?.provider.isLocal || typeof member?.record.tenantId === 'string')
    },
    withoutSecrets(id, text) {
      const member = find(id)
      return member ? withoutSecrets(member, text) : text
    },
    recordEvent: openHealthWrites({ ...options, registry }),
    members: () => roster().members,
    list: () => [...roster().members.values()].map(viewOf),
    dueForProbe: (now) => dueForProbe(roster(), now),
    close: registry.close,
  }
}

/** An account that cannot be used is shown as disabled, with the reason. */
function viewOf({ record, operations, account, manifest, problem }: Member): AccountView {
  const shown = manifest?.fields.filter(({ isSecret }) => !isSecret).map(({ name }) => name) ?? []
  const settings = Object.entries(account.settings).filter(([name]) => shown.includes(name))
  const state = problem === null ? record : { ...record, state: 'disabled' as const, reason: problem }
  return { ...state, operations: [...operations], settings: Object.fromEntries(settings) }
}
