import { describe, expect, it, vi } from 'vitest'
import { builtInAccounts } from '../accounts/accounts.testing.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { itemId } from '../core/ids.ts'
import { FELL_BACK } from '../core/pools.ts'
import type { Task } from '../core/task.ts'
import type { Progress, Provider, Submitted } from '../providers/provider.ts'
import { hear } from '../store/contract/moves.ts'
import type { SignalListener, Store } from '../store/store.ts'
import { openAlarm } from './alarm.ts'
import { type Dispatcher, openDispatcher } from './dispatcher.ts'
import { CREDIT, type Harness, openHarness } from './harness.testing.ts'

const TEXT: Submitted = { result: { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] } }

function dispatcherOf(
  harness: Harness,
  { slots = 100, store = harness.store, accounts }: { slots?: number; store?: Store; accounts?: Accounts } = {},
): Dispatcher {
  const id = harness.account.replace('house:', '')
  const provider: Provider = {
    id,
    operations: new Set(['suno/music', 'suno/lyrics']),
    submit: () => Promise.reject(new Error('Not used here.')),
  }
  const parts = {
    ...harness.parts,
    store,
    accounts: accounts ?? builtInAccounts([{ provider, mode: 'live', slots }], harness.store, harness.account),
  }
  return openDispatcher(parts, { work: harness.work, leases: harness.leases, alarm: openAlarm(harness.clock) })
}

function until(harness: Harness, id: string, enough: (task: Task) => boolean): Promise<Task> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      harness.read(id).then((task) => {
        if (!enough(task)) return
        unsubscribe()
        resolve(task)
      }, reject)
    }
    const unsubscribe = harness.store.onSignal((signal) => {
      if (signal.kind === 'task' && signal.id === id) look()
    })
    look()
  })
}

describe('a cancel that comes in at another process, of work that this one does itself', () => {
  const begun = async (isHeardWhole: boolean) => {
    const done = Promise.withResolvers<Submitted>()
    const harness = await openHarness({
      isLocal: true,
      submit: (job, _account, signal) => {
        job.report(0)
        job.publish(itemId(job.taskId, 1), Buffer.from('a song'))
        if (isHeardWhole) job.endSound(itemId(job.taskId, 1))
        signal.addEventListener('abort', () => done.reject(signal.reason))
        return done.promise
      },
    })
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const { id } = await harness.submit()
    const task = await until(harness, id, ({ status }) => status === 'processing')
    return { harness, dispatcher, task, done }
  }

  it('is refused once a song of it can be heard as a whole, which is then delivered and charged', async () => {
    const { harness, dispatcher, task, done } = await begun(true)
    await using _ = harness
    expect(await harness.elsewhere.cancel(task)).toMatchObject({ cancelRequestedAt: harness.clock.now() })
    const refused = await until(harness, task.id, ({ cancelRequestedAt }) => cancelRequestedAt === null)
    expect(refused).toMatchObject({
      status: 'processing',
      logs: ['a cancel was requested', 'the cancel came too late: a whole song can be heard'],
    })
    done.resolve(TEXT)
    const ended = await until(harness, task.id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ status: 'completed', consumedPoints: ended.pricePoints })
    await dispatcher.stop(1_000)
  })

  it('ends the work and gives the hold back while there is no whole song to hear', async () => {
    const { harness, dispatcher, task, done } = await begun(false)
    await using _ = harness
    const aborted = expect(done.promise).rejects.toThrow('The lease was lost')
    await harness.elsewhere.cancel(task)
    const ended = await until(harness, task.id, ({ endedAt }) => endedAt !== null)
    expect(ended).toMatchObject({ status: 'cancelled', consumedPoints: 0 })
    await aborted
    expect(await harness.available()).toBe(CREDIT)
    await dispatcher.stop(1_000)
  })

  it('ends the task when the process that did the work is gone', async () => {
    const { harness, dispatcher, task, done } = await begun(true)
    await using _ = harness
    await dispatcher.stop(0) // its lease is given back, and what it has made is in its memory
    done.reject(new Error('The process has ended.'))
    await harness.elsewhere.cancel(task)
    expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', consumedPoints: 0 })
  })
})

