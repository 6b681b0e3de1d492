import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { points, ZERO_POINTS } from './points.ts'
import { sampleTask } from './task.testing.ts'
import { isTerminal, type Task } from './task.ts'
import { type TaskEvent, type Transition, transition } from './transitions.ts'

const START = 1_000_000
const LEASE_MS = 15_000
const PRICE = 400

/** What happens to a task: an event, or the taking of a lease as the store does it. */
type Occurrence = { afterMs: number } & ({ claim: true } | { event: TaskEvent })

const after = fc.integer({ min: 0, max: 60_000 })
const dueIn = after.map((ms) => START + ms)
const handle = fc.constantFrom(null, { id: 'g_1' }, { id: 'g_2' })
const progress = fc.oneof(fc.integer({ min: -20, max: 130 }), fc.double({ min: 0, max: 100 }), fc.constant(Number.NaN))
const log = fc.constantFrom('one', 'two')
const event: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.record({ kind: fc.constant('called' as const), leaseMs: fc.constant(LEASE_MS) }),
  fc.record({ kind: fc.constant('accepted' as const), handle: fc.constant({ id: 'g_1' }), dueAt: dueIn }),
  fc.record({ kind: fc.constant('started' as const), progress }),
  fc.record({ kind: fc.constant('progressed' as const), progress, dueAt: fc.option(dueIn) }),
  fc.record({ kind: fc.constant('answer_lost' as const), dueAt: dueIn, log, keepsLease: fc.boolean() }),
  fc.record({ kind: fc.constant('returned' as const), dueAt: dueIn, deadlineAt: dueIn, log, isMiss: fc.boolean() }),
  fc.record({
    kind: fc.constant('unsent' as const),
    calledAt: dueIn,
    dueAt: dueIn,
    deadlineAt: dueIn,
    log,
  }),
  fc.record({ kind: fc.constant('heard' as const), handle }),
  fc.record({ kind: fc.constant('cancel_requested' as const), log, asksHolder: fc.boolean() }),
  fc.record({ kind: fc.constant('cancel_refused' as const), log }),
  fc.record({ kind: fc.constant('released' as const) }),
  fc
    .record({
      kind: fc.constant('ended' as const),
      to: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
      consumedPoints: fc.nat(PRICE).map(points),
      output: fc.constantFrom(null, 'a song'),
      error: fc.constant(null),
      logs: fc.array(log, { maxLength: 2 }),
      lateAt: fc.option(dueIn, { nil: undefined }),
    })
    .map(({ lateAt, ...end }) => (lateAt === undefined || end.to !== 'failed' ? end : { ...end, lateAt })),
  fc.record({ kind: fc.constant('looked_late' as const), dueAt: fc.option(dueIn) }),
  fc.record({
    kind: fc.constant('delivered_late' as const),
    handle: fc.constant({ id: 'g_1' }),
    output: fc.constant('a song'),
    log,
  }),
)
const happening: fc.Arbitrary<Occurrence> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ afterMs: fc.nat(20_000), claim: fc.constant(true as const) }) },
  { weight: 3, arbitrary: fc.record({ afterMs: fc.nat(20_000), event }) },
)

/** Takes a lease, as the store's verbs of claiming do. */
function claimed(task: Task, now: number): Task | undefined {
  const claim = { claim: task.claim + 1, version: task.version + 1, leaseUntil: now + LEASE_MS }
  if (task.status === 'pending') {
    const taken = { provider: 'lumen', account: 'a1', attempts: task.attempts + 1, claimedAt: now, dueAt: now }
    return { ...task, ...claim, ...taken, status: 'submitting', deadlineAt: now + task.timeoutMs }
  }
  const isOpen = task.isWatched || ['submitting', 'uncertain', 'processing'].includes(task.status)
  const isFree = task.leaseUntil === null ? task.dueAt <= now : task.leaseUntil <= now
  return isOpen && isFree ? { ...task, ...claim, heardAt: null } : undefined
}

interface Step {
  before: Task
  after: Task
  now: number
  event: TaskEvent | null
  ledger: Transition['ledger']
}

/** The steps that applied, in order. */
function lifeOf(happenings: readonly Occurrence[]): Step[] {
  const times = { createdAt: START, startedAt: START, endedAt: START }
  let task = sampleTask(times, { id: 'a task', operation: 'an operation', pricePoints: points(PRICE) })
  let now = START
  const steps: Step[] = []
  for (const one of happenings) {
    now += one.afterMs
    const step = 'event' in one ? transition(task, one.event, now) : undefined
    const next = 'event' in one ? step?.after : claimed(task, now)
    if (!next) continue
    const event = 'event' in one ? one.event : null
    steps.push({ before: task, after: next, now, event, ledger: step?.ledger ?? null })
    task = next
  }
  return steps
}

/** Holds for every step that applies, in any sequence. */
function inEveryStep(holds: (step: Step) => void): void {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40, size: 'max' }), (happenings) => {
      for (const step of lifeOf(happenings)) holds(step)
    }),
    { numRuns: 500 },
  )
}

const AT_REST = ['staged', 'pending', 'completed', 'cancelled']

