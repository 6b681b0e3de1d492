import { expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/clock.ts'
import type { Provider, Result } from '../../providers/provider.ts'
import { CREDIT, type Harness, LEASE_MS, LYRICS_TIMEOUT_MS } from '../harness.testing.ts'
import { checkLateDue, HANDLE, openWithAccount, processing, song, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE
const FIRST_LOOK_MS = 5 * MINUTE_MS

/** A task that ran out of time while the provider worked on it. */
async function outOfTime(harness: Harness): Promise<string> {
  const task = await processing(harness)
  harness.clock.advance(LYRICS_TIMEOUT_MS)
  await harness.work.carryOn(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  return task.id
}

/** At the deadline the provider is asked once more, and still works; what comes later is as given. */
function late(poll: NonNullable<Provider['poll']>): NonNullable<Provider['poll']> {
  let isLastLook = true
  return async (...args) => {
    if (!isLastLook) return poll(...args)
    isLastLook = false
    return { status: 'processing' }
  }
}

it('delivers a late result with its files, and keeps the refund', async () => {
  await using harness = await openHarness({
    submit,
    poll: late(async () => ({ status: 'completed', result: await song(), handle: { id: 'g_1', parts: 2 } })),
  })
  const id = await outOfTime(harness)
  expect(await harness.available()).toBe(CREDIT)
  harness.clock.advance(FIRST_LOOK_MS - 1)
  expect(await harness.late()).toEqual([])
  harness.clock.advance(1)
  await checkLateDue(harness)
  const [file] = await harness.files()
  expect(await harness.read(id)).toMatchObject({
    status: 'completed',
    error: null,
    output: { clips: [{ audio: `asset:${file}` }] },
    handle: { id: 'g_1', parts: 2 },
    consumedPoints: 0,
    endedAt: harness.clock.now(),
  })
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.reconcile({})).toEqual([])
})

it('checks again while the work goes on or the vendor does not answer, and stops once the work failed', async () => {
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
  await using harness = await openHarness({ submit, poll: late(poll) })
  const id = await outOfTime(harness)
  for (let look = 1; look <= 5; look++) {
    harness.clock.advance(FIRST_LOOK_MS)
    await checkLateDue(harness)
  }
  expect(poll).toHaveBeenCalledTimes(3)
  expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
})

it('checks for a late result during one day', async () => {
  const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
  await using harness = await openHarness({ submit, poll: late(poll) })
  await outOfTime(harness)
  harness.clock.advance(24 * HOUR_MS - 1)
  await checkLateDue(harness)
  expect(poll).toHaveBeenCalledTimes(1)
  harness.clock.advance(FIRST_LOOK_MS)
  await checkLateDue(harness)
  harness.clock.advance(24 * HOUR_MS)
  expect(await harness.late()).toEqual([])
  expect(poll).toHaveBeenCalledTimes(1)
})

it('lets one process at a time check a task, however long the copying takes', async () => {
  const reading = Promise.withResolvers<void>()
  const bytes = Promise.withResolvers<Uint8Array>()
  const read = vi.fn(() => {
    reading.resolve()
    return bytes.promise
  })
  const result: Result = { output: { file: 'file:a' }, files: [{ key: 'a', content: { read } }] }
  await using harness = await openHarness({ submit, poll: late(async () => ({ status: 'completed', result })) })
  const id = await outOfTime(harness)
  harness.clock.advance(FIRST_LOOK_MS)
  const looking = checkLateDue(harness)
  await reading.promise
  harness.clock.advance(5 * LEASE_MS)
  await harness.leases.renew()
  expect(await harness.late('a third process')).toEqual([])
  bytes.resolve((await song()).files[0]?.content as Uint8Array) // as `song` made it
  await looking
  expect(await harness.read(id)).toMatchObject({ status: 'completed' })
  expect(read).toHaveBeenCalledTimes(1)
})

it('leaves a check to the next process when this one stops in the middle of it', async () => {
  const asked = Promise.withResolvers<void>()
  const poll: Provider['poll'] = (_handle, _account, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      asked.resolve()
    })
  await using harness = await openHarness({ submit, poll: late(poll) })
  await outOfTime(harness)
  harness.clock.advance(FIRST_LOOK_MS)
  const [task] = await harness.late()
  if (!task) throw new Error('The task is not watched.')
  const stopping = new AbortController()
  const looking = harness.work.checkLateResult(task, undefined, stopping.signal)
  await asked.promise
  stopping.abort()
  await looking
  expect(await harness.late()).toMatchObject([{ id: task.id }])
})

it('keeps no file of a late result that another check delivered', async () => {
  const poll: Provider['poll'] = async () => ({ status: 'completed', result: await song() })
  await using harness = await openHarness({ submit, poll: late(poll) })
  const id = await outOfTime(harness)
  harness.clock.advance(FIRST_LOOK_MS)
  const [task] = await harness.late()
  if (!task) throw new Error('The task is not watched.')
  const signal = AbortSignal.timeout(10_000)
  await Promise.all([
    harness.work.checkLateResult(task, undefined, signal),
    harness.work.checkLateResult(task, undefined, signal),
  ])
  expect(await harness.read(id)).toMatchObject({ status: 'completed' })
  expect(await harness.files()).toHaveLength(1)
})

it('waits for a late result while its account is misconfigured, and stops once the account is removed', async () => {
  const poll = vi.fn<NonNullable<Provider['poll']>>(async () => ({ status: 'processing' }))
  const { harness, id } = await openWithAccount(openHarness, { submit, poll: late(poll) })
  await using _ = harness
  await outOfTime(harness)
  const { version, sealed } = (await harness.store.listAccounts({})).find((one) => one.id === id) ?? {}
  if (version === undefined || !sealed) throw new Error('The account is gone.')
  await harness.store.changeAccount({ id, version, set: { sealed: 'v1.00000000.AAAA' } })
  await harness.accounts.refresh()
  harness.clock.advance(FIRST_LOOK_MS)
  await checkLateDue(harness)
  expect(poll).not.toHaveBeenCalled()
  await harness.store.changeAccount({ id, version: version + 1, set: { sealed } })
  await harness.accounts.refresh()
  harness.clock.advance(FIRST_LOOK_MS)
  await checkLateDue(harness)
  expect(poll).toHaveBeenCalledTimes(1)
  await harness.store.removeAccount({ id })
  await harness.accounts.refresh()
  harness.clock.advance(FIRST_LOOK_MS)
  await checkLateDue(harness)
  harness.clock.advance(FIRST_LOOK_MS)
  expect(await harness.late()).toEqual([])
})

it('does not watch a task whose work the provider has cancelled', async () => {
  const cancel = vi.fn(async () => {})
  await using harness = await openHarness({ submit, poll: async () => ({ status: 'processing' }), cancel })
  await outOfTime(harness)
  expect(cancel).toHaveBeenCalledTimes(1)
  harness.clock.advance(24 * HOUR_MS)
  expect(await harness.late()).toEqual([])
})
