import type { AttemptChange } from './attempt.ts'
import { settleTransaction, type Transaction } from './entries.ts'
import type { Json } from './json.ts'
import { type Points, ZERO_POINTS } from './points.ts'
import { type TaskCost, UNKNOWN_COST } from './price-rule.ts'
import { isRunning, isTerminal, mayMove, type Status, type Task, type TaskError, type TerminalStatus } from './task.ts'

/**
 * Every move of a task that is not the taking of a lease, as pure functions from the task and an event to the task as it
 * is afterwards. The store writes the result if the task still has the version that it was computed from; webhooks and
 * answers render that same result. So there is one truth of what a move does.
 */
export type TaskEvent =
  /** The paid request of this attempt is about to leave: from now on it may have been sent. The lease starts again. */
  | { kind: 'called'; leaseMs: number }
  /** The provider has the work and gave a handle to follow it by; the lease ends. */
  | { kind: 'accepted'; handle: Json; dueAt: number }
  /** Work by a provider in this process has begun; the lease goes on. */
  | { kind: 'started'; progress: number }
  /** The work goes on. `dueAt` ends the lease until then; null keeps it. */
  | { kind: 'progressed'; progress: number; dueAt: number | null }
  /** The outcome of the call is unknown; the provider is asked at `dueAt`. */
  | { kind: 'answer_lost'; dueAt: number; log: string; keepsLease?: boolean }
  /** Nothing was begun: back into the queue, not before `dueAt`, to be begun by `deadlineAt`. */
  | { kind: 'returned'; dueAt: number; deadlineAt: number; log: string; isMiss: boolean }
  /**
   * The process that wrote the intent of this call did not make it, since its lease was over: back into the queue, whatever
   * another process may have made of the task meanwhile. `calledAt` names the intent.
   */
  | { kind: 'unsent'; calledAt: number; dueAt: number; deadlineAt: number; log: string }
  /** The vendor called back. `handle` is that of the callback; it is used only if none is known. */
  | { kind: 'heard'; handle: Json }
  /**
   * The client wants no result any more. What was not sent to a vendor ends at once. A call whose outcome is not known yet
   * keeps the request until it is. Does not apply to work that a vendor has: only the vendor can end that. With `asksHolder`,
   * work that another process does itself goes on until that process has answered: it alone knows what was heard of it.
   */
  | { kind: 'cancel_requested'; log: string; asksHolder?: boolean }
  /** The vendor has the work and does not end it: it goes on, and the cancel that was requested is over. */
  | { kind: 'cancel_refused'; log: string }
  /** The process that held the task gives it up without a result: it is due at once. */
  | { kind: 'released' }
  | End
  /** A check for a late result found none yet. `dueAt` is the time of the next check; null = no more checks. */
  | { kind: 'looked_late'; dueAt: number | null }
  /** The result of a task that had failed because no answer came: it completes, and the refund stays. */
  | { kind: 'delivered_late'; handle: Json; output: Json; log: string; cost?: TaskCost }

/** The task ends. */
export interface End {
  kind: 'ended'
  to: TerminalStatus
  /** Only from these statuses; by default from every one that may move to `to`. */
  from?: readonly Status[]
  /** The cost of a completed task; others cost nothing. */
  consumedPoints: Points
  /** What the vendor took for the work; left out where that is unknown. */
  cost?: TaskCost
  output: Json
  error: TaskError | null
  logs: readonly string[]
  /** The handle that follow-ups need, if it has more than the stored one. */
  handle?: Json
  /** For a failed task whose result may still come: when to check for it. */
  lateAt?: number
}

export interface Transition {
  before: Task
  after: Task
  /** How the hold ends; null if no money moves. */
  ledger: Transaction | null
  attempt: AttemptChange | null
}

/**
 * The task after the event at `now`. Undefined if the event does not apply to a task in this state: it ended
 * meanwhile, or was never begun. Throws a RangeError when more is to be consumed than is held, or an instant is no
 * integer.
 */
