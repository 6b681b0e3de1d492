import { createHmac, timingSafeEqual } from 'node:crypto'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, TaskRequest } from '../provider.ts'
import { OPERATIONS, performedBy } from './operations.ts'
import { resultIn } from './outputs.ts'
import { errorOf, idIn, inputFor, keyOf } from './requests.ts'

/**
 * PiAPI's task API, which other gateways speak, too. It takes no idempotency key and its history does not say for whom a
 * task was made, so a lost answer is found by a callback only.
 */
export function piapiProvider(): Provider {
  return {
    id: 'piapi',
    operations: OPERATIONS,
    performs: performedBy,
    async submit(job, account, signal) {
      const json = await bodyOf(job, account, signal)
      const created = await callPiapi(account, { method: 'POST', path: '/api/v1/task', json, signal, isPaid: true })
      return { handle: handleOf(created) }
    },
    async poll(handle, account, signal, request) {
      const task = await fetchTask(handle, account, signal)
      return task
        ? progressOf(task, request, account)
        : { status: 'failed', reason: 'PiAPI does not know it any more.' }
    },
    // Only what has not begun is cancelled: a refusal means that the work goes on, and is thrown.
    async cancel(handle, account, signal) {
      await callPiapi(account, { method: 'DELETE', path: `/api/v1/task/${encodeURIComponent(idIn(handle))}`, signal })
    },
    async receive({ headers, rawBody }, account) {
      if (!isSecretOf(headers['x-webhook-secret'] ?? '', account)) {
        throw new PolyphonyError('unauthorized', 'The callback does not carry the secret that was agreed with PiAPI.')
      }
      const task = taskIn(JSON.parse(rawBody))
      return typeof task.task_id === 'string' ? { handle: { id: task.task_id } } : {}
    },
    async probe(account, signal) {
      await callPiapi(account, { path: '/account/info', signal })
    },
  }
}

async function bodyOf(job: Job, account: Account, signal: AbortSignal): Promise<JsonObject> {
  const { model, taskType } = getOperation(job.operation)
  const { callbackUrl, taskId } = job
  const hook = callbackUrl === undefined ? {} : { endpoint: callbackUrl, secret: secretFor(taskId, account) }
  return {
    model,
    task_type: taskType,
    input: await inputFor(job, account, signal),
    // The workspace at PiAPI says whether a connected account or the common pool does the work.
    config: { service_mode: '', webhook_config: { endpoint: '', secret: '', ...hook } },
  }
}

/** One call, and the body of its answer. An error may come with the status 200 and a `code` that is none. */
async function callPiapi(account: Account, call: Omit<Call, 'headers' | 'errorOf'>): Promise<JsonObject> {
  const { body } = await callVendor(account, { ...call, headers: keyOf(account), errorOf })
  if (!isJsonObject(body)) throw malformed(call.isPaid === true)
  const { code, message } = body
  if (typeof code === 'number' && code >= 400) {
    const words = { status: code, message: typeof message === 'string' ? message : '' }
    throw errorOf(words) ?? vendorError({ ...words, isPaid: call.isPaid === true })
  }
  return body
}

function malformed(isPaid: boolean): PolyphonyError {
  return vendorError({ status: 502, message: 'PiAPI gave an answer that names no task.', isPaid })
}

/** Undefined where PiAPI knows none: its pages list 404 and the words, an older one the words alone. */
async function fetchTask(handle: Json, account: Account, signal: AbortSignal): Promise<JsonObject | undefined> {
  const path = `/api/v1/task/${encodeURIComponent(idIn(handle))}`
  const { body } = await callVendor(account, {
    path,
    headers: keyOf(account),
    signal,
    hasFiles: true, // Flux's pictures stand in it as base64, beside their addresses
    errorOf: (answer) =>
      answer.status === 404 || /record not found/i.test(answer.message)
        ? new PolyphonyError('task_not_found', answer.message)
        : errorOf(answer),
  }).catch((error: unknown) => {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return { body: null }
    throw error
  })
  if (body === null) return undefined
  const task = taskIn(body)
  if (typeof task.status !== 'string') throw malformed(false)
  return task
}

/** Envelopes differ: with `code` and `message`, or with `timestamp` alone, as webhooks are. */
function taskIn(body: unknown): JsonObject {
  return isJsonObject(body) && isJsonObject(body.data) ? body.data : {}
}

function handleOf(created: JsonObject): JsonObject {
  const { task_id: id } = taskIn(created)
  if (typeof id !== 'string' || id === '') throw malformed(true)
  return { id }
}

function progressOf(task: JsonObject, request: TaskRequest, account: Account): Progress {
  const { output = null } = task
  switch (String(task.status).toLowerCase()) {
    case 'completed':
    case 'success': {
      const result = resultIn(output, request, account)
      return result
        ? { status: 'completed', result }
        : { status: 'failed', reason: 'PiAPI says that it is done, and delivered nothing that can be read.' }
    }
    case 'failed':
    case 'cancelled':
    case 'canceled':
      return failureOf(task)
    default: {
      const percent = percentIn(output)
      return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
    }
  }
}

/** Midjourney's and Hailuo's. */
function percentIn(output: Json): number | undefined {
  if (!isJsonObject(output)) return undefined
  const told = [output.progress, output.task_progress, output.percent].find((one) => typeof one === 'number')
  return typeof told === 'number' ? told : undefined
}

/** The reason stands in `error`; of some failures only in the log, and of older answers in `task_result`. */
function failureOf({ error, logs, task_result }: JsonObject): Progress {
  const { message, raw_message } = isJsonObject(error) ? error : {}
  const lines = (Array.isArray(logs) ? logs : []).filter((line) => typeof line === 'string')
  const older = isJsonObject(task_result) ? task_result.reason : undefined
  const [reason, ...rest] = [message, raw_message, older, lines.at(-1)].filter(
    (one) => typeof one === 'string' && one !== '',
  )
  const words = [reason, ...rest, ...lines].map(String)
  const detail = rest.find((one) => one !== reason)
  return {
    status: 'failed',
    reason: typeof reason === 'string' ? reason : 'PiAPI says that it failed, and not why.',
    ...(typeof detail === 'string' ? { detail } : {}),
    isModerated: words.some((one) => speaksOfModeration(one) || MODERATED.test(one)),
  }
}

/** As the services that PiAPI relays say it. Inferred. */
const MODERATED = /risk control|real person|banned prompt|prohibited content/i

/**
 * PiAPI echoes a secret of ours in a header and signs nothing. It is made of the key and the task's id, so that it can be
 * told again from what comes in alone; nobody can make one for another task.
 */
function secretFor(taskId: string, { settings }: Account): string {
  const seal = createHmac('sha256', settings.apiKey ?? '').update(`piapi callback ${taskId}`)
  return `${taskId}.${seal.digest('base64url')}`
}

function isSecretOf(given: string, account: Account): boolean {
  const expected = Buffer.from(secretFor(given.split('.', 1)[0] ?? '', account))
  const found = Buffer.from(given)
  return found.length === expected.length && timingSafeEqual(found, expected)
}
