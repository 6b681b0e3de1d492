import { createHash } from 'node:crypto'
import { type IExecuteFunctions, sleep } from 'n8n-workflow'
import { type Context, GatewayError, send, type Task } from './gateway.ts'

/** Submitting tasks, once each, and following them to their ends. */

export interface Submission {
  operation: string
  input: Record<string, unknown>
}

const ENDED = new Set(['completed', 'failed', 'cancelled'])
const POLL_SECONDS = 25
const MINUTE_MS = 60_000

export const isEnded = ({ status }: Task): boolean => ENDED.has(status)

/** A task that ended without a result. */
export class TaskFailed extends GatewayError {
  constructor({ id, status, error }: Task) {
    const message = error?.message ?? `The task ${id} is ${status}.`
    super(message, { code: error?.code ?? status, status: 0, field: undefined })
  }
}

export const getTask = (context: Context, id: string, waitSeconds = 0): Promise<Task> =>
  send(context, 'GET', `/polyphony/v1/tasks/${encodeURIComponent(id)}?wait=${waitSeconds}`)

/**
 * What begins the idempotency keys of a run of this node: another run, another execution, workflow or n8n has another. When
 * n8n tries the node again ("Retry On Fail"), it is the same, and so are the tasks: what is done is not paid again.
 */
export function runKey(context: IExecuteFunctions, submissions: Submission[]): string {
  const parts = [
    context.getWorkflow().id,
    context.getNode().id,
    context.getExecutionId(),
    context.evaluateExpression('{{ $runIndex }}', 0),
    // It has the address of this n8n.
    context.evaluateExpression('{{ $execution.resumeUrl }}', 0),
    submissions,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** The key of an item. An attempt is another one after the task of the last has failed or was cancelled. */
const keyOf = (run: string, index: number, attempt: number): string => `n8n-${run}-${index}-${attempt}`

/** The last task that was submitted for an item of a run, and how many were. */
export async function submitted(
  context: Context,
  run: string,
  index: number,
): Promise<{ task: Task | undefined; attempts: number }> {
  let last: Task | undefined
  for (let attempts = 0; ; attempts++) {
    const path = `/polyphony/v1/tasks?idempotency_key=${keyOf(run, index, attempts)}`
    const { tasks } = await send<{ tasks: Task[] }>(context, 'GET', path)
    const [task] = tasks
    if (!task) return { task: last, attempts }
    last = task
  }
}

/**
 * The task of an item: the one that an earlier try of the same run has submitted, unless it failed, or a new one.
 * `complete` makes the input ready to be sent, and is called only then.
 */
export async function submit(
  context: IExecuteFunctions,
  item: { run: string; index: number; webhook?: string },
  { operation, input }: Submission,
  complete: (input: Submission['input']) => Promise<Submission['input']>,
): Promise<Task> {
  const { run, index, webhook } = item
  const { task, attempts } = await submitted(context, run, index)
  if (task && task.status !== 'failed' && task.status !== 'cancelled') return task
  return send(context, 'POST', '/polyphony/v1/tasks', {
    headers: { 'idempotency-key': keyOf(run, index, attempts) },
    body: { operation, input: await complete(input), ...(webhook === undefined ? {} : { webhook }) },
  })
}

/** Waits for the end of a task, at most `minutes`. Throws `timed_out` after that: the task goes on. */
export async function followed(context: IExecuteFunctions, task: Task, minutes: number): Promise<Task> {
  const deadline = Date.now() + minutes * MINUTE_MS
  let last = task
  while (!isEnded(last)) {
    const leftSeconds = Math.ceil((deadline - Date.now()) / 1_000)
    if (leftSeconds <= 0) {
      const message = `The task ${task.id} is still ${last.status} after ${minutes} minutes. It goes on: get it later, or cancel it.`
      throw new GatewayError(message, { code: 'timed_out', status: 0, field: undefined })
    }
    const before = Date.now()
    last = await getTask(context, task.id, Math.min(POLL_SECONDS, leftSeconds))
    // A proxy that answers at once must not make this a loop without a pause.
    if (!isEnded(last) && Date.now() - before < 1_000) await sleep(1_000)
  }
  return last
}
