import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sampleFiles } from '../assets/sample-files.ts'
import { DAY_MS, MINUTE_MS } from '../core/clock.ts'
import type { Provider } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { CREDIT, type House, LYRICS_PRICE, openHouse } from './house.testing.ts'
import { startRetention } from './retention.ts'

const submit: Provider['submit'] = async () => {
  const content = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
  const output = { clips: [{ audio: 'file:audio' }] }
  return { result: { output, files: [{ key: 'audio', mediaType: 'audio/mpeg', content }] } }
}

describe('retention', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  /** One turn of the sweep, a minute of the timer after the start. */
  async function sweep(house: House): Promise<void> {
    const nothingLeft = Promise.withResolvers<void>()
    const store = new Proxy(house.store, {
      get(target, name: keyof Store) {
        if (name !== 'purgeTasks') return target[name]
        return async (args: Parameters<Store['purgeTasks']>[0]) => {
          const purged = await target.purgeTasks(args)
          if (purged === 0) nothingLeft.resolve()
          return purged
        }
      },
    })
    const stop = startRetention({ store, assets: house.assets, clock: house.clock, log: pino({ level: 'silent' }) })
    vi.advanceTimersByTime(MINUTE_MS)
    await nothingLeft.promise
    await stop()
  }

  it('deletes files and records each at its own time; the ledger stays', async () => {
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    await house.work.begin(task)

    await sweep(house)
    expect(await house.files()).toHaveLength(1)

    house.clock.advance(7 * DAY_MS)
    await sweep(house)
    expect(await house.files()).toEqual([])
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })

    house.clock.advance(23 * DAY_MS)
    await sweep(house)
    expect(await house.store.getTask({ id: task.id })).toBeUndefined()
    expect(await house.available()).toBe(CREDIT - LYRICS_PRICE)
    expect(await house.store.reconcile({})).toEqual([])
  })

  it('keeps the record of a task that goes on', async () => {
    await using house = await openHouse({ submit: async () => ({ handle: {} }) })
    const task = await house.claimed()
    await house.work.begin(task)
    house.clock.advance(365 * DAY_MS)
    await sweep(house)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing' })
  })

  it('deletes files that no row knows, while the gateway serves', async () => {
    await using house = await openHouse({ submit })
    const body = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
    const { id: tenantId } = (await house.store.listTenants({}))[0] ?? { id: '' }
    const file = { tenantId, taskId: null, kind: 'output' as const, expiresAt: house.clock.now() + DAY_MS }
    const stray = await house.assets.write({ ...file, body })
    const log = pino({ level: 'silent' })
    const stop = startRetention({ store: house.store, assets: house.assets, clock: house.clock, log })
    house.clock.advance(Date.now() - house.clock.now() + DAY_MS)
    vi.advanceTimersByTime(MINUTE_MS)
    await vi.waitFor(async () => {
      await expect(house.assets.open(stray)).rejects.toMatchObject({ code: 'not_found' })
    })
    await stop()
  })
})
