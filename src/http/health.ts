import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Store } from '../store/store.ts'

export interface HealthOptions {
  store: Store
  version: string
  startedAt: number
  inHand: () => number
  operations: () => string[]
}

const READY_WITHIN_MS = 2_000

/** Liveness, readiness, a public status and metrics. None needs a key, and none tells anything about tenants. */
export function health(app: FastifyInstance, options: HealthOptions): void {
  const registry = new Registry()
  let collecting = false
  const durations = new Histogram({
    name: 'polyphony_http_request_duration_seconds',
    help: 'Time from request to answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  })
  new Gauge({
    name: 'polyphony_tasks_in_hand',
    help: 'Tasks that this process works on at this moment.',
    registers: [registry],
    collect() {
      this.set(options.inHand())
    },
  })
  new Gauge({
    name: 'polyphony_tasks',
    help: 'Unfinished tasks, by status.',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      const counts = await options.store.countUnfinished({})
      this.reset()
      for (const [status, count] of Object.entries(counts)) this.set({ status }, count)
    },
  })

  // Registered without encapsulation, so that it sees every dialect; idle until somebody reads metrics.
  app.addHook('onResponse', (request, reply, done) => {
    if (collecting) {
      const route = request.routeOptions.url ?? 'none'
      const labels = { method: request.method, route, status: String(reply.statusCode) }
      durations.observe(labels, reply.elapsedTime / 1_000)
    }
    done()
  })

  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const answered = await Promise.race([
      options.store.nextDueAt({}).then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(resolve, READY_WITHIN_MS, false).unref()),
    ])
    return reply.code(answered ? 200 : 503).send({ status: answered ? 'ready' : 'the database does not answer' })
  })
  app.get('/api/status', async () => ({
    name: 'polyphony',
    version: options.version,
    store: options.store.engine,
    uptimeSeconds: Math.floor((Date.now() - options.startedAt) / 1_000),
    operations: options.operations(),
  }))
  app.get('/metrics', async (_request, reply) => {
    if (!collecting) {
      collecting = true
      collectDefaultMetrics({ register: registry })
    }
    return reply.header('content-type', registry.contentType).send(await registry.metrics())
  })
}
