import type { FastifyInstance } from 'fastify'
import type { AccountRecord } from '../core/account.ts'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { QUOTA_PER_USD } from '../core/relay-quota.ts'
import { describedBy } from '../dialects/kit/described.ts'
import type { Store } from '../store/store.ts'
import type { Descriptions } from './health-openapi.ts'
import { hasMetricsKey, metricsServer } from './metrics/access.ts'
import type { Recorders } from './metrics/recorders.ts'
import { type Metrics, openMetrics } from './metrics/registry.ts'
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
  recorders: Recorders
  /** The folders on disks of this machine, by what is in them. */
  folders: Readonly<Record<string, string>>
  /** Who may read the metrics, and where; by default everyone, at `/metrics`. */
  metrics?: MetricsAccess
}

export interface MetricsAccess {
  key?: string | undefined
  /** A port of their own, at which no key is needed unless there is one; then they are not at the gateway's. */
  port?: number | undefined
  host: string
}

const NO_ROOM = 507

export interface Health {
  /** Counts every answer of a server. Call it before its routes are added. */
  count(app: FastifyInstance): void
  routes(app: FastifyInstance): void
}

/** Liveness, readiness, a public status and metrics. None needs a key, and none reveals anything about tenants. */
export function openHealth(options: HealthOptions): Health {
  let opened: Promise<Metrics> | undefined
  const metrics = (): Promise<Metrics> => {
    opened ??= openMetrics(options)
    return opened
  }
  const { readiness, noteFull } = openReadiness({ read: () => options.store.nextDueAt({}), write: options.write })

  function count(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      if (reply.statusCode === NO_ROOM) noteFull()
      options.recorders.answered(request, reply)
      done()
    })
  }

  function routes(app: FastifyInstance): void {
    app.get('/healthz', described('healthz'), async () => ({ status: 'ok' }))
    app.get('/readyz', described('readyz'), async (_request, reply) => {
      const status = await readiness()
      return reply.code(status === 'ready' ? 200 : 503).send({ status })
    })
    app.get('/api/status', described('status'), async () => ({
      name: 'polyphony',
      version: options.version,
      store: options.store.engine,
      uptimeSeconds: Math.floor((systemClock.now() - options.startedAt) / 1_000),
      operations: options.operations(),
      providers: providersOf(options.accounts()),
      ...forRelayClients(options),
    }))
    const { key, port, host = '' } = options.metrics ?? {}
    if (port !== undefined) {
      metricsServer(app, { host, port, key, metrics })
      return
    }
    app.get('/metrics', described('metrics'), async (request, reply) => {
      if (!hasMetricsKey(key, request.headers)) {
        throw new PolyphonyError(
          'unauthorized',
          'The metrics need their own key: send POLYPHONY_METRICS_KEY as a bearer.',
        )
      }
      const { contentType, scrape } = await metrics()
      return reply.header('content-type', contentType).send(await scrape())
    })
  }

  return { count, routes }
}

/** What clients of one-api and new-api read of its own `/api/status`, above all what a unit of quota is worth. */
function forRelayClients({ version, startedAt }: HealthOptions) {
  return {
    success: true,
    message: '',
    data: {
      version,
      start_time: Math.floor(startedAt / 1_000),
      system_name: 'Polyphony',
      quota_per_unit: QUOTA_PER_USD,
      display_in_currency: true,
      quota_display_type: 'USD',
    },
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
