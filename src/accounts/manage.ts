import { type AccountEvent, type AccountRecord, healthAfter } from '../core/account.ts'
import type { Attempt } from '../core/attempt.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { accountPool, tenantPool } from '../core/pools.ts'
import type { Tenant } from '../core/tenant.ts'
import type { ProviderManifest } from '../providers/provider.ts'
import type { AccountChange, Store } from '../store/store.ts'
import { type Accounts, type AccountView, USUAL_ACCOUNT } from './accounts.ts'
import { whyIdle } from './advice.ts'
import { hideSecrets, isAddress, readFields } from './credentials.ts'
import { happeningOf } from './health.ts'
import type { Vault } from './vault.ts'
import { type AccountWishes, OPERATOR_WISHES, OWN_WISHES, readWishes, wrong } from './wishes.ts'

/** Who manages: the operator all accounts, a tenant the ones that it connected. Others do not exist for it. */
export type Manager = 'operator' | { tenantId: string }

/** An account as whoever manages it sees it. What is secret is not among it. */
export interface ManagedAccount extends Omit<AccountRecord, 'sealed' | 'version' | 'troubles' | 'strikes'> {
  /** Where its credential is kept: sealed in the database, or in the environment of the server. */
  credential: 'stored' | 'environment'
  /** The fields that are no secrets. */
  settings: Record<string, string>
  /** Catalogue ids. */
  operations: string[]
  /** False when it cannot be used as it is set up, whatever the vendor would say: `reason` says why. */
  isUsable: boolean
  running: number
  /** On this UTC day. */
  begunToday: number
}

export interface TestOutcome {
  /** null = its provider has no call that could show it. */
  works: boolean | null
  /** What the vendor said, and what to do about it. */
  says: string
  account: ManagedAccount
}

export interface Findings {
  account: ManagedAccount
  /** Why it begins no task; [] when it could. */
  advice: string[]
  /** Tasks that it could be given, by operation. */
  waiting: { operation: string; count: number }[]
  /** The newest first. */
  attempts: Omit<Attempt, 'account'>[]
}

export type PoolWishes = Pick<Tenant, 'defaultPool' | 'fallsBack'>

/**
 * Adds, changes, tests and removes accounts. What is asked comes in the words of the API. Every verb throws `not_found`
 * for an account that the manager has not, and `invalid_input`, naming the field, for what breaks a rule.
 */
export interface AccountAdmin {
  readonly manifests: readonly ProviderManifest[]
  list(by: Manager): Promise<ManagedAccount[]>
  get(id: string, by: Manager): Promise<ManagedAccount>
  /** `forbidden` where a tenant has as many as it may. */
  add(body: JsonObject, by: Manager): Promise<ManagedAccount>
  /** Fields of the credential that are not named stay as they are. A new credential ends the pause of the old one. */
  change(id: string, body: JsonObject, by: Manager): Promise<ManagedAccount>
  /** It finishes what it has, and begins nothing; tasks may still wait for it. */
  drain(id: string, by: Manager): Promise<ManagedAccount>
  resume(id: string, by: Manager): Promise<ManagedAccount>
  /** It finishes what it has, and counts as not there. */
  disable(id: string, by: Manager): Promise<ManagedAccount>
  /** Ends every pause, too: its manager says that it should work again. */
  enable(id: string, by: Manager): Promise<ManagedAccount>
  /** Only while nothing runs on it. */
  remove(id: string, by: Manager): Promise<void>
  /** Makes the vendor's free call now; the state follows from what it says. */
  test(id: string, by: Manager): Promise<TestOutcome>
  debug(id: string, by: Manager): Promise<Findings>
  pool(tenantId: string): Promise<PoolWishes>
  changePool(tenantId: string, wishes: Partial<PoolWishes>): Promise<PoolWishes>
}

export interface AccountDeskOptions {
  store: Store
  accounts: Accounts
  manifests: readonly ProviderManifest[]
  vault: Vault
  clock: Clock
  /** Refuses addresses that a tenant may not reach: `address_refused`, naming the field. */
  judge: (url: string, field: string) => Promise<void>
  /** Ids of the catalogue. */
  operations: ReadonlySet<string>
  tenants: {
    /** What a task on a tenant's own account costs it, as a part of the list price. */
    priceFactor: number
    maxAccounts: number
  }
  /** A command beside the server: keys of the server's environment need not stand in its own. */
  isOffline?: boolean
}

const TEST_LIMIT_MS = 20 * SECOND_MS
const LAST_ATTEMPTS = 20
const WRITES = 2

