import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { vendorError } from '../kit/vendor-errors.ts'
import type { Account, Failure } from '../provider.ts'
import { keyOf } from './account.ts'

/** What ComfyUI knows of a job. */
export type JobState =
  | { state: 'pending' }
  | { state: 'running' }
  | { state: 'done'; outputs: JsonObject }
  | ({ state: 'failed' } & Failure)
  /** ComfyUI has forgotten it, or never had it: what it knows is in memory, and gone after a restart. */
  | { state: 'unknown' }

/** Looks a job up: newer servers have a route for it, of the others both the queue and the history must be asked. */
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
  /** Whether the server has the newer route, as far as the look can tell. */
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
      errorOf({ status, body: answer }) {
        if (status !== 404) return undefined
        hasRoute = isJsonObject(answer) // a route that there is none of answers in plain text
        return new PolyphonyError('task_not_found', 'ComfyUI does not know the job.')
      },
    })
    return { seen: seenInJob(body), hasRoute: true }
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return { hasRoute }
    throw error
  }
}

function seenInJob(job: Json): JobState {
  if (!isJsonObject(job)) throw malformed()
  const { status, outputs, execution_status, execution_error } = job
  switch (status) {
    case 'pending':
      return { state: 'pending' }
    case 'in_progress':
      return { state: 'running' }
    case 'completed':
      return { state: 'done', outputs: isJsonObject(outputs) ? outputs : {} }
    case 'failed':
    case 'cancelled':
      return { state: 'failed', ...failureIn(execution_status ?? null, execution_error ?? null) }
    default:
      throw malformed()
  }
}

/** The queue first: what has left it by then is in the history, so that nothing falls between. */
async function askQueueAndHistory(id: string, account: Account, signal: AbortSignal): Promise<JobState> {
  const place = await placeInQueue(id, account, signal)
  if (place) return { state: place }
  const { body } = await callVendor(account, {
    path: `/history/${encodeURIComponent(id)}`,
    headers: keyOf(account),
    signal,
  })
  if (!isJsonObject(body)) throw malformed()
  const entry = body[id]
  if (!isJsonObject(entry)) return { state: 'unknown' }
  const { status, outputs } = entry
  if (isJsonObject(status) && status.status_str === 'error') return { state: 'failed', ...failureIn(status, null) }
  return { state: 'done', outputs: isJsonObject(outputs) ? outputs : {} }
}

/** Entries are `[number, id, graph, …]`. */
export async function placeInQueue(
  id: string,
  account: Account,
  signal: AbortSignal,
): Promise<'running' | 'pending' | undefined> {
  const call: Call = { path: '/queue', headers: keyOf(account), signal }
  const { body } = await callVendor(account, call)
  if (!isJsonObject(body)) throw malformed()
  const has = (queue: Json | undefined) =>
    Array.isArray(queue) && queue.some((one) => Array.isArray(one) && one[1] === id)
  if (has(body.queue_running)) return 'running'
  return has(body.queue_pending) ? 'pending' : undefined
}

function malformed(): PolyphonyError {
  return vendorError({ status: 502, message: 'ComfyUI answered with something else than it should.', isPaid: false })
}

/** `messages` are pairs of an event and its data, in which the node that failed says why. */
function failureIn(status: Json, error: Json): Failure {
  const messages = isJsonObject(status) && Array.isArray(status.messages) ? status.messages : []
  const dataOf = (event: string): JsonObject | undefined =>
    messages.flatMap((one) => (Array.isArray(one) && one[0] === event && isJsonObject(one[1]) ? [one[1]] : []))[0]
  const failed = isJsonObject(error) ? error : dataOf('execution_error')
  if (failed) {
    const { node_type, exception_message, exception_type } = failed
    const words = [exception_message, exception_type].find((one) => typeof one === 'string' && one.trim() !== '')
    const reason = typeof words === 'string' ? words.trim() : 'it does not say why'
    return { reason: typeof node_type === 'string' ? `${node_type}: ${reason}` : reason }
  }
  if (dataOf('execution_interrupted')) return { reason: 'The work was interrupted at ComfyUI.' }
  return { reason: 'ComfyUI says that it failed, and not why.' }
}
