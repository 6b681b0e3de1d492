import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sampleFiles } from '../assets/sample-files.ts'
import { type ErrorCode, PolyphonyError } from '../core/errors.ts'
import { points, ZERO_POINTS } from '../core/points.ts'
import type { Job, Provider, Result } from '../providers/provider.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import {
  CREDIT,
  type House,
  LEASE_MS,
  LYRICS_PRICE,
  LYRICS_TIMEOUT_MS,
  openHouse as openAHouse,
} from './house.testing.ts'

let folder: string
let shared: Store
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-work-'))
  shared = await openSqlite({ path: join(folder, 'test.db') })
})
afterAll(async () => {
  await shared?.close()
  await rm(folder, { recursive: true, force: true })
})

const openHouse = (provider: Partial<Provider>, options: Parameters<typeof openAHouse>[1] = {}): Promise<House> =>
  openAHouse(provider, { shared, ...options })

const TEXT: Result = { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] }
const HANDLE = { handle: { id: 'g_1' } }

function throwing(code: ErrorCode): () => Promise<never> {
  return () => Promise.reject(new PolyphonyError(code, `The vendor: ${code}.`))
}

async function song(): Promise<Result> {
  const content = await (sampleFiles['audio/mpeg']?.() ?? Promise.reject(new Error('No sample.')))
  return { output: { clips: [{ audio: 'file:audio' }] }, files: [{ key: 'audio', mediaType: 'audio/mpeg', content }] }
}

/** A task whose call was answered with a handle, due for its first poll. */
async function processing(house: House) {
  const task = await house.claimed()
  await house.work.begin(task)
  house.clock.advance(2_000)
  const [due] = await house.due()
  if (!due) throw new Error('The task is not due.')
  return due
}

