import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { houseAccounts } from '../accounts/accounts.testing.ts'
import { HOUR_MS } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import type { Provider, Submitted } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { type Dispatcher, openDispatcher } from './dispatcher.ts'
import type { Finish } from './finish.ts'
import { CREDIT, type House, LEASE_MS, openHouse } from './house.testing.ts'

const TEXT: Submitted = { result: { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] } }
const log = pino({ level: 'silent' })

function dispatcherOf(
  house: House,
  { slots = 100, store = house.store }: { slots?: number; store?: Store } = {},
): Dispatcher {
  const id = house.account.replace('house:', '')
  const provider: Provider = {
    id,
    operations: new Set(['suno/music', 'suno/lyrics']),
    submit: () => Promise.reject(new Error('Not used here.')),
  }
  const finish: Finish = {
    complete: () => Promise.reject(new Error('Not used here.')),
    completeLate: () => Promise.reject(new Error('Not used here.')),
    cancel: () => Promise.reject(new Error('Not used here.')),
    async fail(task, error) {
      const end = { to: 'failed', consumedPoints: task.consumedPoints, output: null, error } as const
      await house.store.settle({
        id: task.id,
        claim: task.claim,
        ...end,
        logs: [],
        assets: [],
        deliveries: [],
        now: house.clock.now(),
      })
    },
  }
  return openDispatcher({
    store,
    accounts: houseAccounts([{ provider, mode: 'live', slots }], house.store, house.account),
    work: () => house.work,
    finish,
    leases: house.leases,
    clock: house.clock,
    log,
    leaseMs: LEASE_MS,
  })
}

function until(house: House, id: string, enough: (task: Task) => boolean): Promise<Task> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      house.read(id).then((task) => {
        if (!enough(task)) return
        deaf()
        resolve(task)
      }, reject)
    }
    const deaf = house.store.onSignal((signal) => {
      if (signal.kind === 'task' && signal.id === id) look()
    })
    look()
  })
}

describe('the dispatcher', () => {
  it('begins what waits when it starts, and what comes later as it comes', async () => {
    await using house = await openHouse({ submit: async () => TEXT })
    const early = await house.submit()
    const dispatcher = dispatcherOf(house)
    dispatcher.start()
    const late = await house.submit()
    for (const { id } of [early, late]) {
      expect(await until(house, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    }
    await dispatcher.stop(1_000)
  })

  it('runs no more at once than an account has slots, in the order of the line', async () => {
    let running = 0
    let most = 0
    const order: string[] = []
    const submit: Provider['submit'] = async (job) => {
      order.push(job.taskId)
      running += 1
      most = Math.max(most, running)
      await new Promise(setImmediate)
      running -= 1
      return TEXT
    }
    await using house = await openHouse({ submit })
    const dispatcher = dispatcherOf(house, { slots: 2 })
    const tasks = [
      await house.submit(),
      await house.submit(),
      await house.submit(),
      await house.submit(),
      await house.submit(),
    ]
    dispatcher.start()
    for (const { id } of tasks) await until(house, id, ({ endedAt }) => endedAt !== null)
    await dispatcher.stop(1_000)
    expect(most).toBe(2)
    expect(order).toEqual(tasks.map(({ id }) => id))
  })

  it('fails a task that waited too long to be begun, and gives its hold back', async () => {
    await using house = await openHouse({})
    const dispatcher = dispatcherOf(house, { slots: 0 })
    const { id } = await house.submit()
    dispatcher.start()
    house.clock.advance(HOUR_MS)
    expect(await until(house, id, ({ endedAt }) => endedAt !== null)).toMatchObject({
      status: 'failed',
      error: { code: 'timed_out', message: expect.stringContaining('waited too long') },
    })
    expect(await house.available()).toBe(CREDIT)
    await dispatcher.stop(1_000)
  })

  it('goes on after the database stumbled', async () => {
    await using house = await openHouse({ submit: async () => TEXT })
    let failures = 1
    const store = new Proxy(house.store, {
      get(target, name: keyof Store) {
        if (name !== 'claimPending' || failures-- <= 0) return target[name]
        return () => Promise.reject(new Error('The database went away.'))
      },
    })
    const dispatcher = dispatcherOf(house, { store })
    const { id } = await house.submit()
    dispatcher.start()
    expect(await until(house, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    await dispatcher.stop(1_000)
  })
})

describe('a stop', () => {
  it('waits for work in hand that ends in time', async () => {
    const called = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Submitted>()
    const submit: Provider['submit'] = () => {
      called.resolve()
      return answer.promise
    }
    await using house = await openHouse({ submit })
    const dispatcher = dispatcherOf(house)
    const { id } = await house.submit()
    dispatcher.start()
    await called.promise
    const stopped = dispatcher.stop(60_000)
    answer.resolve(TEXT)
    await stopped
    expect(await house.read(id)).toMatchObject({ status: 'completed' })
  })

  it('aborts work that does not, and leaves it to the next start', async () => {
    const called = Promise.withResolvers<void>()
    const submit: Provider['submit'] = (_job, _account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        called.resolve()
      })
    await using house = await openHouse({ submit })
    const dispatcher = dispatcherOf(house)
    const { id } = await house.submit()
    dispatcher.start()
    await called.promise
    await dispatcher.stop(0)
    expect(await house.read(id)).toMatchObject({ status: 'submitting', error: null })
    expect(await house.due()).toMatchObject([{ id }])
  })

  it('begins what a claim under way brings, rather than leave an intent that nobody acts on', async () => {
    const submit = vi.fn<Provider['submit']>(async () => TEXT)
    await using house = await openHouse({ submit })
    const { id } = await house.submit()
    const claiming = Promise.withResolvers<void>()
    const committed = Promise.withResolvers<void>()
    const store = new Proxy(house.store, {
      get(target, name: keyof Store) {
        if (name !== 'claimPending') return target[name]
        return async (args: Parameters<Store['claimPending']>[0]) => {
          const tasks = await target.claimPending(args)
          claiming.resolve()
          await committed.promise
          return tasks
        }
      },
    })
    const dispatcher = dispatcherOf(house, { store })
    dispatcher.start()
    await claiming.promise
    const stopped = dispatcher.stop(60_000)
    committed.resolve()
    await stopped
    expect(submit).toHaveBeenCalledTimes(1)
    expect(await house.read(id)).toMatchObject({ status: 'completed' })
  })
})
