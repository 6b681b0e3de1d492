import type { FastifyInstance } from 'fastify'
import type { Histogram, Registry } from 'prom-client'
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
  let metrics: Promise<Metrics> | undefined
  let durations: Histogram | undefined

  // Registered without encapsulation, so that it sees every dialect; idle until somebody reads metrics.
  app.addHook('onResponse', (request, reply, done) => {
    if (durations) {
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
    metrics ??= openMetrics(options)
    const { registry, durations: opened } = await metrics
    durations = opened
    return reply.header('content-type', registry.contentType).send(await registry.metrics())
  })
}

interface Metrics {
  registry: Registry
  durations: Histogram
}

/** Opened by the first reader: a gateway that nobody watches does not pay for being watched. */
async function openMetrics({ store, inHand }: HealthOptions): Promise<Metrics> {
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
  const durations = new Histogram({
    name: 'polyphony_http_request_duration_seconds',
    help: 'Time from request to answer, by route and status, since metrics were first read.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  })
  return { registry, durations }
}
