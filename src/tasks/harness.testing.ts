import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Disk } from 'flydrive'
import { type Logger, pino } from 'pino'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type Accounts, openAccounts } from '../accounts/accounts.ts'
import { openVault } from '../accounts/vault.ts'
import { type Assets, openAssets } from '../assets/assets.ts'
import { type Egress, openEgress } from '../assets/egress.ts'
import { openDisk } from '../assets/storage.ts'
import { getOperation } from '../catalog/catalog.ts'
import { readInput } from '../catalog/read-input.ts'
import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, HOUR_MS, type Mark, markOf, SECOND_MS } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import { LIVE_POOL, tenantPool } from '../core/pools.ts'
import type { Task } from '../core/task.ts'
import { costList } from '../prices/cost-list.ts'
import { fixedPrices } from '../prices/price-list.ts'
import type { Provider } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { createKey, openKeys } from '../tenants/keys.ts'
import { openAdmission } from './admission.ts'
import { openDurations } from './durations.ts'
import { openFinish } from './finish.ts'
import { openInputs } from './inputs.ts'
import { type Leases, openLeases } from './leases.ts'
import { openLiveSounds } from './live-sounds.ts'
import { type Moves, openMoves } from './moves.ts'
import type { TaskParts } from './parts.ts'
import { openTasks, type Tasks } from './tasks.ts'
import type { WebhookRenderers } from './webhook-renderers.ts'
import { openWork, type Work, type WorkOptions } from './work.ts'

/** Another process, which takes what is due and what a lease was lost of. */
export const ANOTHER = 'another process'
export const LEASE_MS = 15 * SECOND_MS
export const CREDIT = 1_000_000
export const LYRICS_PRICE = 20_000
export const LYRICS_TIMEOUT_MS = 120_000
/** The credential of accounts that a test adds. */
export const SECRET = 'sk-of-the-vendor-0123456789'

/** The heart alone, on a real store and real files: the test takes the dispatcher's place, the provider's and the clock's. */
export interface Harness extends AsyncDisposable {
  store: Store
  clock: { nowMs: number; now(): number; advance(ms: number): void }
  tasks: Tasks
  accounts: Accounts
  /** The id of the one account; the name of the pool, too. */
  account: string
  /** By default a task was claimed a moment ago. */
  work: {
    begin(task: Task, since?: Mark): Promise<void>
    carryOn(task: Task, since?: Mark): Promise<void>
    checkLateResult(task: Task, since: Mark | undefined, signal: AbortSignal): Promise<void>
    cancel: Work['cancel']
    answerCancel: Work['answerCancel']
  }
  /** The steps as another process on the same store takes them, which holds nothing of what this one has in hand. */
  elsewhere: Work
  moves: Moves
  parts: TaskParts
  leases: Leases
  assets: Assets
  disk: Disk
  caller: Caller
  /** The instants for which the alarm was set. */
  dueAt: number[]
  submit(operation?: string, input?: JsonObject): Promise<Task>
  /** Gives the waiting tasks to the provider's account, which has a hundred slots. */
  claim(): Promise<Task[]>
  /** A task that was submitted and claimed. */
  claimed(operation?: string, input?: JsonObject): Promise<Task>
  /** The running tasks that are due. */
  due(): Promise<Task[]>
  /** The failed tasks that are due to be checked for a late result. */
  late(by?: string): Promise<Task[]>
  /** Another account of the provider, with a stored health: the operator's, unless `given` says whose. */
  addAccount(given?: Partial<AccountRecord>): Promise<string>
  read(id: string): Promise<Task>
  available(): Promise<number>
  /** Names of the stored files. */
  files(): Promise<string[]>
}

export interface HarnessOptions {
  /** A store that several harnesses share, each with its own tenant, pool and clock; opening one takes a while. */
  shared?: Store
  wrap?: (store: Store) => Store
  /** False = the provider has only the accounts that the test adds. */
  isEmbedded?: boolean
  /** Vendors can call. */
  isReachable?: boolean
  pollFactor?: number
  /** Rejects where the webhooks of tasks cannot be rendered. */
  webhooksReady?: WebhookRenderers['ready']
}

