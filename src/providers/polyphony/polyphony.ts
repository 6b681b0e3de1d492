import { Webhook } from 'standardwebhooks'
import type { Static } from 'typebox'
import { listOperations } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { POINTS_PER_USD, points } from '../../core/points.ts'
import { costInUsd } from '../kit/cost.ts'
import { blobOf, withFiles } from '../kit/input-files.ts'
import { limitToModels } from '../kit/models-field.ts'
import { readAnswer, readCallback, readIfFits, WithId } from '../kit/read-wire.ts'
import { type Call, callVendor, type ErrorAnswer } from '../kit/vendor-call.ts'
import type { Account, Job, Progress, Provider, TaskRequest, VendorCallback } from '../provider.ts'
import { upstreamError } from './errors.ts'
import { idIn, ownNames, renamed, upstreamNames } from './ids.ts'
import { resultOf } from './output.ts'
import { List, Task, Upload } from './wire.ts'

const UPSTREAM = 'The upstream gateway'
const TASKS = '/polyphony/v1/tasks'
const FILES = '/polyphony/v1/files'
const OPERATIONS: ReadonlySet<string> = new Set(listOperations().map(({ id }) => id))

/**
 * Another Polyphony, by the protocol of `src/dialects/polyphony`. Our task's id is the idempotency key there, so a task is
 * created once however often it is sent, and a lost answer is found by that key.
 */
export function polyphonyProvider(): Provider {
  return {
    id: 'polyphony',
    operations: OPERATIONS,
    performs: ({ settings }) => limitToModels(OPERATIONS, settings.models ?? ''),

    async submit(job, account, signal) {
      const json = {
        operation: job.operation,
        input: renamed(await withUploads(job, account, signal), upstreamNames(job)),
        ...(job.callbackUrl === undefined ? {} : { webhook: job.callbackUrl }),
      }
      const headers = { 'idempotency-key': job.idempotencyKey }
      const task = await callUpstream(account, { method: 'POST', path: TASKS, json, headers, isPaid: true, signal })
      const { id } = readAnswer(WithId, task, UPSTREAM, { isPaid: true })
      return { handle: { id } }
    },

    async poll(handle, account, signal, request) {
      const found = await findTask(account, { path: pathOf(handle), signal })
      if (!found) return { status: 'failed', reason: 'The upstream gateway no longer knows the task.' }
      return progressOf(readAnswer(Task, found.body, UPSTREAM), request, account)
    },

    // Refused when the running work cannot be ended; a task that is cancelled already is answered with success.
    async cancel(handle, account, signal) {
      const found = await findTask(account, { method: 'POST', path: `${pathOf(handle)}/cancel`, signal })
      const status = found && readIfFits(Task, found.body)?.status
      if (status === undefined || status === 'cancelled') return
      // It is being handed over there: whether the work ends is not known yet.
      throw new PolyphonyError('vendor_unreachable', 'The upstream gateway has not carried out the cancel yet.')
    },

    async reconcile({ idempotencyKey }, account, signal) {
      const query = { idempotency_key: idempotencyKey }
      const list = readIfFits(List, await callUpstream(account, { path: TASKS, query, signal }))
      if (!list) return 'unknown'
      const [first] = list.tasks
      if (first === undefined) return 'absent' // a call still on its way has the same key, so both become one task
      const task = readIfFits(WithId, first)
      return task ? { handle: { id: task.id } } : 'unknown'
    },

    async receive(callback, { settings }) {
      if (settings.webhookSecret) checkSignature(callback, settings.webhookSecret)
      const task = readCallback(WithId, callback.rawBody)
      return task ? { handle: { id: task.id } } : {}
    },

    async probe(account, signal) {
      await callUpstream(account, { path: TASKS, query: { limit: 1 }, signal })
    },
  }
}

/** The input with every file where the upstream can fetch it: uploaded there first, unless it has a public address. */
function withUploads(job: Job, account: Account, signal: AbortSignal): Promise<JsonObject> {
  return withFiles(job, async (reference) => {
    const address = job.urlOf(reference)
    if (address !== undefined) return address
    const form = new FormData()
    form.set('file', blobOf(await job.file(reference, signal)))
    const answer = await callUpstream(account, { method: 'POST', path: FILES, form, signal })
    return readAnswer(Upload, answer, UPSTREAM).url
  })
}

function pathOf(handle: Json): string {
  return `${TASKS}/${encodeURIComponent(idIn(handle))}`
}

async function callUpstream(account: Account, call: Omit<Call, 'errorOf'>): Promise<Json> {
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}`, ...call.headers }
  return (await callVendor(account, { ...call, headers, errorOf: (answer) => errorOf(answer, call) })).body
}

function errorOf(answer: ErrorAnswer, { isPaid = false }: Pick<Call, 'isPaid'>) {
  const error = upstreamError(answer)
  if (error || isPaid || answer.status !== 404) return error
  // Another server answers at this address, perhaps while the gateway is down: that says nothing about a task.
  return new PolyphonyError('vendor_unreachable', 'The server at the upstream address is not a Polyphony.')
}

/** A call about a task; undefined when the upstream does not know it. */
async function findTask(account: Account, call: Omit<Call, 'errorOf'>): Promise<{ body: Json } | undefined> {
  try {
    return { body: await callUpstream(account, call) }
  } catch (thrown) {
    if (thrown instanceof PolyphonyError && thrown.code === 'task_not_found') return undefined
    throw thrown
  }
}

function progressOf(task: Static<typeof Task>, request: TaskRequest, account: Account): Progress {
  const { id, status, progress, output = null, error, parent_id: parentId = null, provider } = task
  switch (status) {
    case 'completed': {
      const names = ownNames({ id, parentId }, request)
      const result = resultOf(renamed(output, names), request.operation, account)
      const logs = provider === undefined ? [] : [`performed upstream by ${provider}`]
      return { status, result: { ...result, ...chargeOf(task), ...costOf(task), logs } }
    }
    case 'failed': {
      const { code, message: reason = 'The upstream gateway reported a failure without a reason.' } = error ?? {}
      return { status, reason, isModerated: code === 'content_moderated', ...costOf(task) }
    }
    case 'cancelled':
      return { status: 'failed', reason: 'The task was cancelled at the upstream gateway.' }
    default:
      // An unknown state counts as running: the task's deadline ends the wait.
      return { status: 'processing', ...(progress === undefined ? {} : { progress }) }
  }
}

/** Work that cost less upstream than its price there costs that much here; all other work costs our own price. */
function chargeOf({ price_points: price, consumed_points: consumed }: Static<typeof Task>) {
  if (price === undefined || consumed === undefined || consumed >= price) return {}
  return { consumedPoints: points(Math.max(0, Math.ceil(consumed))) }
}

function costOf({ consumed_points: consumed }: Static<typeof Task>) {
  return costInUsd(consumed === undefined ? undefined : consumed / POINTS_PER_USD)
}

function checkSignature({ headers, rawBody }: VendorCallback, secret: string): void {
  const signed = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, headers[name] ?? '']),
  )
  try {
    new Webhook(secret).verify(rawBody, signed)
  } catch (cause) {
    throw new PolyphonyError('unauthorized', 'The callback is not signed by the upstream gateway.', { cause })
  }
}
