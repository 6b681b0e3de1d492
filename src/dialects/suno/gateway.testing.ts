import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { pino } from 'pino'
import { openMigratedSqlite } from '../../../test/support/migrated-sqlite.ts'
import { builtInAccounts } from '../../accounts/accounts.testing.ts'
import type { Assets } from '../../assets/assets.ts'
import type { Egress } from '../../assets/egress.ts'
import { listOperations } from '../../catalog/catalog.ts'
import { suno as songs } from '../../catalog/suno.ts'
import { sunoTools } from '../../catalog/suno-tools.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { points, usdToPoints, ZERO_POINTS } from '../../core/points.ts'
import { UNLIMITED } from '../../core/quota.ts'
import type { Task } from '../../core/task.ts'
import type { End } from '../../core/transitions.ts'
import { noteMethods } from '../../http/route-methods.ts'
import { fixedPrices } from '../../prices/price-list.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Store } from '../../store/store.ts'
import { openAdmission } from '../../tasks/admission.ts'
import { openDrafts } from '../../tasks/drafts.ts'
import { openDurations } from '../../tasks/durations.ts'
import { openInputs } from '../../tasks/inputs.ts'
import { openMoves } from '../../tasks/moves.ts'
import { openTasks } from '../../tasks/tasks.ts'
import { createTenant } from '../../tenants/first-tenant.ts'
import { createKey, openKeys } from '../../tenants/keys.ts'
import { deliveriesOf } from '../kit/deliveries.ts'
import { answerUnknownRoutes } from '../kit/protocol-paths.ts'
import { urlsAt } from '../kit/urls.ts'
import { suno } from './routes.ts'
import { aSong } from './tasks.testing.ts'

/** This dialect alone on a real server, over real tasks in a real store. The test takes the provider's place. */

const LEASE_MS = 60 * SECOND_MS
export const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

export interface Answer {
  status: number
  headers: Headers
  body: Json
}

export interface Gateway {
  store: Store
  clock: { nowMs: number; now(): number }
  keys: { rich: string; poor: string; stranger: string; test: string; narrow: string; slow: string }
  send(method: 'GET' | 'POST', path: string, options?: Sending): Promise<Answer>
  post(path: string, body: Json, options?: Sending): Promise<Answer>
  get(path: string, options?: Sending): Promise<Answer>
  /** Submits, and returns the task's id. */
  submitted(path: string, body: Json): Promise<string>
  /** Has the provider called: the task is `submitting`. */
  claim(id: string): Promise<Task>
  /** Has the provider take the work: the task is `processing`. */
  begin(id: string): Promise<Task>
  report(task: Task, percent: number): Promise<void>
  complete(task: Task, output: Json): Promise<void>
  fail(task: Task, reason: string): Promise<void>
  cancel(id: string): Promise<void>
  /** A finished song, from its submission on. */
  finishedSong(body?: Json): Promise<string>
  close(): Promise<void>
}

export interface Sending {
  key?: string | null
  headers?: Record<string, string>
  text?: string
  signal?: AbortSignal
}

