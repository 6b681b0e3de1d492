import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sampleFiles } from '../assets/sample-files.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { type ErrorCode, type ErrorDetails, PolyphonyError } from '../core/errors.ts'
import { points, ZERO_POINTS } from '../core/points.ts'
import type { Job, Provider, Result } from '../providers/provider.ts'
import { hear, settle } from '../store/contract/moves.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import {
  CREDIT,
  type House,
  type HouseOptions,
  LEASE_MS,
  LYRICS_PRICE,
  LYRICS_TIMEOUT_MS,
  openHouse as openAHouse,
  SECRET,
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

const openHouse = (provider: Partial<Provider>, options: HouseOptions = {}): Promise<House> =>
  openAHouse(provider, { shared, ...options })

const TEXT: Result = { output: { title: 'Fog', text: '[Verse]', tags: [] }, files: [] }
const HANDLE = { handle: { id: 'g_1' } }

function throwing(code: ErrorCode, details: ErrorDetails = {}): () => Promise<never> {
  return () => Promise.reject(new PolyphonyError(code, `The vendor: ${code}.`, details))
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

  it('that the vendor refuses ends the task', async () => {
    await using house = await openHouse({ submit: throwing('vendor_refused') })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'vendor_refused' } })
    expect(await house.available()).toBe(CREDIT)
  })

  it('that an adapter breaks after it may have been sent is asked after, like one whose answer was lost', async () => {
    const submit = vi.fn<Provider['submit']>(() => Promise.reject(new TypeError('undefined is not a function')))
    await using house = await openHouse({ submit, reconcile: async () => HANDLE })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'uncertain', error: null })
    house.clock.advance(2_000)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
    expect(submit).toHaveBeenCalledTimes(1)
  })

  it('that work in this process breaks ends the task: no vendor can have it', async () => {
    const submit = () => Promise.reject(new TypeError('undefined is not a function'))
    await using house = await openHouse({ isLocal: true, submit })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'internal' } })
    expect(await house.available()).toBe(CREDIT)
  })

  it('is not sent when the answer of the database came after the lease: it is begun again', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    let isSlow = true
    await using house = await openHouse(
      { submit },
      {
        wrap: (store) => ({
          ...store,
          async applyChange(args) {
            const isApplied = await store.applyChange(args)
            if (isSlow) house.clock.advance(LEASE_MS)
            isSlow = false
            return isApplied
          },
        }),
      },
    )
    const task = await house.claimed()
    await house.work.begin(task)
    expect(submit).not.toHaveBeenCalled()
    expect(await house.read(task.id)).toMatchObject({ status: 'pending', calledAt: null, misses: 0 })
    const [again] = await house.claim()
    if (!again) throw new Error('The task does not wait.')
    await house.work.begin(again)
    expect(submit).toHaveBeenCalledTimes(1)
  })

  it('is not sent by a process whose task another one has taken meanwhile', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    await using house = await openHouse({ submit })
    const task = await house.claimed()
    house.clock.advance(LEASE_MS)
    expect(await house.due()).toHaveLength(1)
    await house.work.begin(task)
    expect(submit).not.toHaveBeenCalled()
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
    await house.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
    house.clock.advance(LEASE_MS)
    const [due] = await house.due()
    if (!due) throw new Error('The task is not due.')
    expect(due).toMatchObject({ id: task.id, status: 'submitting', claim: task.claim + 1 })
    await house.work.carryOn(due)
    expect(submit).not.toHaveBeenCalled()
    expect(reconcile).toHaveBeenCalledTimes(1)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  })

  it('before its call leaves a task that is begun again at once, as nothing was sent', async () => {
    const submit = vi.fn<Provider['submit']>(async () => HANDLE)
    // Only the vendor could tell of a call, and there was none.
    await using house = await openHouse({ submit, receive: async () => ({}) }, { isReachable: true })
    const task = await house.claimed()
    house.clock.advance(LEASE_MS)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.read(task.id)).toMatchObject({ status: 'pending', misses: 0 })
    const [again] = await house.claim()
    if (!again) throw new Error('The task does not wait.')
    await house.work.begin(again)
    expect(submit).toHaveBeenCalledTimes(1)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', attempts: 2 })
  })

  it.each([
    ['before its call', false, 'internal'],
    ['in the middle of it', true, 'vendor_silent'],
  ])(
    '%s is no miss of the provider’s; yet a task at which too many died is given up',
    async (_when, isCalled, code) => {
      await using house = await openHouse({ reconcile: async () => 'absent' })
      const { id } = await house.submit()
      for (let attempt = 1; attempt <= 10; attempt++) {
        const [task] = await house.claim()
        if (!task) throw new Error('The task does not wait.')
        expect(task).toMatchObject({ id, attempts: attempt, misses: 0 })
        if (isCalled) await house.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
        house.clock.advance(LEASE_MS)
        for (const due of await house.due()) await house.work.carryOn(due)
      }
      expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code }, misses: 0 })
      expect(await house.available()).toBe(CREDIT)
    },
  )

  it('and came back writes nothing: its result is dropped with its files', async () => {
    const answer = Promise.withResolvers<Result>()
    const called = Promise.withResolvers<void>()
    await using house = await openHouse({
      async submit() {
        called.resolve()
        return { result: await answer.promise }
      },
      reconcile: async () => HANDLE,
    })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    await called.promise
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
    await settle(house.store, {
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
    expect(await house.read(task.id)).toMatchObject({ status: 'uncertain' })
    house.clock.advance(10)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('an answer that the database does not take at once', () => {
  /** A store of which some writes of moves, by their number from 0, fail: before they are made, or after. */
  function failing(writes: readonly number[], when: 'before' | 'after'): (store: Store) => Store {
    let count = 0
    return (store) => ({
      ...store,
      async applyChange(args) {
        const fails = writes.includes(count++)
        if (!fails || when === 'after') {
          const isApplied = await store.applyChange(args)
          if (!fails) return isApplied
        }
        throw new PolyphonyError('store_unavailable', 'The database does not answer.')
      },
    })
  }

  // The first write is the intent to call.
  it.each<['before' | 'after', string, Awaited<ReturnType<Provider['submit']>>]>([
    ['before', 'a handle', HANDLE],
    ['after', 'a handle', HANDLE],
    ['before', 'a result', { result: TEXT }],
    ['after', 'a result', { result: TEXT }],
  ])('is written once it answers again, where the connection broke %s the write of %s', async (when, _kind, answer) => {
    const submit = vi.fn<Provider['submit']>(async () => answer)
    await using house = await openHouse({ submit }, { wrap: failing([1, 2], when) })
    const task = await house.claimed()
    await house.work.begin(task)
    expect(submit).toHaveBeenCalledTimes(1)
    const status = 'handle' in answer ? 'processing' : 'completed'
    expect(await house.read(task.id)).toMatchObject({ status, version: task.version + 2, leaseUntil: null })
  })

  it('keeps the files of a result whose end was written although the answer was lost', async () => {
    await using house = await openHouse(
      { submit: async () => ({ result: await song() }), operations: new Set(['suno/music']) },
      { wrap: failing([1], 'after') },
    )
    const task = await house.claimed('suno/music', { prompt: '[Verse]\nfog', mv: 'chirp-v4' })
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })
    expect(await house.files()).toHaveLength(1)
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
    await using house = await openHouse({ isLocal: true, submit })
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

/** A house whose provider has accounts with a health, and whose one account the test may change. */
async function withAccount(
  provider: Partial<Provider>,
  options: Pick<HouseOptions, 'isReachable'> & { given?: Parameters<House['addAccount']>[0] } = {},
): Promise<{ house: House; id: string }> {
  const { given, ...rest } = options
  const house = await openHouse(provider, { isEmbedded: false, ...rest })
  return { house, id: await house.addAccount(given) }
}

const healthOf = (house: House, id: string) => house.accounts.find(id)?.record

/** Moves the running tasks on that are due. */
async function carryOn(house: House): Promise<void> {
  for (const task of await house.due()) await house.work.carryOn(task)
}

async function checkLateResult(house: House): Promise<void> {
  for (const task of await house.late()) await house.work.checkLateResult(task, undefined, AbortSignal.timeout(10_000))
}

describe('an account that turns a task away', () => {
  it.each([
    ['account_busy', 'limited', 'The account is at its limit at the provider; the task waits for a free one.'],
    [
      'account_refused',
      'expired_credential',
      'The account cannot be used at the provider now; the task waits for another one.',
    ],
  ] as const)('(%s) rests, the task goes on with another one, and no miss is counted', async (code, state, words) => {
    const answers = [throwing(code), async () => HANDLE]
    const submit = vi.fn<Provider['submit']>(() => (answers.shift() ?? throwing('internal'))())
    const { house, id } = await withAccount({ submit }, { given: { priority: 1 } })
    await using _ = house
    const other = await house.addAccount()
    const task = await house.claimed()
    expect(task.account).toBe(id)
    await house.work.begin(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'pending', account: null, misses: 0, logs: [words] })
    expect(healthOf(house, id)).toMatchObject({ state, reason: expect.stringContaining('The vendor:') })
    house.clock.advance(100)
    const [again] = await house.claim()
    expect(again).toMatchObject({ id: task.id, account: other, attempts: 2 })
    if (again) await house.work.begin(again)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing' })
    expect(submit).toHaveBeenCalledTimes(2)
    expect(healthOf(house, other)).toMatchObject({ state: 'connected' })
    expect(await house.store.listAttempts({ taskId: task.id })).toMatchObject([
      { account: id, outcome: 'turned_away', reason: words },
      { account: other, outcome: 'accepted' },
    ])
  })

  it('of the tenant’s own tells its owner what the vendor said, though no secret', async () => {
    const house = await openHouse(
      { submit: () => Promise.reject(new PolyphonyError('account_refused', `There is no key ${SECRET}.`)) },
      { isEmbedded: false },
    )
    await using _ = house
    const id = await house.addAccount({ tenantId: house.caller.tenantId })
    const task = await house.claimed()
    await house.work.begin(task)
    const { logs } = await house.read(task.id)
    expect(logs).toHaveLength(1)
    expect(logs[0]).toContain('There is no key')
    expect(JSON.stringify([logs, healthOf(house, id)?.reason])).not.toContain(SECRET)
  })

  it('again and again lets the task wait no longer than it might have waited untried', async () => {
    const { house } = await withAccount({ submit: throwing('account_busy', { retryAfterSeconds: 60 }) })
    await using _ = house
    const { id, createdAt } = await house.submit()
    for (let attempt = 1; attempt <= 8; attempt++) {
      const [task] = await house.claim()
      if (!task) throw new Error('The task is not back in the line.')
      await house.work.begin(task)
      expect(await house.claim()).toEqual([])
      house.clock.advance(MINUTE_MS)
    }
    expect(await house.read(id)).toMatchObject({ status: 'pending', attempts: 8, misses: 0 })
    expect((await house.read(id)).logs).toHaveLength(1) // what is said each time is said once
    expect((await house.read(id)).deadlineAt).toBe(createdAt + HOUR_MS)
  })
})

describe('a vendor that cannot be reached', () => {
  it('has its account rest after three calls, and counts each as a miss, the fifth of which is the last', async () => {
    const submit = vi.fn(() =>
      Promise.reject(new PolyphonyError('vendor_unreachable', 'connect ECONNREFUSED 10.1.2.3:8188')),
    )
    const { house, id } = await withAccount({ submit, probe: async () => {} })
    await using _ = house
    const task = await house.submit()
    for (let miss = 1; miss <= 5; miss++) {
      const [claimed] = await house.claim()
      if (!claimed) throw new Error('The task is not back in the line.')
      await house.work.begin(claimed)
      expect(healthOf(house, id)?.state).toBe(miss === 3 ? 'cooling_down' : 'connected')
      if (miss === 3) {
        house.clock.advance(MINUTE_MS)
        expect(await house.claim()).toEqual([]) // it is to be probed first
        await house.accounts.recordEvent(id, { kind: 'worked' })
      }
      house.clock.advance(MINUTE_MS)
    }
    expect(await house.read(task.id)).toMatchObject({
      status: 'failed',
      error: { code: 'vendor_unreachable', message: 'The provider cannot be reached at present.' },
      attempts: 5,
    })
    expect(JSON.stringify(await house.read(task.id))).not.toContain('10.1.2.3') // where it lies is nobody's business
    expect(await house.available()).toBe(CREDIT)
    expect(submit).toHaveBeenCalledTimes(5)
    // Two breaks after the probe that got through: the next one lets it rest again.
    expect(healthOf(house, id)).toMatchObject({ state: 'connected', troubles: 2 })
  })

  it('is not one whose account has to answer for a file of the caller’s that cannot be had', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end())
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo // it listens on TCP
    const submit: Provider['submit'] = async (job, _account, signal) => {
      await job.file(`http://127.0.0.1:${port}/mask.png`, signal)
      return HANDLE
    }
    const { house, id } = await withAccount({ submit })
    await using _ = house
    const { id: taskId } = await house.submit()
    for (let miss = 1; miss <= 5; miss++) {
      for (const task of await house.claim()) await house.work.begin(task)
      house.clock.advance(MINUTE_MS)
    }
    server.close()
    expect(healthOf(house, id)).toMatchObject({ state: 'connected', troubles: 0 })
    const task = await house.read(taskId)
    expect(task).toMatchObject({ status: 'failed', attempts: 5 })
    expect(task.error?.message).toContain('answered 503, not a file') // and the caller learns why
  })
})

describe('an answer that was lost, where only the vendor’s call can tell', () => {
  const receive: NonNullable<Provider['receive']> = async () => ({})
  const poll: Provider['poll'] = async () => ({ status: 'completed', result: TEXT })

  async function lost(house: House): Promise<string> {
    const task = await house.claimed()
    await house.work.begin(task)
    house.clock.advance(2 * SECOND_MS)
    await carryOn(house)
    return task.id
  }

  it('waits for the call until the task’s time is over, and is not sent again', async () => {
    const submit = vi.fn(throwing('vendor_silent'))
    await using house = await openHouse({ submit, receive, poll }, { isReachable: true })
    const id = await lost(house)
    const task = await house.read(id)
    expect(task).toMatchObject({ status: 'uncertain', dueAt: task.deadlineAt })
    house.clock.advance(MINUTE_MS)
    await hear(house.store, { id, handle: null, now: house.clock.now() }) // a call that does not name the work
    await carryOn(house)
    expect(await house.read(id)).toMatchObject({ status: 'uncertain', logs: task.logs })
    await hear(house.store, { id, handle: { id: 'g_1' }, now: house.clock.now() })
    await carryOn(house)
    expect(await house.read(id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
    expect(submit).toHaveBeenCalledTimes(1)
  })

  it('is found by a call that came before it was lost', async () => {
    const called = Promise.withResolvers<void>()
    const lose = Promise.withResolvers<never>()
    const submit: Provider['submit'] = () => {
      called.resolve()
      return lose.promise
    }
    await using house = await openHouse({ submit, receive, poll }, { isReachable: true })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    await called.promise
    await hear(house.store, { id: task.id, handle: { id: 'g_1' }, now: house.clock.now() })
    lose.reject(new PolyphonyError('vendor_silent', 'The call broke off.'))
    await begun
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
    await carryOn(house)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })
  })

  it('fails with the task’s time, gives the hold back, and is delivered when the call comes after all', async () => {
    await using house = await openHouse({ submit: throwing('vendor_silent'), receive, poll }, { isReachable: true })
    const id = await lost(house)
    house.clock.advance(LYRICS_TIMEOUT_MS)
    await carryOn(house)
    expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(await house.available()).toBe(CREDIT)
    house.clock.advance(10 * MINUTE_MS)
    await checkLateResult(house)
    expect(await house.read(id)).toMatchObject({ status: 'failed' })
    await hear(house.store, { id, handle: { id: 'g_1' }, now: house.clock.now() })
    await checkLateResult(house)
    expect(await house.read(id)).toMatchObject({ status: 'completed', output: TEXT.output, consumedPoints: 0 })
    expect(await house.available()).toBe(CREDIT)
    expect(await house.store.reconcile({})).toEqual([])
  })

  it.each([
    ['nobody can reach us', { receive }, { isReachable: false }],
    ['the vendor does not call', {}, { isReachable: true }],
  ])('fails at once where %s', async (_title, provider, options) => {
    await using house = await openHouse({ submit: throwing('vendor_silent'), poll, ...provider }, options)
    const id = await lost(house)
    expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code: 'vendor_silent' } })
    house.clock.advance(HOUR_MS)
    expect(await house.late()).toEqual([])
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('a task that failed for want of an answer', () => {
  /** A task that ran out of time while the provider worked on it. */
  async function outOfTime(house: House): Promise<string> {
    const task = await processing(house)
    house.clock.advance(LYRICS_TIMEOUT_MS)
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    return task.id
  }
  const submit: Provider['submit'] = async () => HANDLE
  const FIRST_LOOK_MS = 5 * MINUTE_MS

  /** At the deadline the provider is asked once more, and still works; what comes later is as given. */
  function late(poll: NonNullable<Provider['poll']>): NonNullable<Provider['poll']> {
    let isLastLook = true
    return async (...args) => {
      if (!isLastLook) return poll(...args)
      isLastLook = false
      return { status: 'processing' }
    }
  }

  it('is none where the last look, at its deadline, finds the result: that is delivered and paid', async () => {
    const poll: Provider['poll'] = async () => ({ status: 'completed', result: TEXT })
    await using house = await openHouse({ submit, poll })
    const task = await processing(house)
    house.clock.advance(LYRICS_TIMEOUT_MS)
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
  })

  it('is delivered when its result comes after all: its files are kept, the refund stays, and it is told of', async () => {
    await using house = await openHouse({
      submit,
      poll: late(async () => ({ status: 'completed', result: await song(), handle: { id: 'g_1', parts: 2 } })),
    })
    const id = await outOfTime(house)
    expect(await house.available()).toBe(CREDIT)
    house.clock.advance(FIRST_LOOK_MS - 1)
    expect(await house.late()).toEqual([])
    house.clock.advance(1)
    await checkLateResult(house)
    const [file] = await house.files()
    expect(await house.read(id)).toMatchObject({
      status: 'completed',
      error: null,
      output: { clips: [{ audio: `asset:${file}` }] },
      handle: { id: 'g_1', parts: 2 },
      consumedPoints: 0,
      endedAt: house.clock.now(),
    })
    expect(await house.available()).toBe(CREDIT)
    expect(await house.store.reconcile({})).toEqual([])
  })

  it('is looked at again while the work goes on or cannot be asked after, and no more once it failed', async () => {
    const answers: Provider['poll'][] = [
      async () => ({ status: 'processing' }),
      throwing('vendor_unreachable'),
      async () => ({ status: 'failed', reason: 'too foggy' }),
    ]
    const poll = vi.fn<NonNullable<Provider['poll']>>(async (...args) => {
      const answer = answers.shift()
      if (!answer) throw new Error('It was not to be asked again.')
      return answer(...args)
    })
    await using house = await openHouse({ submit, poll: late(poll) })
    const id = await outOfTime(house)
    for (let look = 1; look <= 5; look++) {
      house.clock.advance(FIRST_LOOK_MS)
      await checkLateResult(house)
    }
    expect(poll).toHaveBeenCalledTimes(3)
    expect(await house.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  })

  it('is looked at for a day', async () => {
    const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
    await using house = await openHouse({ submit, poll: late(poll) })
    await outOfTime(house)
    house.clock.advance(24 * HOUR_MS - 1)
    await checkLateResult(house)
    expect(poll).toHaveBeenCalledTimes(1)
    house.clock.advance(FIRST_LOOK_MS)
    await checkLateResult(house)
    house.clock.advance(24 * HOUR_MS)
    expect(await house.late()).toEqual([])
    expect(poll).toHaveBeenCalledTimes(1)
  })

  it('is looked at by one at a time, however long the copying takes', async () => {
    const reading = Promise.withResolvers<void>()
    const bytes = Promise.withResolvers<Uint8Array>()
    const read = vi.fn(() => {
      reading.resolve()
      return bytes.promise
    })
    const result: Result = { output: { file: 'file:a' }, files: [{ key: 'a', content: { read } }] }
    await using house = await openHouse({ submit, poll: late(async () => ({ status: 'completed', result })) })
    const id = await outOfTime(house)
    house.clock.advance(FIRST_LOOK_MS)
    const looking = checkLateResult(house)
    await reading.promise
    house.clock.advance(5 * LEASE_MS)
    await house.leases.renew()
    expect(await house.late('a third process')).toEqual([])
    bytes.resolve((await song()).files[0]?.content as Uint8Array) // as `song` made it
    await looking
    expect(await house.read(id)).toMatchObject({ status: 'completed' })
    expect(read).toHaveBeenCalledTimes(1)
  })

  it('is left for the next process when this one stops in the middle of a look', async () => {
    const asked = Promise.withResolvers<void>()
    const poll: Provider['poll'] = (_handle, _account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        asked.resolve()
      })
    await using house = await openHouse({ submit, poll: late(poll) })
    await outOfTime(house)
    house.clock.advance(FIRST_LOOK_MS)
    const [task] = await house.late()
    if (!task) throw new Error('The task is not watched.')
    const stopping = new AbortController()
    const looking = house.work.checkLateResult(task, undefined, stopping.signal)
    await asked.promise
    stopping.abort()
    await looking
    expect(await house.late()).toMatchObject([{ id: task.id }])
  })

  it('keeps no file of a result that somebody else delivered', async () => {
    const poll: Provider['poll'] = async () => ({ status: 'completed', result: await song() })
    await using house = await openHouse({ submit, poll: late(poll) })
    const id = await outOfTime(house)
    house.clock.advance(FIRST_LOOK_MS)
    const [task] = await house.late()
    if (!task) throw new Error('The task is not watched.')
    const signal = AbortSignal.timeout(10_000)
    await Promise.all([
      house.work.checkLateResult(task, undefined, signal),
      house.work.checkLateResult(task, undefined, signal),
    ])
    expect(await house.read(id)).toMatchObject({ status: 'completed' })
    expect(await house.files()).toHaveLength(1)
  })

  it('waits while its account cannot be used as it is set up, and is given up once that is gone', async () => {
    const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
    const { house, id } = await withAccount({ submit, poll: late(poll) })
    await using _ = house
    await outOfTime(house)
    const { version, sealed } = (await house.store.listAccounts({})).find((one) => one.id === id) ?? {}
    if (version === undefined || !sealed) throw new Error('The account is gone.')
    await house.store.changeAccount({ id, version, set: { sealed: 'v1.00000000.AAAA' } })
    await house.accounts.refresh()
    house.clock.advance(FIRST_LOOK_MS)
    await checkLateResult(house)
    expect(poll).not.toHaveBeenCalled()
    await house.store.changeAccount({ id, version: version + 1, set: { sealed } })
    await house.accounts.refresh()
    house.clock.advance(FIRST_LOOK_MS)
    await checkLateResult(house)
    expect(poll).toHaveBeenCalledTimes(1)
    await house.store.removeAccount({ id })
    await house.accounts.refresh()
    house.clock.advance(FIRST_LOOK_MS)
    await checkLateResult(house)
    house.clock.advance(FIRST_LOOK_MS)
    expect(await house.late()).toEqual([])
  })

  it('is not watched where its provider ended the work', async () => {
    const cancel = vi.fn(async () => {})
    await using house = await openHouse({ submit, poll: async () => ({ status: 'processing' }), cancel })
    await outOfTime(house)
    expect(cancel).toHaveBeenCalledTimes(1)
    house.clock.advance(24 * HOUR_MS)
    expect(await house.late()).toEqual([])
  })

  it('is watched when its time was over while its finished files were copied, and nothing is cancelled', async () => {
    const cancel = vi.fn(async () => {})
    let isSlow = true
    const read = (signal: AbortSignal): Promise<Uint8Array> =>
      isSlow
        ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : song().then(({ files }) => files[0]?.content as Uint8Array) // as `song` made it
    const result: Result = { output: { file: 'file:a' }, files: [{ key: 'a', content: { read } }] }
    await using house = await openHouse({ submit, poll: async () => ({ status: 'completed', result }), cancel })
    const task = await processing(house)
    await house.work.carryOn({ ...task, deadlineAt: house.clock.now() + 5 })
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(cancel).not.toHaveBeenCalled()
    isSlow = false
    house.clock.advance(FIRST_LOOK_MS)
    await checkLateResult(house)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: 0 })
    expect(await house.files()).toHaveLength(1)
  })

  it('has its work ended at the provider when its time was over in the middle of a poll', async () => {
    const cancel = vi.fn(async () => {})
    let isHanging = true
    const poll: Provider['poll'] = async (_handle, _account, signal) => {
      if (!isHanging) return { status: 'processing' }
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    await using house = await openHouse({ submit, poll, cancel })
    const task = await processing(house)
    await house.work.carryOn({ ...task, deadlineAt: house.clock.now() + 5 })
    isHanging = false
    house.clock.advance(10)
    for (const due of await house.due()) await house.work.carryOn(due)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(cancel).toHaveBeenCalledTimes(1)
  })
})

describe('a cancel of running work', () => {
  const submit: Provider['submit'] = async () => HANDLE
  const poll: Provider['poll'] = async () => ({ status: 'processing', pollAfterMs: 1_000 })

  it('ends it at the provider, gives the hold back, and is on record', async () => {
    const cancel = vi.fn(async () => {})
    await using house = await openHouse({ submit, poll, cancel })
    const task = await processing(house)
    expect(await house.work.cancel(task)).toMatchObject({ status: 'cancelled' })
    expect(cancel).toHaveBeenCalledWith(
      { id: 'g_1' },
      expect.objectContaining({ id: house.account }),
      expect.anything(),
    )
    expect(await house.read(task.id)).toMatchObject({ status: 'cancelled', logs: ['cancelled while it ran'] })
    expect(await house.available()).toBe(CREDIT)
    expect(await house.store.listAttempts({ taskId: task.id })).toMatchObject([{ outcome: 'cancelled' }])
    // Whoever asks after it at this moment writes nothing.
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'cancelled' })
    expect(await house.store.reconcile({})).toEqual([])
  })

  it.each<[string, Partial<Provider>]>([
    ['whose provider cannot', {}],
    ['whose provider does not do it this time', { cancel: throwing('vendor_refused') }],
  ])('%s changes nothing', async (_title, provider) => {
    await using house = await openHouse({ submit, poll, ...provider })
    const task = await processing(house)
    expect(await house.work.cancel(task)).toBeUndefined()
    expect(await house.read(task.id)).toEqual(task)
  })

  it('comes too late for work that has just ended', async () => {
    const cancel = async (): Promise<void> => {
      for (const task of await house.due()) await house.work.carryOn(task)
    }
    let isDone = false
    await using house = await openHouse({
      submit,
      cancel,
      poll: async () => (isDone ? { status: 'completed', result: TEXT } : { status: 'processing', pollAfterMs: 1 }),
    })
    const task = await processing(house)
    await house.work.carryOn(task)
    house.clock.advance(1)
    isDone = true
    expect(await house.work.cancel(await house.read(task.id))).toBeUndefined()
    expect(await house.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
  })

  it('is not for a call of which nobody knows yet what came of it', async () => {
    const cancel = vi.fn(async () => {})
    await using house = await openHouse({ submit: throwing('vendor_silent'), cancel, reconcile: async () => HANDLE })
    const task = await house.claimed()
    expect(await house.work.cancel(task)).toBeUndefined()
    await house.work.begin(task)
    expect(await house.work.cancel(await house.read(task.id))).toBeUndefined()
    expect(await house.read(task.id)).toMatchObject({ status: 'uncertain' })
    expect(cancel).not.toHaveBeenCalled()
  })

  it('ends work in this process', async () => {
    const called = Promise.withResolvers<void>()
    const aborted = vi.fn()
    const work: Provider['submit'] = (job, _account, signal) =>
      new Promise((_resolve, reject) => {
        job.report(0)
        signal.addEventListener('abort', () => {
          aborted()
          reject(signal.reason)
        })
        called.resolve()
      })
    const cancel = vi.fn(async () => {})
    await using house = await openHouse({ submit: work, cancel })
    const task = await house.claimed()
    const begun = house.work.begin(task)
    await called.promise
    await expect.poll(async () => (await house.read(task.id)).status).toBe('processing')
    expect(await house.work.cancel(await house.read(task.id))).toMatchObject({ status: 'cancelled' })
    await begun
    expect(aborted).toHaveBeenCalledTimes(1)
    expect(cancel).not.toHaveBeenCalled() // there is nothing at a vendor
    expect(await house.read(task.id)).toMatchObject({ status: 'cancelled' })
    expect(await house.available()).toBe(CREDIT)
  })
})

describe('the account of a running task', () => {
  const submit: Provider['submit'] = async () => HANDLE

  it('that the vendor revokes does not cost the task its work: it goes on once the account is mended', async () => {
    let isRevoked = true
    const poll: Provider['poll'] = async () => {
      if (isRevoked) throw new PolyphonyError('account_refused', 'no such key', { lacks: 'credential' })
      return { status: 'completed', result: TEXT }
    }
    const { house, id } = await withAccount({ submit, poll })
    await using _ = house
    const task = await processing(house)
    await house.work.carryOn(task)
    const after = await house.read(task.id)
    expect(after).toMatchObject({ status: 'processing', handle: { id: 'g_1' }, account: id, logs: [] })
    expect(after.dueAt).toBeGreaterThan(house.clock.now())
    expect(healthOf(house, id)).toMatchObject({ state: 'expired_credential' })
    isRevoked = false
    house.clock.advance(MINUTE_MS)
    await carryOn(house)
    expect(await house.read(task.id)).toMatchObject({ status: 'completed' })
  })

  it('that asks for time is asked again when that is over', async () => {
    const { house } = await withAccount({ submit, poll: throwing('account_busy', { retryAfterSeconds: 90 }) })
    await using _ = house
    const task = await processing(house)
    await house.work.carryOn(task)
    const { status, dueAt } = await house.read(task.id)
    expect({ status, waitMs: dueAt - house.clock.now() }).toEqual({ status: 'processing', waitMs: 90_000 })
  })

  it('whose credential cannot be read keeps it until its time is over, and its result may still come', async () => {
    const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
    const { house, id } = await withAccount({ submit, poll })
    await using _ = house
    const task = await processing(house)
    const record = healthOf(house, id)
    await house.store.changeAccount({ id, version: record?.version ?? 0, set: { sealed: 'v1.00000000.AAAA' } })
    await house.accounts.refresh()
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
    house.clock.advance(LYRICS_TIMEOUT_MS)
    await carryOn(house)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(poll).not.toHaveBeenCalled()
    house.clock.advance(5 * MINUTE_MS)
    expect(await house.late()).toMatchObject([{ id: task.id }])
  })

  it('that is gone fails it, and gives the hold back', async () => {
    const { house, id } = await withAccount({ submit, poll: async () => ({ status: 'processing' }) })
    await using _ = house
    const task = await processing(house)
    const records = await house.store.listAccounts({})
    const without: Store['listAccounts'] = async () => records.filter((one) => one.id !== id)
    const spy = vi.spyOn(house.store, 'listAccounts').mockImplementation(without)
    await house.accounts.refresh()
    spy.mockRestore()
    await house.work.carryOn(task)
    expect(await house.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'no_provider' } })
    expect(await house.available()).toBe(CREDIT)
  })

  it('is no better for answers about what it has, and no worse for one that breaks off', async () => {
    const answers: Provider['poll'][] = [throwing('vendor_unreachable'), throwing('vendor_unreachable')]
    const poll: Provider['poll'] = (...args) => (answers.shift() ?? (async () => ({ status: 'processing' })))(...args)
    const { house, id } = await withAccount({ submit, poll })
    await using _ = house
    await house.work.carryOn(await processing(house))
    house.clock.advance(10 * SECOND_MS)
    await carryOn(house)
    expect(healthOf(house, id)).toMatchObject({ state: 'connected', troubles: 2 })
    house.clock.advance(10 * SECOND_MS)
    await carryOn(house)
    expect(healthOf(house, id)).toMatchObject({ state: 'connected', troubles: 0 })
    await house.accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: HOUR_MS })
    house.clock.advance(10 * SECOND_MS)
    await carryOn(house)
    expect(healthOf(house, id)).toMatchObject({ state: 'limited' })
  })

  it('counts the tasks in a row that moderation refuses, whenever it does, until one is delivered', async () => {
    const ends: (() => ReturnType<NonNullable<Provider['poll']>>)[] = [
      async () => ({ status: 'failed', reason: 'not this', isModerated: true }),
      throwing('content_moderated'),
      async () => ({ status: 'failed', reason: 'no memory left' }),
    ]
    const { house, id } = await withAccount({
      submit,
      poll: () => (ends.shift() ?? (async () => ({ status: 'completed', result: TEXT })))(),
    })
    await using _ = house
    const strikes: (number | undefined)[] = []
    for (let n = 0; n < 4; n++) {
      await house.work.carryOn(await processing(house))
      strikes.push(healthOf(house, id)?.strikes)
    }
    // Each was taken at first, which says nothing about its content; what failed for another reason says nothing either.
    expect(strikes).toEqual([1, 2, 2, 0])
  })
})

