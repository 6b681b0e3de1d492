import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMigratedSqlite } from '../../test/support/migrated-sqlite.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { type Points, points, usdToPoints } from '../core/points.ts'
import type { Signal, Store } from '../store/store.ts'
import { createTenant, ensureFirstTenant } from './first-tenant.ts'
import { createKey, hashKey, type Keys, keyText, type NewKeyOptions, newKey, openKeys } from './keys.ts'

let folder: string
let store: Store
let keys: Keys
const clock = { nowMs: 0, now: () => clock.nowMs }

beforeEach(async () => {
  clock.nowMs = Date.UTC(2026, 0, 1)
  folder = await mkdtemp(join(tmpdir(), 'polyphony-tenants-'))
  store = await openMigratedSqlite({ path: join(folder, 'test.db') })
  keys = openKeys({ store, clock, log: pino({ level: 'silent' }) })
})
afterEach(async () => {
  await keys.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

async function codeOf(key: string | undefined): Promise<ErrorCode | 'accepted'> {
  try {
    await keys.authenticate(key)
    return 'accepted'
  } catch (error) {
    if (error instanceof PolyphonyError) return error.code
    throw error
  }
}

async function aKey(options: Partial<NewKeyOptions> = {}) {
  const [known] = await store.listTenants({})
  const { id } = known ?? (await createTenant({ store, clock }, 'a tenant'))
  return createKey({ store, clock }, { tenantId: id, name: 'a key', mode: 'live', ...options })
}

describe('a key', () => {
  it('a key identifies its caller, and is stored as a hash', async () => {
    const { key, record } = await aKey({ mode: 'test', allowedModels: ['suno'], requestsPerMinute: 5 })
    expect(key).toMatch(/^sk-test-[\w-]{32}$/)
    expect(await keys.authenticate(key)).toMatchObject({
      keyId: record.keyId,
      mode: 'test',
      role: 'member',
      allowedModels: ['suno'],
      requestsPerMinute: 5,
    })
    expect(JSON.stringify(await store.listKeys({ tenantId: null }))).not.toContain(key.slice(13))
  })

  it.each([[undefined], [''], ['sk-live-wrong']])('the key %j is refused', async (key) => {
    expect(await codeOf(key)).toBe('unauthorized')
  })

  it('a revoked key is refused from that moment on, also if it is cached', async () => {
    const { key, record } = await aKey()
    expect(await codeOf(key)).toBe('accepted')
    await store.revokeKey({ id: record.keyId, now: clock.now() })
    expect(await codeOf(key)).toBe('unauthorized')
  })

  it('a key that is revoked while it is being looked up is not trusted afterwards', async () => {
    const { key, record } = await aKey()
    const found = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const slow = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name !== 'findKey') return target[name]
        return async (args: { hash: string }) => {
          const known = await target.findKey(args)
          found.resolve()
          await goOn.promise
          return known
        }
      },
    })
    const slowKeys = openKeys({ store: slow, clock, log: pino({ level: 'silent' }) })
    const first = slowKeys.authenticate(key)
    await found.promise
    await store.revokeKey({ id: record.keyId, now: clock.now() })
    goOn.resolve()
    await first // it was valid when it was read
    await expect(slowKeys.authenticate(key)).rejects.toThrow('revoked')
    await slowKeys.close()
  })

  it('a key that was revoked while signals got lost is refused once that is known', async () => {
    const { key, record } = await aKey()
    let tell = (_: Signal): void => {}
    // The other node's signal never arrives; then the connection for signals is back.
    const lossy = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name !== 'onSignal') return target[name]
        return (listener: (signal: Signal) => void) => {
          tell = listener
          return () => {}
        }
      },
    })
    const lossyKeys = openKeys({ store: lossy, clock, log: pino({ level: 'silent' }) })
    await lossyKeys.authenticate(key)
    await store.revokeKey({ id: record.keyId, now: clock.now() })
    expect(await lossyKeys.authenticate(key)).toMatchObject({ keyId: record.keyId })
    tell({ kind: 'resync' })
    await expect(lossyKeys.authenticate(key)).rejects.toThrow('revoked')
    await lossyKeys.close()
  })

  it('a rotated key is accepted by both texts until the grace period ends, and then by the new one alone', async () => {
    const { key, record } = await aKey()
    expect(await codeOf(key)).toBe('accepted')
    const second = keyText(newKey('live'))
    const until = clock.now() + 60_000
    await store.rotateKey({ id: record.keyId, ...second, previousUntil: until })
    for (const text of [key, second.key]) {
      expect(await codeOf(text)).toBe('accepted')
      expect(await keys.authenticate(text)).toMatchObject({ keyId: record.keyId })
    }
    clock.nowMs = until - 1
    expect(await codeOf(key)).toBe('accepted')
    clock.nowMs = until
    expect(await codeOf(key)).toBe('unauthorized')
    expect(await codeOf(second.key)).toBe('accepted')
  })

  it('without a grace period, the text from before a rotation is refused at once', async () => {
    const { key, record } = await aKey()
    await keys.authenticate(key)
    await keys.authenticateById(record.keyId)
    const second = keyText(newKey('live'))
    await store.rotateKey({ id: record.keyId, ...second, previousUntil: null })
    await expect.poll(() => codeOf(key)).toBe('unauthorized')
    expect(await codeOf(second.key)).toBe('accepted')
    expect(await keys.authenticateById(record.keyId)).toMatchObject({ keyId: record.keyId })
  })

  it('work that was accepted before takes nothing from the limit of requests, and needs a valid key all the same', async () => {
    const expiresAt = clock.now() + 1_000
    const { key, record } = await aKey({ requestsPerMinute: 1, expiresAt })
    for (let time = 0; time < 3; time++) {
      expect(await keys.callerById(record.keyId)).toMatchObject({ keyId: record.keyId })
    }
    expect(await codeOf(key)).toBe('accepted')
    expect(await codeOf(key)).toBe('rate_limited')
    clock.nowMs = expiresAt
    await expect(keys.callerById(record.keyId)).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('a client that proves to hold a key by its id is still accepted when a signal of the rotation got lost', async () => {
    const { record } = await aKey()
    const deaf = new Proxy(store, {
      get: (target, name: keyof Store) => (name === 'onSignal' ? () => () => {} : target[name]),
    })
    const deafKeys = openKeys({ store: deaf, clock, log: pino({ level: 'silent' }) })
    await deafKeys.authenticateById(record.keyId)
    await store.rotateKey({ id: record.keyId, ...keyText(newKey('live')), previousUntil: null })
    clock.nowMs += 6_000
    expect(await deafKeys.authenticateById(record.keyId)).toMatchObject({ keyId: record.keyId })
    await deafKeys.close()
  })

  it('the last use of a key is recorded to the minute, beside the requests', async () => {
    const { key, record } = await aKey()
    const start = clock.now()
    const recorded: number[] = []
    const watched = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name !== 'recordKeyUses') return target[name]
        return (args: { uses: { id: string; at: number }[] }) => {
          recorded.push(...args.uses.map(({ at }) => at - start))
          return target.recordKeyUses(args)
        }
      },
    })
    for (const seconds of [0, 3, 30, 59, 61, 62]) {
      clock.nowMs = start + seconds * 1_000
      const others = openKeys({ store: watched, clock, log: pino({ level: 'silent' }) })
      await others.authenticate(key)
      await others.close()
    }
    expect(recorded).toEqual([0, 61_000])
    expect(await store.getKey({ id: record.keyId })).toMatchObject({ lastUsedAt: start + 61_000 })
  })

  it('a use of a key that could not be recorded is logged, and the key is accepted', async () => {
    const { key } = await aKey()
    const full = new Proxy(store, {
      get(target, name: keyof Store) {
        if (name !== 'recordKeyUses') return target[name]
        return () => Promise.reject(new Error('the disk is full'))
      },
    })
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => void lines.push(line) })
    const others = openKeys({ store: full, clock, log })
    await others.authenticate(key)
    await others.close()
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, err: { message: 'the disk is full' } }])
  })

  it('a caller knows at once whether its tenant is frozen', async () => {
    const { key, record } = await aKey()
    const isFrozen = async () => (await keys.authenticate(key)).isFrozen
    expect(await isFrozen()).toBe(false)
    await store.changeTenant({ id: record.tenantId, set: { frozenAt: clock.now() } })
    await expect.poll(isFrozen).toBe(true)
    await store.changeTenant({ id: record.tenantId, set: { frozenAt: null } })
    await expect.poll(isFrozen).toBe(false)
  })

  it('an expired key is refused from that moment on, also if it is cached', async () => {
    const { key } = await aKey({ expiresAt: clock.now() + 1_000 })
    expect(await codeOf(key)).toBe('accepted')
    clock.nowMs += 999
    expect(await codeOf(key)).toBe('accepted')
    clock.nowMs += 1
    expect(await codeOf(key)).toBe('unauthorized')
  })

  it('a key with a rate limit is held to it', async () => {
    const { key } = await aKey({ requestsPerMinute: 2 })
    expect([await codeOf(key), await codeOf(key), await codeOf(key)]).toEqual(['accepted', 'accepted', 'rate_limited'])
    clock.nowMs += 30_000
    expect(await codeOf(key)).toBe('accepted')
  })
})

