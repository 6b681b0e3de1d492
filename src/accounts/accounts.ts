import type { Logger } from 'pino'
import { type AccountEvent, type AccountRecord, HEALTHY, type Health, healthAfter } from '../core/account.ts'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { accountPool, LIVE_POOL, pinnedAccount, tenantOfPool, tenantPool } from '../core/pools.ts'
import type { Mode, Task } from '../core/task.ts'
import type { Account, Provider, ProviderManifest } from '../providers/provider.ts'
import type { AccountSlots, Offer, Store } from '../store/store.ts'
import { hideSecrets } from './credentials.ts'
import type { Vault } from './vault.ts'

/** A provider that lives in this process, as the operator set it up: with how many slots, and for which kind of key. */
export interface BuiltInAccount {
  provider: Provider
  mode: Mode
  slots: number
  /** It does what no other account is configured for. */
  isFallback?: boolean
}

/** An account that stands in the environment, by the vendor's own names. */
export interface EnvironmentAccount {
  provider: string
  settings: Record<string, string>
  slots: number
  priority: number
}

/** Where a task is to wait, and what may be charged for it. */
export interface Route {
  pool: string
  /** No account that may get it costs anything. */
  isFree: boolean
}

export interface Wish {
  operation: string
  mode: Mode
  tenantId: string
  /** What the request itself says; by default the tenant's setting. */
  pool?: 'private' | 'public' | undefined
  /** The finished task that this one builds on. */
  parent?: Task | null
}

/** An account as it stands, without what is secret. */
export interface AccountView extends AccountRecord {
  /** Catalogue ids. */
  operations: string[]
  /** What it can be used with; secrets are left out. */
  settings: Record<string, string>
}

/** The pools of accounts: which line an operation waits in, and who works it off. */
export interface Accounts {
  /** Gives the environment's accounts their rows, seals anew what an earlier secret sealed, and reads all. */
  start(): Promise<void>
  /** Reads again what may have changed. */
  refresh(): Promise<void>
  /** The pool for an operation. Throws `no_provider`, saying what to configure. */
  route(wish: Wish): Route
  /** Who can be given work of a pool now. An operation that nobody can do now is left out. */
  offers(pool: string, operations: Iterable<string>): Offer[]
  /** Where the waiting tasks of a private pool go, now that no account of it can do them. */
  fallback(pool: string, operation: string): string | undefined
  /** Undefined for one that there is none of, and for one that cannot be used as it is set up. */
  find(account: string): { account: Account; provider: Provider; record: AccountRecord } | undefined
  /** There is such an account, though perhaps its credential cannot be read. */
  isKnown(account: string): boolean
  /** Operations that can be had with a key of this mode; a tenant's own accounts count for that tenant. */
  available(mode: Mode, tenantId?: string): Set<string>
  /** What a task that ran on it costs, as a part of the list price. */
  factorOf(account: string): number
  /** Words of a vendor without the account's secrets: some repeat the key that they refuse. */
  withoutSecrets(account: string, words: string): string
  /** Something happened at an account: its state follows from that. Never throws. */
  recordEvent(account: string, happening: AccountEvent): Promise<void>
  list(): AccountView[]
  /** Accounts that are due to be probed. */
  unwell(now: number): { account: Account; provider: Provider; record: AccountRecord }[]
  close(): Promise<void>
}

export interface AccountsOptions {
  store: Store
  house: readonly BuiltInAccount[]
  manifests: readonly ProviderManifest[]
  environment: readonly EnvironmentAccount[]
  vault: Vault
  fetchFor: (owner: 'operator' | 'tenant', tenantId?: string) => Account['fetch']
  clock: Clock
  log: Logger
}

/** An account that is ready to be used. */
interface Member {
  record: AccountRecord
  account: Account
  provider: Provider
  operations: ReadonlySet<string>
  /** In this process, so nothing about it is stored. */
  isEmbedded: boolean
  isFallback: boolean
  /** Sealed or set in the environment; null = it cannot be used as it is. */
  problem: string | null
}

interface TenantWishes {
  defaultPool: 'private' | 'public'
  fallsBack: boolean
}

const NO_OPERATIONS: ReadonlySet<string> = new Set()
/** How often the state of an account is written when others change the account at the same moment. */
const MAX_WRITES = 5

