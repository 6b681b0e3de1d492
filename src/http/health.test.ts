import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { health } from './health.ts'

describe('the routes that need no key', () => {
  let folder: string
  let store: Store
  let app: FastifyInstance

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-health-'))
    store = await openSqlite({ path: join(folder, 'health.db') })
    app = Fastify()
    health(app, { store, version: '1.2.3', startedAt: Date.now(), inHand: () => 7, operations: () => ['suno/music'] })
  })
  afterEach(async () => {
    await app.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('say that the process lives, and that it is ready while the database answers', async () => {
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    const ready = await app.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready' }])
    await store.close()
    const late = await app.inject('/readyz')
    expect([late.statusCode, late.json()]).toEqual([503, { status: 'the database does not answer' }])
    expect((await app.inject('/healthz')).statusCode).toBe(200)
  })

  it('tell version, engine and what can be asked', async () => {
    expect((await app.inject('/api/status')).json()).toEqual({
      name: 'polyphony',
      version: '1.2.3',
      store: 'sqlite',
      uptimeSeconds: 0,
      operations: ['suno/music'],
    })
  })

  it('give metrics: tasks by state, tasks in hand, and request times from the first reading on', async () => {
    expect((await app.inject('/metrics')).headers['content-type']).toMatch(/^text\/plain/)
    await app.inject('/healthz')
    const text = (await app.inject('/metrics')).body
    expect(text).toContain('polyphony_tasks_in_hand 7')
    expect(text).toContain('polyphony_tasks{status="pending"} 0')
    expect(text).toContain(
      'polyphony_http_request_duration_seconds_count{method="GET",route="/healthz",status="200"} 1',
    )
    expect(text).toContain('process_resident_memory_bytes')
  })
})
