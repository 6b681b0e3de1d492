import { type Caller, scopeOf } from '../core/caller.ts'
import { PolyphonyError } from '../core/errors.ts'
import { taskOf } from '../core/new-task.ts'
import { ZERO_POINTS } from '../core/points.ts'
import type { Task } from '../core/task.ts'
import { check, prepare } from './prepare.ts'
import { refusal, storeWithFiles } from './store-submission.ts'
import type { BatchSubmission, Quote, Submission } from './submission.ts'
import { submitBatch } from './submit-batch.ts'
import type { SubmitParts } from './submit-parts.ts'

export interface Submit {
  /**
   * Stores the task and holds its price; both are on disk when the promise resolves. Throws `overloaded`, with nothing
   * stored or held, when the store could not take it in time.
   */
  submit(submission: Submission, caller: Caller): Promise<{ task: Task; replayed: boolean }>
  /** Checks a submission as `submit` does, and stores nothing. */
  quote(submission: Submission, caller: Caller): Promise<Quote>
  /**
   * Stores a batch with all tasks that can be accepted, under one commit; adds to `rejected` what cannot. Throws
   * `overloaded` likewise.
   */
  submitBatch(submission: BatchSubmission, caller: Caller): Promise<{ batchId: string; replayed: boolean }>
}

export function openSubmit(parts: SubmitParts): Submit {
  /** Runs a submission of so many tasks if the store can take them in time. */
  async function admitted<Result>(tasks: number, run: () => Promise<Result>): Promise<Result> {
    const leave = parts.admission.enter(tasks)
    try {
      return await run()
    } finally {
      leave()
    }
  }
  return {
    submit: (submission, caller) => admitted(1, () => submitOne(parts, submission, caller)),
    quote: (submission, caller) => quote(parts, submission, caller),
    submitBatch: (batch, caller) => admitted(batch.entries.length, () => submitBatch(parts, batch, caller)),
  }
}

async function submitOne(
  parts: SubmitParts,
  submission: Submission,
  caller: Caller,
): Promise<{ task: Task; replayed: boolean }> {
  const { store, admission, inputs } = parts
  const { fresh, assets } = await prepare(parts, submission, caller)
  const [outcome] = await storeWithFiles(
    inputs,
    assets,
    () => admission.measured(1, () => store.submitTasks({ tasks: [fresh] })),
    ([first]) => first?.outcome === 'created',
  )
  switch (outcome?.outcome) {
    case 'created':
      parts.observer?.submitted(fresh)
      return { task: taskOf(fresh, outcome.status), replayed: false }
    case 'replayed':
      return { task: await parts.get(outcome.taskId, caller), replayed: true }
    case 'too_many_staged':
      throw new PolyphonyError('too_many_staged', `At most ${outcome.limit} tasks may be parked at once.`, {
        retryAfterSeconds: 30,
      })
    default:
      if (!outcome) throw new PolyphonyError('internal', 'The store gave no outcome for the task.')
      throw refusal(outcome, fresh.pricePoints, parts.clock.now())
  }
}

async function quote(parts: SubmitParts, submission: Submission, caller: Caller): Promise<Quote> {
  const { store, inputs } = parts
  const { pricePoints } = await check(parts, submission, caller)
  await inputs.judge(submission, scopeOf(caller))
  const balance = await store.getBalance({ tenantId: caller.tenantId })
  const availablePoints = balance?.available ?? ZERO_POINTS
  return { pricePoints, availablePoints, isAffordable: pricePoints <= availablePoints }
}
