import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../../src/config/config.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { points } from '../../src/core/points.ts'
import { isTerminal, type Task } from '../../src/core/task.ts'
import type { Balance } from '../../src/core/tenant.ts'
import { type Gateway, type Replaced, startGateway } from '../../src/main.ts'
import { createTenant } from '../../src/tenants/first-tenant.ts'
import { createKey, type NewKeyOptions } from '../../src/tenants/keys.ts'
import { putMigratedDatabase } from './migrated-sqlite.ts'
import { quickFetch } from './quick-fetch.ts'

/** Keys of the first tenant, which has 1,000 USD. */
export const LIVE_KEY = 'sk-live-journey-0123456789'
export const TEST_KEY = 'sk-test-journey-0123456789'
export const MASTER_SECRET = 'the master secret of the journeys'

/** Passwords are hashed as they always are, a thousand times faster. */
const CHEAP = { N: 16, r: 8, p: 1 }
/** Hundreds of calls fail at their vendors, and most are tried three times. */
const CALL_PAUSE_MS = 10
/** Work that a test leaves has no end, or one that none waits for. */
const GRACE_MS = 1_000

export interface Sending {
  /** null = no key. */
  key?: string | null
  headers?: Record<string, string>
  body?: unknown
  /** The body as it is, in place of `body`. */
  text?: string
  signal?: AbortSignal
}

export interface Answer<Body = Json> {
  status: number
  headers: Headers
  body: Body
}

/** A task as a PiAPI client reads it. */
export interface PiapiTask {
  task_id: string
  model: string
  task_type: string
  status: string
  config: { service_mode: string; webhook_config: { endpoint: string; secret: string } }
  input: JsonObject
  output: Json
  meta: {
    created_at: string
    started_at: string
    ended_at: string
    usage: { type: string; frozen: number; consume: number }
    is_using_private_pool: boolean
  }
  detail: null
  logs: string[]
  error: { code: number; raw_message: string; message: string; detail: null }
}

export interface PiapiAnswer {
  code: number
  message: string
  data: PiapiTask
}

export interface PiapiClip {
  id: string
  audio_url: string
  image_url: string
  image_large_url: string
  title: string
  metadata: { duration: number; prompt: string; tags: string; type: string }
}

/** A whole gateway over real HTTP, with small clients of its dialects. */
export interface TestGateway extends AsyncDisposable {
  url: string
  gateway: Gateway
  store: Gateway['store']
  tenantId: string
  dataDir: string
  send(method: string, path: string, sending?: Sending): Promise<Answer>
  piapi: {
    /** Sends a create as it is and returns the answer, good or bad. */
    post(body: unknown, sending?: Sending): Promise<Answer<PiapiAnswer>>
    /** A song that must be accepted. */
    song(input: JsonObject, sending?: Sending & { config?: JsonObject }): Promise<PiapiTask>
    /** A task of any kind that must be accepted. */
    create(taskType: string, input: JsonObject, sending?: Sending & { model?: string }): Promise<PiapiTask>
    read(id: string, sending?: Sending & { query?: string }): Promise<PiapiTask>
    /** Waits, by long-polling, until the task has ended. */
    ended(id: string, sending?: Sending): Promise<PiapiTask>
  }
  /** The stored task, once `enough` is true of it. */
  until(id: string, enough: (task: Task) => boolean): Promise<Task>
  balance(tenantId?: string): Promise<Balance>
  /** Fails unless the ledger reconciles and no unfinished work is left. */
  assertBalanced(): Promise<void>
  /** Another tenant, with its own limits, credit and key. */
  tenant(options: {
    maxConcurrent?: number
    maxStaged?: number
    creditPoints?: number
    key?: Partial<NewKeyOptions>
  }): Promise<{ tenantId: string; key: string; keyId: string }>
  stop(): Promise<void>
}

interface Opening {
  env?: Record<string, string>
  replaced?: Replaced
  /** A folder that outlives the gateway: for restarts. */
  dataDir?: string
}

const UNTIL_MS = 45_000