export function openAccountAdmin(options: AccountDeskOptions): AccountAdmin {
  const { store, accounts, manifests, vault, clock, operations } = options

  async function recordOf(id: string, by: Manager): Promise<AccountRecord> {
    const record = (await store.listAccounts({})).find((one) => one.id === id && isOf(one, by))
    if (!record) throw new PolyphonyError('not_found', `There is no account ${id}.`)
    return record
  }

  async function list(by: Manager): Promise<ManagedAccount[]> {
    await accounts.refresh()
    const loads = new Map((await store.listLoads({ now: clock.now() })).map((load) => [load.account, load]))
    const views = new Map(accounts.list().map((view) => [view.id, view]))
    return (await store.listAccounts({}))
      .filter((record) => isOf(record, by))
      .map((record) => {
        const { running = 0, begunToday = 0 } = loads.get(record.id) ?? {}
        return { ...shownOf(record, views.get(record.id)), running, begunToday }
      })
  }

  async function get(id: string, by: Manager): Promise<ManagedAccount> {
    const found = (await list(by)).find((one) => one.id === id)
    if (!found) throw new PolyphonyError('not_found', `There is no account ${id}.`)
    return found
  }

  function shownOf(
    record: AccountRecord,
    view: AccountView | undefined,
  ): Omit<ManagedAccount, 'running' | 'begunToday'> {
    const { sealed, version: _version, troubles: _troubles, strikes: _strikes, ...plain } = record
    const isElsewhere = sealed === null && options.isOffline === true
    const isUsable = isElsewhere || accounts.find(record.id) !== undefined
    const problem = view?.reason ?? `There is no provider "${record.provider}".`
    return {
      ...plain,
      // What a vendor said may hold what it was sent.
      reason: withoutSecrets(record, isUsable ? record.reason : problem),
      credential: sealed === null ? 'environment' : 'stored',
      settings: view?.settings ?? {},
      operations: view?.operations ?? [],
      isUsable,
    }
  }

  function withoutSecrets({ id, provider }: Pick<AccountRecord, 'id' | 'provider'>, text: string): string {
    const manifest = manifests.find((one) => one.id === provider)
    const settings = accounts.find(id)?.account.settings
    return manifest && settings ? hideSecrets(text, manifest, settings) : text
  }

  /** What was read may have changed before it is written: the state of an account follows from its traffic. */
  async function write(
    id: string,
    by: Manager,
    make: (record: AccountRecord) => AccountChange | Promise<AccountChange>,
  ): Promise<ManagedAccount> {
    for (let attempt = 1; attempt <= WRITES; attempt++) {
      const record = await recordOf(id, by)
      const set = await make(record)
      if (await store.changeAccount({ id, version: record.version, set })) return get(id, by)
    }
    throw new PolyphonyError('store_unavailable', `Account ${id} changes at this moment. Try again.`)
  }

  function happens(happening: AccountEvent): (record: AccountRecord) => AccountChange {
    return (record) => {
      const { state, reason, retryAt, troubles, strikes } = healthAfter(record, happening, clock.now())
      return { state, reason, retryAt, troubles, strikes }
    }
  }

  const isServable = (name: string) =>
    operations.has(name) || [...operations].some((operation) => operation.startsWith(`${name}/`))

  function cardOf(provider: Json | undefined): ProviderManifest {
    const manifest = manifests.find(({ id }) => id === provider)
    if (!manifest) throw wrong('provider', `must be one of ${manifests.map(({ id }) => id).join(', ')}`)
    return manifest
  }

  async function checkAddresses(
    manifest: ProviderManifest,
    settings: Record<string, string>,
    tenantId: string | null,
  ): Promise<void> {
    if (tenantId === null) return // the operator says where, and may mean the own network
    for (const field of manifest.fields.filter(isAddress)) {
      const address = settings[field.name]
      if (address !== undefined) await options.judge(address, `fields.${field.name}`)
    }
  }

  /** Two accounts of one owner are told apart by their names. */
  async function checkName(name: string, tenantId: string | null, itself?: string): Promise<void> {
    const all = await store.listAccounts({})
    const isTaken = all.some((one) => one.name === name && one.tenantId === tenantId && one.id !== itself)
    if (isTaken) throw wrong('name', `must be new; there is an account "${name}" already`)
  }

  async function ownerIn(tenant: Json | undefined, by: Manager): Promise<string | null> {
    if (by !== 'operator') {
      if (tenant !== undefined) throw wrong('tenant', 'is set by the operator')
      return by.tenantId
    }
    if (tenant === undefined || tenant === null) return null
    const found = typeof tenant === 'string' ? await store.getTenant({ id: tenant }) : undefined
    if (!found) throw wrong('tenant', 'must be the id of a tenant, or null for an account of the house')
    return found.id
  }

  async function checkCount(by: Manager): Promise<void> {
    if (by === 'operator') return
    const { maxAccounts } = options.tenants
    const count = (await store.listAccounts({})).filter((one) => isOf(one, by)).length
    if (count < maxAccounts) return
    const message = maxAccounts === 0 ? 'Tenants connect no accounts here.' : `At most ${maxAccounts} accounts.`
    throw new PolyphonyError('forbidden', message)
  }

  async function add(body: JsonObject, by: Manager): Promise<ManagedAccount> {
    const { provider, tenant, fields = {}, ...rest } = body
    await checkCount(by)
    const manifest = cardOf(provider)
    const tenantId = await ownerIn(tenant, by)
    const { name, ...wishes } = wishesIn(rest, by)
    if (name === undefined) throw wrong('name', 'is required')
    await checkName(name, tenantId)
    const settings = readFields(manifest, fields)
    await checkAddresses(manifest, settings, tenantId)
    const now = clock.now()
    const id = newId(now)
    const account: AccountRecord = {
      ...USUAL_ACCOUNT,
      priceFactor: tenantId === null ? USUAL_ACCOUNT.priceFactor : options.tenants.priceFactor,
      slots: manifest.slots,
      ...wishes,
      id,
      tenantId,
      provider: manifest.id,
      name,
      sealed: vault.seal(id, settings),
      createdAt: now,
    }
    await store.createAccount({ account })
    return get(id, by)
  }

  function wishesIn(body: JsonObject, by: Manager): AccountWishes {
    const allowed = by === 'operator' ? [...OWN_WISHES, ...OPERATOR_WISHES] : OWN_WISHES
    return readWishes(body, allowed, isServable)
  }

  async function changeOf(record: AccountRecord, body: JsonObject, by: Manager): Promise<AccountChange> {
    const { fields, ...rest } = body
    const wishes = wishesIn(rest, by)
    if (wishes.name !== undefined) await checkName(wishes.name, record.tenantId, record.id)
    if (record.sealed === null) checkEnvironment(record, body)
    if (fields === undefined) return wishes
    const manifest = cardOf(record.provider)
    const settings = readFields(manifest, fields, fieldsOf(record))
    await checkAddresses(manifest, settings, record.tenantId)
    const sealed = vault.seal(record.id, settings)
    // Whatever the vendor said of the old credential is no reason to wait with the new one.
    const health = record.state === 'disabled' ? {} : happens({ kind: 'enabled' })(record)
    return { ...wishes, ...health, sealed }
  }

  /** What was sealed under a secret that is lost counts as not there, so that the account can be given a new credential. */
  function fieldsOf({ id, sealed }: AccountRecord): Record<string, string> {
    if (sealed === null) return {}
    try {
      return vault.open(id, sealed)
    } catch (error) {
      if (error instanceof PolyphonyError) return {}
      throw error
    }
  }

  /** What the environment says is said again at every start. */
  function checkEnvironment({ provider }: AccountRecord, body: JsonObject): void {
    const manifest = cardOf(provider)
    const names = manifest.fields.map(({ env }) => env).join(', ')
    if (body.fields !== undefined) throw wrong('fields', `are set in the environment of the server: ${names}`)
    for (const name of ['slots', 'priority']) {
      if (body[name] !== undefined) throw wrong(name, 'is set by POLYPHONY_PROVIDERS for an account of the environment')
    }
  }

  async function remove(id: string, by: Manager): Promise<void> {
    const { sealed, provider, tenantId } = await recordOf(id, by)
    await accounts.refresh()
    if (sealed === null && (options.isOffline === true || accounts.find(id) !== undefined)) {
      throw wrong('id', `is an account of the environment: unset the variables of ${provider} and start again`)
    }
    const [waiting] = await store.countWaiting({ pools: [accountPool({ id, tenantId })] })
    if (waiting) {
      throw wrong('id', `is an account that follow-ups of its work wait for (${waiting.operation}): let them end first`)
    }
    if (!(await store.removeAccount({ id }))) {
      throw wrong('id', 'is an account on which tasks run: drain it, and remove it when they have ended')
    }
    await accounts.refresh()
  }

  async function test(id: string, by: Manager): Promise<TestOutcome> {
    const { provider: name } = await recordOf(id, by)
    await accounts.refresh()
    const found = accounts.find(id)
    if (!found) return unusable(await get(id, by))
    const { provider, account } = found
    const { title } = cardOf(name)
    if (!provider.probe) {
      const says = `${title} has no free call that could show it: the next task does.`
      return { works: null, says, account: await get(id, by) }
    }
    const signal = AbortSignal.timeout(TEST_LIMIT_MS)
    try {
      await provider.probe(account, signal)
    } catch (thrown) {
      const why = signal.aborted ? `There was no answer within ${TEST_LIMIT_MS / SECOND_MS} s.` : undefined
      const happening = withReason(happeningOf(thrown), (reason) =>
        sentence(why ?? withoutSecrets({ id, provider: name }, reason)),
      )
      await accounts.recordEvent(id, happening)
      return { works: false, says: wordsOf(title, happening), account: await get(id, by) }
    }
    await accounts.recordEvent(id, { kind: 'worked' })
    return { works: true, says: `${title} answered, and takes the credential.`, account: await get(id, by) }
  }

  function unusable(account: ManagedAccount): TestOutcome {
    const isElsewhere = account.credential === 'environment' && options.isOffline === true
    const says = isElsewhere
      ? 'Its key stands in the environment of the server, and not in that of this command.'
      : account.reason
    return { works: false, says, account }
  }

  async function debug(id: string, by: Manager): Promise<Findings> {
    const account = await get(id, by)
    const { tenantId, mode } = account
    const pools = [tenantId === null ? mode : tenantPool(tenantId), accountPool(account)]
    const [waiting, attempts] = await Promise.all([
      store.countWaiting({ pools }),
      store.listAttempts({ account: id, limit: LAST_ATTEMPTS }),
    ])
    const performed = new Set(account.operations)
    const counts = new Map<string, number>()
    for (const { operation, count } of waiting) {
      if (performed.has(operation)) counts.set(operation, (counts.get(operation) ?? 0) + count)
    }
    const could = [...counts].map(([operation, count]) => ({ operation, count }))
    return {
      account,
      advice: whyIdle(account, could),
      waiting: could,
      attempts: attempts.map(({ account: _, ...attempt }) => ({
        ...attempt,
        reason: attempt.reason === null ? null : withoutSecrets(account, attempt.reason),
      })),
    }
  }

  async function pool(tenantId: string): Promise<PoolWishes> {
    const tenant = await store.getTenant({ id: tenantId })
    if (!tenant) throw new PolyphonyError('not_found', `There is no tenant ${tenantId}.`)
    const { defaultPool, fallsBack } = tenant
    return { defaultPool, fallsBack }
  }

  const oneAtATime = inTurn()
  return {
    manifests,
    list,
    get,
    // In turn, so that many at once do not pass the check of a tenant's count together.
    add: (body, by) => oneAtATime(() => add(body, by)),
    async change(id, body, by) {
      if (Object.keys(body).length === 0) throw new PolyphonyError('invalid_input', 'The body names nothing to change.')
      return write(id, by, (record) => changeOf(record, body, by))
    },
    drain: (id, by) => write(id, by, () => ({ isDraining: true })),
    resume: (id, by) => write(id, by, () => ({ isDraining: false })),
    disable: (id, by) => write(id, by, happens({ kind: 'disabled', reason: disabledBy(by) })),
    enable: (id, by) => write(id, by, happens({ kind: 'enabled' })),
    remove,
    test,
    debug,
    pool,
    async changePool(tenantId, wishes) {
      if (Object.keys(wishes).length > 0) await store.changeTenant({ id: tenantId, set: wishes })
      await accounts.refresh()
      return pool(tenantId)
    },
  }
}

function isOf({ tenantId }: AccountRecord, by: Manager): boolean {
  return by === 'operator' || tenantId === by.tenantId
}

function disabledBy(by: Manager): string {
  return by === 'operator' ? 'The operator switched it off.' : 'Its owner switched it off.'
}

function withReason(happening: AccountEvent, change: (reason: string) => string): AccountEvent {
  return 'reason' in happening ? { ...happening, reason: change(happening.reason) } : happening
}

function wordsOf(title: string, happening: AccountEvent): string {
  const why = 'reason' in happening ? happening.reason : ''
  switch (happening.kind) {
    case 'refused':
      return happening.lacks === 'credit'
        ? `${title} takes the credential and says that there is no credit: ${why} Top up the account there.`
        : `${title} does not take the credential: ${why} Give the account a new one.`
    case 'limited':
      return `${title} answered that the account is at its limit: ${why} It is tried again by itself.`
    default:
      return `${title} did not answer as it should: ${why} Check the base address, and whether the vendor is up.`
  }
}

/** A vendor's words may end without a full stop. */
function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}

/** Does one thing after the other, whether the one before succeeded or not. */
function inTurn(): <Done>(work: () => Promise<Done>) => Promise<Done> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work, work)
    last = done
    return done
  }
}
