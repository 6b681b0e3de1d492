import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { POINTS_PER_USD } from '../../core/points.ts'
import { costInUsd } from '../kit/cost.ts'
import { readAnswer, readCallback, readIfFits } from '../kit/read-wire.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, TaskRequest } from '../provider.ts'
import { OPERATIONS, performedBy } from './operations.ts'
import { resultIn } from './outputs.ts'
import { errorOf, idIn, inputFor, keyOf } from './requests.ts'
import { Created, Envelope, Percent, Task } from './wire.ts'

/**
 * PiAPI's task API, which other gateways speak as well. It takes no idempotency key, and its history does not say for which
 * of our tasks each of its tasks was made, so a lost answer is found by its callback only.
 */
export function piapiProvider(): Provider {
  return {
    id: 'piapi',
    operations: OPERATIONS,
    performs: performedBy,
    async submit(job, account, signal) {
      const json = await bodyOf(job, account, signal)
      const created = await callPiapi(account, { method: 'POST', path: '/api/v1/task', json, signal, isPaid: true })
      const { task_id: id } = readAnswer(Created, created, 'PiAPI', { isPaid: true }).data
      return { handle: { id } }
    },
    async poll(handle, account, signal, request) {
      const found = await findTask(idIn(handle), account, signal)
      if (!found) return { status: 'failed', reason: 'PiAPI no longer knows the task.' }
      return progressOf(readAnswer(Task, found.body, 'PiAPI').data, request, account)
    },
    // Only a task that has not started is cancelled: a refusal is thrown, since the work goes on.
    async cancel(handle, account, signal) {
      await callPiapi(account, { method: 'DELETE', path: `/api/v1/task/${encodeURIComponent(idIn(handle))}`, signal })
    },
    async receive({ headers, rawBody }, account) {
      if (!isSecretOf(headers['x-webhook-secret'] ?? '', account)) {
        throw new PolyphonyError('unauthorized', 'The callback does not carry the secret that was sent with the task.')
      }
      const body = readCallback(Created, rawBody)
      return body ? { handle: { id: body.data.task_id } } : {}
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

/** One call. Throws for an error with the status 200 as well. */
async function callPiapi(account: Account, call: Omit<Call, 'headers' | 'errorOf'>): Promise<Json> {
  const { body } = await callVendor(account, { ...call, headers: keyOf(account), errorOf })
  const { code: status = 200, message = '' } = readIfFits(Envelope, body) ?? {}
  if (status < 400) return body
  throw errorOf({ status, message }) ?? vendorError({ status, message, isPaid: call.isPaid === true })
}

/** Undefined when PiAPI does not know the task: its pages list 404 and the words, an older one the words alone. */
async function findTask(id: string, account: Account, signal: AbortSignal): Promise<{ body: Json } | undefined> {
  const unknown = new PolyphonyError('task_not_found', 'PiAPI does not know the task.')
  try {
    const { body } = await callVendor(account, {
      path: `/api/v1/task/${encodeURIComponent(id)}`,
      headers: keyOf(account),
      signal,
      hasFiles: true, // Flux's pictures are in it as base64, beside their URLs
      errorOf: (answer) =>
        answer.status === 404 || /record not found/i.test(answer.message) ? unknown : errorOf(answer),
    })
    return { body }
  } catch (error) {
    if (error === unknown) return undefined
    throw error
  }
}

type TaskData = Static<typeof Task>['data']

function progressOf(task: TaskData, request: TaskRequest, account: Account): Progress {
  const { output = null } = task
  switch (task.status.toLowerCase()) {
    case 'completed':
    case 'success': {
      const result = resultIn(output, request, account)
      return result
        ? { status: 'completed', result: { ...result, ...costOf(task) } }
        : { status: 'failed', reason: 'PiAPI reported success without a readable result.' }
    }
    case 'failed':
    case 'cancelled':
    case 'canceled':
      return failureOf(task)
    default: {
      const { progress, task_progress, percent } = readIfFits(Percent, output) ?? {}
      const share = progress ?? task_progress ?? percent
      return share === undefined ? { status: 'processing' } : { status: 'processing', progress: share }
    }
  }
}

/** Zero says nothing: it is also what PiAPI reports before it has counted. */
function costOf({ meta }: TaskData) {
  const { consume = 0 } = meta?.usage ?? {}
  return consume > 0 ? costInUsd(consume / POINTS_PER_USD) : {}
}

/** The reason is in `error`; for some failures only in the log, and in older answers in `task_result`. */
function failureOf(task: TaskData): Progress {
  const { error = {}, logs = [], task_result: older } = task
  const reasons = [error.message, error.raw_message, older?.reason, logs.at(-1)].flatMap((one) => one || [])
  const [reason = 'PiAPI reported a failure without a reason.', ...rest] = reasons
  const detail = rest.find((one) => one !== reason)
  return {
    status: 'failed',
    reason,
    ...costOf(task),
    ...(detail === undefined ? {} : { detail }),
    isModerated: [...reasons, ...logs].some((one) => speaksOfModeration(one) || MODERATED.test(one)),
  }
}

/** Words of the services behind PiAPI. Inferred. */
const MODERATED = /risk control|real person|banned prompt|prohibited content/i

/**
 * PiAPI returns a secret of ours in a header and signs nothing. The secret is derived from the key and the task's id, so that
 * it can be checked without being stored, and cannot be forged for another task.
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
