import { describe, expect, it } from 'vitest'
import { points, ZERO_POINTS } from './points.ts'
import { sampleTask } from './task.testing.ts'
import type { Status, Task } from './task.ts'
import { type End, freesSlot, isNews, type TaskEvent, transition } from './transitions.ts'

const CREATED = 1_000
const CLAIMED = 2_000
const CALLED = 3_000
const NOW = 60_000
const LEASE_MS = 15_000
const DEADLINE = CLAIMED + 600_000
const PRICE = points(400)
const HANDLE = { id: 'g_1' }

function task(given: Partial<Task>): Task {
  const times = { createdAt: CREATED, startedAt: CALLED, endedAt: CALLED + 1 }
  const defaults = { id: 'a task', operation: 'an operation', pricePoints: PRICE, dueAt: CLAIMED, deadlineAt: DEADLINE }
  return sampleTask(times, { ...defaults, version: 7, claim: 3, ...given })
}

const TAKEN = { provider: 'lumen', account: 'an account', attempts: 1, claimedAt: CLAIMED }
const SENT = { ...TAKEN, calledAt: CALLED }
const LEASED = { leaseUntil: NOW + 5_000 }

/** A task in each situation that a move can meet, at rest and leased where both occur. */
const SITUATIONS = {
  staged: task({ status: 'staged' }),
  waiting: task({ status: 'pending' }),
  claimed: task({ status: 'submitting', ...TAKEN, ...LEASED }),
  givenBack: task({ status: 'submitting', ...TAKEN }),
  sent: task({ status: 'submitting', ...SENT, ...LEASED }),
  lost: task({ status: 'uncertain', ...SENT }),
  askedAbout: task({ status: 'uncertain', ...SENT, ...LEASED }),
  followed: task({ status: 'processing', ...SENT, handle: HANDLE }),
  polled: task({ status: 'processing', ...SENT, handle: HANDLE, ...LEASED }),
  local: task({ status: 'processing', ...TAKEN, ...LEASED }),
  completed: task({ status: 'completed', ...SENT, handle: HANDLE }),
  failed: task({ status: 'failed', ...SENT, handle: HANDLE }),
  watched: task({ status: 'failed', ...SENT, handle: HANDLE, isWatched: true }),
  looked: task({ status: 'failed', ...SENT, handle: HANDLE, isWatched: true, ...LEASED }),
  cancelled: task({ status: 'cancelled', ...SENT, handle: HANDLE }),
} satisfies Record<string, Task>
type Situation = keyof typeof SITUATIONS

const end = (to: End['to'], given: Partial<End> = {}): End => ({
  kind: 'ended',
  to,
  consumedPoints: to === 'completed' ? PRICE : ZERO_POINTS,
  output: to === 'completed' ? 'a song' : null,
  error: to === 'failed' ? { code: 'vendor_refused', message: 'too foggy' } : null,
  logs: [],
  ...given,
})

const EVENTS = {
  called: { kind: 'called', leaseMs: LEASE_MS },
  accepted: { kind: 'accepted', handle: { id: 'g_2' }, dueAt: NOW + 2_000 },
  started: { kind: 'started', progress: 10 },
  progressed: { kind: 'progressed', progress: 20, dueAt: NOW + 2_000 },
  progressedOn: { kind: 'progressed', progress: 20, dueAt: null },
  answerLost: { kind: 'answer_lost', dueAt: NOW + 1_000, log: 'no answer' },
  answerLostInHand: { kind: 'answer_lost', dueAt: NOW, log: 'no answer', keepsLease: true },
  returned: { kind: 'returned', dueAt: NOW + 500, deadlineAt: NOW + 9_000, log: 'busy', isMiss: true },
  unsent: { kind: 'unsent', calledAt: CALLED, dueAt: NOW, deadlineAt: NOW + 9_000, log: 'not sent' },
  heardOfWork: { kind: 'heard', handle: { id: 'g_3' } },
  heard: { kind: 'heard', handle: null },
  cancelRequested: { kind: 'cancel_requested', log: 'no more' },
  cancelRefused: { kind: 'cancel_refused', log: 'too late' },
  released: { kind: 'released' },
  completed: end('completed'),
  failed: end('failed'),
  failedAndWatched: end('failed', { lateAt: NOW + 300_000 }),
  cancelled: end('cancelled'),
  lookedLate: { kind: 'looked_late', dueAt: NOW + 300_000 },
  lookedLast: { kind: 'looked_late', dueAt: null },
  deliveredLate: { kind: 'delivered_late', handle: HANDLE, output: 'a song', log: 'it came' },
} satisfies Record<string, TaskEvent>
type Name = keyof typeof EVENTS

