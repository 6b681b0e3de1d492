import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { points } from '../../src/core/points.ts'
import { isTerminal } from '../../src/core/task.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { TEST_SERVERS } from '../support/build-before.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { type Moment, openVendor, type Vendor } from '../support/vendor.ts'

const KEY = 'sk-live-crash-test-0123456789'
const TASKS_PER_ROUND = 2
const PRICE = 400_000

/** The points of a task's life: before and after each write, and during requests to vendors and receivers. */
const POINTS = [
  'submitTasks:before',
  'submitTasks:after',
  'claimPending:before',
  'claimPending:after',
  'called:before',
  'called:after',
  'vendor:create',
  'accepted:before',
  'accepted:after',
  'claimDue:after',
  'vendor:poll',
  'progressed:before',
  'progressed:after',
  'vendor:file',
  'ended:before',
  'ended:after',
  'queueDeliveries:after',
  'claimDeliveries:after',
  'receiver:request',
  'recordAttempts:before',
  'recordAttempts:after',
]

interface Running {
  url: string
  child: ChildProcess
  /** Resolves when the process has ended, with the signal that ended it, or else its exit code. */
  ended: Promise<NodeJS.Signals | number | null>
}

function crashSuite(
  engine: string,
  rounds: number,
  places: readonly string[],
  databaseUrl: () => Promise<string | undefined>,
): void {
  // Most of the time is waiting, so both engines do it at once.
  describe.concurrent(`a process that is killed, on ${engine}`, () => {
    let folder: string
    let vendor: Vendor
    let receiver: Receiver
    let env: NodeJS.ProcessEnv
    const accepted = new Set<string>()
    const unanswered = new Set<string>()
    const children: ChildProcess[] = []
    let kills = 0

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'polyphony-crash-'))
      vendor = await openVendor()
      receiver = await openReceiver()
      const url = await databaseUrl()
      env = {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: join(tmpdir(), 'polyphony-compile-cache'),
        DATA_DIR: folder,
        PORT: '0',
        POLYPHONY_ADMIN_KEY: KEY,
        POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
        VENDOR_URL: vendor.url,
        ...(url === undefined ? {} : { DATABASE_URL: url }),
      }
    })
    afterAll(async () => {
      for (const child of children) child.kill('SIGKILL')
      await vendor.close()
      await receiver.close()
      await rm(folder, { recursive: true, force: true })
    })

    async function start(crashAt = ''): Promise<Running> {
      const script = join(TEST_SERVERS, 'crash-server.js')
      const child = spawn(process.execPath, [script], {
        env: { ...env, CRASH_AT: crashAt },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.push(child)
      const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
        child.once('exit', (code, signal) => resolve(signal ?? code))
      })
      let errors = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        errors += chunk.toString()
      })
      const url = await new Promise<string>((resolve, reject) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          const [, found] = /ready (\S+)/.exec(chunk.toString()) ?? []
          if (found) resolve(found)
        })
        // A point before the server listens ends the process first, so no request can be sent.
        child.once('exit', (_code, signal) => (signal === 'SIGKILL' ? resolve('') : reject(new Error(errors))))
      })
      return { url, child, ended }
    }

    /** Submits a task as a careful client does: with an Idempotency-Key, and again if no answer came. */
    async function submit(url: string, key: string): Promise<void> {
      try {
        const answer = await fetch(`${url}/api/v1/task`, {
          method: 'POST',
          headers: { 'x-api-key': KEY, 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({
            model: 'suno',
            task_type: 'music',
            input: { prompt: 'la', title: key },
            config: { webhook_config: { endpoint: `${receiver.url}/hook`, secret: 's' } },
          }),
        })
        const body = (await answer.json()) as { data: { task_id: string } }
        expect(answer.status).toBe(200)
        accepted.add(body.data.task_id)
        unanswered.delete(key)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error // fetch's own error: the connection broke
        unanswered.add(key)
      }
    }

    function arm(point: string, child: ChildProcess): void {
      const [where, what] = point.split(':')
      vendor.onMoment = (moment: Moment) => {
        if (where === 'vendor' && moment === what) child.kill('SIGKILL')
      }
      receiver.onRequest = () => {
        if (where === 'receiver') child.kill('SIGKILL')
        return 200
      }
    }

    it(`a killed process on ${engine} loses nothing and bills nothing twice over ${rounds * places.length} kills`, {
      timeout: 600_000,
    }, async () => {
      for (let round = 0; round < rounds; round++) {
        for (const point of places) {
          const inStore = !point.startsWith('vendor') && !point.startsWith('receiver')
          const running = await start(inStore ? point : '')
          arm(point, running.child)
          if (running.url !== '') {
            const keys = Array.from({ length: TASKS_PER_ROUND }, (_, index) => `${round}-${point}-${index}`)
            await Promise.all([...keys, ...unanswered].map((key) => submit(running.url, key)))
          }
          expect(await running.ended, point).toBe('SIGKILL')
          kills += 1
        }
      }
      expect(kills).toBe(rounds * places.length)

      const restartedAt = Date.now()
      const last = await start()
      arm('none:none', last.child)
      await Promise.all([...unanswered].map((key) => submit(last.url, key)))
      expect(unanswered.size).toBe(0)

      const completed = new Set<string>()
      await receiver
        .until(() => {
          for (const { body } of receiver.received) {
            const { data } = JSON.parse(body) as { data: { task_id: string; status: string } }
            if (data.status === 'completed') completed.add(data.task_id)
          }
          return [...accepted].every((id) => completed.has(id))
        }, 30_000)
        .catch(async (error: unknown) => {
          await using store = await reopened()
          const late = await store.getTasks({ ids: [...accepted].filter((id) => !completed.has(id)) })
          const states = late.map(({ id, status, logs, dueAt, error }) => ({
            id,
            status,
            logs,
            dueIn: dueAt - Date.now(),
            error,
          }))
          const deliveries = await store.listDeliveries({ tenantId: null, limit: 500 })
          const unsent = deliveries
            .filter((one) => one.status !== 'delivered')
            .map(({ id, taskId, attempts, dueAt, log }) => ({ id, taskId, attempts, dueIn: dueAt - Date.now(), log }))
          throw new Error(`${late.length} late: ${JSON.stringify({ states, unsent }, null, 1)}`, { cause: error })
        })
      expect(Date.now() - restartedAt).toBeLessThan(30_000)

      last.child.kill('SIGTERM')
      expect(await last.ended).toBe(0)
      await using store = await reopened()
      // A submission that was repeated after a lost answer is one task: only accepted ones exist.
      const tasks = await store.listTasks({ tenantId: await onlyTenant(store), limit: 10_000 })
      expect(new Set(tasks.map((task) => task.id))).toEqual(accepted)
      expect(tasks.filter((task) => !isTerminal(task.status))).toEqual([])
      expect(tasks.filter((task) => task.status !== 'completed').map((task) => [task.id, task.error])).toEqual([])
      // The vendor got one order for each task, whatever happened in between.
      const keys = vendor.generations.map((one) => one.idempotencyKey)
      expect(keys.toSorted()).toEqual([...accepted].toSorted())
      expect(await store.reconcile({})).toEqual([])
      const { points: sums } = await store.summary({})
      expect(sums.revenue).toBe(points(accepted.size * PRICE))
      expect(sums.held ?? 0).toBe(0)
    })

    async function reopened(): Promise<Store & AsyncDisposable> {
      const store = env.DATABASE_URL
        ? await openPostgres({ url: env.DATABASE_URL })
        : await openSqlite({ path: join(folder, 'polyphony.db') })
      return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
    }
  })
}

async function onlyTenant(store: Store): Promise<string> {
  const tenants = await store.listTenants({})
  expect(tenants).toHaveLength(1)
  return tenants[0]?.id ?? ''
}

/**
 * A process dies at each point on one of the engines, which takes half a minute each. With `CRASH_ROUNDS=1 npx vitest run
 * test/crash`, or more rounds, it dies at every point on both.
 */
const { CRASH_ROUNDS } = process.env
const pointsOf = (engine: 0 | 1) => POINTS.filter((_, index) => CRASH_ROUNDS !== undefined || index % 2 === engine)
const ROUNDS = Number(CRASH_ROUNDS ?? 1)
crashSuite('SQLite', ROUNDS, pointsOf(0), async () => undefined)
crashSuite('PostgreSQL', ROUNDS, pointsOf(1), migratedDatabase)
