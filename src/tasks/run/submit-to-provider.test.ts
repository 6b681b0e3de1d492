import { expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Job, Provider, Result } from '../../providers/provider.ts'
import type { Store } from '../../store/store.ts'
import { CREDIT, type Harness, LEASE_MS, SECRET } from '../harness.testing.ts'
import { carryOnDue, HANDLE, openWithAccount, song, TEXT, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

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

const healthOf = (harness: Harness, id: string) => harness.accounts.find(id)?.record

it('stores the handle of accepted work, and when to poll it', async () => {
  await using harness = await openHarness({ submit: async () => ({ ...HANDLE, pollAfterMs: 700 }) })
  const task = await harness.claimed()
  await harness.work.begin(task)
  const dueAt = harness.clock.now() + 700
  expect(await harness.read(task.id)).toMatchObject({
    status: 'processing',
    handle: { id: 'g_1' },
    dueAt,
    startedAt: harness.clock.now(),
  })
  expect(harness.dueAt).toEqual([dueAt])
  expect(harness.leases.count()).toBe(0)
})

it('gives the provider the task’s id as its idempotency key, and the number of the attempt', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  await harness.work.begin(task)
  const [job, account] = submit.mock.calls[0] ?? []
  expect(job).toMatchObject({
    idempotencyKey: task.id,
    taskId: task.id,
    attempt: 1,
    input: { prompt: 'fog' },
    parent: null,
  })
  expect(account?.id).toBe(harness.account)
})

it('fails the task with the provider’s reason and gives the hold back when the generation failed', async () => {
  await using harness = await openHarness({
    submit: async () => ({ failed: { reason: 'prompt blocked', detail: 'E42' } }),
  })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({
    status: 'failed',
    error: { code: 'vendor_refused', message: 'prompt blocked', detail: 'E42' },
    logs: ['E42'],
  })
  expect(await harness.available()).toBe(CREDIT)
})

it('fails a task that the vendor refuses, and gives the hold back', async () => {
  await using harness = await openHarness({ submit: throwing('vendor_refused') })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'vendor_refused' } })
  expect(await harness.available()).toBe(CREDIT)
})

it('asks the provider about a call that its adapter broke after it may have been sent', async () => {
  const submit = vi.fn<Provider['submit']>(() => Promise.reject(new TypeError('undefined is not a function')))
  await using harness = await openHarness({ submit, reconcile: async () => HANDLE })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'uncertain', error: null })
  harness.clock.advance(2_000)
  await carryOnDue(harness)
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: { id: 'g_1' } })
  expect(submit).toHaveBeenCalledTimes(1)
})

it('fails a task at once when work in this process breaks, as no vendor can have it', async () => {
  const submit = () => Promise.reject(new TypeError('undefined is not a function'))
  await using harness = await openHarness({ isLocal: true, submit })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'failed', error: { code: 'internal' } })
  expect(await harness.available()).toBe(CREDIT)
})

it('does not call the provider when the database answered after the lease, and begins the task again', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  let isSlow = true
  await using harness = await openHarness(
    { submit },
    {
      wrap: (store) => ({
        ...store,
        async applyChange(args) {
          const isApplied = await store.applyChange(args)
          if (isSlow) harness.clock.advance(LEASE_MS)
          isSlow = false
          return isApplied
        },
      }),
    },
  )
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(submit).not.toHaveBeenCalled()
  expect(await harness.read(task.id)).toMatchObject({ status: 'pending', calledAt: null, misses: 0 })
  const [again] = await harness.claim()
  if (!again) throw new Error('The task does not wait.')
  await harness.work.begin(again)
  expect(submit).toHaveBeenCalledTimes(1)
})

it('begins a task again whose call it did not make, although another process took it for one that was called', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  let isFirst = true
  await using harness = await openHarness(
    { submit, receive: async () => ({}) },
    {
      isReachable: true,
      wrap: (store) => ({
        ...store,
        async applyChange(args) {
          const isApplied = await store.applyChange(args)
          if (isFirst) {
            isFirst = false
            harness.clock.advance(LEASE_MS)
            // The other process finds the intent, and takes it that the vendor was called.
            const [found] = await harness.due()
            if (!found) throw new Error('The task is not due.')
            await harness.work.carryOn(found)
            expect(await harness.read(found.id)).toMatchObject({ status: 'uncertain' })
          }
          return isApplied
        },
      }),
    },
  )
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(submit).not.toHaveBeenCalled()
  expect(await harness.read(task.id)).toMatchObject({ status: 'pending', calledAt: null, misses: 0 })
})