export function openAccounts(options: AccountsOptions): Accounts {
  const { store, house, manifests, environment, vault, clock, log } = options
  const providers = new Map<string, Promise<Provider>>()
  let members = new Map<string, Member>(
    house.map((one, index) => embedded(one, house.length - index, options.fetchFor('operator'))),
  )
  let wishes = new Map<string, TenantWishes>()

  function providerOf(manifest: ProviderManifest): Promise<Provider> {
    const known = providers.get(manifest.id)
    if (known) return known
    const loading = manifest.load().then((open) => open({ now: () => clock.now() }))
    providers.set(manifest.id, loading)
    return loading
  }

  /** The accounts of the environment have a row, so that their health outlives the process. */
  async function keepEnvironment(): Promise<void> {
    const stored = new Map((await store.listAccounts({})).map((record) => [record.id, record]))
    for (const one of environment) {
      const id = environmentId(one.provider)
      const record = stored.get(id)
      if (!record) {
        await store.createAccount({ account: recordOf(one, clock.now()) })
      } else if (record.slots !== one.slots || record.priority !== one.priority) {
        const { slots, priority } = one
        await store.changeAccount({ id, version: record.version, set: { slots, priority } })
      }
    }
  }

  async function sealAnew(): Promise<void> {
    for (const { id, sealed, version } of await store.listAccounts({})) {
      if (sealed === null || !vault.isOld(sealed)) continue
      try {
        await store.changeAccount({ id, version, set: { sealed: vault.seal(id, vault.open(id, sealed)) } })
      } catch (error) {
        log.error({ err: error, account: id }, 'a credential could not be sealed anew')
      }
    }
  }

  async function memberOf(record: AccountRecord): Promise<Member | undefined> {
    const known = members.get(record.id)
    // what happened here meanwhile may be newer than what was read; another account of the same id is another one.
    const isSame = known?.record.createdAt === record.createdAt
    if (known && isSame && known.record.version >= record.version) return known
    const manifest = manifests.find(({ id }) => id === record.provider)
    const owner = record.tenantId === null ? 'operator' : 'tenant'
    const account: Account = {
      id: record.id,
      provider: record.provider,
      owner,
      settings: {},
      fetch: record.tenantId === null ? options.fetchFor('operator') : options.fetchFor('tenant', record.tenantId),
    }
    if (!manifest) {
      log.error({ account: record.id, provider: record.provider }, 'an account is of a provider that there is none of')
      return undefined
    }
    const provider = await providerOf(manifest)
    const given = settingsOf(record)
    if ('problem' in given) {
      return { record, account, provider, operations: NO_OPERATIONS, isEmbedded: false, isFallback: false, ...given }
    }
    const ready: Account = { ...account, settings: withDefaults(manifest, given.settings) }
    const usable = { record, account: ready, provider, isEmbedded: false, isFallback: false }
    try {
      const performed = provider.performs?.(ready) ?? provider.operations
      const operations = new Set([...performed].filter((operation) => isServed(record, operation)))
      return { ...usable, operations, problem: null }
    } catch (error) {
      // One account that is set up wrongly must not keep all others from being read.
      log.error({ err: error, account: record.id }, 'an account cannot be used')
      return { ...usable, operations: NO_OPERATIONS, problem: error instanceof Error ? error.message : String(error) }
    }
  }

  function settingsOf(record: AccountRecord): { settings: Record<string, string> } | { problem: string } {
    if (record.sealed === null) {
      const found = environment.find(({ provider }) => environmentId(provider) === record.id)
      return found ? { settings: found.settings } : { problem: 'Its key does not stand in the environment any more.' }
    }
    try {
      return { settings: vault.open(record.id, record.sealed) }
    } catch (error) {
      log.error({ err: error, account: record.id }, 'an account cannot be used')
      return { problem: error instanceof Error ? error.message : String(error) }
    }
  }

  let turn = Promise.resolve()
  function refresh(): Promise<void> {
    turn = turn.then(load, load)
    return turn
  }

  async function load(): Promise<void> {
    const records = await store.listAccounts({})
    const found = await Promise.all(records.map(memberOf))
    const next = new Map([...members].filter(([, member]) => member.isEmbedded))
    for (const member of found) if (member) next.set(member.record.id, member)
    const tenantIds = new Set(records.flatMap(({ tenantId }) => tenantId ?? []))
    const tenants = await Promise.all([...tenantIds].map((id) => store.getTenant({ id })))
    wishes = new Map(tenants.flatMap((tenant) => (tenant ? [[tenant.id, tenant] as const] : [])))
    members = next
  }

  function withoutSecrets(id: string, words: string): string {
    const member = members.get(id)
    const manifest = member && manifests.find((one) => one.id === member.record.provider)
    return member && manifest ? hideSecrets(words, manifest, member.account.settings) : words
  }

  const happenings = new Map<string, Promise<void>>()

  async function recordEvent(id: string, happening: AccountEvent): Promise<void> {
    try {
      for (let attempt = 1; attempt <= MAX_WRITES; attempt++) if (await hasTakenIn(id, happening)) return
      log.warn({ account: id, happening }, 'an account changes too fast for its state to be stored')
    } catch (error) {
      log.error({ err: error, account: id }, 'the state of an account could not be stored')
    }
  }

  /** False when somebody else changed the account meanwhile: the happening is judged again by what it is now. */
  async function hasTakenIn(id: string, happening: AccountEvent): Promise<boolean> {
    const member = members.get(id)
    if (!member || member.isEmbedded) return true
    const { record } = member
    const told = 'reason' in happening ? { ...happening, reason: withoutSecrets(id, happening.reason) } : happening
    const health = healthAfter(record, told, clock.now())
    if (sameHealth(health, record)) return true
    const { state, reason, retryAt, troubles, strikes } = health
    const set = { state, reason, retryAt, troubles, strikes }
    // Shown to this process at once; the others hear of it.
    member.record = { ...record, ...set }
    const isStored = await store.changeAccount({ id, version: record.version, set })
    if (!isStored) {
      await refresh()
      return false
    }
    member.record = { ...member.record, version: record.version + 1 }
    if (state !== record.state)
      log.warn({ account: id, provider: record.provider, state, reason }, 'an account changed')
    return true
  }

  function performers(operation: string, belongs: (record: AccountRecord) => boolean): Member[] {
    const all = [...members.values()].filter(
      ({ record, operations, problem }) =>
        problem === null && record.state !== 'disabled' && operations.has(operation) && belongs(record),
    )
    const others = all.filter((member) => !member.isFallback)
    return others.length > 0 ? others : all
  }

  const ofHouse = (mode: Mode) => (record: AccountRecord) => record.tenantId === null && record.mode === mode
  const ofTenant = (tenantId: string) => (record: AccountRecord) => record.tenantId === tenantId

  function performersIn(pool: string, operation: string): Member[] {
    const pinned = pinnedAccount(pool)
    if (pinned !== undefined) return performers(operation, ({ id }) => id === pinned)
    const tenantId = tenantOfPool(pool)
    return performers(operation, tenantId === undefined ? ofHouse(pool as Mode) : ofTenant(tenantId))
  }

  /** Healthy, or so long unwell that a task may try it where nobody can probe it. */
  function isAble({ record, provider }: Member, now: number): boolean {
    if (record.isDraining) return false
    if (record.state === 'connected') return true
    return provider.probe === undefined && record.retryAt !== null && record.retryAt <= now
  }

  function routeOf(pool: string, among: readonly Member[]): Route {
    return { pool, isFree: among.every(({ record }) => record.priceFactor === 0) }
  }

  function pinnedRoute({ operation, parent, mode, tenantId }: Wish): Route | undefined {
    if (!parent || parent.account === null) return undefined
    const made = members.get(parent.account)
    const mayUse = made && (made.record.tenantId ?? tenantId) === tenantId && made.record.mode === mode
    // What lives in this process, and what takes the files themselves, need not be the same account again.
    const goesOn = ({ provider, isEmbedded }: Member): boolean =>
      provider.adopts?.has(operation) === true || (isEmbedded && provider === made?.provider)
    if (made && mayUse && made.operations.has(operation)) {
      const own = mode === 'live' ? performers(operation, ofTenant(tenantId)) : []
      const isAnyones = goesOn(made) && [...own, ...performers(operation, ofHouse(mode))].every(goesOn)
      if (isAnyones) return undefined
      if (made.record.state !== 'disabled') return routeOf(accountPool(made.record), [made])
    }
    const adopters = performers(operation, ofHouse(mode)).filter(goesOn)
    const [first] = adopters
    if (first) return routeOf(accountPool(first.record), [first])
    throw new PolyphonyError(
      'no_provider',
      `${parent.id} was made by ${parent.provider} with an account that cannot be used for ${operation} (any more), ` +
        'and no other configured provider can go on from it.',
    )
  }

  return {
    async start() {
      await keepEnvironment()
      await sealAnew()
      await refresh()
    },
    refresh,
    route(wish) {
      const { operation, mode, tenantId } = wish
      const pinned = pinnedRoute(wish)
      if (pinned) return pinned
      const own = mode === 'live' ? performers(operation, ofTenant(tenantId)) : []
      const choice = wish.pool ?? wishes.get(tenantId)?.defaultPool ?? 'private'
      if (own.length > 0 && choice === 'private') {
        const route = routeOf(tenantPool(tenantId), own)
        return { ...route, isFree: route.isFree && wishes.get(tenantId)?.fallsBack !== true }
      }
      const found = performers(operation, ofHouse(mode))
      const mayBePublic = wish.pool !== 'private' || mode === 'test' || wishes.get(tenantId)?.fallsBack === true
      if (found.length > 0 && mayBePublic) {
        return routeOf(mode, found)
      }
      if (wish.pool === 'private') {
        throw new PolyphonyError(
          'no_provider',
          `No account that you connected performs ${operation}. Connect one, or leave the pool to the gateway.`,
        )
      }
      const configured = [...members.values()].filter(({ record }) => record.tenantId === null)
      const names = [...new Set(configured.map(({ record }) => record.provider))].join(', ') || 'none'
      throw new PolyphonyError(
        'no_provider',
        `No configured provider performs ${operation} for ${mode} keys (configured: ${names}). ` +
          'Configure a provider for it; docs/providers.md lists who performs what.',
      )
    },
    offers(pool, operations) {
      const now = clock.now()
      const offers: Offer[] = []
      for (const operation of operations) {
        const able = performersIn(pool, operation).filter((member) => isAble(member, now))
        // Back-up accounts work only when no other one can.
        const regular = able.filter(({ record }) => record.priority >= 0)
        const accounts = (regular.length > 0 ? regular : able).map(({ record }) => slotsOf(record))
        if (accounts.length > 0) offers.push({ operation, accounts })
      }
      return offers
    },
    fallback(pool, operation) {
      const tenantId = tenantOfPool(pool)
      if (tenantId === undefined || wishes.get(tenantId)?.fallsBack !== true) return undefined
      return performers(operation, ofHouse('live')).length > 0 ? LIVE_POOL : undefined
    },
    find: (id) => {
      const member = members.get(id)
      return member?.problem === null ? member : undefined
    },
    isKnown: (id) => members.has(id),
    available: (mode, tenantId) =>
      new Set(
        [...members.values()]
          .filter(({ record, problem }) => {
            if (problem !== null || record.state === 'disabled') return false
            return record.mode === mode && (record.tenantId === null || record.tenantId === tenantId)
          })
          .flatMap(({ operations }) => [...operations]),
      ),
    withoutSecrets,
    factorOf: (id) => members.get(id)?.record.priceFactor ?? 1,
    recordEvent(id, happening) {
      // One after the other, or the second would be judged by what the first has not written down yet.
      const step = (happenings.get(id) ?? Promise.resolve()).then(() => recordEvent(id, happening))
      happenings.set(id, step)
      return step
    },
    list: () =>
      [...members.values()].map(({ record, operations, account, problem }) => {
        const manifest = manifests.find(({ id }) => id === record.provider)
        const shown = Object.entries(account.settings).filter(
          ([name]) => manifest?.fields.find((field) => field.name === name)?.isSecret === false,
        )
        const state = problem === null ? record : { ...record, state: 'disabled' as const, reason: problem }
        return { ...state, operations: [...operations], settings: Object.fromEntries(shown) }
      }),
    unwell: (now) =>
      [...members.values()].filter(
        ({ record, problem }) => problem === null && record.retryAt !== null && record.retryAt <= now,
      ),
    async close() {
      for (const loading of providers.values()) await (await loading).close?.()
      for (const { provider } of house) await provider.close?.()
    },
  }
}