const WAITING: Situation[] = ['staged', 'waiting']
const SUBMITTING: Situation[] = ['claimed', 'givenBack', 'sent']
const UNCERTAIN: Situation[] = ['lost', 'askedAbout']
const PROCESSING: Situation[] = ['followed', 'polled', 'local']
const RUNNING = [...SUBMITTING, ...UNCERTAIN, ...PROCESSING]
const WATCHED: Situation[] = ['watched', 'looked']

/** By event: the situations that it applies to, and the status after it. Everything that is not listed is refused. */
const TABLE: Record<Name, [Situation[], Status][]> = {
  called: [[['claimed', 'sent'], 'submitting']],
  accepted: [[RUNNING, 'processing']],
  started: [[SUBMITTING, 'processing']],
  progressed: [
    [SUBMITTING, 'submitting'],
    [UNCERTAIN, 'uncertain'],
    [PROCESSING, 'processing'],
  ],
  progressedOn: [
    [SUBMITTING, 'submitting'],
    [UNCERTAIN, 'uncertain'],
    [PROCESSING, 'processing'],
  ],
  answerLost: [[RUNNING, 'uncertain']],
  answerLostInHand: [[RUNNING, 'uncertain']],
  returned: [[[...SUBMITTING, ...UNCERTAIN, 'local'], 'pending']],
  unsent: [[['sent', ...UNCERTAIN], 'pending']],
  heardOfWork: [
    [['claimed', 'givenBack'], 'submitting'],
    [['sent', ...UNCERTAIN, ...PROCESSING], 'processing'],
    [WATCHED, 'failed'],
  ],
  heard: [
    [SUBMITTING, 'submitting'],
    [UNCERTAIN, 'uncertain'],
    [PROCESSING, 'processing'],
    [WATCHED, 'failed'],
  ],
  cancelRequested: [
    [[...WAITING, 'claimed', 'givenBack', 'local'], 'cancelled'],
    [['sent'], 'submitting'],
    [UNCERTAIN, 'uncertain'],
  ],
  cancelRefused: [],
  released: [
    [['claimed', 'sent'], 'submitting'],
    [['askedAbout'], 'uncertain'],
    [['polled', 'local'], 'processing'],
    [['looked'], 'failed'],
  ],
  completed: [[RUNNING, 'completed']],
  failed: [[[...WAITING, ...RUNNING], 'failed']],
  failedAndWatched: [[[...WAITING, ...RUNNING], 'failed']],
  cancelled: [[[...WAITING, ...RUNNING], 'cancelled']],
  lookedLate: [[WATCHED, 'failed']],
  lookedLast: [[WATCHED, 'failed']],
  deliveredLate: [[WATCHED, 'completed']],
}

const ROWS = (Object.keys(EVENTS) as Name[]).flatMap((event) =>
  (Object.keys(SITUATIONS) as Situation[]).map((situation) => {
    const row = TABLE[event].find(([applicable]) => applicable.includes(situation))
    return { event, situation, to: row?.[1] ?? null }
  }),
)

describe('transitions', () => {
  it.each(ROWS.filter(({ to }) => to !== null))(
    'a move takes a task that is $situation to $to by the event $event',
    (row) => {
      const before = SITUATIONS[row.situation]
      const step = transition(before, EVENTS[row.event], NOW)
      expect(step).toMatchObject({ before, after: { status: row.to, version: before.version + 1 } })
    },
  )

  it.each(ROWS.filter(({ to }) => to === null))(
    'a move refuses the event $event for a task that is $situation',
    (row) => {
      expect(transition(SITUATIONS[row.situation], EVENTS[row.event], NOW)).toBeUndefined()
    },
  )

  it('a move changes no task that it was given', () => {
    const before = structuredClone(SITUATIONS)
    for (const { event, situation } of ROWS) transition(SITUATIONS[situation], EVENTS[event], NOW)
    expect(SITUATIONS).toEqual(before)
  })
})