export function transition(before: Task, event: TaskEvent, now: number): Transition | undefined {
  const moved = move(before, event, now)
  if (!moved) return undefined
  const after = { ...before, ...moved.set, version: before.version + 1 }
  for (const at of [after.dueAt, after.deadlineAt, after.leaseUntil, now]) {
    if (at !== null && !Number.isSafeInteger(at)) throw new RangeError(`An instant is whole milliseconds, not ${at}.`)
  }
  return { before, after, ledger: ledgerOf(before, after), attempt: moved.attempt ?? null }
}

/** Whether the move is one that a client is notified of: a new status of work that was begun, or more progress. */
export function isNews({ before, after }: Pick<Transition, 'before' | 'after'>): boolean {
  if (after.status !== 'processing' && !isTerminal(after.status)) return false
  return after.status !== before.status || after.progress > before.progress
}

/** The slot at the account is free again. */
export function freesSlot({ before, after }: Pick<Transition, 'before' | 'after'>): boolean {
  return isRunning(before.status) && !isRunning(after.status)
}

interface Move {
  set: Partial<Task>
  attempt?: AttemptChange
}

function move(task: Task, event: TaskEvent, now: number): Move | undefined {
  switch (event.kind) {
    case 'called':
      if (task.status !== 'submitting' || task.leaseUntil === null) return undefined
      return { set: { calledAt: now, leaseUntil: now + event.leaseMs } }
    case 'accepted':
      return accepted(task, event, now)
    case 'started':
      return started(task, event, now)
    case 'progressed':
      return progressed(task, event, now)
    case 'answer_lost':
      return answerLost(task, event, now)
    case 'returned':
      return returned(task, event, now)
    case 'unsent':
      return unsent(task, event, now)
    case 'heard':
      return heard(task, event, now)
    case 'cancel_requested':
      return cancelRequested(task, event, now)
    case 'cancel_refused':
      if (task.cancelRequestedAt === null || task.status !== 'processing') return undefined
      return { set: { cancelRequestedAt: null, logs: withLog(task.logs, event.log) } }
    case 'released':
      if (task.leaseUntil === null || (!isRunning(task.status) && !task.isWatched)) return undefined
      return { set: { leaseUntil: null, dueAt: now } }
    case 'ended':
      return ended(task, event, now)
    case 'looked_late':
      if (!task.isWatched) return undefined
      return {
        set:
          event.dueAt === null ? { isWatched: false, leaseUntil: null, heardAt: null } : rest(task, event.dueAt, now),
      }
    case 'delivered_late':
      return deliveredLate(task, event, now)
  }
}

function accepted(task: Task, event: Extract<TaskEvent, { kind: 'accepted' }>, now: number): Move | undefined {
  if (!isRunning(task.status)) return undefined
  return {
    set: {
      status: 'processing',
      handle: event.handle,
      startedAt: task.startedAt ?? now,
      // Whoever takes it next cancels it.
      ...rest(task, task.cancelRequestedAt === null ? event.dueAt : Math.min(now, event.dueAt), now),
    },
    ...(task.status === 'processing' ? {} : { attempt: { outcome: 'accepted', acceptedAt: now } }),
  }
}

function started(task: Task, event: Extract<TaskEvent, { kind: 'started' }>, now: number): Move | undefined {
  if (task.status !== 'submitting') return undefined
  const set = {
    status: 'processing',
    startedAt: task.startedAt ?? task.claimedAt ?? now,
    progress: higher(task.progress, event.progress),
  } as const
  return { set, attempt: { outcome: 'accepted', acceptedAt: now } }
}

function progressed(task: Task, event: Extract<TaskEvent, { kind: 'progressed' }>, now: number): Move | undefined {
  if (!isRunning(task.status)) return undefined
  const progress = higher(task.progress, event.progress)
  return { set: { progress, ...(event.dueAt === null ? {} : rest(task, event.dueAt, now)) } }
}

