import { expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Provider, Result } from '../../providers/provider.ts'
import { hear } from '../../store/contract/moves.ts'
import { CREDIT, type Harness, LEASE_MS, LYRICS_PRICE, LYRICS_TIMEOUT_MS } from '../harness.testing.ts'
import {
  carryOnDue,
  checkLateDue,
  HANDLE,
  openWithAccount,
  song,
  TEXT,
  throwing,
  useSharedStore,
} from '../steps.testing.ts'

const openHarness = useSharedStore()

async function lost(provider: Partial<Provider>): Promise<{ harness: Harness; id: string }> {
  const harness = await openHarness({ submit: throwing('vendor_silent'), ...provider })
  const task = await harness.claimed()
  await harness.work.begin(task)
  const { status, dueAt } = await harness.read(task.id)
  expect(status).toBe('uncertain')
  harness.clock.advance(dueAt - harness.clock.now())
  const [due] = await harness.due()
  if (!due) throw new Error('The task is not due.')
  await harness.work.carryOn(due)
  return { harness, id: task.id }
}

const receive: NonNullable<Provider['receive']> = async () => ({})
const poll: Provider['poll'] = async () => ({ status: 'completed', result: TEXT })

async function loseAnswer(harness: Harness): Promise<string> {
  const task = await harness.claimed()
  await harness.work.begin(task)
  harness.clock.advance(2 * SECOND_MS)
  await carryOnDue(harness)
  return task.id
}

it('goes on with the work when the provider finds the call whose answer was lost', async () => {
  const submit = vi.fn(throwing('vendor_silent'))
  const { harness, id } = await lost({ submit, reconcile: async () => HANDLE })
  await using _ = harness
  expect(await harness.read(id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  expect(submit).toHaveBeenCalledTimes(1)
})

it('puts a task back into the queue when the provider has no trace of its call', async () => {
  const { harness, id } = await lost({ reconcile: async () => 'absent' })
  await using _ = harness
  expect(await harness.read(id)).toMatchObject({ status: 'pending', account: null })
  expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
})

it('asks again later when the provider does not know yet what became of a call', async () => {
  const { harness, id } = await lost({ reconcile: async () => 'unknown' })
  await using _ = harness
  const task = await harness.read(id)
  expect(task.status).toBe('uncertain')
  expect(task.dueAt).toBeGreaterThan(harness.clock.now())
})

it('asks a provider whose list lags no sooner than its list can be trusted', async () => {
  const reconcile = vi.fn(async () => 'absent' as const)
  const provider = { submit: throwing('vendor_silent'), reconcile, missesCallsForMs: 2 * LEASE_MS }
  await using harness = await openHarness(provider)
  const lostAnswer = await harness.claimed()
  await harness.work.begin(lostAnswer)
  const interrupted = await harness.claimed()
  await harness.moves.move(interrupted, { kind: 'called', leaseMs: LEASE_MS })
  harness.clock.advance(LEASE_MS)
  await carryOnDue(harness)
  for (const { id } of [lostAnswer, interrupted]) expect(await harness.read(id)).toMatchObject({ status: 'uncertain' })
  expect(reconcile).not.toHaveBeenCalled()
  harness.clock.advance(LEASE_MS)
  await carryOnDue(harness)
  for (const { id } of [lostAnswer, interrupted]) expect(await harness.read(id)).toMatchObject({ status: 'pending' })
})

it('leaves a task uncertain while the provider cannot be asked', async () => {
  const { harness, id } = await lost({ reconcile: throwing('vendor_unreachable') })
  await using _ = harness
  const task = await harness.read(id)
  expect(task.status).toBe('uncertain')
  expect(task.dueAt).toBeGreaterThan(harness.clock.now())
})

it.each<[string, Partial<Provider>]>([
  ['of any work', {}],
  ['of work of its kind', { reconcile: async () => 'unknowable' }],
])(
  'fails a task whose answer is lost at a provider that cannot be asked %s, and charges nothing',
  async (_of, provider) => {
    const { harness, id } = await lost(provider)
    await using _ = harness
    expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code: 'vendor_silent' } })
    expect(await harness.available()).toBe(CREDIT)
  },
)

it('fails a task at its deadline when its answer stayed lost', async () => {
  const { harness, id } = await lost({ reconcile: async () => 'unknown' })
  await using _ = harness
  harness.clock.advance(LYRICS_TIMEOUT_MS)
  const [due] = await harness.due()
  if (due) await harness.work.carryOn(due)
  expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(await harness.available()).toBe(CREDIT)
})

it('reconciles a task whose process ended in the middle of its call, and does not submit it again', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  const reconcile = vi.fn(async () => HANDLE)
  await using harness = await openHarness({ submit, reconcile })
  const task = await harness.claimed()
  await harness.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
  harness.clock.advance(LEASE_MS)
  const [due] = await harness.due()
  if (!due) throw new Error('The task is not due.')
  expect(due).toMatchObject({ id: task.id, status: 'submitting', claim: task.claim + 1 })
  await harness.work.carryOn(due)
  expect(submit).not.toHaveBeenCalled()
  expect(reconcile).toHaveBeenCalledTimes(1)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
})

