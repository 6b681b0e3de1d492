import { describe, expect, it, vi } from 'vitest'
import { PolyphonyError } from '../../core/errors.ts'
import { ZERO_POINTS } from '../../core/points.ts'
import type { Provider, Result, Submitted } from '../../providers/provider.ts'
import { settle } from '../../store/contract/moves.ts'
import { CREDIT, LYRICS_PRICE } from '../harness.testing.ts'
import { carryOnDue, HANDLE, processing, song, TEXT, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE
const poll: NonNullable<Provider['poll']> = async () => ({ status: 'processing', pollAfterMs: 1_000 })

it('ends running work at the provider, gives the hold back and records the attempt as cancelled', async () => {
  const cancel = vi.fn(async () => {})
  await using harness = await openHarness({ submit, poll, cancel })
  const task = await processing(harness)
  expect(await harness.work.cancel(task)).toMatchObject({ status: 'cancelled' })
  expect(cancel).toHaveBeenCalledWith(
    { id: 'g_1' },
    expect.objectContaining({ id: harness.account }),
    expect.anything(),
    expect.objectContaining({ taskId: task.id }),
  )
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', logs: ['cancelled while it ran'] })
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.listAttempts({ taskId: task.id })).toMatchObject([{ outcome: 'cancelled' }])
  // A poll at this moment writes nothing.
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled' })
  expect(await harness.store.reconcile({})).toEqual([])
})

it.each<[string, Partial<Provider>]>([
  ['whose provider cannot', {}],
  ['whose provider does not do it this time', { cancel: throwing('vendor_refused') }],
])('changes nothing when %s', async (_title, provider) => {
  await using harness = await openHarness({ submit, poll, ...provider })
  const task = await processing(harness)
  expect(await harness.work.cancel(task)).toBeUndefined()
  expect(await harness.read(task.id)).toEqual(task)
})

it('comes too late for work that has just ended', async () => {
  const cancel = async (): Promise<void> => {
    await carryOnDue(harness)
  }
  let isDone = false
  await using harness = await openHarness({
    submit,
    cancel,
    poll: async () => (isDone ? { status: 'completed', result: TEXT } : { status: 'processing', pollAfterMs: 1 }),
  })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  harness.clock.advance(1)
  isDone = true
  expect(await harness.work.cancel(await harness.read(task.id))).toBeUndefined()
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
})

it('comes before a report that the work has failed, by which the provider tells that it was cancelled', async () => {
  const reported = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  let isCancelled = false
  await using harness = await openHarness({
    submit,
    cancel: () => {
      isCancelled = true
      reported.resolve()
      return answer.promise
    },
    poll: async () =>
      isCancelled ? { status: 'failed', reason: 'It was cancelled.' } : { status: 'processing', pollAfterMs: 1 },
  })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  harness.clock.advance(1)
  const cancelled = harness.work.cancel(await harness.read(task.id))
  await reported.promise
  const polled = carryOnDue(harness)
  answer.resolve()
  expect(await cancelled).toMatchObject({ status: 'cancelled' })
  await polled
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', error: null })
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.reconcile({})).toEqual([])
})

it('ends a task at once that was taken for an account and not sent yet, and sends nothing', async () => {
  const submit = vi.fn(async () => HANDLE)
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  expect(await harness.work.cancel(task)).toMatchObject({ status: 'cancelled', logs: ['a cancel was requested'] })
  await harness.work.begin(task)
  expect(submit).not.toHaveBeenCalled()
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', consumedPoints: 0 })
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.reconcile({})).toEqual([])
})

