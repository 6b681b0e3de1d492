import type { FastifyInstance } from 'fastify'
import type { Histogram, Registry } from 'prom-client'
import type { AccountRecord } from '../core/account.ts'
import { systemClock } from '../core/clock.ts'
import { describedBy } from '../dialects/kit/described.ts'
import type { Store } from '../store/store.ts'
import type { Descriptions } from './health-openapi.ts'
import { openReadiness } from './readiness.ts'

const described = describedBy<Descriptions>()

export interface HealthOptions {
  store: Store
  version: string
  startedAt: number
  inHand: () => number
  operations: () => string[]
  /** All accounts, including those of this process's environment. */
  accounts: () => readonly AccountRecord[]
  /** Writes a small test file to the folders of files and of the database. Rejects with `storage_full`, and others. */
  write: () => Promise<void>
}

const NO_ROOM = 507

/**
 * Liveness, readiness, a public status and metrics. None needs a key, and none reveals anything about tenants. Counts
 * every answer of `app`, and returns the function that adds the routes.
 */
export function health(app: FastifyInstance, options: HealthOptions): (routes: FastifyInstance) => void {
  let metrics: Promise<Metrics> | undefined
  let durations: Histogram | undefined
  const { readiness, noteFull } = openReadiness({ read: () => options.store.nextDueAt({}), write: options.write })

  // Not encapsulated, so that it sees every dialect; idle until metrics are read.
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode === NO_ROOM) noteFull()
    if (durations) {
      const route = request.routeOptions.url ?? 'none'
      const labels = { method: request.method, route, status: String(reply.statusCode) }
      durations.observe(labels, reply.elapsedTime / 1_000)
    }
    done()
  })

  return (routes) => {
    routes.get('/healthz', described('healthz'), async () => ({ status: 'ok' }))
    routes.get('/readyz', described('readyz'), async (_request, reply) => {
      const status = await readiness()
      return reply.code(status === 'ready' ? 200 : 503).send({ status })
    })
    routes.get('/api/status', described('status'), async () => ({
      name: 'polyphony',
      version: options.version,
      store: options.store.engine,
      uptimeSeconds: Math.floor((systemClock.now() - options.startedAt) / 1_000),
      operations: options.operations(),
      providers: providersOf(options.accounts()),
    }))
    routes.get('/metrics', described('metrics'), async (_request, reply) => {
      metrics ??= openMetrics(options)
      const { registry, durations: opened } = await metrics
      durations = opened
      return reply.header('content-type', registry.contentType).send(await registry.metrics())
    })
  }
}

/** The operator's accounts for live keys, counted by provider. Accounts of tenants are not shown. */
function providersOf(accounts: readonly AccountRecord[]): { id: string; accounts: number; connected: number }[] {
  const live = accounts.filter(({ tenantId, mode }) => tenantId === null && mode === 'live')
  return [...Map.groupBy(live, ({ provider }) => provider)].map(([id, same]) => ({
    id,
    accounts: same.length,
    connected: same.filter(({ state }) => state === 'connected').length,
  }))
}

interface Metrics {
  registry: Registry
  durations: Histogram
}

const TENANTS = 'tenants'

/** Only the operator's accounts are named; those of all tenants share one label. */
function labelsOf({ id, provider, tenantId }: AccountRecord): { provider: string; account: string } {
  return { provider, account: tenantId === null ? id : TENANTS }
}

/** Opened at the first request for metrics, so that a gateway without monitoring does not pay for it. */
async function openMetrics({ store, inHand, accounts }: HealthOptions): Promise<Metrics> {
  const { collectDefaultMetrics, Gauge, Histogram, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'polyphony_tasks_in_hand',
    help: 'Tasks that this process works on at this moment.',
    registers: [registry],
    collect() {
      this.set(inHand())
    },
  })
  new Gauge({
    name: 'polyphony_tasks',
    help: 'Unfinished tasks, by status.',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      const counts = await store.countUnfinished({})
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count)
    },
  })
  new Gauge({
    name: 'polyphony_accounts',
    help: 'Accounts at providers, those of tenants among them, by provider and state.',
    labelNames: ['provider', 'state'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { provider, state } of accounts()) this.inc({ provider, state })
    },
  })
  new Gauge({
    name: 'polyphony_account_slots',
    help: `How many tasks an account runs at once; those of tenants in one sum, as "${TENANTS}".`,
    labelNames: ['provider', 'account'],
    registers: [registry],
    collect() {
      this.reset()
      for (const account of accounts()) this.inc(labelsOf(account), account.slots)
    },
  })
  new Gauge({
    name: 'polyphony_account_running',
    help: 'How many tasks an account runs now.',
    labelNames: ['provider', 'account'],
    registers: [registry],
    async collect() {
      const loads = await store.listLoads({ now: store.clock.now() })
      const running = new Map(loads.map((load) => [load.account, load.running]))
      this.reset()
      for (const account of accounts()) this.inc(labelsOf(account), running.get(account.id) ?? 0)
    },
  })
  const durations = new Histogram({
    name: 'polyphony_http_request_duration_seconds',
    help: 'Time from request to answer, by route and status, since metrics were first read.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  })
  return { registry, durations }
}
