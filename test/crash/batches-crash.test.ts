import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { TEST_SERVERS } from '../support/build-before.ts'
import { type FakeModels, openFakeModels, USED } from '../support/fake-models.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'

const LINES = 150
/** Lines that a process may have called without an outcome on disk: those under way, and those that wait to be stored. */
const MOST_IN_HAND = 16 + 64
/** Longer than the lease of a batch. */
const LEASE_OVER_MS = 120_000

function crashSuite(engine: string, databaseUrl: () => Promise<string | undefined>, points: readonly string[]): void {
  describe(`batches of calls of a process that is killed, on ${engine}`, () => {
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

    /** The address is undefined where a batch from before has met the point already. */
    async function start(crashAt: string): Promise<{ url: string | undefined; child: ChildProcess }> {
      const variables = { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', VENDOR_URL: vendor.url, ...env }
      const child = spawn(process.execPath, [join(TEST_SERVERS, 'crash-server.js')], {
        env: { ...variables, CRASH_AT: crashAt },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      const line = await Promise.race([
        once(child.stdout as NodeJS.ReadableStream, 'data').then(([bytes]) => String(bytes)),
        once(child, 'exit').then(() => ''),
      ])
      return { url: /ready (\S+)/.exec(line)?.[1], child }
    }

    async function create(url: string, name: string): Promise<string | undefined> {
      const client = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${url}/v1`, maxRetries: 0 })
      const lines = Array.from({ length: LINES }, (_, index) =>
        JSON.stringify({
          custom_id: `${name} ${index}`,
          method: 'POST',
          url: '/v1/chat/completions',
          body: { model: 'gpt-5', messages: [{ role: 'user', content: `${name} ${index}` }] },
        }),
      )
      try {
        const file = await client.files.create({ file: await toFile(Buffer.from(lines.join('\n'))), purpose: 'batch' })
        const batch = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const
        return (await client.batches.create(batch)).id
      } catch (error) {
        if (!(error instanceof OpenAI.APIConnectionError)) throw error // the process is dead already
        return undefined
      }
    }

    it(`are carried on, and each line is charged once, on ${engine}`, { timeout: 280_000 }, async () => {
      for (const point of points) {
        const { url, child } = await start(point.startsWith('vendor') ? '' : point)
        const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
        // Some lines have an outcome by then, and others are under way.
        if (point === 'vendor:asked') {
          vendor.troubles.push(...Array(120).fill({ slowMs: 1 }), () => void child.kill('SIGKILL'))
        }
        if (url !== undefined) await create(url, point)
        await ended
        expect(child.signalCode, point).toBe('SIGKILL')
      }
      const later = { now: () => systemClock.now() + LEASE_OVER_MS }
      await using test = await openGateway({ env, dataDir: folder, replaced: { clock: later } })
      const client = new OpenAI({ apiKey: LIVE_KEY, baseURL: `${test.url}/v1`, maxRetries: 0 })
      const statuses = async () => (await client.batches.list()).data.map(({ status }) => status)
      await expect.poll(async () => new Set(await statuses()), { timeout: 30_000 }).toEqual(new Set(['completed']))
      const { data: batches } = await client.batches.list()
      expect(batches.length).toBeGreaterThan(0)
      for (const { output_file_id: id, request_counts: counts } of batches) {
        expect(counts).toEqual({ total: LINES, completed: LINES, failed: 0 })
        const text = await (await client.files.content(id ?? '')).text()
        const ids = text
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)
        expect(new Set(ids).size).toBe(LINES)
        expect(ids).toHaveLength(LINES)
      }
      const calls = await test.store.listCalls({ limit: 10_000 })
      expect(calls).toHaveLength(LINES * batches.length)
      expect(new Set(calls.map(({ pricePoints }) => pricePoints)).size).toBe(1)
      expect(calls[0]?.usage).toMatchObject({ inputTokens: USED.input })
      // A line without a stored outcome is called again.
      expect(vendor.seen.length).toBeLessThanOrEqual(LINES * batches.length + points.length * MOST_IN_HAND)
      await test.stop()
      await using store = await reopened()
      expect(await store.reconcile({})).toEqual([])
      const { points: sums } = await store.summary({})
      expect(sums.revenue ?? 0).toBe(calls.reduce((sum, { pricePoints }) => sum + pricePoints, 0))
      expect((await store.getBalance({ tenantId: test.tenantId }))?.held).toBe(0)
    })

    async function reopened(): Promise<Store & AsyncDisposable> {
      const store = env.DATABASE_URL
        ? await openPostgres({ url: env.DATABASE_URL })
        : await openSqlite({ path: join(folder, 'polyphony.db') })
      return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
    }
  })
}

crashSuite('SQLite', async () => undefined, ['bookCalls:after', 'finishCallBatch:after'])
// A dead process keeps its batches until its leases are over, and of a tenant two are worked on.
crashSuite('PostgreSQL', migratedDatabase, ['vendor:asked', 'bookCalls:before'])
