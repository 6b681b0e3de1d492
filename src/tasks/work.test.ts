import { expect, it, vi } from 'vitest'
import type { Provider } from '../providers/provider.ts'
import { ANOTHER, LEASE_MS, LYRICS_PRICE } from './harness.testing.ts'
import { carryOnDue, HANDLE, processing, TEXT, useSharedStore } from './steps.testing.ts'

const openHarness = useSharedStore()

it('leaves tasks whose webhooks cannot be rendered as they are, also at their deadline, and delivers them when they can', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'completed', result: TEXT }))
  const cancel = vi.fn(async () => {})
  let isGone = false
  const webhooksReady = () => (isGone ? Promise.reject(new Error('Cannot find the module.')) : undefined)
  await using harness = await openHarness({ submit, poll, cancel }, { webhooksReady })
  const atVendor = await processing(harness)
  const waiting = await harness.claimed()
  isGone = true
  await harness.work.carryOn(atVendor)
  await harness.work.begin(waiting)
  expect(await harness.read(atVendor.id)).toEqual(atVendor)
  expect(await harness.read(waiting.id)).toEqual(waiting)
  harness.clock.advance(atVendor.deadlineAt - harness.clock.now())
  await carryOnDue(harness)
  expect(await harness.read(atVendor.id)).toMatchObject({ status: 'processing', logs: [] })
  expect([submit, poll, cancel].map((call) => call.mock.calls.length)).toEqual([1, 0, 0])
  isGone = false
  // The heartbeat of the process gives back what it has not in hand.
  harness.clock.advance(2 * LEASE_MS)
  const now = harness.clock.now()
  await harness.store.renewLeases({ leases: [], leaseMs: LEASE_MS, holder: ANOTHER, now })
  await carryOnDue(harness)
  const delivered = await harness.read(atVendor.id)
  expect(delivered).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
})

it('leaves a failed task watched for its late result while its webhooks cannot be rendered', async () => {
  const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing', pollAfterMs: 1_000 }))
  let isGone = false
  const webhooksReady = () => (isGone ? Promise.reject(new Error('Cannot find the module.')) : undefined)
  await using harness = await openHarness({ submit: async () => HANDLE, poll }, { webhooksReady })
  const task = await processing(harness)
  harness.clock.advance(task.deadlineAt - harness.clock.now())
  await harness.work.carryOn(task)
  const failed = await harness.read(task.id)
  expect(failed).toMatchObject({ status: 'failed', isWatched: true })
  isGone = true
  await harness.work.checkLateResult(failed, undefined, AbortSignal.timeout(10_000))
  expect(await harness.read(task.id)).toEqual(failed)
  expect(poll).toHaveBeenCalledTimes(1)
})