it('does not call the provider for a task that another process has taken meanwhile', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  harness.clock.advance(LEASE_MS)
  expect(await harness.due()).toHaveLength(1)
  await harness.work.begin(task)
  expect(submit).not.toHaveBeenCalled()
})

it('repeats a call that never arrived, each time later, and gives up after five attempts', async () => {
  await using harness = await openHarness({ submit: throwing('vendor_unreachable') })
  const { id } = await harness.submit()
  const waits: number[] = []
  for (let attempt = 1; attempt <= 5; attempt++) {
    const [task] = await harness.claim()
    if (!task) throw new Error('The task is not back in the queue.')
    expect(task.attempts).toBe(attempt)
    await harness.work.begin(task)
    const after = await harness.read(id)
    if (attempt === 5) break
    expect(after).toMatchObject({ status: 'pending', account: null, handle: null })
    expect(await harness.claim()).toEqual([])
    waits.push(after.dueAt - harness.clock.now())
    harness.clock.advance(waits.at(-1) ?? 0)
  }
  for (const [index, wait] of waits.entries()) {
    expect(wait / (1_000 * 2 ** index)).toBeGreaterThanOrEqual(0.8)
    expect(wait / (1_000 * 2 ** index)).toBeLessThanOrEqual(1.2)
  }
  expect(await harness.read(id)).toMatchObject({ status: 'failed', attempts: 5, error: { code: 'vendor_unreachable' } })
  expect(await harness.available()).toBe(CREDIT)
})

it('begins a task as soon as our own files can be read again, however often they could not', async () => {
  let isAway = true
  await using harness = await openHarness({
    submit: async () => {
      if (isAway) throw new PolyphonyError('store_unavailable', 'The storage of files does not answer.')
      return HANDLE
    },
  })
  const { id } = await harness.submit()
  for (let attempt = 1; attempt <= 7; attempt++) {
    isAway = attempt < 7
    const [task] = await harness.claim()
    if (!task) throw new Error('The task is not back in the queue.')
    await harness.work.begin(task)
    if (isAway) expect(await harness.read(id)).toMatchObject({ status: 'pending', misses: 0 })
    harness.clock.advance(20_000)
  }
  expect(await harness.read(id)).toMatchObject({ status: 'processing', attempts: 7, misses: 0 })
})

it.each<['before' | 'after', string, Awaited<ReturnType<Provider['submit']>>]>([
  ['before', 'a handle', HANDLE],
  ['after', 'a handle', HANDLE],
  ['before', 'a result', { result: TEXT }],
  ['after', 'a result', { result: TEXT }],
])(
  'writes the answer once the database answers again, where the connection broke %s the write of %s',
  async (when, _kind, answer) => {
    const submit = vi.fn<Provider['submit']>(async () => answer)
    await using harness = await openHarness({ submit }, { wrap: failing([1, 2], when) })
    const task = await harness.claimed()
    await harness.work.begin(task)
    expect(submit).toHaveBeenCalledTimes(1)
    const status = 'handle' in answer ? 'processing' : 'completed'
    expect(await harness.read(task.id)).toMatchObject({ status, version: task.version + 2, leaseUntil: null })
  },
)

it('keeps the files of a result when the end was written although the database’s answer was lost', async () => {
  await using harness = await openHarness(
    { submit: async () => ({ result: await song() }), operations: new Set(['suno/music']) },
    { wrap: failing([1], 'after') },
  )
  const task = await harness.claimed('suno/music', { prompt: '[Verse]\nfog', mv: 'chirp-v4' })
  await harness.work.begin(task)
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
  expect(await harness.files()).toHaveLength(1)
})

it('marks local work as begun when it reports, and stores its progress', async () => {
  const answer = Promise.withResolvers<Result>()
  const jobs: Job[] = []
  const submit: Provider['submit'] = async (job) => {
    jobs.push(job)
    job.report(0)
    return { result: await answer.promise }
  }
  await using harness = await openHarness({ isLocal: true, submit })
  const task = await harness.claimed()
  const changed = Promise.withResolvers<void>()
  harness.store.onSignal((signal) => {
    if (signal.kind === 'task') changed.resolve()
  })
  const begun = harness.work.begin(task)
  await changed.promise
  expect(await harness.read(task.id)).toMatchObject({ status: 'processing', handle: null })
  expect(harness.leases.count()).toBe(1)
  answer.resolve(TEXT)
  await begun
  expect(await harness.read(task.id)).toMatchObject({ status: 'completed' })
  expect(harness.leases.count()).toBe(0)
})