it('begins a task again at once when its process ended before the call', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  // Only the vendor could tell of a call, and there was none.
  await using harness = await openHarness({ submit, receive: async () => ({}) }, { isReachable: true })
  const task = await harness.claimed()
  harness.clock.advance(LEASE_MS)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'pending', misses: 0 })
  const [again] = await harness.claim()
  if (!again) throw new Error('The task does not wait.')
  await harness.work.begin(again)
  expect(submit).toHaveBeenCalledTimes(1)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', attempts: 2 })
})

it.each([
  ['before its call', false, 'internal'],
  ['in the middle of it', true, 'vendor_silent'],
])(
  'counts no miss when a process ended %s, and gives the task up when that happened too often',
  async (_when, isCalled, code) => {
    await using harness = await openHarness({ reconcile: async () => 'absent' })
    const { id } = await harness.submit()
    for (let attempt = 1; attempt <= 10; attempt++) {
      const [task] = await harness.claim()
      if (!task) throw new Error('The task does not wait.')
      expect(task).toMatchObject({ id, attempts: attempt, misses: 0 })
      if (isCalled) await harness.moves.move(task, { kind: 'called', leaseMs: LEASE_MS })
      harness.clock.advance(LEASE_MS)
      await carryOnDue(harness)
    }
    expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code }, misses: 0 })
    expect(await harness.available()).toBe(CREDIT)
  },
)

it('begins a task again whose process ended, although accounts had turned it away more often than processes may end', async () => {
  const { harness } = await openWithAccount(openHarness, {
    submit: throwing('account_busy', { retryAfterSeconds: 60 }),
  })
  await using _ = harness
  const { id } = await harness.submit()
  for (let attempt = 1; attempt <= 12; attempt++) {
    const [task] = await harness.claim()
    if (!task) throw new Error('The task does not wait.')
    if (attempt < 12) await harness.work.begin(task)
    harness.clock.advance(MINUTE_MS)
  }
  await carryOnDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'pending', attempts: 12, error: null })
})

it('writes nothing and drops the files when a process comes back after its lease was lost', async () => {
  const answer = Promise.withResolvers<Result>()
  const called = Promise.withResolvers<void>()
  await using harness = await openHarness({
    async submit() {
      called.resolve()
      return { result: await answer.promise }
    },
    reconcile: async () => HANDLE,
  })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await called.promise
  harness.clock.advance(LEASE_MS)
  const [due] = await harness.due()
  if (!due) throw new Error('The task is not due.')
  await harness.work.carryOn(due)
  answer.resolve(await song())
  await begun
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' }, claim: due.claim })
  expect(await harness.files()).toEqual([])
  expect(await harness.available()).toBe(CREDIT - LYRICS_PRICE)
})

it('waits until the deadline for a callback that names the work, and does not submit the task again', async () => {
  const submit = vi.fn(throwing('vendor_silent'))
  await using harness = await openHarness({ submit, receive, poll }, { isReachable: true })
  const id = await loseAnswer(harness)
  const task = await harness.read(id)
  expect(task).toMatchObject({ status: 'uncertain', dueAt: task.deadlineAt })
  harness.clock.advance(MINUTE_MS)
  await hear(harness.store, { id, handle: null, now: harness.clock.now() }) // a call that does not name the work
  await carryOnDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'uncertain', logs: task.logs })
  await hear(harness.store, { id, handle: { id: 'g_1' }, now: harness.clock.now() })
  await carryOnDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'completed', consumedPoints: LYRICS_PRICE })
  expect(submit).toHaveBeenCalledTimes(1)
})

it('finds the work by a callback that came before the answer was lost', async () => {
  const called = Promise.withResolvers<void>()
  const lose = Promise.withResolvers<never>()
  const submit: Provider['submit'] = () => {
    called.resolve()
    return lose.promise
  }
  await using harness = await openHarness({ submit, receive, poll }, { isReachable: true })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await called.promise
  await hear(harness.store, { id: task.id, handle: { id: 'g_1' }, now: harness.clock.now() })
  lose.reject(new PolyphonyError('vendor_silent', 'The call broke off.'))
  await begun
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
})

it('fails a task without a callback at its deadline, and delivers its result when the callback comes later', async () => {
  await using harness = await openHarness({ submit: throwing('vendor_silent'), receive, poll }, { isReachable: true })
  const id = await loseAnswer(harness)
  harness.clock.advance(LYRICS_TIMEOUT_MS)
  await carryOnDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code: 'timed_out' } })
  expect(await harness.available()).toBe(CREDIT)
  harness.clock.advance(10 * MINUTE_MS)
  await checkLateDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'failed' })
  await hear(harness.store, { id, handle: { id: 'g_1' }, now: harness.clock.now() })
  await checkLateDue(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'completed', output: TEXT.output, consumedPoints: 0 })
  expect(await harness.available()).toBe(CREDIT)
  expect(await harness.store.reconcile({})).toEqual([])
})

it.each([
  ['the gateway cannot be reached', { receive }, { isReachable: false }],
  ['the vendor does not call', {}, { isReachable: true }],
])('fails a lost call at once where %s', async (_title, provider, options) => {
  await using harness = await openHarness({ submit: throwing('vendor_silent'), poll, ...provider }, options)
  const id = await loseAnswer(harness)
  expect(await harness.read(id)).toMatchObject({ status: 'failed', error: { code: 'vendor_silent' } })
  harness.clock.advance(HOUR_MS)
  expect(await harness.late()).toEqual([])
  expect(await harness.available()).toBe(CREDIT)
})
