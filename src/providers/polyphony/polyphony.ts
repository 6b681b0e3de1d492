import { Webhook } from 'standardwebhooks'
import { listOperations } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { points } from '../../core/points.ts'
import { blobOf, withFiles } from '../kit/input-files.ts'
import { limitToModels } from '../kit/models-field.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import type { Account, Job, Progress, Provider, TaskRequest, VendorCallback } from '../provider.ts'
import { upstreamError } from './errors.ts'
import { idIn, ownNames, renamed, upstreamNames } from './ids.ts'
import { resultOf } from './output.ts'

const TASKS = '/polyphony/v1/tasks'
const FILES = '/polyphony/v1/files'
const OPERATIONS: ReadonlySet<string> = new Set(listOperations().map(({ id }) => id))

/**
 * Another Polyphony, by the protocol of `src/dialects/polyphony`. Our task's id is the idempotency key there, so a task is
 * begun once however often it is sent, and a lost answer is found by that key.
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
      if (typeof task.id === 'string') return { handle: { id: task.id } }
      throw new PolyphonyError('vendor_silent', 'The upstream gateway took the task and named no id.')
    },

    async poll(handle, account, signal, request) {
      const task = await findTask(account, { path: pathOf(handle), signal })
      return task
        ? progressOf(task, request, account)
        : { status: 'failed', reason: 'The upstream gateway lost the task.' }
    },

    // Refused where what runs there cannot be ended; a task that is cancelled already is answered as one.
    async cancel(handle, account, signal) {
      await findTask(account, { method: 'POST', path: `${pathOf(handle)}/cancel`, signal })
    },

    async reconcile({ idempotencyKey }, account, signal) {
      const { tasks } = await callUpstream(account, { path: TASKS, query: { idempotency_key: idempotencyKey }, signal })
      if (!Array.isArray(tasks)) return 'unknown'
      const [task] = tasks
      if (task === undefined) return 'absent' // were it on its way yet, the same key would make one task of two
      return isJsonObject(task) && typeof task.id === 'string' ? { handle: { id: task.id } } : 'unknown'
    },

    async receive(callback, { settings }) {
      if (settings.webhookSecret) checkSignature(callback, settings.webhookSecret)
      const task: unknown = JSON.parse(callback.rawBody)
      return isJsonObject(task) && typeof task.id === 'string' ? { handle: { id: task.id } } : {}
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
    const { url } = await callUpstream(account, { method: 'POST', path: FILES, form, signal })
    if (typeof url === 'string') return url
    throw new PolyphonyError('vendor_unreachable', 'The upstream gateway took a file and named no address of it.')
  })
}

function pathOf(handle: Json): string {
  return `${TASKS}/${encodeURIComponent(idIn(handle))}`
}

async function callUpstream(account: Account, call: Omit<Call, 'errorOf'>): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}`, ...call.headers }
  const { body } = await callVendor(account, { ...call, headers, errorOf: (answer) => errorOf(answer, call) })
  if (isJsonObject(body)) return body
  throw new PolyphonyError(
    call.isPaid === true ? 'vendor_silent' : 'vendor_unreachable',
    'The upstream gateway answers with something that is none of its answers.',
  )
}

function errorOf(answer: { status: number; body: Json; message: string }, { isPaid = false }: Pick<Call, 'isPaid'>) {
  const error = upstreamError(answer)
  if (error || isPaid || answer.status !== 404) return error
  // Something else stands at the address, perhaps while the gateway is away: that says nothing of a task.
  return new PolyphonyError('vendor_unreachable', 'No Polyphony answers at the address of the upstream gateway.')
}

/** A task by its id; undefined where the upstream has none. */
async function findTask(account: Account, call: Omit<Call, 'errorOf'>): Promise<JsonObject | undefined> {
  try {
    return await callUpstream(account, call)
  } catch (thrown) {
    if (thrown instanceof PolyphonyError && thrown.code === 'task_not_found') return undefined
    throw thrown
  }
}

function progressOf(task: JsonObject, request: TaskRequest, account: Account): Progress {
  const { id, status, progress, output = null, error, parent_id, provider } = task
  switch (status) {
    case 'completed': {
      const names = ownNames({ id: String(id), parentId: typeof parent_id === 'string' ? parent_id : null }, request)
      const result = resultOf(renamed(output, names), request.operation, account)
      const logs = typeof provider === 'string' ? [`performed upstream by ${provider}`] : []
      return { status, result: { ...result, ...chargeOf(task), logs } }
    }
    case 'failed': {
      const { code, message } = isJsonObject(error) ? error : {}
      const reason = typeof message === 'string' && message !== '' ? message : 'The upstream gateway gives no reason.'
      return { status, reason, isModerated: code === 'content_moderated' }
    }
    case 'cancelled':
      return { status: 'failed', reason: 'The task was cancelled at the upstream gateway.' }
    default:
      // A state that we have not met runs, too: the task's deadline ends the wait.
      return { status: 'processing', ...(typeof progress === 'number' ? { progress } : {}) }
  }
}

/** Work that cost less there than was agreed costs no more than that here; else the price is our own. */
function chargeOf({ price_points: price, consumed_points: consumed }: JsonObject) {
  if (typeof price !== 'number' || typeof consumed !== 'number' || consumed >= price) return {}
  return { consumedPoints: points(Math.max(0, Math.ceil(consumed))) }
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