it('aborts work that is dropped at a stop, and leaves its row as it is', async () => {
  const called = Promise.withResolvers<void>()
  const submit: Provider['submit'] = (_job, _account, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      called.resolve()
    })
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await called.promise
  await harness.leases.dropAll()
  await begun
  expect(await harness.read(task.id)).toMatchObject({ status: 'submitting', error: null })
})

it('does not call the provider once the lease is gone', async () => {
  const submit = vi.fn<Provider['submit']>(async () => HANDLE)
  await using harness = await openHarness({ submit })
  const task = await harness.claimed()
  const begun = harness.work.begin(task)
  await harness.leases.dropAll()
  await begun
  expect(submit).not.toHaveBeenCalled()
})

it.each([
  ['account_busy', 'limited', 'The account is at its limit at the provider; the task waits for a free one.'],
  [
    'account_refused',
    'expired_credential',
    'The account cannot be used at the provider now; the task waits for another one.',
  ],
] as const)(
  'pauses an account that answers %s, gives the task to another one and counts no miss',
  async (code, state, words) => {
    const answers = [throwing(code), async () => HANDLE]
    const submit = vi.fn<Provider['submit']>(() => (answers.shift() ?? throwing('internal'))())
    const { harness, id } = await openWithAccount(openHarness, { submit }, { given: { priority: 1 } })
    await using _ = harness
    const other = await harness.addAccount()
    const task = await harness.claimed()
    expect(task.account).toBe(id)
    await harness.work.begin(task)
    expect(await harness.read(task.id)).toMatchObject({ status: 'pending', account: null, misses: 0, logs: [words] })
    expect(healthOf(harness, id)).toMatchObject({ state, reason: expect.stringContaining('The vendor:') })
    harness.clock.advance(100)
    const [again] = await harness.claim()
    expect(again).toMatchObject({ id: task.id, account: other, attempts: 2 })
    if (again) await harness.work.begin(again)
    expect(await harness.read(task.id)).toMatchObject({ status: 'processing' })
    expect(submit).toHaveBeenCalledTimes(2)
    expect(healthOf(harness, other)).toMatchObject({ state: 'connected' })
    expect(await harness.store.listAttempts({ taskId: task.id })).toMatchObject([
      { account: id, outcome: 'turned_away', reason: words },
      { account: other, outcome: 'accepted' },
    ])
  },
)

it('shows the owner of an account what the vendor said, without secrets', async () => {
  const harness = await openHarness(
    { submit: () => Promise.reject(new PolyphonyError('account_refused', `There is no key ${SECRET}.`)) },
    { isEmbedded: false },
  )
  await using _ = harness
  const id = await harness.addAccount({ tenantId: harness.caller.tenantId })
  const task = await harness.claimed()
  await harness.work.begin(task)
  const { logs } = await harness.read(task.id)
  expect(logs).toHaveLength(1)
  expect(logs[0]).toContain('There is no key')
  expect(JSON.stringify([logs, healthOf(harness, id)?.reason])).not.toContain(SECRET)
})

it('lets a task that is turned away again and again wait no longer than it might have waited unsubmitted', async () => {
  const { harness } = await openWithAccount(openHarness, {
    submit: throwing('account_busy', { retryAfterSeconds: 60 }),
  })
  await using _ = harness
  const { id, createdAt } = await harness.submit()
  for (let attempt = 1; attempt <= 8; attempt++) {
    const [task] = await harness.claim()
    if (!task) throw new Error('The task is not back in the queue.')
    await harness.work.begin(task)
    expect(await harness.claim()).toEqual([])
    harness.clock.advance(MINUTE_MS)
  }
  expect(await harness.read(id)).toMatchObject({ status: 'pending', attempts: 8, misses: 0 })
  expect((await harness.read(id)).logs).toHaveLength(1) // what is said each time is said once
  expect((await harness.read(id)).deadlineAt).toBe(createdAt + HOUR_MS)
})