export async function openGateway({ env = {}, replaced = {}, dataDir: given }: Opening = {}): Promise<TestGateway> {
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'polyphony-journey-')))
  if (given === undefined && env.DATABASE_URL === undefined) await putMigratedDatabase(dataDir)
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    POLYPHONY_ADMIN_KEY: LIVE_KEY,
    POLYPHONY_TEST_KEY: TEST_KEY,
    POLYPHONY_SECRET: MASTER_SECRET,
    POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
    // Polling takes real time, so it is made short.
    POLYPHONY_POLL_FACTOR: '0.1',
    POLYPHONY_SANDBOX_SECONDS: '0.7',
    // A song of two minutes takes seconds of the processor, two for each request. Each thread loads the band and the singer
    // anew, which takes as long as a short song.
    POLYPHONY_STUDIO_SONG_SECONDS: '6',
    POLYPHONY_STUDIO_SLOTS: '1',
    // What runs on the machine of a test is none of its business.
    POLYPHONY_LOCAL_SERVERS: 'off',
    // Tests send many requests at once, and the machine may be busy.
    POLYPHONY_SUBMISSION_WAIT_MS: '60000',
    ...env,
  })
  const quicker = { passwordCost: CHEAP, callPauseMs: CALL_PAUSE_MS, graceMs: GRACE_MS }
  const gateway = await startGateway(config, { log: pino({ level: 'silent' }), ...quicker, ...replaced })
  const { url, store } = gateway
  const tenantId = gateway.firstTenant.tenant.id

  async function send(method: string, path: string, sending: Sending = {}): Promise<Answer> {
    const { key = LIVE_KEY, headers = {}, body, text: given, signal } = sending
    const answer = await quickFetch(url + path, {
      method,
      headers: {
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined && given === undefined ? {} : { body: given ?? JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
    const { status, isJson, text } = answer
    return {
      status,
      get headers() {
        return answer.headers
      },
      body: isJson ? JSON.parse(text) : text,
    }
  }

  function taskIn(answer: Answer): PiapiTask {
    if (answer.status !== 200) throw new Error(`Answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return (answer.body as unknown as PiapiAnswer).data // as PiAPI's clients trust it
  }

  const piapi: TestGateway['piapi'] = {
    post: async (body, sending = {}) =>
      (await send('POST', '/api/v1/task', { ...sending, body })) as unknown as Answer<PiapiAnswer>, // likewise
    song: async (input, { config: webhook, ...sending } = {}) => {
      const body = { model: 'suno', task_type: 'music', input, ...(webhook ? { config: webhook } : {}) }
      return taskIn(await send('POST', '/api/v1/task', { ...sending, body }))
    },
    create: async (taskType, input, { model = 'suno', ...sending } = {}) =>
      taskIn(await send('POST', '/api/v1/task', { ...sending, body: { model, task_type: taskType, input } })),
    read: async (id, { query = '', ...sending } = {}) =>
      taskIn(await send('GET', `/api/v1/task/${id}${query}`, sending)),
    async ended(id, sending) {
      const task = await piapi.read(id, { ...sending, query: '?wait=25' })
      if (!['completed', 'failed'].includes(task.status)) throw new Error(`${id} is still ${task.status}.`)
      return task
    },
  }

  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= gateway.close()
    return stopping
  }

  const test: TestGateway = {
    url,
    gateway,
    store,
    tenantId,
    dataDir,
    send,
    piapi,
    async until(id, enough) {
      const late = AbortSignal.timeout(UNTIL_MS)
      for (;;) {
        const change = Promise.withResolvers<void>()
        const unsubscribe = store.onSignal((signal) => {
          if (signal.kind === 'task' && signal.id === id) change.resolve()
        })
        late.addEventListener('abort', () => change.resolve(), { once: true })
        try {
          const task = await store.getTask({ id })
          if (task && enough(task)) return task
          if (late.aborted) throw new Error(`${id} is still ${task?.status}.`)
          await change.promise
        } finally {
          unsubscribe()
        }
      }
    },
    async balance(id = tenantId) {
      const balance = await store.getBalance({ tenantId: id })
      if (!balance) throw new Error(`Tenant ${id} has no balance.`)
      return balance
    },
    async assertBalanced() {
      const faults = await store.reconcile({})
      if (faults.length > 0) throw new Error(`The ledger is wrong: ${JSON.stringify(faults)}`)
    },
    async tenant({ maxConcurrent, maxStaged, creditPoints = 100_000_000, key = {} }) {
      const parts = { store, clock: replaced.clock ?? systemClock }
      const limits = {
        ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
        ...(maxStaged === undefined ? {} : { maxStaged }),
      }
      const tenant = await createTenant(parts, 'another', limits)
      const credit = { id: `credit:${tenant.id}`, tenantId: tenant.id, amount: points(creditPoints), memo: '' }
      if (creditPoints > 0) await store.credit({ ...credit, now: parts.clock.now() })
      const made = await createKey(parts, { tenantId: tenant.id, name: 'a key', mode: 'live', ...key })
      return { tenantId: tenant.id, key: made.key, keyId: made.record.keyId }
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      if (given === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
  return test
}

export function hasEnded(task: Task): boolean {
  return isTerminal(task.status)
}

/** The clips of a finished song in PiAPI's current form. */
export function clipsOf(task: PiapiTask): PiapiClip[] {
  if (!Array.isArray(task.output)) throw new Error(`Task ${task.task_id} is ${task.status} and has no clips.`)
  return task.output as unknown as PiapiClip[] // as PiAPI's clients trust it
}

/** The file at a URL of the gateway. */
export async function download(url: string): Promise<{ headers: Headers; bytes: Uint8Array }> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`)
  return { headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) }
}
