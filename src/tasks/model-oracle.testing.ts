import { expect } from 'vitest'
import { isTerminal, type Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Kind, Vendor } from './model-vendor.testing.ts'

/**
 * What must hold of tasks, whatever happens: judged by what clients, vendors and readers of the database see, and not by
 * the rules of the state machine.
 */
export interface Oracle {
  /** Looks at the tasks once more: what was seen before restricts what may be seen now. */
  look(): Promise<Task[]>
  /** A client was answered that the task is cancelled. */
  cancelled(id: string): void
  /** A client requested a cancel. */
  cancelRequested(id: string): void
  /** From now on nothing fails any more. */
  calm(): Promise<void>
  /** Judges what has become of everything. */
  judge(): Promise<void>
}

/** What a webhook of the model carries: the task as it is, but for its lease, which is renewed without a new version. */
export function bodyOf({ leaseUntil: _, ...task }: Task): string {
  return JSON.stringify(task)
}

export function openOracle(given: {
  store: Store
  vendor: Vendor
  tenantId: string
  credit: number
  kinds: ReadonlyMap<string, Kind>
}): Oracle {
  const { store, vendor, tenantId, kinds } = given
  const last = new Map<string, Task>()
  const bodies = new Map<string, string>()
  const requested = new Set<string>()
  const answered = new Set<string>()
  /** Tasks that were seen with a handle. */
  const named = new Set<string>()
  const failedFirst = new Set<string>()
  const attemptsBefore = new Map<string, number>()
  /** Tasks that were seen with a cancel to be carried out, and their attempts at that time. */
  const awaited = new Map<string, number>()

  async function look(): Promise<Task[]> {
    const tasks = await store.getTasks({ ids: [...kinds.keys()] })
    for (const task of tasks) {
      const before = last.get(task.id)
      if (before) expectLater(before, task)
      const place = `${task.id} ${task.version}`
      expect(bodies.get(place) ?? bodyOf(task)).toBe(bodyOf(task)) // one state a version
      bodies.set(place, bodyOf(task))
      last.set(task.id, task)
      if (task.handle !== null) named.add(task.id)
      if (task.status === 'failed') failedFirst.add(task.id)
      if (task.cancelRequestedAt !== null) awaited.set(task.id, task.attempts)
      expectPaidOnce(task)
    }
    return tasks
  }

  function expectPaidOnce({ id }: Task): void {
    expect(vendor.works.get(id)?.length ?? 0, `times that ${id} was paid for`).toBeLessThanOrEqual(1)
  }

  function expectOutcome(task: Task): void {
    const { id, status, isWatched } = task
    const kind = kinds.get(id)
    expect(isTerminal(status) && !isWatched, `${kind} task ${id} has ended for good`).toBe(true)
    // Processes end less often here than a task may be interrupted, and nothing else is a fault of ours.
    expect(task.error?.code, `the error of ${kind} task ${id}`).not.toBe('internal')
    const more = task.attempts - (attemptsBefore.get(id) ?? 0)
    expect(more, `attempts of ${kind} task ${id} while nothing failed`).toBeLessThanOrEqual(1)
    if (answered.has(id)) expect(status).toBe('cancelled')
    const [work] = vendor.works.get(id) ?? []
    const state = work && vendor.stateOf(work)
    if (status === 'cancelled') {
      expect(requested.has(id)).toBe(true)
      expect([undefined, 'cancelled']).toContain(state) // the vendor does not work on for nothing
    }
    if (status === 'completed') {
      expect(task.output).toEqual({ work: kind === 'local' ? id : work?.id })
      expect(task.consumedPoints).toBe(failedFirst.has(id) ? 0 : task.pricePoints)
    }
    if (state === 'done' && isFound(task)) {
      expect(status, `${kind} task ${id} is delivered; its log: ${task.logs.join('; ')}`).toBe('completed')
    }
  }

  /** A cancel that was accepted during a call is carried out, unless the vendor did the work all the same. */
  function expectCancelCarriedOut({ id, status, attempts, endedAt, deadlineAt }: Task): void {
    const attemptsThen = awaited.get(id)
    if (attemptsThen === undefined) return
    const kind = kinds.get(id)
    expect(attempts, `attempts of ${kind} task ${id} after its cancel`).toBe(attemptsThen)
    if (status !== 'completed') return
    const [work] = vendor.works.get(id) ?? []
    // Given up before the vendor named the work, or found at the last look, where what is done is delivered.
    const isLate = failedFirst.has(id) || (endedAt ?? 0) >= deadlineAt
    expect(kind === 'sync' || isLate || work?.isCancelRefused, `${kind} task ${id} was to be cancelled`).toBe(true)
  }

  /** The vendor names the work by itself or by request, or its answer was written down. */
  function isFound({ id }: Task): boolean {
    const kind = kinds.get(id)
    return kind === 'called' || named.has(id) || (kind === 'found' && !vendor.troubled.has(id))
  }

  async function expectMoney(tasks: readonly Task[]): Promise<void> {
    expect(await store.reconcile({})).toEqual([])
    const consumed = tasks.reduce((sum, task) => sum + task.consumedPoints, 0)
    const balance = { available: given.credit - consumed, held: 0, active: 0, staged: 0 }
    expect(await store.getBalance({ tenantId })).toMatchObject(balance)
    const booked = await store.listLedger({ tenantId, limit: 10_000 })
    for (const { id, pricePoints, consumedPoints } of tasks) {
      const own = booked.filter(({ taskId }) => taskId === id)
      expect(own.map(({ kind }) => kind).sort()).toEqual(['hold', 'settle'])
      const sum = own.reduce((total, { available }) => total + available, 0)
      expect(sum + consumedPoints).toBe(0)
      expect(own.find(({ kind }) => kind === 'settle')?.held).toBe(0 - pricePoints)
    }
    const accounts = new Set(tasks.flatMap(({ account }) => account ?? []))
    const loads = await store.listLoads({ now: 0 })
    for (const { account, running } of loads) if (accounts.has(account)) expect(running).toBe(0)
  }

  async function expectAttempts({ id, status, attempts }: Task): Promise<void> {
    const listed = await store.listAttempts({ taskId: id })
    expect(listed.map(({ number }) => number)).toEqual(Array.from({ length: attempts }, (_, index) => index + 1))
    const lastOne = listed.pop()
    for (const { outcome } of listed) expect(outcome).toBe('turned_away')
    if (lastOne) expect([status, 'turned_away']).toContain(lastOne.outcome)
    if (status === 'completed') expect(lastOne?.outcome).toBe('completed')
  }

  async function expectWebhooks(task: Task): Promise<void> {
    const deliveries = await store.listDeliveries({ tenantId, taskId: task.id, limit: 1_000 })
    const sent = deliveries.map(({ body }) => ({ body, task: JSON.parse(body) as Task })) // as `bodyOf` wrote it
    for (const one of sent) {
      const place = `${task.id} ${one.task.version}`
      expect(one.body).toBe(bodies.get(place) ?? one.body) // the state in between may not have been seen
    }
    const ends = sent.filter((one) => isTerminal(one.task.status))
    const versions = ends.map((one) => one.task.version)
    expect(new Set(versions).size).toBe(versions.length)
    expect(ends.filter((one) => one.task.status === task.status)).toHaveLength(1)
    expect(ends.length).toBe(task.status === 'completed' && failedFirst.has(task.id) ? 2 : 1)
    expect(ends.find((one) => one.task.status === task.status)?.task).toMatchObject({
      output: task.output,
      error: task.error,
      startedAt: task.startedAt,
      endedAt: task.endedAt,
      consumedPoints: task.consumedPoints,
    })
  }

  return {
    look,
    cancelled: (id) => answered.add(id),
    cancelRequested: (id) => requested.add(id),
    async calm() {
      for (const { id, attempts } of await look()) attemptsBefore.set(id, attempts)
    },
    async judge() {
      const tasks = await look()
      expect(tasks).toHaveLength(kinds.size)
      for (const task of tasks) {
        expectOutcome(task)
        expectCancelCarriedOut(task)
        await expectAttempts(task)
        await expectWebhooks(task)
      }
      await expectMoney(tasks)
    },
  }
}

/** Two reads of one task, the second one later. */
function expectLater(before: Task, after: Task): void {
  expect(after.version).toBeGreaterThanOrEqual(before.version)
  expect(after.claim).toBeGreaterThanOrEqual(before.claim)
  expect(after.progress).toBeGreaterThanOrEqual(before.progress)
  if (before.startedAt !== null) expect(after.startedAt).toBe(before.startedAt)
  if (!isTerminal(before.status)) return
  if (before.isWatched && after.status === 'completed') return
  const { status, endedAt, consumedPoints, output, error } = before
  expect(after).toMatchObject({ status, endedAt, consumedPoints, output, error })
}
