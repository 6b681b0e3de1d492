import { expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../core/clock.ts'
import type { Provider, Result } from '../../providers/provider.ts'
import { CREDIT, type Harness, LYRICS_PRICE, LYRICS_TIMEOUT_MS } from '../harness.testing.ts'
import {
  carryOnDue,
  checkLateDue,
  HANDLE,
  openWithAccount,
  processing,
  song,
  TEXT,
  throwing,
  useSharedStore,
} from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE
/** Of real time: long enough for a call to begin before it. */
const SOON_MS = 200

const healthOf = (harness: Harness, id: string) => harness.accounts.find(id)?.record

it('ends a call at the task’s deadline', async () => {
  const aborted = Promise.withResolvers<unknown>()
  const submit: Provider['submit'] = (_job, _account, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted.resolve(signal.reason)
        reject(signal.reason)
      })
    })
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  await harness.work.begin({ ...task, deadlineAt: harness.clock.now() + SOON_MS })
  expect(await aborted.promise).toMatchObject({ message: expect.stringContaining('in time') })
  expect(await harness.read(task.id)).toMatchObject({ status: 'uncertain' })
  harness.clock.advance(2 * SOON_MS)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(await harness.available()).toBe(CREDIT)
})

it('cancels at the provider at the deadline, and gives the hold back even when that fails', async () => {
  for (const failure of [undefined, throwing('vendor_unreachable')]) {
    const cancel = vi.fn(failure ?? (async () => {}))
    await using harness = await openHarness({
      submit: async () => HANDLE,
      poll: async () => ({ status: 'processing' }),
      cancel,
    })
    const task = await processing(harness)
    harness.clock.advance(LYRICS_TIMEOUT_MS)
    await harness.work.carryOn(task)
    expect(cancel).toHaveBeenCalledWith({ id: 'g_1' }, expect.anything(), expect.anything(), expect.anything())
    expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
    expect(await harness.available()).toBe(CREDIT)
  }
})

it('delivers and charges a result that is found at the deadline', async () => {
  const poll: Provider['poll'] = async () => ({ status: 'completed', result: TEXT })
  await using harness = await openHarness({ submit, poll })
  const task = await processing(harness)
  harness.clock.advance(LYRICS_TIMEOUT_MS)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
})

it('watches a task whose deadline came while its files were copied, and cancels nothing', async () => {
  const cancel = vi.fn(async () => {})
  let isSlow = true
  const read = (signal: AbortSignal): Promise<Uint8Array> =>
    isSlow
      ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      : song().then(({ files }) => files[0]?.content as Uint8Array) // as `song` made it
  const result: Result = { output: { file: 'file:a' }, files: [{ key: 'a', content: { read } }] }
  await using harness = await openHarness({ submit, poll: async () => ({ status: 'completed', result }), cancel })
  const task = await processing(harness)
  await harness.work.carryOn({ ...task, deadlineAt: harness.clock.now() + SOON_MS })
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(cancel).not.toHaveBeenCalled()
  isSlow = false
  harness.clock.advance(5 * MINUTE_MS)
  await checkLateDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed', consumedPoints: 0 })
  expect(await harness.files()).toHaveLength(1)
})

it('cancels the work at the provider when the deadline came in the middle of a poll', async () => {
  const cancel = vi.fn(async () => {})
  let isHanging = true
  const poll: Provider['poll'] = async (_handle, _account, signal) => {
    if (!isHanging) return { status: 'processing' }
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  await using harness = await openHarness({ submit, poll, cancel })
  const task = await processing(harness)
  await harness.work.carryOn({ ...task, deadlineAt: harness.clock.now() + SOON_MS })
  isHanging = false
  harness.clock.advance(2 * SOON_MS)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(cancel).toHaveBeenCalledTimes(1)
})

it('keeps a task whose account’s credential cannot be read until the deadline, and watches it afterwards', async () => {
  const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
  const { harness, id } = await openWithAccount(openHarness, { submit, poll })
  await using _ = harness
  const task = await processing(harness)
  const record = healthOf(harness, id)
  await harness.store.changeAccount({ id, version: record?.version ?? 0, set: { sealed: 'v1.00000000.AAAA' } })
  await harness.accounts.refresh()
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  harness.clock.advance(LYRICS_TIMEOUT_MS)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(poll).not.toHaveBeenCalled()
  harness.clock.advance(5 * MINUTE_MS)
  expect(await harness.late()).toMatchObject([{ id: task.id }])
})
