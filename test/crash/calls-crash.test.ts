import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { TEST_SERVERS } from '../support/build-before.ts'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'

/** Before and after each write of a call, and while its vendor answers. */
const POINTS = [
  'holdAllowance:before',
  'holdAllowance:after',
  'vendor:asked',
  'vendor:streams',
  'bookCalls:before',
  'bookCalls:after',
]
/** Longer than the lease of an allowance. */
const LEASE_OVER_MS = 120_000

function crashSuite(engine: string, databaseUrl: () => Promise<string | undefined>): void {
  // Most of the time is waiting, so both engines do it at once.
  describe.concurrent(`calls of a process that is killed, on ${engine}`, () => {
    let folder: string
    let vendor: FakeModels
    let env: Record<string, string>
    const children: ChildProcess[] = []

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'polyphony-crash-'))
      vendor = await openFakeModels()
      const url = await databaseUrl()
      env = {
        DATA_DIR: folder,
        POLYPHONY_EGRESS_ALLOW: '127.0.0.0/8',
        POLYPHONY_ADMIN_KEY: LIVE_KEY,
        POLYPHONY_SECRET: MASTER_SECRET,
        OPENAI_API_KEY: 'sk-vendor',
        OPENAI_BASE_URL: `${vendor.url}/v1`,
        ...(url === undefined ? {} : { DATABASE_URL: url }),
      }
    })
    afterAll(async () => {
      for (const child of children) child.kill('SIGKILL')
      await vendor[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    })

    async function start(crashAt = ''): Promise<{ url: string; child: ChildProcess }> {
      const variables = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', VENDOR_URL: vendor.url, ...env }
      const child = spawn(process.execPath, [join(TEST_SERVERS, 'crash-server.js')], {
        env: { ...variables, CRASH_AT: crashAt },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
      return { url: /ready (\S+)/.exec(line.toString())?.[1] ?? '', child }
    }

    /** The whole answer; '' where the process ended in the middle of it. */
    async function ask(url: string, isStreamed: boolean): Promise<string> {
      const body = { model: 'gpt-5', messages: [{ role: 'user', content: 'la' }], stream: isStreamed }
      const headers = { authorization: `Bearer ${LIVE_KEY}`, 'content-type': 'application/json' }
      try {
        const answer = await fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        })
        return await answer.text()
      } catch (error) {
        if (!(error instanceof TypeError)) throw error // fetch's own error: the connection broke
        return ''
      }
    }

    it(`are charged at most once on ${engine}, and nothing stays held`, { timeout: 280_000 }, async () => {
      let answered = 0
      for (const point of POINTS) {
        const { url, child } = await start(point.startsWith('vendor') ? '' : point)
        const ended = once(child, 'exit')
        if (point === 'vendor:asked') vendor.troubles.push(() => void child.kill('SIGKILL'))
        if (point === 'vendor:streams') {
          vendor.troubles.push({ slowMs: 200 })
          const asked = vendor.seen.length
          void expect
            .poll(() => vendor.seen.length)
            .toBe(asked + 1)
            .then(() => setTimeout(() => child.kill('SIGKILL'), 500))
        }
        if ((await ask(url, point === 'vendor:streams')).includes('green')) answered += 1
        const [, signal] = (await ended) as [null, NodeJS.Signals]
        expect(signal, point).toBe('SIGKILL')
      }
      await using store = await reopened()
      expect(await store.reconcile({})).toEqual([])
      // Only the two calls that were answered can have been booked, each once.
      const calls = await store.listCalls({ limit: 100 })
      expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
      expect(calls.length).toBeLessThanOrEqual(answered)
      expect(answered).toBe(2)
      const [tenant] = await store.listTenants({})
      const paid = calls.reduce((sum, { pricePoints }) => sum + pricePoints, 0)
      const before = (await store.getBalance({ tenantId: tenant?.id ?? '' })) ?? { available: 0, held: 0 }
      expect(before.held).toBeGreaterThan(0)

      if (env.DATABASE_URL !== undefined) {
        // Another process leaves what is held as long as its lease runs: its holder may be alive.
        await using _second = await openGateway({ env, dataDir: folder })
        expect((await store.getBalance({ tenantId: tenant?.id ?? '' }))?.held).toBe(before.held)
      }
      const later = { now: () => systemClock.now() + LEASE_OVER_MS }
      await using last = await openGateway({ env, dataDir: folder, replaced: { clock: later } })
      const after = await last.balance()
      expect(after).toMatchObject({ available: before.available + before.held, held: 0 })
      await last.assertBalanced()
      const { points: sums } = await last.store.summary({})
      expect(sums.revenue ?? 0).toBe(paid)
    })

    async function reopened(): Promise<Store & AsyncDisposable> {
      const store = env.DATABASE_URL
        ? await openPostgres({ url: env.DATABASE_URL })
        : await openSqlite({ path: join(folder, 'polyphony.db') })
      return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
    }
  })
}

crashSuite('SQLite', async () => undefined)
crashSuite('PostgreSQL', migratedDatabase)