describe('the dispatcher', () => {
  it('begins tasks that wait when it starts, and later ones as they come', async () => {
    await using harness = await openHarness({ submit: async () => TEXT })
    const early = await harness.submit()
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const late = await harness.submit()
    for (const { id } of [early, late]) {
      expect(await until(harness, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    }
    await dispatcher.stop(1_000)
  })

  it('runs no more at once than an account has slots, in the order of the queue', async () => {
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
    await using harness = await openHarness({ submit })
    const dispatcher = dispatcherOf(harness, { slots: 2 })
    const tasks = [
      await harness.submit(),
      await harness.submit(),
      await harness.submit(),
      await harness.submit(),
      await harness.submit(),
    ]
    dispatcher.start()
    for (const { id } of tasks) await until(harness, id, ({ endedAt }) => endedAt !== null)
    await dispatcher.stop(1_000)
    expect(most).toBe(2)
    expect(order).toEqual(tasks.map(({ id }) => id))
  })

  it('fails a task that waited too long to be begun, and gives its hold back', async () => {
    await using harness = await openHarness({})
    const dispatcher = dispatcherOf(harness, { slots: 0 })
    const { id } = await harness.submit()
    dispatcher.start()
    harness.clock.advance(HOUR_MS)
    expect(await until(harness, id, ({ endedAt }) => endedAt !== null)).toMatchObject({
      status: 'failed',
      error: { code: 'timed_out', message: expect.stringContaining('waited too long') },
    })
    expect(await harness.available()).toBe(CREDIT)
    await dispatcher.stop(1_000)
  })

  it('looks once for what another process announces, and leaves it the first chance', async () => {
    await using harness = await openHarness({ submit: async () => TEXT })
    const claims = vi.spyOn(harness.store, 'claimPending')
    const listeners: SignalListener[] = []
    const store = new Proxy(harness.store, {
      get(target, name: keyof Store) {
        if (name !== 'onSignal') return target[name]
        return (listener: SignalListener) => {
          listeners.push(listener)
          return () => {}
        }
      },
    })
    const dispatcher = dispatcherOf(harness, { store })
    dispatcher.start()
    const { id, pool } = await harness.submit()
    for (let n = 0; n < 30; n++) {
      for (const listen of listeners) listen({ kind: 'pool', pool, operation: 'suno/lyrics' }, false)
    }
    expect(claims).not.toHaveBeenCalled()
    await until(harness, id, ({ status }) => status === 'completed')
    await dispatcher.stop(1_000)
    expect(claims.mock.calls.length).toBeLessThanOrEqual(2) // the other one is of a sweep
  })

  it('looks no further for tasks while its account is full, and goes on as soon as a slot is free', async () => {
    const first = Promise.withResolvers<Submitted>()
    const submit = vi.fn<Provider['submit']>(async () => TEXT).mockReturnValueOnce(first.promise)
    await using harness = await openHarness({ submit })
    const looks = vi.spyOn(harness.store, 'claimPending')
    const dispatcher = dispatcherOf(harness, { slots: 1 })
    dispatcher.start()
    const { id } = await harness.submit()
    await until(harness, id, ({ status }) => status === 'submitting')
    const begun = performance.now()
    const waiting: Task[] = []
    for (let n = 0; n < 20; n++) {
      waiting.push(await harness.submit())
      await new Promise((resolve) => setTimeout(resolve, 10)) // more than a step of the loop takes
    }
    // One finds the account full, and so does one of each sweep.
    const sweeps = Math.ceil((performance.now() - begun) / 1_000)
    expect(looks.mock.calls.length).toBeLessThanOrEqual(3 + 2 * sweeps)
    first.resolve(TEXT)
    for (const task of waiting) await until(harness, task.id, ({ status }) => status === 'completed')
    expect(submit).toHaveBeenCalledTimes(21)
    await dispatcher.stop(1_000)
  })

  it('goes on after a claim failed', async () => {
    await using harness = await openHarness({ submit: async () => TEXT })
    let failures = 1
    const store = new Proxy(harness.store, {
      get(target, name: keyof Store) {
        if (name !== 'claimPending' || failures-- <= 0) return target[name]
        return () => Promise.reject(new Error('The database went away.'))
      },
    })
    const dispatcher = dispatcherOf(harness, { store })
    const { id } = await harness.submit()
    dispatcher.start()
    expect(await until(harness, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    await dispatcher.stop(1_000)
  })
})

describe('several pools', () => {
  const OTHER = 'suno/music'

  /** The accounts of a harness, with pools that the test opens and shuts. */
  function poolsOf(
    harness: Harness,
    open: (pool: string, operation: string) => string | undefined,
    to?: string,
  ): Accounts {
    return {
      ...harness.accounts,
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

  it('lets tasks wait that no account can do now, and begins the others', async () => {
    await using harness = await openHarness({ submit: async () => TEXT })
    const stuck = await harness.submit(OTHER, { prompt: 'fog' })
    const free = await harness.submit()
    let isOpen = false
    const accounts = poolsOf(harness, (_pool, operation) =>
      operation !== OTHER || isOpen ? harness.account : undefined,
    )
    const dispatcher = dispatcherOf(harness, { accounts })
    dispatcher.start()
    await until(harness, free.id, ({ endedAt }) => endedAt !== null)
    expect(await harness.read(stuck.id)).toMatchObject({ status: 'pending', attempts: 0 })
    isOpen = true
    dispatcher.wake() // an account came back
    await until(harness, stuck.id, ({ status }) => status === 'completed')
    await dispatcher.stop(1_000)
  })

  it('gives the slot of an account that one operation frees to any other that waits', async () => {
    const running: string[] = []
    const ends = new Map<string, () => void>()
    const submit: Provider['submit'] = ({ taskId }) => {
      running.push(taskId)
      return new Promise((resolve) => ends.set(taskId, () => resolve(TEXT)))
    }
    await using harness = await openHarness({ submit })
    const tasks = [await harness.submit(), await harness.submit(OTHER, { prompt: 'fog' }), await harness.submit()]
    const dispatcher = dispatcherOf(harness, { accounts: poolsOf(harness, () => harness.account) })
    dispatcher.start()
    for (let n = 1; n <= tasks.length; n++) {
      await expect.poll(() => running).toHaveLength(n)
      ends.get(running.at(-1) ?? '')?.()
    }
    for (const { id } of tasks) await until(harness, id, ({ status }) => status === 'completed')
    expect(new Set(running).size).toBe(3)
    await dispatcher.stop(1_000)
  })

  it('moves tasks that no account of their pool can do to another pool where that is allowed', async () => {
    await using harness = await openHarness({ submit: async () => TEXT })
    const elsewhere = `public ${harness.account}`
    const { id } = await harness.submit()
    const accounts = poolsOf(harness, (pool) => (pool === elsewhere ? harness.account : undefined), elsewhere)
    const dispatcher = dispatcherOf(harness, { accounts })
    dispatcher.start()
    const task = await until(harness, id, ({ endedAt }) => endedAt !== null)
    expect(task).toMatchObject({ status: 'completed', pool: elsewhere, logs: [FELL_BACK] })
    await dispatcher.stop(1_000)
    expect(await harness.store.reconcile({})).toEqual([])
  })
})

describe('a callback', () => {
  const HANDLE: Submitted = { handle: { id: 'g_1' }, pollAfterMs: HOUR_MS }

  it('makes its task polled at once, however far off the next poll was', async () => {
    let progress: Progress = { status: 'processing' }
    await using harness = await openHarness({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const { id } = await harness.submit()
    await until(harness, id, ({ status }) => status === 'processing')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    await hear(harness.store, { id, handle: null, now: harness.clock.now() })
    expect(await until(harness, id, ({ endedAt }) => endedAt !== null)).toMatchObject({ status: 'completed' })
    await dispatcher.stop(1_000)
  })

  it('makes a failed task checked for its late result at once', async () => {
    let progress: Progress = { status: 'processing' }
    await using harness = await openHarness({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const { id } = await harness.submit()
    await until(harness, id, ({ status }) => status === 'processing')
    harness.clock.advance(HOUR_MS)
    await until(harness, id, ({ status }) => status === 'failed')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    await hear(harness.store, { id, handle: null, now: harness.clock.now() })
    const task = await until(harness, id, ({ status }) => status === 'completed')
    expect(task).toMatchObject({ consumedPoints: 0, error: null })
    expect(await harness.available()).toBe(CREDIT)
    await dispatcher.stop(1_000)
  })

  it('is not needed for a late result, which is found at the next check', async () => {
    let progress: Progress = { status: 'processing' }
    await using harness = await openHarness({ submit: async () => HANDLE, poll: async () => progress })
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const { id } = await harness.submit()
    await until(harness, id, ({ status }) => status === 'processing')
    harness.clock.advance(HOUR_MS)
    await until(harness, id, ({ status }) => status === 'failed')
    if ('result' in TEXT) progress = { status: 'completed', result: TEXT.result }
    harness.clock.advance(5 * MINUTE_MS)
    await until(harness, id, ({ status }) => status === 'completed')
    await dispatcher.stop(1_000)
  })
})

describe('a stop', () => {
  it('does not wait for a check of a late result, which the next start takes up', async () => {
    const asked = Promise.withResolvers<void>()
    let isLate = false
    const poll: Provider['poll'] = (_handle, _account, signal) => {
      if (!isLate) return Promise.resolve({ status: 'processing' })
      asked.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    await using harness = await openHarness({ submit: async () => ({ handle: 'g_1', pollAfterMs: HOUR_MS }), poll })
    const dispatcher = dispatcherOf(harness)
    dispatcher.start()
    const { id } = await harness.submit()
    await until(harness, id, ({ status }) => status === 'processing')
    harness.clock.advance(HOUR_MS)
    await until(harness, id, ({ status }) => status === 'failed')
    isLate = true
    await hear(harness.store, { id, handle: null, now: harness.clock.now() })
    await asked.promise
    await dispatcher.stop(0)
    expect(await harness.late()).toMatchObject([{ id }])
  })

  it('waits for work in hand that ends in time', async () => {
    const called = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Submitted>()
    const submit: Provider['submit'] = () => {
      called.resolve()
      return answer.promise
    }
    await using harness = await openHarness({ submit })
    const dispatcher = dispatcherOf(harness)
    const { id } = await harness.submit()
    dispatcher.start()
    await called.promise
    const stopped = dispatcher.stop(60_000)
    answer.resolve(TEXT)
    await stopped
    expect(await harness.read(id)).toMatchObject({ status: 'completed' })
  })

  it('aborts work that does not end in time, and leaves it to the next start', async () => {
    const called = Promise.withResolvers<void>()
    const submit: Provider['submit'] = (_job, _account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        called.resolve()
      })
    await using harness = await openHarness({ submit })
    const dispatcher = dispatcherOf(harness)
    const { id } = await harness.submit()
    dispatcher.start()
    await called.promise
    await dispatcher.stop(0)
    expect(await harness.read(id)).toMatchObject({ status: 'submitting', error: null })
    expect(await harness.due()).toMatchObject([{ id }])
  })

  it('begins the tasks of a claim under way, rather than leave an intent that no process acts on', async () => {
    const submit = vi.fn<Provider['submit']>(async () => TEXT)
    await using harness = await openHarness({ submit })
    const { id } = await harness.submit()
    const claiming = Promise.withResolvers<void>()
    const committed = Promise.withResolvers<void>()
    const store = new Proxy(harness.store, {
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
    const dispatcher = dispatcherOf(harness, { store })
    dispatcher.start()
    await claiming.promise
    const stopped = dispatcher.stop(60_000)
    committed.resolve()
    await stopped
    expect(submit).toHaveBeenCalledTimes(1)
    expect(await harness.read(id)).toMatchObject({ status: 'completed' })
  })
})
