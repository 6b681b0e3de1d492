import type { Static } from 'typebox'
import { bflFinetune, finetuneOf } from '../../catalog/bfl.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { inputOf } from '../../catalog/operation.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { costInUsd } from '../kit/cost.ts'
import { base64, withFiles } from '../kit/input-files.ts'
import { readAnswer, readCallback, readHandle, unreadable, WithId } from '../kit/read-wire.ts'
import { dataResult, imagesResult, videosResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { wordsOf } from '../kit/vendor-errors.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Provider, TaskRequest } from '../provider.ts'
import { hasAllTasks, pollingUrlIn } from './polling-urls.ts'
import { isTraining, REQUESTS, type Request } from './requests.ts'
import { Created, Handle, Task } from './wire.ts'

/** A picture takes seconds. */
const POLL_MS = 1_000

/**
 * Flux at Black Forest Labs. A task runs in one of its regions, and is polled at the URL that the answer names.
 * A lost answer is found by its callback only, and nothing can be cancelled.
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
      const { finetune_id, id: taskId, polling_url, cost: credits } = readAnswer(Created, body, NAME, { isPaid: true })
      const id = isTraining(job.operation) ? (finetune_id ?? taskId) : taskId
      if (id === undefined) throw unreadable('an answer without a usable "id"', NAME, true)
      const pollingUrl = pollingUrlIn(polling_url, account)
      const handle = {
        id,
        ...(pollingUrl === undefined ? {} : { pollingUrl }),
        ...(credits === undefined ? {} : { credits }),
      }
      return isQuick(job) ? { handle, pollAfterMs: POLL_MS } : { handle }
    },

    async poll(handle, account, signal, request) {
      const { id, pollingUrl, credits } = readHandle(Handle, handle, NAME)
      const errorOf: Call['errorOf'] = ({ status }) =>
        status === 404 ? new PolyphonyError('task_not_found', 'There is no such task.') : undefined
      try {
        const { body } = await callBfl(account, { ...pollCallFor(id, pollingUrl), errorOf, signal })
        const progress = progressOf(readAnswer(Task, body, NAME), request)
        return progress.status === 'completed'
          ? { ...progress, result: { ...progress.result, ...costOf(credits) } }
          : progress
      } catch (thrown) {
        if (!(thrown instanceof PolyphonyError) || thrown.code !== 'task_not_found') throw thrown
        return UNKNOWN
      }
    },

    // How callbacks are signed is not documented, so no secret is sent and no signature is checked.
    async receive({ rawBody }) {
      const body = readCallback(WithId, rawBody)
      return body ? { handle: { id: body.id } } : {}
    },

    async probe(account, signal) {
      await callBfl(account, { path: '/v1/credits', signal })
    },
  }
}

const NAME = 'Black Forest Labs'

const CREDITS_PER_USD = 100

function costOf(credits: number | undefined) {
  return costInUsd(credits === undefined ? undefined : credits / CREDITS_PER_USD)
}

const UNKNOWN: Progress = { status: 'failed', reason: `${NAME} no longer knows the task.` }

function callBfl(account: Account, call: Omit<Call, 'headers'> & { origin?: string }) {
  const { origin, ...rest } = call
  // A region's host takes the place of the account's, with the same key.
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

/** The finetune of a picture, by the vendor's id, which is known to the account that trained it. */
function finetuneIn(job: Job, { id }: Account): JsonObject {
  if (!('finetune_id' in getOperation(job.operation).input.properties)) return {}
  const { parent } = job
  if (parent?.account === id && parent.handle !== null)
    return { finetune_id: readHandle(Handle, parent.handle, NAME).id }
  throw new PolyphonyError('vendor_refused', 'finetune_id must name a finetune that this account trained.', {
    field: 'finetune_id',
  })
}

/**
 * A request with a callback URL is answered without a polling URL. So one is sent only to hosts that know all of their
 * tasks: those of a region, or a gateway's.
 */
function hookOf({ callbackUrl }: Job, account: Account): JsonObject {
  return callbackUrl !== undefined && hasAllTasks(account) ? { webhook_url: callbackUrl } : {}
}

function isQuick({ operation }: Pick<Job, 'operation'>): boolean {
  return getOperation(operation).produces.kind === 'pictures'
}

function progressOf({ status, result, progress, details }: Static<typeof Task>, request: TaskRequest): Progress {
  switch (status) {
    case 'Ready':
      return resultOf(result ?? {}, request)
    case 'Request Moderated':
    case 'Content Moderated': {
      const reasons = reasonsIn(details)
      return { status: 'failed', reason: reasons === undefined ? status : `${status}: ${reasons}`, isModerated: true }
    }
    case 'Error':
      return { status: 'failed', reason: reasonsIn(details) ?? `${NAME} reported a failure without a reason.` }
    case 'Task not found':
      return UNKNOWN
    default: {
      const percent = progress === undefined ? {} : { progress: Math.round(100 * Math.min(1, progress)) }
      return { status: 'processing', ...percent, ...(isQuick(request) ? { pollAfterMs: POLL_MS } : {}) }
    }
  }
}

/** The names of the members are inferred, except for the first. */
function reasonsIn({ 'Moderation Reasons': reasons, ...others }: JsonObject = {}): string | undefined {
  return Array.isArray(reasons) ? reasons.map(String).join(', ') : wordsOf(others)
}

/** A training has no file: the finetune stays with the vendor, under its id, and its result is what was requested. */
function resultOf({ sample, seed }: { sample?: string; seed?: Json }, request: TaskRequest): Progress {
  if (isTraining(request.operation)) {
    const data = finetuneOf(inputOf(bflFinetune, request))
    return { status: 'completed', result: dataResult(data) }
  }
  if (sample === undefined) return { status: 'failed', reason: `${NAME} reported success without a file.` }
  const file = fileAtUrl(sample)
  const isVideo = getOperation(request.operation).produces.kind === 'videos'
  const result = isVideo ? videosResult(request, [{ video: file }]) : imagesResult(request, [file], { seeds: [seed] })
  return { status: 'completed', result }
}
