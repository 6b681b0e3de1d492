import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type AccountRecord, DEFAULT_ACCOUNT } from '../core/account.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import { openHealth } from './health.ts'
import { openRecorders } from './metrics/recorders.ts'

function anAccount(id: string, provider: string, given: Partial<AccountRecord> = {}): AccountRecord {
  return { ...DEFAULT_ACCOUNT, id, tenantId: null, provider, name: id, sealed: null, slots: 5, createdAt: 0, ...given }
}

const accounts = [
  anAccount('main', 'lumen'),
  anAccount('second', 'lumen', { state: 'limited' }),
  anAccount('of one', 'lumen', { tenantId: 'secret-tenant' }),
  anAccount('of another', 'lumen', { tenantId: 'secret-tenant-2' }),
  anAccount('house:studio', 'studio'),
  anAccount('house:sandbox', 'sandbox', { mode: 'test' }),
]

/** The samples of one metric, in order. */
function linesOf(text: string, name: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .sort()
}

describe('the routes that need no key', () => {
  let folder: string
  let store: Store
  let app: FastifyInstance
  let writing: () => Promise<void>

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-health-'))
    store = await openMigratedSqlite({ path: join(folder, 'health.db') })
    app = Fastify()
    writing = async () => {}
    app.post('/stores', (_request, reply) => reply.code(507).send())
    const health = openHealth({
      store,
      version: '1.2.3',
      startedAt: Date.now(),
      inHand: () => 7,
      operations: () => ['suno/music'],
      accounts: () => accounts,
      write: () => writing(),
      recorders: openRecorders(),
      folders: { data: folder },
    })
    health.count(app)
    health.routes(app)
  })
  afterEach(async () => {
    await app.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('/healthz says that the process lives, and /readyz that it is ready while the database answers', async () => {
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    const ready = await app.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready' }])
    await store.close()
    const late = await app.inject('/readyz')
    expect([late.statusCode, late.json()]).toEqual([503, { status: 'the database does not answer' }])
    expect((await app.inject('/healthz')).statusCode).toBe(200)
  })

  it.each([
    [new PolyphonyError('storage_full', 'There is no room.'), 'the disk is full'],
    [new Error('read-only file system'), 'files cannot be written'],
  ])('/readyz says that the gateway is not ready if it cannot write: %s', async (error, status) => {
    writing = () => Promise.reject(error)
    const full = await app.inject('/readyz')
    expect([full.statusCode, full.json()]).toEqual([503, { status }])
    expect((await app.inject('/healthz')).statusCode).toBe(200)
  })

  it('/readyz tries to write at most once in some seconds', async () => {
    let tries = 0
    writing = async () => void tries++
    await Promise.all(Array.from({ length: 10 }, () => app.inject('/readyz')))
    expect(tries).toBe(1)
  })

  it('/readyz says for some seconds that the disk is full after a request found no room', async () => {
    expect((await app.inject('/readyz')).statusCode).toBe(200)
    await app.inject({ method: 'POST', url: '/stores' })
    const full = await app.inject('/readyz')
    expect([full.statusCode, full.json()]).toEqual([503, { status: 'the disk is full' }])
  })

  it('/api/status gives version, engine, operations, and the number of operator accounts of each provider', async () => {
    expect((await app.inject('/api/status')).json()).toEqual({
      name: 'polyphony',
      version: '1.2.3',
      store: 'sqlite',
      uptimeSeconds: 0,
      operations: ['suno/music'],
      providers: [
        { id: 'lumen', accounts: 2, connected: 1 },
        { id: 'studio', accounts: 1, connected: 1 },
      ],
      success: true,
      message: '',
      data: {
        version: '1.2.3',
        start_time: expect.any(Number),
        system_name: 'Polyphony',
        quota_per_unit: 500_000,
        display_in_currency: true,
        quota_display_type: 'USD',
      },
    })
  })

  it('/metrics gives tasks by state, tasks in hand, and request times from the start on', async () => {
    await app.inject('/readyz')
    expect((await app.inject('/metrics')).headers['content-type']).toMatch(/^text\/plain/)
    await app.inject('/healthz')
    const text = (await app.inject('/metrics')).body
    expect(text).toContain('polyphony_tasks_in_hand 7')
    expect(text).toContain('polyphony_tasks{status="pending"} 0')
    expect(text).toContain(
      'polyphony_http_request_duration_seconds_count{method="GET",route="/healthz",status="200"} 1',
    )
    expect(text).toContain('polyphony_http_request_duration_seconds_count{method="GET",route="/readyz",status="200"} 1')
    expect(text).toContain('process_resident_memory_bytes')
    expect(linesOf(text, 'polyphony_accounts')).toEqual([
      'polyphony_accounts{provider="lumen",owner="operator",state="connected"} 1',
      'polyphony_accounts{provider="lumen",owner="operator",state="limited"} 1',
      'polyphony_accounts{provider="lumen",owner="tenant",state="connected"} 2',
      'polyphony_accounts{provider="sandbox",owner="operator",state="connected"} 1',
      'polyphony_accounts{provider="studio",owner="operator",state="connected"} 1',
    ])
    expect(linesOf(text, 'polyphony_account_slots')).toEqual([
      'polyphony_account_slots{provider="lumen",account="main"} 5',
      'polyphony_account_slots{provider="lumen",account="second"} 5',
      'polyphony_account_slots{provider="lumen",account="tenants"} 10',
      'polyphony_account_slots{provider="sandbox",account="house:sandbox"} 5',
      'polyphony_account_slots{provider="studio",account="house:studio"} 5',
    ])
    expect(text).toContain('polyphony_account_running{provider="lumen",account="main"} 0')
    expect(text).not.toContain('secret-tenant')
  })
})