const moved = (situation: Situation | Task, event: TaskEvent, now = NOW): Task => {
  const before = typeof situation === 'string' ? SITUATIONS[situation] : situation
  const step = transition(before, event, now)
  if (!step) throw new Error(`${event.kind} does not apply to ${before.status}.`)
  return step.after
}

describe('leases', () => {
  const KEEPING: Name[] = ['called', 'started', 'progressedOn', 'answerLostInHand', 'heard', 'cancelRequested']
  const TAKEN_BY_CLAIM: Situation[] = ['claimed', 'sent', 'askedAbout', 'polled', 'local', 'looked']

  it.each(ROWS.filter(({ situation, to }) => TAKEN_BY_CLAIM.includes(situation) && to !== null))(
    'a lease goes on after $event on $situation only if the holder works on',
    ({ event, situation, to }) => {
      const { leaseUntil } = moved(situation, EVENTS[event])
      const goesOn = KEEPING.includes(event) || (event === 'heardOfWork' && !['sent', 'askedAbout'].includes(situation))
      expect(leaseUntil !== null).toBe(goesOn && to !== 'cancelled')
      if (to === 'pending' || to === 'completed' || to === 'cancelled') expect(leaseUntil).toBeNull()
    },
  )

  it('a lease starts again with the call, so that the request has all of it', () => {
    expect(moved('claimed', EVENTS.called)).toMatchObject({ calledAt: NOW, leaseUntil: NOW + LEASE_MS })
  })

  it('a task whose call was never sent returns to the queue, and only while that call is the last one', () => {
    const after = moved('askedAbout', EVENTS.unsent)
    expect(after).toMatchObject({ status: 'pending', calledAt: null, misses: 0, claim: 4, avoidAccount: null })
    const another = { ...SITUATIONS.askedAbout, calledAt: CALLED + 1 }
    expect(transition(another, EVENTS.unsent, NOW)).toBeUndefined()
    const heardOf = { ...SITUATIONS.askedAbout, handle: HANDLE }
    expect(transition(heardOf, EVENTS.unsent, NOW)).toBeUndefined()
  })

  it('a lease changes its claim when the task leaves the hands of its holder without the holder', () => {
    expect(moved('sent', EVENTS.heardOfWork).claim).toBe(4)
    expect(moved('askedAbout', EVENTS.heardOfWork).claim).toBe(4)
    expect(moved('claimed', EVENTS.returned).claim).toBe(4)
    for (const event of ['accepted', 'progressed', 'answerLost', 'heard', 'completed', 'released'] as const) {
      expect(moved('sent', EVENTS[event]).claim).toBe(3)
    }
  })
})