function answerLost(task: Task, event: Extract<TaskEvent, { kind: 'answer_lost' }>, now: number): Move | undefined {
  if (task.status !== 'uncertain' && !mayMove(task.status, 'uncertain')) return undefined
  // A task without a lease gets none: a process that stops releases it while the call is still under way.
  const keepsLease = event.keepsLease === true && task.leaseUntil !== null
  const lease = keepsLease ? { dueAt: event.dueAt } : rest(task, event.dueAt, now)
  return {
    set: { status: 'uncertain', logs: withLog(task.logs, event.log), ...lease },
    attempt: { outcome: 'uncertain', reason: event.log },
  }
}

function returned(task: Task, event: Extract<TaskEvent, { kind: 'returned' }>, now: number): Move | undefined {
  if (!isRunning(task.status) || (!mayMove(task.status, 'pending') && !wasOurs(task))) return undefined
  const turnedAway = { outcome: 'turned_away', reason: event.log, endedAt: now } as const
  // Nothing was begun, and the client wants it no more.
  if (task.cancelRequestedAt !== null) return { set: cancelled(task, event.log, now), attempt: turnedAway }
  return {
    set: {
      status: 'pending',
      provider: null,
      account: null,
      handle: null,
      claim: task.claim + 1,
      leaseUntil: null,
      claimedAt: null,
      calledAt: null,
      heardAt: null,
      dueAt: event.dueAt,
      deadlineAt: event.deadlineAt,
      logs: withLog(task.logs, event.log),
      avoidAccount: task.account,
      misses: task.misses + (event.isMiss ? 1 : 0),
    },
    attempt: turnedAway,
  }
}

/** What is at no vendor ends at once; a call whose outcome is unknown, when that is known; what another process makes, by its word. */
function cancelRequested(
  task: Task,
  event: Extract<TaskEvent, { kind: 'cancel_requested' }>,
  now: number,
): Move | undefined {
  if (isTerminal(task.status) || task.handle !== null) return undefined
  const requested = { set: { cancelRequestedAt: now, logs: withLog(task.logs, event.log) } }
  if (event.asksHolder === true && wasOurs(task) && task.leaseUntil !== null) {
    return task.cancelRequestedAt === null ? requested : undefined
  }
  if (task.calledAt === null) {
    const attempt = isRunning(task.status) ? { attempt: endOfAttempt('cancelled', now, undefined) } : {}
    return { set: cancelled(task, event.log, now), ...attempt }
  }
  return task.status === 'processing' || task.cancelRequestedAt !== null ? undefined : requested
}

function cancelled(task: Task, log: string, now: number): Partial<Task> {
  const end = { output: null, error: null, consumedPoints: ZERO_POINTS, logs: log === '' ? [] : [log] }
  return endOf(task, { kind: 'ended', to: 'cancelled', ...end }, now)
}

function unsent(task: Task, event: Extract<TaskEvent, { kind: 'unsent' }>, now: number): Move | undefined {
  const isThisCall = task.calledAt === event.calledAt && task.handle === null
  if (!isThisCall || (task.status !== 'submitting' && task.status !== 'uncertain')) return undefined
  const move = returned(task, { ...event, kind: 'returned', isMiss: false }, now)
  // The account is not at fault.
  return move && { ...move, set: { ...move.set, avoidAccount: task.avoidAccount } }
}

/** Work of a provider in this gateway's own process, which is lost with the process, so it may be begun again. */
function wasOurs({ status, handle, calledAt }: Task): boolean {
  return status === 'processing' && handle === null && calledAt === null
}

/**
 * A callback that names work whose answer is missing is that answer: the task goes on from the handle, and the process
 * that waits for the answer holds it no longer. Any other callback only makes the task due.
 */
