import type { Gauge } from 'prom-client'
import { readDisks } from '../../assets/disks.ts'
import type { AccountRecord } from '../../core/account.ts'
import { SECOND_MS } from '../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import type { Recorders } from './recorders.ts'

export interface MetricSources {
  store: Store
  version: string
  inHand: () => number
  /** All accounts, including those of this process's environment. */
  accounts: () => readonly AccountRecord[]
  recorders: Recorders
  /** The folders on disks of this machine, by what is in them. */
  folders: Readonly<Record<string, string>>
}

/** The metrics as Prometheus reads them. */
export interface Metrics {
  contentType: string
  /** Reads the gauges, and writes everything. Without the database, what this process knows is there all the same. */
  scrape(): Promise<string>
}

const TENANTS = 'tenants'

/** Gauges whose names end in `_total`, which only those of counters may. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** Opened when metrics are first read, so that a gateway without monitoring does not pay for it. */
export async function openMetrics(sources: MetricSources): Promise<Metrics> {
  const { collectDefaultMetrics, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  sources.recorders.registerIn(registry)

  const gauge: MakeGauge = (name, help, labelNames = []) => new Gauge({ name, help, labelNames, registers: [registry] })
  gauge('polyphony_build_info', 'Always 1; the labels say what runs here.', ['version', 'store', 'node']).set(
    { version: sources.version, store: sources.store.engine, node: process.version },
    1,
  )
  const up = gauge('polyphony_store_up', 'Whether the database answered when the metrics were read.')
  const ofProcess = [accountGauges(gauge, sources), taskGauge(gauge, sources)]
  const ofStore = [unfinishedGauge(gauge, sources), runningGauge(gauge, sources), vitalGauges(gauge, sources)]
  const ofDisks = diskGauges(gauge, sources)

  return {
    contentType: registry.contentType,
    async scrape() {
      for (const read of ofProcess) read()
      const answers = await Promise.allSettled(ofStore.map((read) => read()))
      up.set(answers.every(({ status }) => status === 'fulfilled') ? 1 : 0)
      await ofDisks()
      return registry.metrics()
    },
  }
}

type MakeGauge = (name: string, help: string, labelNames?: string[]) => Gauge

function taskGauge(gauge: MakeGauge, { inHand }: MetricSources): () => void {
  const tasks = gauge('polyphony_tasks_in_hand', 'Tasks that this process works on at this moment.')
  return () => tasks.set(inHand())
}

function accountGauges(gauge: MakeGauge, { accounts }: MetricSources): () => void {
  const states = gauge(
    'polyphony_accounts',
    'Accounts at providers, by provider, owner ("operator" or "tenant") and state.',
    ['provider', 'owner', 'state'],
  )
  const slots = gauge(
    'polyphony_account_slots',
    `How many tasks an account runs at once; those of tenants in one sum, as "${TENANTS}".`,
    ['provider', 'account'],
  )
  return () => {
    states.reset()
    slots.reset()
    for (const account of accounts()) {
      const owner = account.tenantId === null ? 'operator' : 'tenant'
      states.inc({ provider: account.provider, owner, state: account.state })
      slots.inc(labelsOf(account), account.slots)
    }
  }
}

/** Only the operator's accounts are named; those of all tenants share one label. */
function labelsOf({ id, provider, tenantId }: AccountRecord): { provider: string; account: string } {
  return { provider, account: tenantId === null ? id : TENANTS }
}

function runningGauge(gauge: MakeGauge, { store, accounts }: MetricSources): () => Promise<void> {
  const running = gauge('polyphony_account_running', 'How many tasks an account runs now.', ['provider', 'account'])
  return async () => {
    running.reset()
    const loads = await store.listLoads({ now: store.clock.now() })
    const byAccount = new Map(loads.map((load) => [load.account, load.running]))
    for (const account of accounts()) running.inc(labelsOf(account), byAccount.get(account.id) ?? 0)
  }
}

function unfinishedGauge(gauge: MakeGauge, { store }: MetricSources): () => Promise<void> {
  const tasks = gauge('polyphony_tasks', 'Unfinished tasks, by status.', ['status'])
  return async () => {
    tasks.reset()
    for (const [status, count] of Object.entries(await store.countUnfinished({}))) tasks.set({ status }, count)
  }
}

function vitalGauges(gauge: MakeGauge, { store }: MetricSources): () => Promise<void> {
  const waiting = gauge(
    'polyphony_oldest_waiting_seconds',
    'How long the task has waited that is next to reach its deadline without having begun; 0 = none waits.',
  )
  const balances = gauge('polyphony_balance_points', 'Points of all tenants: available, and held by tasks.', [
    'account',
  ])
  const stored = gauge('polyphony_stored_bytes', 'Uploads and drafts of all tenants; outputs are not counted.')
  const faults = gauge(
    'polyphony_ledger_faults',
    'Balances that cannot be right: negative, or above what was credited. `polyphony reconcile` checks every rule.',
  )
  return async () => {
    const { oldestPendingAt, availablePoints, heldPoints, storedBytes, balanceFaults } = await store.vitals({})
    waiting.set(oldestPendingAt === null ? 0 : Math.max(0, store.clock.now() - oldestPendingAt) / SECOND_MS)
    balances.set({ account: 'available' }, availablePoints)
    balances.set({ account: 'held' }, heldPoints)
    stored.set(storedBytes)
    faults.set(balanceFaults)
  }
}

function diskGauges(gauge: MakeGauge, { folders }: MetricSources): () => Promise<void> {
  const size = gauge('polyphony_disk_size_bytes', 'Size of the disk that holds a folder.', ['folder'])
  const free = gauge('polyphony_disk_free_bytes', 'Free bytes on the disk that holds a folder.', ['folder'])
  return async () => {
    // A disk that is gone has no figures.
    size.reset()
    free.reset()
    for (const { folder, sizeBytes, freeBytes } of await readDisks(folders)) {
      size.set({ folder }, sizeBytes)
      free.set({ folder }, freeBytes)
    }
  }
}