describe('any sequence of events', () => {
  it('each write has a version of its own', () => {
    inEveryStep(({ before, after }) => expect(after.version).toBe(before.version + 1))
  })

  it('a task that has ended stays as it is, but for a failed one that is watched', () => {
    inEveryStep(({ before, after }) => {
      if (!isTerminal(before.status)) return
      expect(before).toMatchObject({ status: 'failed', isWatched: true })
      expect(['failed', 'completed']).toContain(after.status)
      expect(after.consumedPoints).toBe(ZERO_POINTS)
    })
  })

  it('the hold ends once, with the task, and what is taken and given back is what was held', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40, size: 'max' }), (happenings) => {
        const steps = lifeOf(happenings)
        const ends = steps.flatMap(({ ledger }) => ledger ?? [])
        const last = steps.at(-1)?.after
        expect(ends).toHaveLength(last && isTerminal(last.status) ? 1 : 0)
        for (const { moves } of ends) {
          expect(moves.held).toBe(-PRICE)
          expect(moves.available + moves.revenue).toBe(PRICE)
          expect(moves.revenue).toBe(last?.consumedPoints)
          expect(moves.funding).toBe(0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('progress is whole, never falls and stays within a hundred', () => {
    inEveryStep(({ before, after }) => {
      expect(Number.isInteger(after.progress)).toBe(true)
      expect(after.progress).toBeGreaterThanOrEqual(before.progress)
      expect(after.progress).toBeLessThanOrEqual(100)
    })
  })

  it('the start of the work is the same in any later read', () => {
    inEveryStep(({ before, after }) => {
      if (before.startedAt !== null) expect(after.startedAt).toBe(before.startedAt)
      if (after.status === 'processing' || after.status === 'completed') expect(after.startedAt).not.toBeNull()
      if (after.startedAt !== null) expect(after.startedAt).toBeGreaterThanOrEqual(after.createdAt)
    })
  })

  it('a task has an end time exactly when it has ended', () => {
    inEveryStep(({ after }) => expect(after.endedAt !== null).toBe(isTerminal(after.status)))
  })

  it('a task that waits or has ended has no lease, and a task at rest has no unseen callback', () => {
    inEveryStep(({ after, now }) => {
      if (AT_REST.includes(after.status) || (after.status === 'failed' && !after.isWatched)) {
        expect(after.leaseUntil).toBeNull()
      }
      if (after.leaseUntil === null && after.heardAt !== null) expect(after.dueAt).toBeLessThanOrEqual(now)
      if (after.isWatched) expect(after.status).toBe('failed')
    })
  })

  it('a waiting task keeps nothing of an attempt', () => {
    inEveryStep(({ after }) => {
      if (after.status !== 'pending') return
      const nothing = { provider: null, account: null, handle: null, claimedAt: null, calledAt: null }
      expect(after).toMatchObject(nothing)
    })
  })

  it('a claim is never used again', () => {
    inEveryStep(({ before, after }) => expect(after.claim - before.claim).toBeOneOf([0, 1]))
  })

  it('a handle is lost only with a return into the queue, and replaced by none but an answer', () => {
    inEveryStep(({ before, after, event }) => {
      if (before.handle === null || event?.kind === 'returned') return
      if (event?.kind === 'accepted' || event?.kind === 'delivered_late') expect(after.handle).not.toBeNull()
      else expect(after.handle).toEqual(before.handle)
    })
  })

  it('a callback loses neither the handle that it names nor the time at which it makes a task due', () => {
    inEveryStep(({ before, after, event, now }) => {
      if (event?.kind !== 'heard') return
      const wasSent = before.calledAt !== null || before.status !== 'submitting'
      if (before.handle === null && wasSent) expect(after.handle).toEqual(event.handle)
      if (after.leaseUntil === null) expect(after.dueAt).toBe(now)
      else expect(after.heardAt).toBe(now)
    })
  })

  it('a callback that came during a lease makes the task due when the lease ends', () => {
    inEveryStep(({ before, after, event, now }) => {
      const letsGo =
        before.leaseUntil !== null &&
        after.leaseUntil === null &&
        event?.kind !== 'returned' &&
        event?.kind !== 'unsent'
      const isOpen = !isTerminal(after.status) || after.isWatched
      if (before.heardAt !== null && letsGo && isOpen) expect(after.dueAt).toBeLessThanOrEqual(now)
    })
  })

  it('a cancel waits only for a call that may have been sent or for work that was begun, and ends with the task', () => {
    inEveryStep(({ before, after, event }) => {
      if (after.cancelRequestedAt === null) return
      expect(['submitting', 'uncertain', 'processing']).toContain(after.status)
      // Work of ours is not called for: it was begun where the task has started, also when its answer is lost.
      expect(after.calledAt !== null || after.startedAt !== null).toBe(true)
      if (before.cancelRequestedAt === null) expect(event?.kind).toBe('cancel_requested')
      else expect(after.cancelRequestedAt).toBe(before.cancelRequestedAt)
    })
  })

  it('a task whose cancel was requested never waits for another attempt', () => {
    inEveryStep(({ before, after, now }) => {
      if (before.cancelRequestedAt === null) return
      expect(after.status).not.toBe('pending')
      expect(after.attempts).toBe(before.attempts)
      const isFollowed = before.status !== 'processing' && after.status === 'processing'
      if (isFollowed) expect(after.dueAt).toBeLessThanOrEqual(now)
    })
  })

  it('a cancel ends no task whose call may have been sent, unless nothing was begun', () => {
    inEveryStep(({ before, after, event }) => {
      if (after.status !== 'cancelled' || event?.kind === 'ended') return
      const isUnsent = event?.kind === 'cancel_requested' && before.calledAt === null && before.handle === null
      const isReturned = before.cancelRequestedAt !== null && ['returned', 'unsent'].includes(event?.kind ?? '')
      expect(isUnsent || isReturned).toBe(true)
    })
  })

  it('no instant has a fraction', () => {
    inEveryStep(({ after }) => {
      const { dueAt, deadlineAt, leaseUntil, claimedAt, calledAt, heardAt, startedAt, endedAt } = after
      const instants = [dueAt, deadlineAt, leaseUntil, claimedAt, calledAt, heardAt, startedAt, endedAt]
      for (const at of [...instants, after.cancelRequestedAt]) {
        expect(at === null || Number.isSafeInteger(at)).toBe(true)
      }
    })
  })
})