describe('the first tenant', () => {
  const options = { adminKey: undefined, testKey: undefined, openingCredit: usdToPoints(1_000) }
  const ensure = (more: Partial<Parameters<typeof ensureFirstTenant>[1]> = {}) =>
    ensureFirstTenant({ store, clock }, { ...options, ...more })

  it('the first tenant is created at the first start, with credit and two keys that are shown once', async () => {
    const { tenant, created, adminKey, testKey } = await ensure()
    expect(created).toBe(true)
    expect(await keys.authenticate(adminKey)).toMatchObject({ tenantId: tenant.id, mode: 'live', role: 'admin' })
    expect(await keys.authenticate(testKey)).toMatchObject({ tenantId: tenant.id, mode: 'test', role: 'member' })
    expect(await store.getBalance({ tenantId: tenant.id })).toMatchObject({ available: 10_000_000_000 })
  })

  it('the first tenant is the same at the next start: no second credit, no more keys', async () => {
    const first = await ensure()
    expect(await ensure()).toMatchObject({
      tenant: { id: first.tenant.id },
      created: false,
      adminKey: undefined,
      testKey: undefined,
    })
    expect(await store.listKeys({ tenantId: null })).toHaveLength(2)
    expect(await store.getBalance({ tenantId: first.tenant.id })).toMatchObject({ available: 10_000_000_000 })
    expect(await store.reconcile({})).toEqual([])
  })

  it('the first tenant gets the keys that the operator chose, which are not shown', async () => {
    const chosen = { adminKey: 'sk-live-chosen-by-hand', testKey: 'sk-test-chosen-by-hand' }
    expect(await ensure(chosen)).toMatchObject({ adminKey: undefined, testKey: undefined })
    await ensure(chosen)
    expect(await codeOf(chosen.adminKey)).toBe('accepted')
    expect(await store.listKeys({ tenantId: null })).toHaveLength(2)
  })

  it('a key that the operator chose later is added to those of the first tenant', async () => {
    const { adminKey } = await ensure()
    await ensure({ adminKey: 'sk-live-chosen-later' })
    expect([await codeOf(adminKey), await codeOf('sk-live-chosen-later')]).toEqual(['accepted', 'accepted'])
    expect(await store.listKeys({ tenantId: null })).toHaveLength(3)
  })

  it('a first tenant without credit starts at zero', async () => {
    const { tenant } = await ensure({ openingCredit: points(0) as Points })
    expect(await store.getBalance({ tenantId: tenant.id })).toMatchObject({ available: 0, credited: 0 })
  })

  it('a restart does not restore a revoked key of the first tenant', async () => {
    const key = 'sk-live-chosen-by-hand'
    await ensure({ adminKey: key })
    const record = await store.findKey({ hash: hashKey(key) })
    await store.revokeKey({ id: record?.keyId ?? '', now: clock.now() })
    await ensure({ adminKey: key })
    expect(await codeOf(key)).toBe('unauthorized')
  })
})
