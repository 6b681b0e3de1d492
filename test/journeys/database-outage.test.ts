import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

/** What callers see while the database of a running gateway is restarted or cut off. */
describe('a gateway whose PostgreSQL fails', () => {
  let server: OwnPostgres
  let proxy: TcpProxy
  let gateway: TestGateway
  let dataDir: string

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'polyphony-outage-'))
    server = await startOwnPostgres()
    proxy = await startTcpProxy(Number(new URL(server.url).port))
  })
  afterAll(async () => {
    await proxy.close()
    await server.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  beforeEach(async () => {
    proxy.pass()
    gateway = await openGateway({ env: { DATABASE_URL: proxy.through(server.url) }, dataDir })
  })
  afterEach(() => gateway.stop())

  const lyrics = { model: 'suno', task_type: 'lyrics', input: { prompt: 'rain sandbox:fast' } }
  const submit = () => gateway.piapi.post(lyrics, { key: TEST_KEY })

  /** Submits until one is accepted; all others must be answered with 503. */
  async function untilAccepted(): Promise<PiapiTask> {
    for (;;) {
      const { status, body } = await submit()
      if (status === 200) return body.data
      expect(status).toBe(503)
    }
  }

  it.each(['fast', 'immediate'] as const)(
    'serves on after a %s restart, and completes the tasks that it accepted',
    async (mode) => {
      const before = await untilAccepted()
      await server.restart(mode)
      const startedAt = performance.now()
      const after = await untilAccepted()
      expect(performance.now() - startedAt).toBeLessThan(3_000)
      for (const { task_id } of [before, after]) {
        expect(await gateway.piapi.ended(task_id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
      }
    },
  )

  it('answers 503 while the database is down, and serves again when it is back', async () => {
    await server.stop('fast')
    try {
      expect((await submit()).status).toBe(503)
      expect((await gateway.send('GET', '/readyz')).status).toBe(503)
    } finally {
      await server.start()
    }
    await untilAccepted()
    expect((await gateway.send('GET', '/readyz')).status).toBe(200)
  })

  it('serves on after its connections died without notice', async () => {
    const { task_id } = await untilAccepted()
    proxy.blackHole()
    const startedAt = performance.now()
    await untilAccepted()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(await gateway.piapi.ended(task_id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
  })
  it.each(['stall', 'blackHole', 'refuse'] as const)(
    'stops in time when its database is cut off: %s',
    async (fault) => {
      const { task_id } = await untilAccepted()
      await gateway.piapi.ended(task_id, { key: TEST_KEY })
      proxy[fault]()
      const startedAt = performance.now()
      await gateway.stop()
      expect(performance.now() - startedAt).toBeLessThan(12_000)
      proxy.pass()
    },
  )
})
