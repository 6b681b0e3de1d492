import { finetuneOf } from '../../catalog/bfl.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { base64, withFiles } from '../kit/input-files.ts'
import { dataResult, imagesResult, videosResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { wordsOf } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, TaskRequest } from '../provider.ts'
import { hasAllTasks, pollingUrlIn } from './polling-urls.ts'
import { isTraining, REQUESTS, type Request } from './requests.ts'

/** A picture takes seconds. */
const POLL_MS = 1_000

/**
 * Flux at Black Forest Labs. A task runs in one of its regions, and is asked after at the address that the answer names.
 * The vendor has no way to find a call whose answer was lost, and none to cancel.
 */
export function bflProvider(): Provider {
  return {
    id: 'bfl',
    operations: new Set(Object.keys(REQUESTS)),

    async submit(job, account, signal) {
      const request = requestOf(job)
      const input = { ...(await withFiles(job, formOf(request, job, signal))), ...finetuneIn(job, account) }
      const json = { ...request.bodyOf(input), ...hookOf(job, account) }
      const { body } = await callBfl(account, { method: 'POST', path: request.path, json, signal, isPaid: true })
      const { finetune_id, id: taskId, polling_url } = isJsonObject(body) ? body : {}
      const id = isTraining(job.operation) ? (finetune_id ?? taskId) : taskId
      if (typeof id !== 'string' || id === '') {
        throw new PolyphonyError('vendor_silent', 'Black Forest Labs accepted the task and named no id.')
      }
      const pollingUrl = pollingUrlIn(polling_url, account)
      const handle = pollingUrl === undefined ? { id } : { id, pollingUrl }
      return isQuick(job) ? { handle, pollAfterMs: POLL_MS } : { handle }
    },

    async poll(handle, account, signal, request) {
      const { id, pollingUrl } = handleIn(handle)
      const errorOf: Call['errorOf'] = ({ status }) =>
        status === 404 ? new PolyphonyError('task_not_found', 'There is no such task.') : undefined
      try {
        const { body } = await callBfl(account, { ...pollCallFor(id, pollingUrl), errorOf, signal })
        return progressOf(body, request)
      } catch (thrown) {
        if (!(thrown instanceof PolyphonyError) || thrown.code !== 'task_not_found') throw thrown
        return UNKNOWN
      }
    },

    // What signs a callback is known from hearsay only, so that no secret is sent and nothing is checked.
    async receive({ rawBody }) {
      const body: unknown = JSON.parse(rawBody)
      return isJsonObject(body) && typeof body.id === 'string' ? { handle: { id: body.id } } : {}
    },

    async probe(account, signal) {
      await callBfl(account, { path: '/v1/credits', signal })
    },
  }
}

const UNKNOWN: Progress = { status: 'failed', reason: 'Black Forest Labs does not know the task any more.' }

function callBfl(account: Account, call: Omit<Call, 'headers'> & { origin?: string }) {
  const { origin, ...rest } = call
  // A region's address stands in the place of the account's, with the same key.
  const { settings } = account
  const there = origin === undefined ? account : { ...account, settings: { ...settings, baseUrl: origin } }
  return callVendor(there, { ...rest, headers: { 'x-key': settings.apiKey ?? '' } })
}

function pollCallFor(id: string, pollingUrl: string | undefined): Pick<Call, 'path' | 'query'> & { origin?: string } {
  if (pollingUrl === undefined) return { path: '/v1/get_result', query: { id } }
  return { path: pollingUrl, origin: new URL(pollingUrl).origin }
}

function requestOf({ operation }: Pick<Job, 'operation'>): Request {
  const request = REQUESTS[operation]
  if (!request) throw new PolyphonyError('no_provider', `Black Forest Labs does not perform ${operation}.`)
  return request
}

function formOf({ takesUrls }: Request, job: Job, signal: AbortSignal): (reference: string) => Promise<string> {
  return async (reference) => {
    const url = takesUrls ? job.urlOf(reference) : undefined
    return url ?? base64(await job.file(reference, signal))
  }
}

/** The finetune that a picture is drawn with, by the vendor's id. It is known to the account that trained it. */
function finetuneIn(job: Job, { id }: Account): JsonObject {
  if (!('finetune_id' in getOperation(job.operation).input.properties)) return {}
  const { parent } = job
  if (parent?.account === id && parent.handle !== null) return { finetune_id: handleIn(parent.handle).id }
  throw new PolyphonyError('vendor_refused', 'finetune_id names no finetune that this account trained.', {
    field: 'finetune_id',
  })
}

/**
 * Who asks to be called is not told where to ask, so that only those are who ask a place which knows all tasks: a region's
 * own address, or a gateway's.
 */
function hookOf({ callbackUrl }: Job, account: Account): JsonObject {
  return callbackUrl !== undefined && hasAllTasks(account) ? { webhook_url: callbackUrl } : {}
}

function isQuick({ operation }: Pick<Job, 'operation'>): boolean {
  return getOperation(operation).produces.kind === 'pictures'
}

function handleIn(handle: Json): { id: string; pollingUrl?: string } {
  if (!isJsonObject(handle) || typeof handle.id !== 'string') {
    throw new PolyphonyError('internal', 'The handle is none of Black Forest Labs’.')
  }
  const { id, pollingUrl } = handle
  return typeof pollingUrl === 'string' ? { id, pollingUrl } : { id }
}

function progressOf(body: Json, request: TaskRequest): Progress {
  const { status, result, progress, details } = isJsonObject(body) ? body : {}
  switch (status) {
    case 'Ready':
      return resultOf(isJsonObject(result) ? result : {}, request)
    case 'Request Moderated':
    case 'Content Moderated': {
      const words = reasonsIn(details)
      return { status: 'failed', reason: words === undefined ? status : `${status}: ${words}`, isModerated: true }
    }
    case 'Error':
      return { status: 'failed', reason: reasonsIn(details) ?? 'Black Forest Labs says that it failed, and not why.' }
    case 'Task not found':
      return UNKNOWN
    default: {
      if (typeof status !== 'string') {
        throw new PolyphonyError('vendor_unreachable', 'Black Forest Labs answers, and says nothing of the task.')
      }
      const told = typeof progress === 'number' ? { progress: Math.round(100 * Math.min(1, progress)) } : {}
      return { status: 'processing', ...told, ...(isQuick(request) ? { pollAfterMs: POLL_MS } : {}) }
    }
  }
}

/** Why, as far as it is said; the names of the members are inferred, except for the first. */
function reasonsIn(details: Json | undefined): string | undefined {
  if (!isJsonObject(details)) return undefined
  const { 'Moderation Reasons': reasons, ...others } = details
  return Array.isArray(reasons) ? reasons.map(String).join(', ') : wordsOf(others)
}

/** Of a training, what is kept is what was asked for: the finetune itself stays with the vendor, under its id. */
function resultOf({ sample }: JsonObject, request: TaskRequest): Progress {
  if (isTraining(request.operation)) {
    const data = finetuneOf(request.input as unknown as Parameters<typeof finetuneOf>[0]) // as `readInput` returned it
    return { status: 'completed', result: dataResult(data) }
  }
  if (typeof sample !== 'string' || sample === '') {
    return { status: 'failed', reason: 'Black Forest Labs says that it is done, and delivered nothing.' }
  }
  const isVideo = getOperation(request.operation).produces.kind === 'videos'
  const result = isVideo
    ? videosResult(request, [{ video: { url: sample } }])
    : imagesResult(request, [{ url: sample }])
  return { status: 'completed', result }
}
