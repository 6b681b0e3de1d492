import type { Json } from '../core/json.ts'
import { type Points, points, ZERO_POINTS } from '../core/points.ts'
import { type TaskCost, UNKNOWN_COST } from '../core/price-rule.ts'
import type { Task, TaskError } from '../core/task.ts'
import type { CostList } from '../prices/cost-list.ts'
import type { Result } from '../providers/provider.ts'
import type { Durations } from './durations.ts'
import type { Lease } from './leases.ts'
import type { TaskParts } from './parts.ts'
import { type OutputParts, storeOutputs } from './store-outputs.ts'

/** A task that is worked on under a lease, and the way to write what happens to it. */
export type HeldTask = Pick<Lease, 'task' | 'move'>

export interface Finish {
  /**
   * Copies the files of a result to our storage and ends the task. The generation itself is never repeated here. `handle`
   * is what follow-ups need to know of the work, where that is more than was known before.
   */
  complete(held: HeldTask, result: Result, handle: Json | undefined, signal: AbortSignal): Promise<void>
  /** Ends the task without a result; the hold is released. */
  fail(held: HeldTask, error: TaskError, options?: FailOptions): Promise<void>
  /** Delivers the result of a task that had failed for want of an answer. The refund stays. */
  completeLate(held: HeldTask, result: Result, handle: Json | undefined, signal: AbortSignal): Promise<void>
}

export interface FailOptions {
  /** When its result is looked for all the same. */
  lateAt?: number
  /** What the vendor took for it, where it says so. */
  costPoints?: Points
}

export interface FinishOptions extends Omit<OutputParts, keyof TaskParts> {
  durations: Durations
  /** What the vendor takes by the operator's rules. */
  costOf: CostList
}

export function openFinish({ accounts, clock, log, tracer }: TaskParts, options: FinishOptions): Finish {
  const { assets, egress, maxOutputBytes, durations, costOf } = options
  const outputs: OutputParts = {
    assets,
    egress,
    clock,
    log,
    tracer,
    // The operator may change it.
    get mediaDays() {
      return options.mediaDays
    },
    maxOutputBytes,
  }

  /** What of the hold is taken: never more than was held. */
  function chargeOf({ pricePoints, account }: Task, result: Result): Points {
    const charge = Math.min(pricePoints, result.consumedPoints ?? pricePoints * (result.consumedShare ?? 1))
    // What a task that ran on this account costs, as a part of the list price.
    const factor = account === null ? 1 : accounts.factorOf(account)
    return points(Math.ceil(charge * Math.min(1, factor)))
  }

  /** What the work cost the operator. Rules are asked about finished work only: vendors take nothing for what failed. */
  function taskCost(task: Task, reported: Points | undefined, isDone: boolean): TaskCost {
    if (task.mode === 'test' || task.account === null) return UNKNOWN_COST
    if (!accounts.isBilled(task.account)) return { costPoints: ZERO_POINTS, costSource: 'free' }
    if (reported !== undefined) return { costPoints: reported, costSource: 'vendor' }
    const costPoints = isDone ? costOf(task) : null
    return costPoints === null ? UNKNOWN_COST : { costPoints, costSource: 'rule' }
  }

  return {
    async fail(held, error, { lateAt, costPoints } = {}) {
      const cost = taskCost(held.task, costPoints, false)
      const end = { output: null, error, consumedPoints: ZERO_POINTS, cost, logs: [error.detail ?? error.message] }
      const late = lateAt === undefined ? {} : { lateAt }
      const ended = await held.move({ kind: 'ended', to: 'failed', ...end, ...late })
      const line = { code: error.code, reason: error.message, applied: ended !== undefined }
      log.info({ ...about(ended ?? held.task), ...line }, 'task failed')
    },
    async completeLate(held, result, handle, signal) {
      const { files, output } = await storeOutputs(outputs, held.task, result, signal)
      const note = 'the result came after the task had failed and been refunded; it is delivered, and costs nothing'
      const cost = taskCost(held.task, result.costPoints, true)
      const event = { kind: 'delivered_late', handle: handle ?? held.task.handle, output, log: note, cost } as const
      const ended = await held.move(event, files)
      if (!ended) await assets.deleteUnrecorded(files)
      const line = { files: files.length, delivered: ended !== undefined }
      log.info({ ...about(ended ?? held.task), ...line }, 'a late result came')
    },
    async complete(held, result, handle, signal) {
      const { files, output } = await storeOutputs(outputs, held.task, result, signal)
      const consumedPoints = chargeOf(held.task, result)
      const cost = taskCost(held.task, result.costPoints, true)
      const followUp = handle === undefined ? {} : { handle }
      const end = { output, error: null, consumedPoints, cost, logs: result.logs ?? [], ...followUp }
      // When this throws, the end may yet be on disk (a connection that broke after the commit): the files stay, since a
      // file without a row is better than a song whose file is gone.
      const ended = await held.move({ kind: 'ended', to: 'completed', ...end }, files)
      // Another process ended the task, or the lease was lost: these copies belong to nothing.
      if (!ended) await assets.deleteUnrecorded(files)
      else durations.record(ended.operation, clock.now() - (ended.startedAt ?? ended.createdAt))
      const line = { files: files.length, consumedPoints, applied: ended !== undefined }
      log.info({ ...about(ended ?? held.task), ...line }, 'task completed')
    },
  }
}

/** Which task of whom it was, in the log. */
function about({ id, tenantId, keyId, operation, provider, requestId, createdAt, endedAt }: Task) {
  const ms = endedAt === null ? {} : { ms: endedAt - createdAt }
  return { taskId: id, tenantId, keyId, operation, provider, requestId, ...ms }
}