describe('a cancel while the vendor is being called', () => {
  /** A vendor that answers when the test says so. */
  async function handingOver(provider: Partial<Provider>) {
    const called = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Submitted>()
    const slow: Provider['submit'] = () => {
      called.resolve()
      return answer.promise
    }
    const harness = await openHarness({ submit: slow, poll, ...provider })
    const task = await harness.claimed()
    const begun = harness.work.begin(task)
    await called.promise
    return { harness, task, answer, begun }
  }

  it('waits for the answer, and is carried out when that names the work', async () => {
    const cancel = vi.fn(async () => {})
    const { harness, task, answer, begun } = await handingOver({ cancel })
    await using _ = harness
    const requested = await harness.work.cancel(task)
    expect(requested).toMatchObject({ status: 'submitting', cancelRequestedAt: harness.clock.now() })
    expect(await harness.work.cancel(task)).toEqual(requested)
    expect(cancel).not.toHaveBeenCalled()
    answer.resolve(HANDLE)
    await begun
    await carryOnDue(harness)
    expect(cancel).toHaveBeenCalledTimes(1)
    expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', cancelRequestedAt: null })
    expect(await harness.available()).toBe(CREDIT)
    expect(await harness.store.reconcile({})).toEqual([])
  })

  it('ends the task when the vendor turns it away, which is not tried again', async () => {
    const { harness, task, answer, begun } = await handingOver({})
    await using _ = harness
    await harness.work.cancel(task)
    answer.reject(new PolyphonyError('account_busy', 'Too much at once.'))
    await begun
    expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', consumedPoints: 0 })
    expect(await harness.store.listAttempts({ taskId: task.id })).toMatchObject([{ outcome: 'turned_away' }])
    expect(await harness.available()).toBe(CREDIT)
    expect(await harness.store.reconcile({})).toEqual([])
  })

  it.each<[string, Partial<Provider>]>([
    ['cannot cancel', {}],
    ['does not cancel it this time', { cancel: throwing('vendor_refused') }],
  ])('lets work go on, and charges it, that a vendor has which %s', async (_title, provider) => {
    const done: NonNullable<Provider['poll']> = async () => ({ status: 'completed', result: TEXT })
    const { harness, task, answer, begun } = await handingOver({ ...provider, poll: done })
    await using _ = harness
    await harness.work.cancel(task)
    answer.resolve(HANDLE)
    await begun
    await carryOnDue(harness)
    const ended = await harness.read(task.id)
    expect(ended).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE, cancelRequestedAt: null })
    expect(ended.logs.join()).toContain('the provider has the work and does not end it')
    expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
    expect(await harness.store.reconcile({})).toEqual([])
  })

  it('delivers and charges what the vendor answers with at once', async () => {
    const { harness, task, answer, begun } = await handingOver({})
    await using _ = harness
    await harness.work.cancel(task)
    answer.resolve({ result: TEXT })
    await begun
    expect(await harness.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
  })

  it('is tried again at the next poll when the vendor cannot be reached', async () => {
    const answers = [throwing('vendor_unreachable'), async () => {}]
    const cancel: Provider['cancel'] = async () => (answers.shift() ?? (async () => {}))()
    const { harness, task, answer, begun } = await handingOver({ cancel })
    await using _ = harness
    await harness.work.cancel(task)
    answer.resolve(HANDLE)
    await begun
    await carryOnDue(harness)
    expect(await harness.read(task.id)).toMatchObject({ status: 'processing', cancelRequestedAt: expect.any(Number) })
    harness.clock.advance(1_000)
    await carryOnDue(harness)
    expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled' })
  })

  it('is carried out when a lost call is found again, and ends the task when there is no trace of it', async () => {
    for (const found of [HANDLE, 'absent' as const]) {
      const cancel = vi.fn(async () => {})
      const { harness, task, answer, begun } = await handingOver({ cancel, reconcile: async () => found })
      await using _ = harness
      answer.reject(new PolyphonyError('vendor_silent', 'The call broke off.'))
      await begun
      expect(await harness.work.cancel(task)).toMatchObject({ status: 'uncertain' })
      for (let looks = 0; looks < 2; looks++) {
        harness.clock.advance(10_000)
        await carryOnDue(harness)
      }
      expect(cancel).toHaveBeenCalledTimes(found === 'absent' ? 0 : 1)
      expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', attempts: 1 })
      expect(await harness.available()).toBe(CREDIT)
    }
  })
})

it('ends work that runs in this process', async () => {
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
  await using harness = await openHarness({ submit: work, cancel })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await called.promise
  await expect.poll(async () => (await harness.read(task.id)).status).toBe('processing')
  expect(await harness.work.cancel(await harness.read(task.id))).toMatchObject({ status: 'cancelled' })
  await begun
  expect(aborted).toHaveBeenCalledTimes(1)
  expect(cancel).not.toHaveBeenCalled() // there is nothing at a vendor
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled' })
  expect(await harness.available()).toBe(CREDIT)
})

it('drops a result and its files when the task was cancelled during the call, and takes nothing', async () => {
  const answer = Promise.withResolvers<Result>()
  await using harness = await openHarness({ submit: async () => ({ result: await answer.promise }) })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await settle(harness.store, {
    id: task.id,
    claim: null,
    to: 'cancelled',
    consumedPoints: ZERO_POINTS,
    output: null,
    error: null,
    logs: [],
    assets: [],
    deliveries: [],
    now: harness.clock.now(),
  })
  answer.resolve(await song())
  await begun
  expect(await harness.read(task.id)).toMatchObject({ status: 'cancelled', output: null })
  expect(await harness.files()).toEqual([])
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.reconcile({})).toEqual([])
})