describe('what a result costs', () => {
  it.each([
    [1, undefined, LYRICS_PRICE],
    [0.5, undefined, LYRICS_PRICE / 2],
    [0.33, 5_001, Math.ceil(5_001 * 0.33)],
    [0, undefined, 0],
    [1, 2 * LYRICS_PRICE, LYRICS_PRICE],
  ])('on an account of factor %d, with a cost of %o, is %i points', async (priceFactor, cost, consumedPoints) => {
    const result: Result = cost === undefined ? TEXT : { ...TEXT, consumedPoints: points(cost) }
    const { house } = await withAccount(
      { submit: async () => HANDLE, poll: async () => ({ status: 'completed', result }) },
      { given: { priceFactor } },
    )
    await using _ = house
    await house.work.carryOn(await processing(house))
    const held = priceFactor === 0 ? 0 : LYRICS_PRICE // where nothing that may get it costs anything, nothing is held
    const [task] = await house.tasks.list({ limit: 1 }, house.caller)
    expect(task).toMatchObject({ status: 'completed', pricePoints: held, consumedPoints })
    expect(await house.available()).toBe(CREDIT - consumedPoints)
    expect(await house.store.reconcile({})).toEqual([])
  })
})

describe('sizes and lengths in a result', () => {
  async function outputOf(measure: boolean): Promise<unknown> {
    const content = await (sampleFiles['image/png']?.() ?? Promise.reject(new Error('No sample.')))
    const output = { images: [{ file: 'file:a', widthPx: 1_024, heightPx: 1_024 }], widthPx: 7 }
    const result: Result = { output, files: [{ key: 'a', content }], measure }
    await using house = await openHouse({ submit: async () => ({ result }) })
    const task = await house.claimed()
    await house.work.begin(task)
    return (await house.read(task.id)).output
  }

  it('are those of the files, where the provider can only say what was asked for', async () => {
    const { width, height } = await sharp(await sampleFiles['image/png']?.()).metadata()
    expect(await outputOf(true)).toMatchObject({ images: [{ widthPx: width, heightPx: height }], widthPx: 7 })
    expect(width).not.toBe(1_024)
  })

  it('are the provider’s own where it knows them', async () => {
    expect(await outputOf(false)).toMatchObject({ images: [{ widthPx: 1_024, heightPx: 1_024 }] })
  })
})