export async function openGateway(): Promise<Gateway> {
  const directory = await mkdtemp(join(tmpdir(), 'polyphony-suno-'))
  const store = await openMigratedSqlite({ path: join(directory, 'test.db') })
  const clock = {
    nowMs: START,
    now() {
      return this.nowMs
    },
  }
  const urls = urlsAt(() => 'https://gateway.example')
  const accounts = builtInAccounts(
    [
      { provider: idle('hand'), mode: 'live', slots: 100 },
      { provider: idle('sandbox'), mode: 'test', slots: 100 },
    ],
    store,
  )
  const moves = openMoves({ store, webhooksFor: (task) => deliveriesOf(suno, task, urls), clock })
  const tasks = openTasks({
    store,
    accounts,
    egress,
    inputs: openInputs({ assets, egress, referenceOf: () => undefined, clock, keepMs: 1 }),
    prices: fixedPrices(),
    moves,
    clock,
    limits: { maxWaitMs: 3_600_000, taskTimeFactor: 1, recordDays: 30 },
    cancel: (task) => moves.move(task, { kind: 'cancel_requested', log: '' }, { fromAnyClaim: true }),
    durations: openDurations(),
    admission: openAdmission({ maxQueued: 1_000, maxWaitMs: 10_000, log: pino({ level: 'silent' }) }),
    waits: { perKey: 100, total: 100 },
    log: pino({ level: 'silent' }),
  })
  const keyring = openKeys({ store, clock, log: pino({ level: 'silent' }) })
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true }, forceCloseConnections: true, bodyLimit: 100_000 })
  app.decorateRequest('caller')
  app.removeContentTypeParser('text/plain') // as the whole server does
  noteMethods(app)
  answerUnknownRoutes(app, (error, _request, reply) => reply.code(500).send({ error: String(error) }))
  await app.register(async (scope) =>
    suno.routes(scope, {
      allowsOrigin: () => true,
      tasks,
      calls: { answer: unused, models: () => [], hasModel: () => false, chatModels: () => [], underWay: () => 0 },
      responses: { answer: unused },
      callFiles: {
        maxBytes: 0,
        keptMs: 0,
        receive: unused,
        name: unused,
        discard: unused,
        get: unused,
        find: unused,
        removeParts: unused,
        list: unused,
        open: unused,
        describe: unused,
        partsOf: unused,
        remove: unused,
      },
      callBatches: { create: unused, get: unused, list: unused, cancel: unused, remove: unused },
      realtime: { open: unused, close: unused },
      acceptSocket: unused,
      requestsFor: async () => [],
      authenticateById: unused,
      assets,
      urls,
      clock,
      rateOf: () => undefined,
      tokensOf: () => undefined,
      checkLoad: () => {},
      authenticate: (key) => keyring.authenticate(key),
      postJson: unused,
      download: unused,
      authenticateSigned: () => Promise.reject(new Error('Not used here.')),
      drafts: openDrafts({ store, clock, days: 1 }),
      sendFile: () => Promise.reject(new Error('Not used here.')),
      signingSecretOf: () => Promise.reject(new Error('Not used here.')),
      available: (mode) => accounts.available(mode),
      prices: fixedPrices(),
      keyRecordOf: () => Promise.reject(new Error('Not used here.')),
      tenantOf: () => Promise.reject(new Error('Not used here.')),
      limits: { uploadMaxBytes: 1, uploadHours: 1, maxWaitSeconds: 30 },
    }),
  )
  const base = await app.listen({ host: '127.0.0.1', port: 0 })

  const house = await createTenant({ store, clock }, 'house')
  const pauper = await createTenant({ store, clock }, 'pauper')
  const other = await createTenant({ store, clock }, 'other')
  for (const { id } of [house, other]) {
    await store.credit({ id: `credit:${id}`, tenantId: id, amount: usdToPoints(1_000), memo: '', now: START })
  }
  const keyFor = async (tenantId: string, options: Partial<Parameters<typeof createKey>[1]> = {}) =>
    (await createKey({ store, clock }, { tenantId, name: 'a key', mode: 'live', ...options })).key
  const keys = {
    rich: await keyFor(house.id),
    poor: await keyFor(pauper.id),
    stranger: await keyFor(other.id),
    test: await keyFor(house.id, { mode: 'test' }),
    narrow: await keyFor(house.id, { allowedModels: ['luma'] }),
    slow: await keyFor(house.id, { requestsPerMinute: 1 }),
  }

  const gateway: Gateway = {
    store,
    clock,
    keys,
    async send(method, path, { key = keys.rich, headers = {}, text, signal } = {}) {
      const response = await fetch(base + path, {
        method,
        headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
        ...(text === undefined ? {} : { body: text }),
        ...(signal ? { signal } : {}),
      })
      const body = await response.text()
      return { status: response.status, headers: response.headers, body: body === '' ? null : JSON.parse(body) }
    },
    post: (path, body, options = {}) =>
      gateway.send('POST', path, {
        ...options,
        headers: { 'content-type': 'application/json', ...options.headers },
        text: JSON.stringify(body),
      }),
    get: (path, options) => gateway.send('GET', path, options),
    async submitted(path, body) {
      const answer = await gateway.post(path, body)
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      return String(part(answer.body, 'data') ?? part(answer.body, 'id'))
    },
    async claim(id) {
      const operations = listOperations().map((operation) => operation.id)
      const pools = ['live', 'test'].map((pool) =>
        store
          .claimPending({
            pool,
            offers: accounts.offers(pool, operations),
            limit: 100,
            leaseMs: LEASE_MS,
            holder: 'a process',
            now: clock.now(),
          })
          .then(({ tasks }) => tasks),
      )
      const claimed = (await Promise.all(pools)).flat().find((task) => task.id === id)
      if (!claimed) throw new Error(`${id} was not claimed.`)
      return claimed
    },
    async begin(id) {
      const task = await gateway.claim(id)
      const running = await moves.move(task, { kind: 'accepted', handle: {}, dueAt: clock.now() + LEASE_MS })
      if (!running) throw new Error(`${id} was not begun.`)
      return running
    },
    async report(task, progress) {
      await moves.move(task, { kind: 'progressed', progress, dueAt: clock.now() + LEASE_MS })
    },
    complete: (task, output) => end(task, { to: 'completed', output, error: null }),
    fail: (task, reason) =>
      end(task, { to: 'failed', output: null, error: { code: 'vendor_refused', message: reason } }),
    async cancel(id) {
      await tasks.cancel(id, await keyring.authenticate(keys.rich))
    },
    async finishedSong(body = { prompt: '[Verse]\nWalking', title: 'City Lights', tags: 'punk', mv: 'chirp-v4' }) {
      const id = await gateway.submitted('/suno/submit/music', body)
      await gateway.complete(await gateway.begin(id), aSong(id))
      return id
    },
    async close() {
      await app.close()
      tasks.close()
      await keyring.close()
      await store.close()
      await rm(directory, { recursive: true })
    },
  }

  async function end(task: Task, how: Pick<End, 'to' | 'output' | 'error'>): Promise<void> {
    const consumedPoints = how.to === 'completed' ? points(task.pricePoints) : ZERO_POINTS
    const settled = await moves.move(task, { kind: 'ended', ...how, consumedPoints, logs: [] })
    if (!settled) throw new Error(`${task.id} was not settled.`)
  }

  return gateway
}

/** What a body has at a path: `part(body, 'data', 0, 'id')`. */
export function part(body: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let value = body
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as JsonObject)[name] // an array's numbers are names too
  }
  return value
}

function idle(id: string): Provider {
  return {
    id,
    operations: new Set([...songs, ...sunoTools].map((operation) => operation.id)),
    submit: () => Promise.reject(new Error('The test moves the tasks.')),
  }
}

const unused = (): never => {
  throw new Error('Not used here.')
}

const egress: Egress = {
  postJson: unused,
  readJson: unused,
  fetchFor: unused,
  streamFor: unused,
  socketFor: unused,
  async judge(url, field) {
    if (url.includes('127.0.0.1'))
      throw new PolyphonyError('address_refused', `${field} leads to 127.0.0.1.`, { field })
  },
  download: unused,
  post: unused,
  close: async () => {},
}

const assets: Assets = {
  write: unused,
  writeStream: unused,
  upload: unused,
  quotas: UNLIMITED,
  quotaFaultOf: unused,
  open: unused,
  find: unused,
  read: unused,
  deleteUnrecorded: unused,
  deleteStored: unused,
  sweepStrays: unused,
  tryWrite: unused,
  sweep: unused,
}
