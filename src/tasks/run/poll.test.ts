import { expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Store } from '../../store/store.ts'
import { CREDIT, type Harness } from '../harness.testing.ts'
import { carryOnDue, HANDLE, openWithAccount, processing, TEXT, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE

const healthOf = (harness: Harness, id: string) => harness.accounts.find(id)?.record

it('stores the progress of a poll, which never falls, and when to poll again', async () => {
  const answers = [40, 30]
  const poll: Provider['poll'] = async () => ({
    status: 'processing',
    progress: answers.shift() ?? 0,
    pollAfterMs: 900,
  })
  await using harness = await openHarness({ submit: async () => HANDLE, poll })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ progress: 40, dueAt: harness.clock.now() + 900 })
  harness.clock.advance(900)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', progress: 40 })
})

it.each([
  [false, 450],
  [true, 900],
])('multiplies the interval of polls by the operator’s factor, but for local work (%s)', async (isLocal, ms) => {
  const local = isLocal ? { isLocal: true as const } : {}
  const poll: Provider['poll'] = async () => ({ status: 'processing', pollAfterMs: 900 })
  await using harness = await openHarness({ ...local, submit: async () => HANDLE, poll }, { pollFactor: 0.5 })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', dueAt: harness.clock.now() + ms })
})

it('completes a task when a poll brings the result', async () => {
  await using harness = await openHarness({
    submit: async () => HANDLE,
    poll: async () => ({ status: 'completed', result: TEXT }),
  })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed', output: { title: 'Fog' } })
})

it.each<[ErrorCode, string]>([
  ['vendor_unreachable', 'processing'],
  ['vendor_silent', 'processing'],
  ['payload_too_large', 'processing'], // the answer is too long, not the work
  ['vendor_refused', 'failed'],
])('after a poll that ends in %s the task is %s', async (code, status) => {
  await using harness = await openHarness({ submit: async () => HANDLE, poll: throwing(code) })
  const task = await processing(harness)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status })
})

it('keeps polling a task whose account is refused, and completes it once the account works again', async () => {
  let isRevoked = true
  const poll: Provider['poll'] = async () => {
    if (isRevoked) throw new PolyphonyError('account_refused', 'no such key', { lacks: 'credential' })
    return { status: 'completed', result: TEXT }
  }
  const { harness, id } = await openWithAccount(openHarness, { submit, poll })
  await using _ = harness
  const task = await processing(harness)
  await harness.work.carryOn(task)
  const after = await harness.read(task.id)
  expect(after).toMatchObject({ status: 'processing', handle: { id: 'g_1' }, account: id, logs: [] })
  expect(after.dueAt).toBeGreaterThan(harness.clock.now())
  expect(healthOf(harness, id)).toMatchObject({ state: 'expired_credential' })
  isRevoked = false
  harness.clock.advance(MINUTE_MS)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
})

it('polls again when the wait is over that a busy account asked for', async () => {
  const { harness } = await openWithAccount(openHarness, {
    submit,
    poll: throwing('account_busy', { retryAfterSeconds: 90 }),
  })
  await using _ = harness
  const task = await processing(harness)
  await harness.work.carryOn(task)
  const { status, dueAt } = await harness.read(task.id)
  expect({ status, waitMs: dueAt - harness.clock.now() }).toEqual({ status: 'processing', waitMs: 90_000 })
})

it.each([864_000, Number.MAX_SAFE_INTEGER])(
  'polls at the deadline when a vendor asks to wait %i s',
  async (seconds) => {
    await using harness = await openHarness({
      submit,
      poll: throwing('vendor_unreachable', { retryAfterSeconds: seconds }),
    })
    const task = await processing(harness)
    await harness.work.carryOn(task)
    expect(await harness.read(task.id)).toMatchObject({ status: 'processing', dueAt: task.deadlineAt })
  },
)

it('fails a task whose account was removed, and gives the hold back', async () => {
  const { harness, id } = await openWithAccount(openHarness, { submit, poll: async () => ({ status: 'processing' }) })
  await using _ = harness
  const task = await processing(harness)
  const records = await harness.store.listAccounts({})
  const without: Store['listAccounts'] = async () => records.filter((one) => one.id !== id)
  const spy = vi.spyOn(harness.store, 'listAccounts').mockImplementation(without)
  await harness.accounts.refresh()
  spy.mockRestore()
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'no_provider' } })
  expect(await harness.available()).toBe(CREDIT)
})