export async function openHarness(
  provider: Partial<Provider>,
  {
    shared,
    wrap = (store) => store,
    isEmbedded = true,
    isReachable = false,
    pollFactor = 1,
    webhooksReady = () => undefined,
  }: HarnessOptions = {},
): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-tasks-'))
  const filesFolder = join(folder, 'files')
  const opened = shared ?? (await openMigratedSqlite({ path: join(folder, 'test.db') }))
  const store = wrap(opened)
  const clock = {
    nowMs: Date.UTC(2026, 0, 1),
    now() {
      return this.nowMs
    },
    advance(ms: number) {
      this.nowMs += ms
    },
  }
  const log = pino({ level: 'silent' })
  const full: Provider = {
    id: `fake-${randomUUID()}`, // with a pool of its own
    operations: new Set(['suno/music', 'suno/lyrics']),
    submit: () => Promise.reject(new Error('The test does not expect a call.')),
    ...provider,
  }
  const account = `house:${full.id}`
  const disk = await openDisk(pathToFileURL(filesFolder).href)
  const assets = openAssets({
    disk,
    store,
    clock,
    log,
    maxBytes: 2 ** 20,
  })
  const egress = openEgress({ allow: ['127.0.0.0/8'], log })
  const vault = openVault('the secret of the test')
  const fields = [{ name: 'apiKey', title: 'Key', env: 'KEY', isSecret: true }]
  const registry = openAccounts({
    store,
    builtIn: isEmbedded ? [{ provider: full, mode: 'live', slots: 100 }] : [],
    manifests: [{ id: full.id, title: full.id, fields, slots: 100, load: async () => () => full }],
    environment: [],
    vault,
    fetchFor: () => fetch,
    clock,
    log,
  })
  // One pool for all of its accounts, and for no others.
  const accounts: Accounts = {
    ...registry,
    route: (spec) => ({ ...registry.route(spec), pool: account }),
    offers(asked, operations) {
      const pools = asked === account ? [LIVE_POOL, tenantPool(tenant.id)] : []
      return pools.map((pool) => registry.offers(pool, operations)).find((offers) => offers.length > 0) ?? []
    },
  }
  const { tasks, work, elsewhere, moves, parts, leases, holder, dueAt } = openHeart({
    store,
    accounts,
    assets,
    egress,
    clock,
    log,
    isReachable,
    pollFactor,
    webhooksReady,
  })

  const tenant = await createTenant({ store, clock }, 'a tenant')
  const caller = await openCaller({ store, clock }, tenant.id)

  const harness: Harness = {
    store,
    clock,
    tasks,
    accounts,
    account,
    work,
    elsewhere,
    moves,
    parts,
    leases,
    assets,
    disk,
    caller,
    dueAt,
    async submit(id = 'suno/lyrics', given = { prompt: 'fog' }) {
      const operation = getOperation(id)
      const input = readInput(operation, given)
      return (await tasks.submit({ operation, input, dialect: 'photon' }, caller)).task
    },
    claim: () =>
      store
        .claimPending({
          pool: account,
          offers: accounts.offers(account, full.operations),
          limit: 100,
          leaseMs: LEASE_MS,
          holder,
          now: clock.now(),
        })
        .then(({ tasks }) => tasks),
    async claimed(operation, input) {
      const { id } = await harness.submit(operation, input)
      const task = (await harness.claim()).find((one) => one.id === id)
      if (!task) throw new Error('The task was not claimed.')
      return task
    },
    async due() {
      const tasks = await store.claimDue({ limit: 100, leaseMs: LEASE_MS, holder: ANOTHER, now: clock.now() })
      return tasks.filter(({ tenantId }) => tenantId === tenant.id)
    },
    async late(by = holder) {
      const tasks = await store.claimLateChecks({ limit: 100, leaseMs: LEASE_MS, holder: by, now: clock.now() })
      return tasks.filter(({ tenantId }) => tenantId === tenant.id)
    },
    async addAccount(given = {}) {
      const id = `vendor:${randomUUID()}`
      const record: AccountRecord = {
        ...DEFAULT_ACCOUNT,
        id,
        tenantId: null,
        provider: full.id,
        name: id,
        sealed: vault.seal(id, { apiKey: SECRET }),
        slots: 100,
        createdAt: clock.now(),
        ...given,
      }
      await opened.createAccount({ account: record })
      await accounts.refresh()
      return id
    },
    async read(id) {
      const task = await store.getTask({ id })
      if (!task) throw new Error(`There is no task ${id}.`)
      return task
    },
    available: async () => (await tasks.balance(caller)).available,
    async files() {
      const entries = await readdir(filesFolder, { recursive: true, withFileTypes: true }).catch(() => [])
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
    },
    async [Symbol.asyncDispose]() {
      leases.close()
      tasks.close()
      await egress.close()
      if (!shared) await opened.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return harness
}

/** Everything between a submission and its end. */
function openHeart(options: {
  store: Store
  accounts: Accounts
  assets: Assets
  egress: Egress
  clock: Clock
  log: Logger
  isReachable: boolean
  pollFactor: number
  webhooksReady: WebhookRenderers['ready']
}) {
  const { store, accounts, assets, egress, clock, log, isReachable } = options
  const webhooksFor = (task: Task) =>
    task.echo.hook === undefined ? [] : [{ url: String(task.echo.hook), body: task.status, headers: {} }]
  const inputs = openInputs({ assets, egress, referenceOf: () => undefined, clock, keepMs: HOUR_MS })
  const prices = fixedPrices()
  const limits = { maxWaitMs: HOUR_MS, taskTimeFactor: 1, recordDays: 30 }
  const moves = openMoves({ store, webhooksFor, clock })
  const parts: TaskParts = { store, moves, accounts, clock, log }
  const holder = randomUUID()
  const leases = openLeases(parts, { leaseMs: LEASE_MS, holder })
  const maxOutputBytes = 2 ** 20
  const durations = openDurations()
  const finish = openFinish(parts, { assets, egress, mediaDays: 7, maxOutputBytes, durations, costOf: costList([]) })
  const dueAt: number[] = []
  const workOptions: WorkOptions = {
    leases,
    finish,
    alarm: { at: (instant) => dueAt.push(instant) },
    webhooksFor,
    webhooksReady: options.webhooksReady,
    maxWaitMs: HOUR_MS,
    pollFactor: options.pollFactor,
    liveSounds: openLiveSounds({ secret: 'for tests' }),
    callbackUrl: ({ id }) => (isReachable ? `https://gateway.example/callbacks/${id}` : undefined),
    inputFiles: { assets, egress, maxBytes: 2 ** 20, publicUrlOf: () => undefined },
  }
  const real = openWork(parts, workOptions)
  const tasks = openTasks({
    store,
    accounts,
    egress,
    inputs,
    prices,
    moves,
    clock,
    limits,
    cancel: real.cancel,
    durations,
    admission: openAdmission({ maxQueued: 1_000, maxWaitMs: 10_000, log }),
    waits: { perKey: 100, total: 100 },
    log,
  })
  const work: Harness['work'] = {
    begin: (task, since = markOf(clock)) => real.begin(task, since),
    carryOn: (task, since = markOf(clock)) => real.carryOn(task, since),
    checkLateResult: (task, since, signal) => real.checkLateResult(task, since ?? markOf(clock), signal),
    cancel: real.cancel,
    answerCancel: real.answerCancel,
  }
  const elsewhere = openWork(parts, {
    ...workOptions,
    leases: openLeases(parts, { leaseMs: LEASE_MS, holder: ANOTHER }),
    liveSounds: openLiveSounds({ secret: 'for tests' }),
  })
  return { elsewhere, tasks, work, moves, parts, leases, holder, dueAt }
}

/** A caller of the tenant, with credit. */
async function openCaller({ store, clock }: { store: Store; clock: Clock }, tenantId: string): Promise<Caller> {
  await store.credit({ id: `credit:${tenantId}`, tenantId, amount: points(CREDIT), memo: '', now: clock.now() })
  const { key } = await createKey({ store, clock }, { tenantId, name: 'a key', mode: 'live' })
  const keys = openKeys({ store, clock, log: pino({ level: 'silent' }) })
  const caller = await keys.authenticate(key)
  await keys.close()
  return caller
}