describe('callbacks', () => {
  it('a callback that names the work is the answer while the answer is awaited', () => {
    const step = transition(SITUATIONS.sent, EVENTS.heardOfWork, NOW)
    expect(step?.after).toMatchObject({
      status: 'processing',
      handle: { id: 'g_3' },
      startedAt: NOW,
      dueAt: NOW,
      leaseUntil: null,
      heardAt: null,
    })
    expect(step?.attempt).toEqual({ outcome: 'accepted', acceptedAt: NOW })
  })

  it('a callback continues a task whose answer was lost from the work that it names, even while a process asks about it', () => {
    for (const situation of ['lost', 'askedAbout'] as const) {
      const after = moved(situation, EVENTS.heardOfWork)
      expect(after).toMatchObject({ status: 'processing', handle: { id: 'g_3' }, dueAt: NOW, leaseUntil: null })
    }
  })

  it('a callback is no answer while nothing was sent', () => {
    for (const situation of ['claimed', 'givenBack'] as const) {
      expect(moved(situation, EVENTS.heardOfWork)).toMatchObject({ status: 'submitting', handle: null, claim: 3 })
    }
  })

  it('a callback never replaces a handle that is known', () => {
    for (const situation of ['followed', 'polled', 'watched', 'looked'] as const) {
      expect(moved(situation, EVENTS.heardOfWork).handle).toEqual(HANDLE)
    }
  })

  it('a callback gives a watched task without a handle the one that it names', () => {
    const nameless = { ...SITUATIONS.watched, handle: null }
    expect(moved(nameless, EVENTS.heardOfWork)).toMatchObject({ handle: { id: 'g_3' }, dueAt: NOW })
  })

  it('a callback makes a task at rest due at once', () => {
    for (const situation of ['givenBack', 'lost', 'followed', 'watched'] as const) {
      const resting = { ...SITUATIONS[situation], dueAt: DEADLINE }
      expect(moved(resting, EVENTS.heard)).toMatchObject({ dueAt: NOW, heardAt: null })
    }
  })

  const RESTING: [Situation, Name][] = [
    ['sent', 'accepted'],
    ['sent', 'answerLost'],
    ['polled', 'accepted'],
    ['polled', 'progressed'],
    ['polled', 'failedAndWatched'],
    ['askedAbout', 'accepted'],
    ['askedAbout', 'answerLost'],
    ['askedAbout', 'failedAndWatched'],
    ['looked', 'lookedLate'],
  ]
  it.each(RESTING)('a callback that came while a task was %s makes it due at once after %s', (situation, event) => {
    const called = moved(situation, EVENTS.heard)
    expect(called.heardAt).toBe(NOW)
    expect(moved(called, EVENTS[event], NOW + 100)).toMatchObject({
      leaseUntil: null,
      heardAt: null,
      dueAt: NOW + 100,
    })
  })

  it('a callback puts off nothing that is due earlier', () => {
    const called = moved('polled', EVENTS.heard)
    expect(moved(called, { kind: 'progressed', progress: 0, dueAt: NOW - 50 }, NOW + 100).dueAt).toBe(NOW - 50)
  })

  it('a callback is remembered for as long as the holder works on', () => {
    for (const event of ['progressedOn', 'answerLostInHand'] as const) {
      expect(moved(moved('polled', EVENTS.heard), EVENTS[event]).heardAt).toBe(NOW)
    }
    expect(moved(moved('claimed', EVENTS.heard), EVENTS.called).heardAt).toBe(NOW)
  })
})

describe('cancels during a call', () => {
  const requested = (situation: Situation) => moved(situation, EVENTS.cancelRequested)

  it('a cancel of a call that may have been sent moves no money and is kept', () => {
    const step = transition(SITUATIONS.sent, EVENTS.cancelRequested, NOW)
    expect(step).toMatchObject({ ledger: null, attempt: null, after: { cancelRequestedAt: NOW, logs: ['no more'] } })
    expect(transition(requested('sent'), EVENTS.cancelRequested, NOW + 1)).toBeUndefined()
  })

  it('a cancel of what was not sent gives the hold back', () => {
    const step = transition(SITUATIONS.claimed, EVENTS.cancelRequested, NOW)
    expect(step?.ledger?.moves).toMatchObject({ available: PRICE, held: -PRICE })
    expect(step?.attempt).toMatchObject({ outcome: 'cancelled', endedAt: NOW })
  })

  it('work that is accepted after its cancel is due at once, also by a callback', () => {
    for (const event of [EVENTS.accepted, EVENTS.heardOfWork]) {
      const after = moved(requested('sent'), event)
      expect(after).toMatchObject({ status: 'processing', dueAt: NOW, leaseUntil: null, cancelRequestedAt: NOW })
    }
  })

  it.each(['returned', 'unsent'] as const)(
    'a task that is %s after its cancel ends, and its hold is released',
    (event) => {
      const step = transition(requested('sent'), EVENTS[event], NOW)
      expect(step?.after).toMatchObject({
        status: 'cancelled',
        endedAt: NOW,
        cancelRequestedAt: null,
        consumedPoints: 0,
      })
      expect(step?.ledger?.moves).toMatchObject({ available: PRICE, held: -PRICE })
      expect(step?.attempt).toMatchObject({ outcome: 'turned_away' })
    },
  )

  it('work that its vendor does not end goes on, and what it makes is charged', () => {
    const accepted = moved(requested('sent'), EVENTS.accepted)
    const after = moved(accepted, EVENTS.cancelRefused)
    expect(after).toMatchObject({ status: 'processing', cancelRequestedAt: null, logs: ['no more', 'too late'] })
    expect(moved(after, EVENTS.completed)).toMatchObject({ status: 'completed', consumedPoints: PRICE })
  })

  it('a result that comes as the answer of the call is delivered and charged', () => {
    const after = moved(requested('sent'), EVENTS.completed)
    expect(after).toMatchObject({ status: 'completed', consumedPoints: PRICE, cancelRequestedAt: null })
  })
})

