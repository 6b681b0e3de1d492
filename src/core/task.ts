import type { ErrorCode } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { Points } from './points.ts'
import type { PriceSource, TaskCost } from './price-rule.ts'

/**
 * The life of a task:
 *
 *   staged -> pending -> submitting -> processing -> completed | failed
 *                            |  ^          |  |
 *                            v  |          |  v
 *                         uncertain <------+  cancelled (from staged and pending too)
 *
 * - staged:     over a concurrency limit; parked
 * - pending:    waits for a free slot at an account
 * - submitting: a process has taken the task for an account; once `calledAt` is set, the paid request may be in flight
 * - uncertain:  the call has no known outcome; the provider is asked before anything is tried again
 * - processing: the provider has the work
 *
 * Besides the status, a task has a lease (`leaseUntil`: a process works on it), `heardAt` (the vendor called back
 * meanwhile), `cancelRequestedAt` (a cancel waits for the outcome of the call), `avoidAccount` (the account that turned it away last) and, if it failed, `isWatched`: it still completes when
 * its result comes late. `transitions.ts` has every move.
 */
export const STATUSES = [
  'staged',
  'pending',
  'submitting',
  'uncertain',
  'processing',
  'completed',
  'failed',
  'cancelled',
] as const
export type Status = (typeof STATUSES)[number]
export type TerminalStatus = 'completed' | 'failed' | 'cancelled'

const MOVES: Record<Status, readonly Status[]> = {
  staged: ['pending', 'cancelled', 'failed'],
  pending: ['submitting', 'cancelled', 'failed'],
  submitting: ['processing', 'uncertain', 'pending', 'completed', 'failed', 'cancelled'],
  uncertain: ['processing', 'pending', 'completed', 'failed', 'cancelled'],
  processing: ['uncertain', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
}

export function mayMove(from: Status, to: Status): boolean {
  return MOVES[from].includes(to)
}

/** The statuses from which a task may move to `to`: what a compare-and-set compares with. */
export function sourcesOf(to: Status): Status[] {
  return STATUSES.filter((from) => mayMove(from, to))
}

export function isTerminal(status: Status): status is TerminalStatus {
  return MOVES[status].length === 0
}

/** Statuses in which a task occupies a slot at a provider's account. */
export const RUNNING: readonly Status[] = ['submitting', 'uncertain', 'processing']

export function isRunning(status: Status): boolean {
  return RUNNING.includes(status)
}

export const MODES = ['live', 'test'] as const
/** `live` keys run on real providers and pay; `test` keys run on the sandbox and cost nothing. */
export type Mode = (typeof MODES)[number]

/** Why a task failed. `message` is for the caller; `detail` is the provider's own reason, if it gave one. */
export interface TaskError {
  code: ErrorCode
  message: string
  detail?: string
}

/** The durable record of one accepted request. Instants are milliseconds UTC. */
export interface Task extends TaskCost {
  id: string
  tenantId: string
  keyId: string
  mode: Mode
  /** The dialect in which the task was submitted; it renders the task's webhooks. */
  dialect: string
  /** The catalogue's id of the operation, `model/task_type`. */
  operation: string
  /** Model and task type as the caller spelt them. */
  model: string
  taskType: string
  /** Valid, normalised input. Fields that the catalogue does not know are kept. */
  input: JsonObject
  /** Data that only the dialect needs for its answers: the secret of PiAPI's webhook, Midjourney's `state`. */
  echo: JsonObject
  /** The URL for the task's webhooks; null = its submission named none. */
  webhookUrl: string | null
  /** The caller's own id of the task. */
  externalId: string | null
  /** That of the request by which it was submitted, as in the log and in `x-request-id`; null = not known. */
  requestId: string | null
  /** The caller's W3C trace context, passed on to the vendor and with webhooks; null = none was sent. */
  traceparent: string | null
  status: Status
  /** 0 to 100, never falling. */
  progress: number
  /** The amount of the hold. */
  pricePoints: Points
  /** Null where no price applied: a test key's task, or one on an own account that is free. */
  priceRule: PriceSource | null
  /** The part of the hold that was consumed; zero until the task has completed. */
  consumedPoints: Points
  output: Json
  error: TaskError | null
  logs: string[]
  /** The pool of accounts in whose queue the task waits for a slot. */
  pool: string
  /** The public pool took the task, as no account of the private one could do it. */
  fellBack: boolean
  provider: string | null
  account: string | null
  handle: Json
  /** The finished task that this one follows (an extension, an upscale). */
  parentTaskId: string | null
  /** The batch that it is part of. */
  batchId: string | null
  attempts: number
  /** Attempts that failed at the provider; waiting for another account does not count. */
  misses: number
  /** The account that turned the task away last: another one is called first. */
  avoidAccount: string | null
  /**
   * Grows with every write but the renewal of a lease. A write names the version that it was computed from and is
   * refused when another one came between.
   */
  version: number
  /** Grows with every change of the lease's holder: a process still holds the task while this has not changed. */
  claim: number
  /** Until when a process has the task for itself; null = no process has it. */
  leaseUntil: number | null
  /** When the attempt under way began; null = the task waits. */
  claimedAt: number | null
  /** When the intent to send the paid request of this attempt was written; null = nothing was sent. */
  calledAt: number | null
  /** When the vendor called back while a process held the task; null = no callback that the holder has not seen. */
  heardAt: number | null
  /**
   * When the client asked for a cancel that waits for the outcome of the call, or for the vendor to end the work; null = no
   * cancel is to be carried out.
   */
  cancelRequestedAt: number | null
  /** The task failed because no answer came; if its result still comes, it is delivered. */
  isWatched: boolean
  /** When the task next needs attention, whether or not a process holds it. */
  dueAt: number
  /** How long a provider may take, from the claim. */
  timeoutMs: number
  /** When the task fails unless it has ended. */
  deadlineAt: number
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  /** Its owner marked it. */
  isFavourite: boolean
  /** When its owner deleted it; null = it was not. It is hidden from then on, and its record goes a little later. */
  deletedAt: number | null
}
