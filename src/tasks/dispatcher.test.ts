import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { builtInAccounts } from '../accounts/accounts.testing.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { FELL_BACK } from '../core/pools.ts'
import type { Task } from '../core/task.ts'
import type { Progress, Provider, Submitted } from '../providers/provider.ts'
import { hear } from '../store/contract/moves.ts'
import type { Store } from '../store/store.ts'
import { type Dispatcher, openDispatcher } from './dispatcher.ts'
import { CREDIT, type House, openHouse } from './house.testing.ts'

const TEXT: Submitted = { result: { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] } }
const log = pino({ level: 'silent' })

function dispatcherOf(
  house: House,
  { slots = 100, store = house.store, accounts }: { slots?: number; store?: Store; accounts?: Accounts } = {},
): Dispatcher {
  const id = house.account.replace('house:', '')
  const provider: Provider = {
    id,
    operations: new Set(['suno/music', 'suno/lyrics']),
    submit: () => Promise.reject(new Error('Not used here.')),
  }
  return openDispatcher({
    store,
    accounts: accounts ?? builtInAccounts([{ provider, mode: 'live', slots }], house.store, house.account),
    work: () => house.work,
    moves: house.moves,
    leases: house.leases,
    clock: house.clock,
    log,
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

describe('several lines', () => {
  const OTHER = 'suno/music'

  /** The accounts of a house, with lines that the test opens and shuts. */
  function lines(house: House, open: (pool: string, operation: string) => string | undefined, to?: string): Accounts {
    return {
      ...house.accounts,
      offers: (pool, operations) =>
        [...operations].flatMap((operation) => {
          const account = open(pool, operation)
          if (account === undefined) return []
          const slots = { slots: 1, weight: 1, priority: 0, dailyCap: null }
          return [{ operation, accounts: [{ account, provider: 'fake', ...slots }] }]
        }),
      fallback: () => to,
    }
  }

  it('do not hold up one another: what nobody can do now waits, and the rest goes on', async () => {
    await using house = await openHouse({ submit: async () => TEXT })
    const stuck = await house.submit(OTHER, { prompt: 'fog' })
    const free = await house.submit()
    let isOpen = false
    const accounts = lines(house, (_pool, operation) => (operation !== OTHER || isOpen ? house.account : undefined))
    const dispatcher = dispatcherOf(house, { accounts })
    dispatcher.start()
    await until(house, free.id, ({ endedAt }) => endedAt !== null)
    expect(await house.read(stuck.id)).toMatchObject({ status: 'pending', attempts: 0 })
    isOpen = true
    dispatcher.lookAtAll() // an account came back
    await until(house, stuck.id, ({ status }) => status === 'completed')
    await dispatcher.stop(1_000)
  })

  it('share an account: a slot that one frees is taken by whichever waits', async () => {
    const running: string[] = []
    const ends = new Map<string, () => void>()
    const submit: Provider['submit'] = ({ taskId }) => {
      running.push(taskId)
      return new Promise((resolve) => ends.set(taskId, () => resolve(TEXT)))
    }
    await using house = await openHouse({ submit })
    const tasks = [await house.submit(), await house.submit(OTHER, { prompt: 'fog' }), await house.submit()]
    const dispatcher = dispatcherOf(house, { accounts: lines(house, () => house.account) })
    dispatcher.start()
    for (let n = 1; n <= tasks.length; n++) {
      await expect.poll(() => running).toHaveLength(n)
      ends.get(running.at(-1) ?? '')?.()
    }
    for (const { id } of tasks) await until(house, id, ({ status }) => status === 'completed')
    expect(new Set(running).size).toBe(3)
    await dispatcher.stop(1_000)
  })

  it('of which one cannot do its tasks: they fall back to another where they may', async () => {
    await using house = await openHouse({ submit: async () => TEXT })
    const elsewhere = `public ${house.account}`
    const { id } = await house.submit()
    const accounts = lines(house, (pool) => (pool === elsewhere ? house.account : undefined), elsewhere)
    const dispatcher = dispatcherOf(house, { accounts })
    dispatcher.start()
    const task = await until(house, id, ({ endedAt }) => endedAt !== null)
    expect(task).toMatchObject({ status: 'completed', pool: elsewhere, logs: [FELL_BACK] })
    await dispatcher.stop(1_000)
    expect(await house.store.reconcile({})).toEqual([])
  })
})

describe('a vendor’s call', () => {
  const HANDLE: Submitted = { handle: { id: 'g_1' }, pollAfterMs: HOUR_MS }

  it('has the task asked after at once, however far off the next look was', async () => {
    let progress: Progress = { status: 'processing' }
    await using house = await openHouse({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(house)
    dispatcher.start()
    const { id } = await house.submit()
    await until(house, id, ({ status }) => status === 'processing')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    await hear(house.store, { id, handle: null, now: house.clock.now() })
    expect(await until(house, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    await dispatcher.stop(1_000)
  })

  it('has a failed task looked at whose result may still come', async () => {
    let progress: Progress = { status: 'processing' }
    await using house = await openHouse({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(house)
    dispatcher.start()
    const { id } = await house.submit()
    await until(house, id, ({ status }) => status === 'processing')
    house.clock.advance(HOUR_MS)
    await until(house, id, ({ status }) => status === 'failed')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    await hear(house.store, { id, handle: null, now: house.clock.now() })
    const task = await until(house, id, ({ status }) => status === 'completed')
    expect(task).toMatchObject({ consumedPoints: 0, error: null })
    expect(await house.available()).toBe(CREDIT)
    await dispatcher.stop(1_000)
  })

  it('need not come: a late result is found when its time has come', async () => {
    let progress: Progress = { status: 'processing' }
    await using house = await openHouse({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(house)
    dispatcher.start()
    const { id } = await house.submit()
    await until(house, id, ({ status }) => status === 'processing')
    house.clock.advance(HOUR_MS)
    await until(house, id, ({ status }) => status === 'failed')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    house.clock.advance(5 * MINUTE_MS)
    await until(house, id, ({ status }) => status === 'completed')
    await dispatcher.stop(1_000)
  })
})

describe('a stop', () => {
  it('does not wait for a look at a late result, which the next start takes up', async () => {
    const asked = Promise.withResolvers<void>()
    let isLate = false
    const poll: Provider['poll'] = (_handle, _account, signal) => {
      if (!isLate) return Promise.resolve({ status: 'processing' })
      asked.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    await using house = await openHouse({ submit: async () => ({ handle: 'g_1', pollAfterMs: HOUR_MS }), poll })
    const dispatcher = dispatcherOf(house)
    dispatcher.start()
    const { id } = await house.submit()
    await until(house, id, ({ status }) => status === 'processing')
    house.clock.advance(HOUR_MS)
    await until(house, id, ({ status }) => status === 'failed')
    isLate = true
    await hear(house.store, { id, handle: null, now: house.clock.now() })
    await asked.promise
    await dispatcher.stop(0)
    expect(await house.late()).toMatchObject([{ id }])
  })

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