describe('returns into the queue', () => {
  it('a return into the queue leaves nothing of the attempt but its account, which is called last the next time', () => {
    const after = moved(moved('sent', EVENTS.heard), EVENTS.returned)
    expect(after).toMatchObject({
      status: 'pending',
      provider: null,
      account: null,
      handle: null,
      claimedAt: null,
      calledAt: null,
      heardAt: null,
      leaseUntil: null,
      avoidAccount: 'an account',
      misses: 1,
      dueAt: NOW + 500,
      deadlineAt: NOW + 9_000,
      logs: ['busy'],
    })
  })

  it('a return into the queue counts no miss if the provider is not at fault', () => {
    expect(moved('claimed', { ...EVENTS.returned, isMiss: false }).misses).toBe(0)
  })

  it('a return into the queue is refused where a provider has the work', () => {
    expect(transition(SITUATIONS.followed, EVENTS.returned, NOW)).toBeUndefined()
    const reporting = { ...SITUATIONS.local, calledAt: CALLED }
    expect(transition(reporting, EVENTS.returned, NOW)).toBeUndefined()
  })
})

describe('ends of tasks', () => {
  it('the end of a task applies only from the statuses that it names', () => {
    const cancel = end('cancelled', { from: ['staged', 'pending'] })
    expect(transition(SITUATIONS.waiting, cancel, NOW)?.after.status).toBe('cancelled')
    expect(transition(SITUATIONS.claimed, cancel, NOW)).toBeUndefined()
    expect(transition(SITUATIONS.followed, cancel, NOW)).toBeUndefined()
  })

  it('the end of a task takes of the hold what a completed task costs, and gives back the rest', () => {
    const step = transition(SITUATIONS.polled, end('completed', { consumedPoints: points(150) }), NOW)
    expect(step?.after).toMatchObject({ progress: 100, consumedPoints: 150, endedAt: NOW, output: 'a song' })
    expect(step?.ledger?.moves).toEqual({ available: 250, held: -400, funding: 0, revenue: 150 })
  })

  it.each(['failed', 'cancelled'] as const)(
    'the end of a task costs nothing when the task is %s, whatever the event says',
    (to) => {
      const step = transition(SITUATIONS.polled, end(to, { consumedPoints: PRICE }), NOW)
      expect(step?.after.consumedPoints).toBe(0)
      expect(step?.ledger?.moves).toEqual({ available: 400, held: -400, funding: 0, revenue: 0 })
    },
  )

  it('the end of a task may not take more than is held', () => {
    const dear = end('completed', { consumedPoints: points(401) })
    expect(() => transition(SITUATIONS.polled, dear, NOW)).toThrow(RangeError)
  })

  it('the end of a task moves no money for a task that holds none', () => {
    const free = task({ status: 'processing', pricePoints: ZERO_POINTS })
    expect(transition(free, end('completed', { consumedPoints: ZERO_POINTS }), NOW)?.ledger).toBeNull()
  })

  it('the end of a task closes the attempt that is under way, and no attempt of a waiting task', () => {
    expect(transition(SITUATIONS.sent, end('failed'), NOW)?.attempt).toEqual({
      outcome: 'failed',
      endedAt: NOW,
      reason: 'too foggy',
    })
    expect(transition(SITUATIONS.waiting, end('failed'), NOW)?.attempt).toBeNull()
  })

  it('the end of a failed task whose result may still come makes the task watched', () => {
    const after = moved('polled', EVENTS.failedAndWatched)
    expect(after).toMatchObject({ status: 'failed', isWatched: true, dueAt: NOW + 300_000, handle: HANDLE })
    expect(moved('polled', EVENTS.failed).isWatched).toBe(false)
  })

  it('a late result completes the task and moves no money', () => {
    const step = transition(SITUATIONS.looked, EVENTS.deliveredLate, NOW)
    expect(step?.after).toMatchObject({
      status: 'completed',
      progress: 100,
      consumedPoints: 0,
      error: null,
      isWatched: false,
      endedAt: NOW,
    })
    expect(step?.ledger).toBeNull()
  })

  it('the end of a watch takes the task out of sight', () => {
    const called = moved('looked', EVENTS.heard)
    expect(moved(called, EVENTS.lookedLast)).toMatchObject({ isWatched: false, leaseUntil: null, heardAt: null })
  })
})