function heard(task: Task, event: Extract<TaskEvent, { kind: 'heard' }>, now: number): Move | undefined {
  if (!isRunning(task.status) && !task.isWatched) return undefined
  const learnt = task.handle === null ? event.handle : null
  const wasSent = task.calledAt !== null || task.status === 'uncertain'
  if (learnt !== null && wasSent && (task.status === 'submitting' || task.status === 'uncertain')) {
    return {
      set: {
        status: 'processing',
        handle: learnt,
        startedAt: task.startedAt ?? now,
        claim: task.claim + 1,
        leaseUntil: null,
        heardAt: null,
        dueAt: now,
      },
      attempt: { outcome: 'accepted', acceptedAt: now },
    }
  }
  const known = learnt !== null && task.status !== 'submitting' ? { handle: learnt } : {}
  return { set: { ...known, ...(task.leaseUntil === null ? { dueAt: now } : { heardAt: now }) } }
}

function ended(task: Task, event: End, now: number): Move | undefined {
  if (!mayMove(task.status, event.to)) return undefined
  if (event.from && !event.from.includes(task.status)) return undefined
  const attempt = isRunning(task.status) ? { attempt: endOfAttempt(event.to, now, event.error?.message) } : {}
  return { set: endOf(task, event, now), ...attempt }
}

function endOf(task: Task, event: End, now: number): Partial<Task> {
  const isCompleted = event.to === 'completed'
  return {
    status: event.to,
    progress: isCompleted ? 100 : task.progress,
    consumedPoints: isCompleted ? event.consumedPoints : ZERO_POINTS,
    ...(event.cost ?? UNKNOWN_COST),
    output: event.output,
    error: event.error,
    logs: [...task.logs, ...event.logs],
    startedAt: task.startedAt ?? (isCompleted ? (task.claimedAt ?? now) : null),
    endedAt: now,
    cancelRequestedAt: null,
    isWatched: event.lateAt !== undefined,
    ...(event.lateAt === undefined ? { leaseUntil: null, heardAt: null } : rest(task, event.lateAt, now)),
    ...(event.handle === undefined ? {} : { handle: event.handle }),
  }
}

function deliveredLate(
  task: Task,
  event: Extract<TaskEvent, { kind: 'delivered_late' }>,
  now: number,
): Move | undefined {
  if (task.status !== 'failed' || !task.isWatched) return undefined
  return {
    set: {
      status: 'completed',
      progress: 100,
      ...(event.cost ?? UNKNOWN_COST),
      output: event.output,
      handle: event.handle,
      error: null,
      logs: [...task.logs, event.log],
      startedAt: task.startedAt ?? task.claimedAt ?? now,
      endedAt: now,
      leaseUntil: null,
      heardAt: null,
      isWatched: false,
    },
    attempt: endOfAttempt('completed', now, event.log),
  }
}

function endOfAttempt(outcome: TerminalStatus, endedAt: number, reason: string | undefined): AttemptChange {
  return { outcome, endedAt, ...(reason === undefined ? {} : { reason }) }
}

/** Ends the lease; a callback that came meanwhile makes the task due at once. */
function rest(task: Task, dueAt: number, now: number): Pick<Task, 'dueAt' | 'leaseUntil' | 'heardAt'> {
  return { dueAt: task.heardAt === null ? dueAt : Math.min(now, dueAt), leaseUntil: null, heardAt: null }
}

/** Whole percent, never falling; a report that is not a number is ignored. */
function higher(progress: number, reported: number): number {
  if (Number.isNaN(reported)) return progress
  return Math.max(progress, Math.min(100, Math.floor(reported)))
}

/** Adds a log line, unless it repeats the last one. */
function withLog(logs: readonly string[], log: string): string[] {
  return logs.at(-1) === log ? [...logs] : [...logs, log]
}

/** A hold ends with its task; a late result moves no money. */
function ledgerOf(before: Task, after: Task): Transaction | null {
  if (isTerminal(before.status) || !isTerminal(after.status)) return null
  const end = settleTransaction(before.id, before.pricePoints, after.consumedPoints)
  return before.pricePoints > 0 ? end : null
}
