import { expect, it, vi } from 'vitest'
import { ZERO_POINTS } from '../../core/points.ts'
import type { Provider, Result } from '../../providers/provider.ts'
import { settle } from '../../store/contract/moves.ts'
import { CREDIT, LYRICS_PRICE } from '../harness.testing.ts'
import { carryOnDue, HANDLE, processing, song, TEXT, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE
const poll: Provider['poll'] = async () => ({ status: 'processing', pollAfterMs: 1_000 })

it('ends running work at the provider, gives the hold back and records the attempt as cancelled', async () => {
  const cancel = vi.fn(async () => {})
  await using harness = await openHarness({ submit, poll, cancel })
  const task = await processing(harness)
  expect(await harness.work.cancel(task)).toMatchObject({ status: 'cancelled' })
  expect(cancel).toHaveBeenCalledWith(
    { id: 'g_1' },
    expect.objectContaining({ id: harness.account }),
    expect.anything(),
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

it('does not cancel a call whose outcome is not known yet', async () => {
  const cancel = vi.fn(async () => {})
  await using harness = await openHarness({ submit: throwing('vendor_silent'), cancel, reconcile: async () => HANDLE })
  const task = await harness.claimed()
  expect(await harness.work.cancel(task)).toBeUndefined()
  await harness.work.begin(task)
  expect(await harness.work.cancel(await harness.read(task.id))).toBeUndefined()
  expect(await harness.read(task.id)).toMatchObject({ status: 'uncertain' })
  expect(cancel).not.toHaveBeenCalled()
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
