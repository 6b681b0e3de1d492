import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { points } from '../../src/core/points.ts'
import { aTask } from '../../src/store/contract/samples.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { migratedDatabase } from '../support/postgres-database.ts'
import { longestStall, onQuietMachine } from '../support/stall.ts'

/** Relays in front ask for all their unfinished tasks at once: lists of ids are answered whatever their length. */

const ROUTES = [
  { route: '/mj/task/list-by-condition', family: 'midjourney', listed: (body: unknown) => body as { id: string }[] },
  { route: '/mj/task/list-by-ids', family: 'midjourney', listed: (body: unknown) => body as { id: string }[] },
  {
    route: '/suno/fetch',
    family: 'suno',
    listed: (body: unknown) => (body as { data: { task_id: string }[] }).data.map(({ task_id: id }) => ({ id })),
  },
  {
    route: '/luma/tasks',
    family: 'luma',
    listed: (body: unknown) => (body as { data: { task_id: string }[] }).data.map(({ task_id: id }) => ({ id })),
  },
] as const
const OPERATIONS = {
  midjourney: 'midjourney/imagine',
  suno: 'suno/music',
  luma: 'luma/video_generation',
} as const
const MANY = 100_000
/** As many as a busy relay has unfinished. */
const STORED = 2_000
/** The route computes for some 30 ms at once, as it reads the body; the test's client is in the same thread. */
const MOST_STALL_MS = 80
const MOST_GROWTH_BYTES = 150 * 2 ** 20

describe.each([
  ['SQLite', ROUTES],
  // They share the query of the store.
  ['PostgreSQL', ROUTES.slice(0, 1)],
] as const)('lists of ids on %s', { timeout: 240_000 }, (engine, routes) => {
  let gateway: TestGateway
  let folder: string
  const stored: Record<string, string[]> = { midjourney: [], suno: [], luma: [] }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-ids-'))
    const env = engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }
    gateway = await openGateway({ env })
    const keys = await gateway.store.listKeys({ tenantId: gateway.tenantId })
    const keyId = keys.find(({ mode }) => mode === 'test')?.keyId ?? ''
    const now = Date.now()
    for (const [family, operation] of Object.entries(OPERATIONS)) {
      for (let at = 0; at < STORED; at += 500) {
        const tasks = Array.from({ length: 500 }, () =>
          aTask({
            ...{ id: newId(now), tenantId: gateway.tenantId, keyId, mode: 'test', operation, dialect: family },
            ...{
              model: family,
              taskType: operation.split('/')[1] ?? '',
              input: { prompt: 'fog' },
              pricePoints: points(0),
            },
            ...{ createdAt: now, deadlineAt: now + 3_600_000, recordExpiresAt: now + 86_400_000, pool: 'none' },
          }),
        )
        await gateway.store.submitTasks({ tasks })
        stored[family]?.push(...tasks.map(({ id }) => id))
      }
    }
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(routes)(
    `$route answers ${MANY} ids whole, in steps and without growing`,
    async ({ route, family, listed }) => {
      const known = stored[family] ?? []
      const others = Array.from({ length: MANY - known.length }, () => newId(Date.now()))
      const ids = [...known.slice(0, STORED / 2), ...others, ...known.slice(STORED / 2)]
      const text = JSON.stringify({ ids })
      const send = () =>
        fetch(gateway.url + route, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}` },
          body: text,
        })
      const before = process.memoryUsage().rss
      const look = () =>
        longestStall(async () => {
          const answer = await send()
          return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
        })
      const first = await look()
      let stallMs = onQuietMachine(first.stallMs, MOST_STALL_MS)
      // The lesser of two: a collection of garbage in between says nothing about the route.
      if (stallMs >= MOST_STALL_MS) stallMs = Math.min(stallMs, onQuietMachine((await look()).stallMs, MOST_STALL_MS))
      const { result } = first
      const growth = process.memoryUsage().rss - before
      console.info(
        `${engine} ${route}: longest stall ${stallMs.toFixed(0)} ms, ${Math.round(growth / 2 ** 20)} MiB more`,
      )
      expect(result.status).toBe(200)
      expect(listed(JSON.parse(result.bytes.toString())).map(({ id }) => id)).toEqual(known)
      expect(stallMs).toBeLessThan(MOST_STALL_MS)
      expect(growth).toBeLessThan(MOST_GROWTH_BYTES)
    },
  )

  it('refuses a list that is longer than any, by the name of the field, and what is no list', async () => {
    for (const { route } of routes) {
      const tooMany = await gateway.send('POST', route, { key: TEST_KEY, body: { ids: new Array(250_001).fill('a') } })
      expect(tooMany.status).toBeGreaterThanOrEqual(400)
      expect(JSON.stringify(tooMany.body)).toContain('ids')
      const none = await gateway.send('POST', route, { key: TEST_KEY, body: { ids: 'a' } })
      expect(JSON.stringify(none.body)).toContain('ids')
    }
  })

  it('answers an id once, in the order of the ids, and leaves out what is none', async () => {
    const [one = '', other = ''] = stored.midjourney ?? []
    const body = { ids: [other, 'none', one, other, 7, null] }
    const answer = await gateway.send('POST', '/mj/task/list-by-condition', { key: TEST_KEY, body })
    expect((answer.body as unknown as { id: string }[]).map(({ id }) => id)).toEqual([other, one])
    const empty = await gateway.send('POST', '/suno/fetch', { key: TEST_KEY, body: { ids: [] } })
    expect(empty.body).toEqual({ code: 'success', message: '', data: [] })
  })
})