describe('numbers that vendors report', () => {
  it.each([
    [33.9, 33],
    [-5, 10],
    [250, 100],
    [Number.POSITIVE_INFINITY, 100],
    [Number.NaN, 10],
  ])('a number that a vendor reports of %d percent is stored as %d, when it was 10 before', (reported, stored) => {
    const before = { ...SITUATIONS.polled, progress: 10 }
    expect(moved(before, { kind: 'progressed', progress: reported, dueAt: null }).progress).toBe(stored)
  })

  const FRACTIONS: [string, Situation, TaskEvent][] = [
    ['a due time after an acceptance', 'sent', { ...EVENTS.accepted, dueAt: NOW + 0.5 }],
    ['a due time after progress', 'polled', { ...EVENTS.progressed, dueAt: NOW + 0.5 }],
    ['a due time after a lost answer', 'sent', { ...EVENTS.answerLost, dueAt: Number.NaN }],
    ['a due time of a look', 'looked', { ...EVENTS.lookedLate, dueAt: NOW + 0.5 }],
    ['a due time in the queue', 'sent', { ...EVENTS.returned, dueAt: NOW + 0.5 }],
    ['a deadline', 'sent', { ...EVENTS.returned, deadlineAt: NOW + 0.5 }],
    ['a lease', 'claimed', { kind: 'called', leaseMs: 0.5 }],
    ['a look for a late result', 'polled', end('failed', { lateAt: NOW + 0.5 })],
  ]
  it.each(FRACTIONS)('a fraction is refused as a number that a vendor reports: %s', (_, situation, event) => {
    expect(() => transition(SITUATIONS[situation], event, NOW)).toThrow(/whole milliseconds/)
  })

  it('a fraction of the present is refused as a number that a vendor reports', () => {
    expect(() => transition(SITUATIONS.sent, EVENTS.heard, NOW + 0.5)).toThrow(/whole milliseconds/)
  })
})

describe('what a client is notified of', () => {
  const NEWS: [Situation, Name, boolean][] = [
    ['sent', 'accepted', true],
    ['followed', 'progressed', true],
    ['claimed', 'called', false],
    ['sent', 'answerLost', false],
    ['sent', 'returned', false],
    ['sent', 'unsent', false],
    ['sent', 'heardOfWork', true],
    ['polled', 'heard', false],
    ['polled', 'released', false],
    ['polled', 'completed', true],
    ['waiting', 'cancelled', true],
    ['looked', 'deliveredLate', true],
    ['looked', 'lookedLate', false],
    ['looked', 'lookedLast', false],
  ]
  it.each(NEWS)('for a task that is %s, whether the event %s is news to a client is %s', (situation, event, is) => {
    const before = SITUATIONS[situation]
    expect(isNews({ before, after: moved(situation, EVENTS[event]) })).toBe(is)
  })

  it('a client is not notified of a poll that found nothing new', () => {
    const before = { ...SITUATIONS.followed, progress: 20 }
    expect(isNews({ before, after: moved(before, EVENTS.progressed) })).toBe(false)
  })
})

describe('the slot at the account', () => {
  it.each(ROWS.filter(({ to }) => to !== null))(
    'the slot at the account is free after $event on $situation exactly when no provider has the task',
    ({ event, situation, to }) => {
      const before = SITUATIONS[situation]
      const isOver = to === 'pending' || to === 'completed' || to === 'failed' || to === 'cancelled'
      const frees = RUNNING.includes(situation) && isOver
      expect(freesSlot({ before, after: moved(situation, EVENTS[event]) })).toBe(frees)
    },
  )
})

describe('callbacks during a lease', () => {
  it('a callback that came while a process had the task makes the task due at once, although the lease was given back before the lost answer was written', () => {
    const givenBack = task({ ...SENT, status: 'submitting', leaseUntil: null, heardAt: NOW - 10, dueAt: NOW })
    const event = { kind: 'answer_lost', dueAt: NOW + 60_000, log: 'no answer', keepsLease: true } as const
    const { after } = transition(givenBack, event, NOW + 5) ?? {}
    expect(after).toMatchObject({ status: 'uncertain', leaseUntil: null, heardAt: null, dueAt: NOW + 5 })
  })
})
