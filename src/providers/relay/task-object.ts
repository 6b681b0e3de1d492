import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Progress, Result } from '../provider.ts'
import { bearer, errorOf, lookErrorOf, textIn } from './errors.ts'

/** The envelope of relays, `{code: "success", message, data}`, and the task object in it: Suno's protocol and Udio's. */

/** One call, and what its answer holds: `data` of the envelope, or the whole of what has none. */
export async function callRelay(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const { body } = await callVendor(account, { errorOf, ...call, headers: bearer(account) })
  if (!isJsonObject(body) || typeof body.code !== 'string') return body
  const { code, message, data = null } = body
  if (code === 'success') return data
  // Some refuse with the status 200.
  const words = { status: 400, body, message: textIn(message) ?? code }
  throw errorOf(words) ?? vendorError({ ...words, isPaid: call.isPaid === true })
}

/** The id that a submission answers with: the data itself, or in Suno's raw object, which two relays show. */
export function idIn(answer: Json): string {
  const id = textIn(answer) ?? (isJsonObject(answer) ? (textIn(answer.task_id) ?? textIn(answer.id)) : undefined)
  if (id !== undefined) return id
  throw vendorError({ status: 502, message: 'The relay took the task and named no id.', isPaid: true })
}

/** How a task stands; null where the relay knows none, which it says with the status 400. */
export async function fetchTask(account: Account, path: string, signal: AbortSignal): Promise<JsonObject | null> {
  try {
    const task = await callRelay(account, { path, signal, errorOf: lookErrorOf })
    if (isJsonObject(task) && typeof task.status === 'string') return task
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return null
    throw error
  }
  throw vendorError({ status: 502, message: 'The relay’s answer is no task.', isPaid: false })
}

const FAILED = ['FAILURE', 'FAIL', 'FAILED', 'ERROR']

/** `read` makes the result of the task's `data`; undefined = there is nothing in it. */
export function progressOf(task: JsonObject | null, read: (data: Json) => Result | undefined): Progress {
  if (task === null) return { status: 'failed', reason: 'The relay does not know it any more.' }
  const { status, fail_reason, progress, data = null } = task
  const word = String(status).toUpperCase()
  if (word === 'SUCCESS') {
    const result = read(data)
    if (result) return { status: 'completed', result }
    return { status: 'failed', reason: 'The relay says that it is done, and delivered nothing that can be read.' }
  }
  if (FAILED.includes(word)) return failureOf(textIn(fail_reason))
  const percent = percentOf(progress)
  return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
}

export function failureOf(reason = 'The relay says that it failed, and not why.'): Progress {
  return { status: 'failed', reason, isModerated: speaksOfModeration(reason) || MODERATED.test(reason) }
}

/** As it is said of lyrics and prompts. Inferred, apart from the banned word. */
const MODERATED = /banned (?:word|prompt)|sensitive|copyrighted lyrics|违规|敏感/i

/** "31%"; some write words there. */
export function percentOf(progress: Json | undefined): number | undefined {
  const [, percent] = /^(\d{1,3})%$/.exec(String(progress ?? '')) ?? []
  return percent === undefined ? undefined : Number(percent)
}
