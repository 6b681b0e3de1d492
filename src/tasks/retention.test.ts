import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleFiles } from '../assets/sample-files.ts'
import { markStorage } from '../assets/storage-mark.ts'
import { DAY_MS, MINUTE_MS } from '../core/clock.ts'
import type { Provider } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { CREDIT, type Harness, LYRICS_PRICE, openHarness } from './harness.testing.ts'
import { RESTORABLE_MS, startRetention } from './retention.ts'

const submit: Provider['submit'] = async () => {
  const content = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
  const output = { clips: [{ audio: 'file:audio' }] }
  return { result: { output, files: [{ key: 'audio', mediaType: 'audio/mpeg', content }] } }
}

describe('retention', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  /** One turn of the sweep, a minute of the timer after the start. */
  async function sweep(harness: Harness): Promise<void> {
    const nothingLeft = Promise.withResolvers<void>()
    const store = new Proxy(harness.store, {
      get(target, name: keyof Store) {
        if (name !== 'purgeTasks') return target[name]
        return async (args: Parameters<Store['purgeTasks']>[0]) => {
          const purged = await target.purgeTasks(args)
          if (purged === 0) nothingLeft.resolve()
          return purged
        }
      },
    })
    const stop = startRetention({ store, assets: harness.assets, clock: harness.clock, log: pino({ level: 'silent' }) })
    vi.advanceTimersByTime(MINUTE_MS)
    await nothingLeft.promise
    await stop()
  }

  it('deletes files and records each at its own time, and keeps the ledger', async () => {
    await using harness = await openHarness({ submit })
    const task = await harness.claimed()
    await harness.work.begin(task)

    await sweep(harness)
    expect(await harness.files()).toHaveLength(1)

    harness.clock.advance(7 * DAY_MS)
    await sweep(harness)
    expect(await harness.files()).toEqual([])
    expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })

    harness.clock.advance(23 * DAY_MS)
    await sweep(harness)
    expect(await harness.store.getTask({ id: task.id })).toBeUndefined()
    expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
    expect(await harness.store.reconcile({})).toEqual([])
  })

  it('purges a task that was deleted, with its files, when it can no longer be restored', async () => {
    await using harness = await openHarness({ submit })
    const task = await harness.claimed()
    await harness.work.begin(task)
    await harness.store.hideTask({ id: task.id, now: harness.clock.now() })
    harness.clock.advance(RESTORABLE_MS)
    await sweep(harness)
    expect(await harness.files()).toHaveLength(1)
    expect(await harness.store.getTask({ id: task.id })).toBeDefined()

    harness.clock.advance(MINUTE_MS)
    await sweep(harness)
    expect(await harness.files()).toEqual([])
    expect(await harness.store.getTask({ id: task.id })).toBeUndefined()
    expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
    expect(await harness.store.reconcile({})).toEqual([])
  })

  it('keeps the record of a task that has not ended', async () => {
    await using harness = await openHarness({ submit: async () => ({ handle: {} }) })
    const task = await harness.claimed()
    await harness.work.begin(task)
    harness.clock.advance(365 * DAY_MS)
    await sweep(harness)
    expect(await harness.read(task.id)).toMatchObject({ status: 'processing' })
  })

  it('deletes files without a row while the gateway serves', async () => {
    await using harness = await openHarness({ submit })
    const body = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
    const { id: tenantId } = (await harness.store.listTenants({}))[0] ?? { id: '' }
    const file = { tenantId, taskId: null, kind: 'output' as const, expiresAt: harness.clock.now() + DAY_MS }
    const stray = await harness.assets.write({ ...file, body })
    const mark = await markStorage(harness.disk)
    await harness.store.changeFingerprint({ name: 'storage', from: null, to: mark })
    const log = pino({ level: 'silent' })
    const stop = startRetention({ store: harness.store, assets: harness.assets, clock: harness.clock, log })
    harness.clock.advance(Date.now() - harness.clock.now() + DAY_MS)
    vi.advanceTimersByTime(MINUTE_MS)
    await vi.waitFor(async () => {
      await expect(harness.assets.open(stray)).rejects.toMatchObject({ code: 'not_found' })
    })
    await stop()
  })
})