describe('a call to a provider', () => {
  it('that is answered with a handle leaves the task with it, to be asked after at the provider’s pace', async () => {
    await using house = await openHouse({ submit: async () => ({ ...HANDLE, pollAfterMs: 700 }) })
    const task = await house.claimed()
    await house.work.begin(task)
    const dueAt = house.clock.now() + 700
    expect(await house.read(task.id)).toMatchObject({
      status: 'processing',
      handle: { id: 'g_1' },
      dueAt,
      startedAt: house.clock.now(),
    })
    expect(house.dueAt).toEqual([dueAt])
    expect(house.leases.count()).toBe(0)
  })

  it('gets the task’s id as its idempotency key, and the attempt', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    await house.work.begin(task)
    const [job, account] = submit.mock.calls[0] ?? []
    expect(job).toMatchObject({
      idempotencyKey: task.id,
      taskId: task.id,
      attempt: 1,
      input: { prompt: 'fog' },
      parent: null,
    })
    expect(account?.id).toBe(house.account)
  })

  it('that is answered with the result ends the task, its files kept and its price taken', async () => {
    await using house = await openHouse({ submit: async () => ({ result: await song() }) })
    const task = await house.claimed()
    await house.work.begin(task)
    const { status, output, consumedPoints, progress } = await house.read(task.id)
    expect({ status, consumedPoints, progress }).toEqual({
      status: 'completed',
      consumedPoints: LYRICS_PRICE,
      progress: 100,
    })
    const [file] = await house.files()
    expect(output).toEqual({ clips: [{ audio: `asset:${file}` }] })
    expect(await house.available()).toBe(CREDIT - LYRICS_PRICE)
    expect(await house.store.reconcile({})).toEqual([])
  })

  it.each([
    [0, 0],
    [5_000, 5_000],
    [LYRICS_PRICE + 1, LYRICS_PRICE],
  ])('that cost %i points takes %i of the hold', async (cost, taken) => {
    const result = { ...TEXT, consumedPoints: points(cost) }
    await using house = await openHouse({ submit: async () => ({ result }) })
    await house.work.begin(await house.claimed())
    expect(await house.available()).toBe(CREDIT - taken)
  })

  it('that is answered with a failure ends the task with the provider’s reason and gives the hold back', async () => {
    await using house = await openHouse({
      submit: async () => ({ failed: { reason: 'prompt blocked', detail: 'E42' } }),
    })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({
      status: 'failed',
      error: { code: 'vendor_refused', message: 'prompt blocked', detail: 'E42' },
      logs: ['E42'],
    })
    expect(await house.available()).toBe(CREDIT)
  })

  it('that the vendor refuses, or an adapter that breaks, ends the task', async () => {
    for (const [submit, code] of [
      [throwing('vendor_refused'), 'vendor_refused'],
      [() => Promise.reject(new TypeError('undefined is not a function')), 'internal'],
    ] as const) {
      await using house = await openHouse({ submit })
      const task = await house.claimed()
      await house.work.begin(task)
      expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code } })
      expect(await house.available()).toBe(CREDIT)
    }
  })

  it('that never arrived is made again, each time later, and given up after five', async () => {
    await using house = await openHouse({ submit: throwing('vendor_unreachable') })
    const { id } = await house.submit()
    const waits: number[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      const [task] = await house.claim()
      if (!task) throw new Error('The task is not back in the line.')
      expect(task.attempts).toBe(attempt)
      await house.work.begin(task)
      const after = await house.read(id)
      if (attempt === 5) break
      expect(after).toMatchObject({ status: 'pending', account: null, handle: null })
      expect(await house.claim()).toEqual([])
      waits.push(after.dueAt - house.clock.now())
      house.clock.advance(waits.at(-1) ?? 0)
    }
    for (const [index, wait] of waits.entries()) {
      expect(wait / (1_000 * 2 ** index)).toBeGreaterThanOrEqual(0.8)
      expect(wait / (1_000 * 2 ** index)).toBeLessThanOrEqual(1.2)
    }
    expect(await house.read(id)).toMatchObject({ status: 'failed', attempts: 5, error: { code: 'vendor_unreachable' } })
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('an answer that was lost', () => {
  async function lost(provider: Partial<Provider>): Promise<{ house: House; id: string }> {
    const house = await openHouse({ submit: throwing('vendor_silent'), ...provider })
    const task = await house.claimed()
    await house.work.begin(task)
    const { status, dueAt } = await house.read(task.id)
    expect(status).toBe('uncertain')
    house.clock.advance(dueAt - house.clock.now())
    const [due] = await house.due()
    if (!due) throw new Error('The task is not due.')
    await house.work.carryOn(due)
    return { house, id: task.id }
  }

  it('is found again at the provider, and the work goes on', async () => {
    const submit = vi.fn(throwing('vendor_silent'))
    const { house, id } = await lost({ submit, reconcile: async () => HANDLE })
    await using _ = house
    expect(await house.read(id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
    expect(submit).toHaveBeenCalledTimes(1)
  })

  it('of a call that left no trace puts the task back into the line', async () => {
    const { house, id } = await lost({ reconcile: async () => 'absent' })
    await using _ = house
    expect(await house.read(id)).toMatchObject({ status: 'pending', account: null })
    expect(await house.available()).toBe(CREDIT - LYRICS_PRICE)
  })

  it('that the provider cannot tell of yet is asked after again', async () => {
    const { house, id } = await lost({ reconcile: async () => 'unknown' })
    await using _ = house
    const task = await house.read(id)
    expect(task.status).toBe('uncertain')
    expect(task.dueAt).toBeGreaterThan(house.clock.now())
  })

  it('stays uncertain while the provider cannot be asked', async () => {
    const { house, id } = await lost({ reconcile: throwing('vendor_unreachable') })
    await using _ = house
    const task = await house.read(id)
    expect(task.status).toBe('uncertain')
    expect(task.dueAt).toBeGreaterThan(house.clock.now())
  })

  it('fails where nothing can be known, and costs nothing', async () => {
    const { house, id } = await lost({})
    await using _ = house
    expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code: 'vendor_silent' } })
    expect(await house.available()).toBe(CREDIT)
  })

  it('ends with the task’s time', async () => {
    const { house, id } = await lost({ reconcile: async () => 'unknown' })
    await using _ = house
    house.clock.advance(LYRICS_TIMEOUT_MS)
    const [due] = await house.due()
    if (due) await house.work.carryOn(due)
    expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('a holder that died', () => {
  it('in the middle of its call leaves a task that is reconciled, never sent blindly again', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    const reconcile = vi.fn(async () => HANDLE)
    await using house = await openHouse({ submit, reconcile })
    const task = await house.claimed()
    house.clock.advance(LEASE_MS)
    const [due] = await house.due()
    if (!due) throw new Error('The task is not due.')
    expect(due).toMatchObject({ id: task.id, status: 'submitting', claim: task.claim + 1 })
    await house.work.carryOn(due)
    expect(submit).not.toHaveBeenCalled()
    expect(reconcile).toHaveBeenCalledTimes(1)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  })

  it('and came back writes nothing: its result is dropped with its files', async () => {
    const answer = Promise.withResolvers<Result>()
    await using house = await openHouse({
      submit: async () => ({ result: await answer.promise }),
      reconcile: async () => HANDLE,
    })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    house.clock.advance(LEASE_MS)
    const [due] = await house.due()
    if (!due) throw new Error('The task is not due.')
    await house.work.carryOn(due)
    answer.resolve(await song())
    await begun
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' }, claim: due.claim })
    expect(await house.files()).toEqual([])
    expect(await house.available()).toBe(CREDIT - LYRICS_PRICE)
  })
})

describe('a result that comes too late', () => {
  it('after a cancellation is dropped with its files, and nothing is taken', async () => {
    const answer = Promise.withResolvers<Result>()
    await using house = await openHouse({ submit: async () => ({ result: await answer.promise }) })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    await house.store.settle({
      id: task.id,
      claim: null,
      to: 'cancelled',
      consumedPoints: ZERO_POINTS,
      output: null,
      error: null,
      logs: [],
      assets: [],
      deliveries: [],
      now: house.clock.now(),
    })
    answer.resolve(await song())
    await begun
    expect(await house.read(task.id)).toMatchObject({ status: 'cancelled', output: null })
    expect(await house.files()).toEqual([])
    expect(await house.available()).toBe(CREDIT)
    expect(await house.store.reconcile({})).toEqual([])
  })

  it('is not waited for: the task’s time ends the call', async () => {
    const aborted = Promise.withResolvers<unknown>()
    const submit: Provider['submit'] = (_job, _account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(signal.reason)
          reject(signal.reason)
        })
      })
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    await house.work.begin({ ...task, deadlineAt: house.clock.now() + 5 })
    expect(await aborted.promise).toMatchObject({ message: expect.stringContaining('in time') })
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('an answer that cannot be written down', () => {
  /** A store whose verb fails so many times, as a database does that went away for a moment. */
  function failing(verb: 'recordHandle' | 'settle', times: number): (store: Store) => Store {
    let left = times
    return (store) =>
      new Proxy(store, {
        get(target, name: keyof Store) {
          if (name !== verb || left <= 0) return target[name]
          return () => {
            left -= 1
            return Promise.reject(new PolyphonyError('store_unavailable', 'The database does not answer.'))
          }
        },
      })
  }

  it.each<['recordHandle' | 'settle', Awaited<ReturnType<Provider['submit']>>]>([
    ['recordHandle', HANDLE],
    ['settle', { result: TEXT }],
  ])('(%s) does not have the vendor called again: the task is reconciled', async (verb, answer) => {
    const submit = vi.fn<Provider['submit']>(async () => answer)
    const reconcile = vi.fn(async () => HANDLE)
    await using house = await openHouse({ submit, reconcile }, { wrap: failing(verb, 1) })
    const task = await house.claimed()
    await expect(house.work.begin(task)).rejects.toThrow() // the dispatcher logs it
    expect(await house.read(task.id)).toMatchObject({ status: 'submitting', attempts: 1 })
    house.clock.advance(LEASE_MS)
    const [due] = await house.due()
    if (!due) throw new Error('The task is not due.')
    await house.work.carryOn(due)
    expect(submit).toHaveBeenCalledTimes(1)
    expect(reconcile).toHaveBeenCalledTimes(1)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  })
})

describe('a finished work whose file cannot be had', () => {
  async function vendorWith(answers: number[]): Promise<AsyncDisposable & { url: string; asked: () => number }> {
    const { files } = await song()
    let asked = 0
    const server = createServer((_request, response) => {
      const status = answers[Math.min(asked, answers.length - 1)] ?? 200
      asked += 1
      response.writeHead(status, { 'content-type': 'audio/mpeg' }).end(files[0]?.content)
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo // it listens on TCP
    return {
      url: `http://127.0.0.1:${port}/song.mp3`,
      asked: () => asked,
      [Symbol.asyncDispose]: async () => void server.close(),
    }
  }
  const songAt = (url: string): Result => ({
    output: { clips: [{ audio: 'file:audio' }] },
    files: [{ key: 'audio', mediaType: 'audio/mpeg', content: { url } }],
  })

  it('at first is fetched again, and the work is not repeated', async () => {
    await using vendor = await vendorWith([503, 200])
    const submit = vi.fn<Provider['submit']>(async () => ({ result: songAt(vendor.url) }))
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })
    expect(vendor.asked()).toBe(2)
    expect(submit).toHaveBeenCalledTimes(1)
  })

  it('at all does not have the work done again', async () => {
    await using vendor = await vendorWith([503])
    const submit = vi.fn<Provider['submit']>(async () => {
      house.clock.advance(LYRICS_TIMEOUT_MS - 500)
      return { result: songAt(vendor.url) }
    })
    await using house = await openHouse({ submit, reconcile: async () => 'absent' })
    const task = await house.claimed()
    await expect(house.work.begin(task)).rejects.toThrow() // the dispatcher logs it
    house.clock.advance(LEASE_MS)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.claim()).toEqual([])
    expect(submit).toHaveBeenCalledTimes(1)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed' })
    expect(await house.available()).toBe(CREDIT)
  })

  it.each([
    [404, 'unsupported_media'],
    [200, 'output_unusable'],
  ] as const)('(%i) ends the task, and no file stays behind', async (status, code) => {
    await using vendor = await vendorWith([status])
    const result = songAt(vendor.url)
    if (status === 200) result.output = { clips: [{ audio: 'file:audio', image: 'file:forgotten' }] }
    await using house = await openHouse({ submit: async () => ({ result }) })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code } })
    expect(await house.files()).toEqual([])
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('a poll', () => {
  it('tells the progress, which never falls, and when to ask again', async () => {
    const answers = [40, 30]
    const poll: Provider['poll'] = async () => ({
      status: 'processing',
      progress: answers.shift() ?? 0,
      pollAfterMs: 900,
    })
    await using house = await openHouse({ submit: async () => HANDLE, poll })
    const task = await processing(house)
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ progress: 40, dueAt: house.clock.now() + 900 })
    house.clock.advance(900)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', progress: 40 })
  })

  it('brings the result', async () => {
    await using house = await openHouse({
      submit: async () => HANDLE,
      poll: async () => ({ status: 'completed', result: TEXT }),
    })
    const task = await processing(house)
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed', output: { title: 'Fog' } })
  })

  it.each<[ErrorCode, string]>([
    ['vendor_unreachable', 'processing'],
    ['vendor_silent', 'processing'],
    ['vendor_refused', 'failed'],
  ])('that ends in %s leaves the task %s', async (code, status) => {
    await using house = await openHouse({ submit: async () => HANDLE, poll: throwing(code) })
    const task = await processing(house)
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status })
  })

  it('past the task’s time cancels at the provider, and the hold goes back even when that fails', async () => {
    for (const failure of [undefined, throwing('vendor_unreachable')]) {
      const cancel = vi.fn(failure ?? (async () => {}))
      await using house = await openHouse({
        submit: async () => HANDLE,
        poll: async () => ({ status: 'processing' }),
        cancel,
      })
      const task = await processing(house)
      house.clock.advance(LYRICS_TIMEOUT_MS)
      await house.work.carryOn(task)
      expect(cancel).toHaveBeenCalledWith({ id: 'g_1' }, expect.anything(), expect.anything())
      expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
      expect(await house.available()).toBe(CREDIT)
    }
  })
})

describe('work in this process', () => {
  it('that reports is seen as begun, and its progress is kept', async () => {
    const answer = Promise.withResolvers<Result>()
    const jobs: Job[] = []
    const submit: Provider['submit'] = async (job) => {
      jobs.push(job)
      job.report(0)
      return { result: await answer.promise }
    }
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    const changed = Promise.withResolvers<void>()
    house.store.onSignal((signal) => {
      if (signal.kind === 'task') changed.resolve()
    })
    const begun = house.work.begin(task)
    await changed.promise
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: null })
    expect(house.leases.count()).toBe(1)
    answer.resolve(TEXT)
    await begun
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })
    expect(house.leases.count()).toBe(0)
  })

  it('that is dropped at a stop is aborted, and the row stays as it is', async () => {
    const called = Promise.withResolvers<void>()
    const submit: Provider['submit'] = (_job, _account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        called.resolve()
      })
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    await called.promise
    house.leases.dropAll()
    await begun
    expect(await house.read(task.id)).toMatchObject({ status: 'submitting', error: null })
  })

  it('is not begun once the lease is gone', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    house.leases.dropAll()
    await begun
    expect(submit).not.toHaveBeenCalled()
  })
})
