import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { readAnswer, readIfFits } from '../kit/read-wire.ts'
import { callVendor } from '../kit/vendor-call.ts'
import type { Account, Failure } from '../provider.ts'
import { keyOf } from './account.ts'
import { ExecutionError, type ExecutionStatus, History, HistoryEntry, Job, Queue } from './wire.ts'

/** What ComfyUI reports about a job. */
export type JobState =
  | { state: 'pending' }
  | { state: 'running' }
  | { state: 'done'; outputs: JsonObject }
  | ({ state: 'failed' } & Failure)
  /** ComfyUI has forgotten it, or never had it: what it knows is in memory, and gone after a restart. */
  | { state: 'unknown' }

/** Newer servers have a route for a job; at others it is in the queue or in the history. */
export async function findJob(id: string, account: Account, signal: AbortSignal, hasJobs: boolean): Promise<Look> {
  if (hasJobs) {
    const found = await askJobs(id, account, signal)
    if (found.seen) return { seen: found.seen, hasJobs: true }
    if (found.hasRoute) return { seen: await askQueueAndHistory(id, account, signal), hasJobs: true }
  }
  return { seen: await askQueueAndHistory(id, account, signal), hasJobs: false }
}

export interface Look {
  seen: JobState
  /** Whether the server has the newer route, as far as the answers show. */
  hasJobs: boolean
}

async function askJobs(
  id: string,
  account: Account,
  signal: AbortSignal,
): Promise<{ seen: JobState; hasRoute: true } | { seen?: undefined; hasRoute: boolean }> {
  let hasRoute = true
  try {
    const { body } = await callVendor(account, {
      path: `/api/jobs/${encodeURIComponent(id)}`,
      headers: keyOf(account),
      signal,
      refusesInText: true, // a server without the route
      errorOf({ status, body: answer }) {
        if (status !== 404) return undefined
        hasRoute = isJsonObject(answer)
        return new PolyphonyError('task_not_found', 'ComfyUI does not know the job.')
      },
    })
    return { seen: stateIn(readAnswer(Job, body, 'ComfyUI')), hasRoute: true }
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return { hasRoute }
    throw error
  }
}

function stateIn(job: Static<typeof Job>): JobState {
  const { status, outputs = {}, execution_status, execution_error } = job
  switch (status) {
    case 'pending':
      return { state: 'pending' }
    case 'completed':
      return { state: 'done', outputs }
    case 'failed':
    case 'cancelled':
      return { state: 'failed', ...failureIn(execution_status, execution_error) }
    default:
      return { state: 'running' } // 'in_progress', and what a later version may name
  }
}

/** The queue first: what has left it by then is in the history, so that no job falls between the two calls. */
async function askQueueAndHistory(id: string, account: Account, signal: AbortSignal): Promise<JobState> {
  const place = await placeInQueue(id, account, signal)
  if (place) return { state: place }
  const path = `/history/${encodeURIComponent(id)}`
  const { body } = await callVendor(account, { path, headers: keyOf(account), signal })
  const entry = readIfFits(HistoryEntry, readAnswer(History, body, 'ComfyUI')[id])
  if (!entry) return { state: 'unknown' }
  const { status, outputs = {} } = entry
  return status?.status_str === 'error' ? { state: 'failed', ...failureIn(status) } : { state: 'done', outputs }
}

export async function placeInQueue(
  id: string,
  account: Account,
  signal: AbortSignal,
): Promise<'running' | 'pending' | undefined> {
  const { body } = await callVendor(account, { path: '/queue', headers: keyOf(account), signal })
  const { queue_running: running, queue_pending: pending } = readAnswer(Queue, body, 'ComfyUI')
  const has = (queue: readonly Json[]) => queue.some((one) => Array.isArray(one) && one[1] === id)
  if (has(running)) return 'running'
  return has(pending) ? 'pending' : undefined
}

/** The node that failed reports why, in the error or in the data of an event. */
function failureIn(
  { messages = [] }: Static<typeof ExecutionStatus> = {},
  error?: Static<typeof ExecutionError>,
): Failure {
  const dataOf = (event: string) =>
    messages.flatMap((one) =>
      Array.isArray(one) && one[0] === event ? (readIfFits(ExecutionError, one[1]) ?? []) : [],
    )
  const [failed] = error ? [error] : dataOf('execution_error')
  if (failed) {
    const { node_type, exception_message = '', exception_type } = failed
    const reason = exception_message.trim() || exception_type || 'no reason was reported'
    return { reason: node_type === undefined ? reason : `${node_type}: ${reason}` }
  }
  if (dataOf('execution_interrupted').length > 0) return { reason: 'The work was interrupted at ComfyUI.' }
  return { reason: 'ComfyUI reported a failure without a reason.' }
}
