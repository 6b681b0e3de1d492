import type { Mark } from '../core/clock.ts'
import type { Task } from '../core/task.ts'
import { inStep } from '../core/tracer.ts'
import type { TaskParts } from './parts.ts'
import { answerCancel, cancel } from './run/cancel.ts'
import { carryOn } from './run/carry-on.ts'
import { checkLateResult } from './run/late.ts'
import type { RunParts } from './run/run-parts.ts'
import { submitToProvider } from './run/submit-to-provider.ts'

/**
 * The steps of a task's life that need a provider. Each ends by writing down what comes next; nothing is remembered here.
 * `since` is the moment before the claim was sent, from which the lease is counted.
 */
export interface Work {
  /** A task that was just claimed from its queue. */
  begin(task: Task, since: Mark): Promise<void>
  /** A running task that was claimed because it is due. */
  carryOn(task: Task, since: Mark): Promise<void>
  /** A task that failed for want of an answer: its result is delivered if there is one after all. */
  checkLateResult(task: Task, since: Mark, signal: AbortSignal): Promise<void>
  /**
   * Cancels a task that waits or that its provider can end. While a call is under way, or another process does the work
   * itself, the task is given back with `cancelRequestedAt`. Undefined when the provider does not end the work, or the task ended meanwhile.
   */
  cancel(task: Task): Promise<Task | undefined>
  /** A task has changed, perhaps by a cancel at another process, which has to be answered if the work is done in this one. */
  answerCancel(id: string): Promise<void>
}

const NOT_READY =
  'the protocol that renders the webhooks of a task cannot be loaded, so the task waits for another process, or for the next start: restart this one if its files were replaced'

export type WorkOptions = Omit<RunParts, keyof TaskParts | 'cancelling'>

export function openWork({ store, moves, accounts, clock, log, tracer }: TaskParts, options: WorkOptions): Work {
  const parts: RunParts = { store, moves, accounts, clock, log, ...options, cancelling: new Map() }

  /**
   * What is done for a task is written down with its webhooks, so nothing is begun, polled or given up where they cannot be rendered:
   * the task is taken again when its lease has run out, by another process at once, by this one a little later.
   */
  async function whenReady(task: Task, step: () => Promise<void>): Promise<void> {
    try {
      const loading = parts.webhooksReady(task)
      if (loading) await loading // without one the task is in hand at once
    } catch (error) {
      log.error({ err: error, taskId: task.id, dialect: task.dialect }, NOT_READY)
      return
    }
    await step()
  }

  return {
    begin: (task, since) =>
      inStep(tracer, 'submit', task, () => whenReady(task, () => submitToProvider(parts, task, since))),
    carryOn: (task, since) => inStep(tracer, 'poll', task, () => whenReady(task, () => carryOn(parts, task, since))),
    checkLateResult: (task, since, signal) =>
      inStep(tracer, 'check late result', task, () =>
        whenReady(task, () => checkLateResult(parts, task, since, signal)),
      ),
    cancel: (task) => inStep(tracer, 'cancel', task, () => cancel(parts, task)),
    answerCancel: (id) => answerCancel(parts, id),
  }
}