export function environmentId(provider: string): string {
  return `env:${provider}`
}

/** What an account is unless its owner says otherwise. */
export const USUAL_ACCOUNT = {
  serves: null,
  weight: 1,
  priority: 0,
  dailyCap: null,
  priceFactor: 1,
  isDraining: false,
  mode: 'live',
  version: 0,
  ...HEALTHY,
} as const satisfies Partial<AccountRecord>

function recordOf({ provider, slots, priority }: EnvironmentAccount, now: number): AccountRecord {
  const id = environmentId(provider)
  const name = `${provider} of the environment`
  return { ...USUAL_ACCOUNT, id, tenantId: null, provider, name, sealed: null, slots, priority, createdAt: now }
}

function embedded(
  { provider, mode, slots, isFallback = false }: BuiltInAccount,
  priority: number,
  fetch: Account['fetch'],
): [string, Member] {
  const id = `house:${provider.id}`
  const name = `${provider.id} in this process`
  const record: AccountRecord = {
    ...USUAL_ACCOUNT,
    id,
    tenantId: null,
    provider: provider.id,
    name,
    sealed: null,
    slots,
    priority,
    mode,
    createdAt: 0,
  }
  const account: Account = { id, provider: provider.id, owner: 'operator', settings: {}, fetch }
  const { operations } = provider
  return [id, { record, account, provider, operations, isEmbedded: true, isFallback, problem: null }]
}

function withDefaults({ fields }: ProviderManifest, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, default: otherwise }) => [name, given[name] || (otherwise ?? '')]))
}

function isServed({ serves }: AccountRecord, operation: string): boolean {
  return serves === null || serves.some((one) => one === operation || operation.startsWith(`${one}/`))
}

function slotsOf({ id, provider, slots, weight, priority, dailyCap }: AccountRecord): AccountSlots {
  return { account: id, provider, slots, weight, priority, dailyCap }
}

function sameHealth(a: Health, b: Health): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.retryAt === b.retryAt &&
    a.troubles === b.troubles &&
    a.strikes === b.strikes
  )
}
