import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { readAnswer, readIfFits, unreadable } from '../kit/read-wire.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Progress, Result } from '../provider.ts'
import { bearer, errorOf, taskErrorOf } from './errors.ts'
import { Created, Envelope, Task } from './wire.ts'

/** The envelope of relays, `{code: "success", message, data}`, and the task object in it: Suno's protocol and Udio's. */

/** One call, and what its answer holds: `data` of the envelope, or the whole of an answer without one. */
export async function callRelay(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const { body } = await callVendor(account, { errorOf, ...call, headers: bearer(account) })
  const envelope = readIfFits(Envelope, body)
  const isPaid = call.isPaid === true
  if (!envelope) {
    // Without an envelope there is an object, or the address of a file.
    if (typeof body === 'string' && !/^https?:/.test(body)) throw unreadable('something unexpected', RELAY, isPaid)
    return body
  }
  const { code, message = code, data = null } = envelope
  if (code === 'success') return data
  // Some refuse with the status 200.
  const answer = { status: 400, body, message }
  throw errorOf(answer) ?? vendorError({ ...answer, isPaid })
}

export const RELAY = 'The relay'

/** The id of a submitted task. */
export function idIn(answer: Json): string {
  const created = readAnswer(Created, answer, RELAY, { isPaid: true })
  if (typeof created === 'string') return created
  return 'task_id' in created ? created.task_id : created.id
}

/** A task of Suno or Udio; null where the relay knows none, which it says with the status 400. */
export async function fetchTask(
  account: Account,
  path: string,
  signal: AbortSignal,
): Promise<Static<typeof Task> | null> {
  try {
    return readAnswer(Task, await callRelay(account, { path, signal, errorOf: taskErrorOf }), RELAY)
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return null
    throw error
  }
}

const FAILED = ['FAILURE', 'FAIL', 'FAILED', 'ERROR']

/** `read` makes the result of the task's `data`; undefined = there is nothing in it. */
export function progressOf(task: Static<typeof Task> | null, read: (data: Json) => Result | undefined): Progress {
  if (task === null) return { status: 'failed', reason: 'The relay no longer knows the task.' }
  const { status, fail_reason, progress, data = null } = task
  const word = status.toUpperCase()
  if (word === 'SUCCESS') {
    const result = read(data)
    if (result) return { status: 'completed', result }
    return { status: 'failed', reason: 'The relay reported success without a readable result.' }
  }
  if (FAILED.includes(word)) return failureOf(fail_reason)
  const percent = percentOf(progress)
  return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
}

export function failureOf(reason = 'The relay reported a failure without a reason.'): Progress {
  return { status: 'failed', reason, isModerated: speaksOfModeration(reason) || MODERATED.test(reason) }
}

/** Words about lyrics and prompts. Inferred, apart from the banned word. */
const MODERATED = /banned (?:word|prompt)|sensitive|copyrighted lyrics|违规|敏感/i

/** Of "31%"; undefined for other words. */
export function percentOf(progress: string | number | undefined): number | undefined {
  const [, percent] = /^(\d{1,3})%$/.exec(String(progress ?? '')) ?? []
  return percent === undefined ? undefined : Number(percent)
}
