import type { Static } from 'typebox'
import { falRequest } from '../../catalog/hosted.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type MapRequest, type ModelCall, mapRequest } from '../kit/hosted-input.ts'
import { anyResult, familyResult } from '../kit/hosted-output.ts'
import { withUrls } from '../kit/input-files.ts'
import { readAnswer, readCallback, readHandle, readIfFits } from '../kit/read-wire.ts'
import { partlyHeldBack } from '../kit/results.ts'
import { type Call, callVendor, type ErrorAnswer } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, Failure, Progress, Provider, Result as ProviderResult, TaskRequest } from '../provider.ts'
import { FLUX } from './flux.ts'
import { FOLLOWING, KLING_VIDEOS } from './kling.ts'
import { withParentVideo } from './parent-video.ts'
import { PICTURES } from './pictures.ts'
import { verifySignature } from './signature.ts'
import { SOUNDS } from './sounds.ts'
import { VIDEOS } from './videos.ts'
import { Created, ErrorBody, Handle, Result, Safety, Status } from './wire.ts'

/** Families that fal has models of. */
const FAMILIES: Record<string, MapRequest> = {
  ...FLUX,
  ...PICTURES,
  ...KLING_VIDEOS,
  ...VIDEOS,
  ...SOUNDS,
  ...FOLLOWING,
}

/**
 * fal's queue over REST. Its own package repeats a paid call up to four times, whatever its settings, so plain calls take
 * its place. fal takes no idempotency key and has no list of requests: a lost answer is found by its callback.
 */
export function falProvider(): Provider {
  return {
    id: 'fal',
    operations: new Set([falRequest.id, ...Object.keys(FAMILIES)]),
    adopts: new Set(Object.keys(FOLLOWING)),
    async submit(job, account, signal) {
      const input = await withParentVideo(job, await withUrls(job, signal), signal)
      const { model, input: json } = modelCallFor({ ...job, input })
      const query = { fal_webhook: job.callbackUrl }
      const answer = await callFal(account, { method: 'POST', path: `/${model}`, query, json, signal, isPaid: true })
      const { request_id: id } = readAnswer(Created, answer, 'fal', { isPaid: true })
      return { handle: { id, model } }
    },
    // The result of a finished request takes a second call.
    async poll(handle, account, signal, request) {
      const path = pathOf(handle, request)
      const status = await callRequest(account, { path: `${path}/status`, query: { logs: 1 }, signal }, OF_THE_REQUEST)
      if ('failed' in status) return { status: 'failed', ...status.failed }
      const { status: state, error, logs } = readAnswer(Status, status.body, 'fal')
      if (state !== 'COMPLETED') return processing(logs)
      if (error !== undefined) return { status: 'failed', ...failureOf(error) }
      const outcome = await callRequest(account, { path, signal, hasFiles: true })
      if ('failed' in outcome) return { status: 'failed', ...outcome.failed }
      return finished(readAnswer(Result, outcome.body, 'fal'), request, account)
    },
    async cancel(handle, account, signal, request) {
      const path = pathOf(handle, request)
      // Refused for a request that has ended, or has run too far to be cancelled.
      await callFal(account, { method: 'PUT', path: `${path}/cancel`, signal })
      // A request that runs is only asked to stop, and may finish all the same.
      const after = await callRequest(account, { path: `${path}/status`, signal }, OF_THE_REQUEST)
      if ('failed' in after) return
      const { status, error } = readAnswer(Status, after.body, 'fal')
      if (status === 'IN_QUEUE' || error !== undefined) return
      throw new PolyphonyError('vendor_unreachable', `fal has not ended the request yet: it is ${status}.`)
    },
    async receive(callback, account) {
      await verifySignature(callback, account)
      const body = readCallback(Created, callback.rawBody)
      return body ? { handle: { id: body.request_id } } : {}
    },
    // Reads a request id that does not exist: 404 with a valid key, 401 otherwise (inferred).
    async probe(account, signal) {
      try {
        const path = '/fal-ai/flux/requests/00000000-0000-4000-8000-000000000000/status'
        await callFal(account, { path, signal, refusesInText: true })
      } catch (error) {
        if (!(error instanceof PolyphonyError) || error.code !== 'vendor_refused') throw error
      }
    },
  }
}

async function callFal(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const headers = { authorization: `Key ${account.settings.apiKey ?? ''}` }
  return (await callVendor(account, { errorOf, ...call, headers })).body
}

/** fal's codes and words, where they say more than the status. */
function errorOf({ status, body, message }: ErrorAnswer): PolyphonyError | undefined {
  if (status === 401 || status === 402 || status === 429 || status >= 500) return undefined
  if (/exhausted balance|user is locked/i.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' }) // a 403; its words are inferred
  }
  return isFlagged(body) ? new PolyphonyError('content_moderated', message) : undefined
}

function isFlagged(body: Json): boolean {
  return /content_policy_violation/.test(JSON.stringify(body))
}

/** Carries a request's failure out of the reading of an error answer. */
class RequestFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.reason)
    this.failure = failure
  }
}

/** What an answer to a question for the state says of the request. All else says that the question was not answered. */
const OF_THE_REQUEST: readonly number[] = [404, 422]

/**
 * A call about a request. fal answers for a failed request with an error status and a `detail`, and for an unknown one with
 * 404. Any other error, and one about the account, is a failure of the call itself. `speaking`: the only statuses that say
 * something of the request.
 */
async function callRequest(
  account: Account,
  call: Pick<Call, 'path' | 'query' | 'signal' | 'hasFiles'>,
  speaking?: readonly number[],
): Promise<{ body: Json } | { failed: Failure }> {
  const failing = (answer: ErrorAnswer) => {
    const { status, body, message } = answer
    const isOfAccount = [401, 402, 403, 408, 429].includes(status)
    const hasDetail = readIfFits(ErrorBody, body) !== undefined
    if (isOfAccount || (!hasDetail && status !== 404)) return errorOf(answer)
    if (speaking?.includes(status) === false) {
      return new PolyphonyError('vendor_unreachable', message || `fal answered ${status} to a question for the state.`)
    }
    const reason = message || 'fal no longer knows the request.'
    throw new RequestFailed({ ...failureOf(reason), isModerated: isFlagged(body) || speaksOfModeration(reason) })
  }
  try {
    return { body: await callFal(account, { ...call, errorOf: failing }) }
  } catch (error) {
    if (error instanceof RequestFailed) return { failed: error.failure }
    throw error
  }
}

function failureOf(reason: string): Failure {
  return { reason, isModerated: speaksOfModeration(reason) || /content checker/i.test(reason) }
}

function modelCallFor(request: TaskRequest): ModelCall {
  const toModelCall = FAMILIES[request.operation]
  if (toModelCall) return mapRequest(toModelCall, request, 'fal')
  const { model, input } = request.input
  if (request.operation === falRequest.id && typeof model === 'string') {
    return { model, input: isJsonObject(input) ? input : {} }
  }
  throw new PolyphonyError('no_provider', `fal does not perform ${request.operation}.`)
}

/** A namespace precedes owner/app; what follows them is not part of a request's path. */
const NAMESPACES = ['workflows', 'comfy']

/** The path of a request. A handle from a callback has no model, but the task's own request names it. */
function pathOf(handle: Json, request?: TaskRequest): string {
  const { id, model = request && modelCallFor(request).model } = readHandle(Handle, handle, 'fal')
  if (model === undefined) throw new PolyphonyError('internal', 'The stored fal handle names no model.')
  const parts = model.split('/')
  const app = parts.slice(0, NAMESPACES.includes(parts[0] ?? '') ? 3 : 2).join('/')
  return `/${app}/requests/${encodeURIComponent(id)}`
}

function processing(logs: Static<typeof Status>['logs'] = []): Progress {
  const lines = logs.map(({ message }) => message)
  // Most models log a bar of the kind " 42%|████      | 21/50".
  const [, percent] = [...lines.join('\n').matchAll(/(\d{1,3})%\|/g)].at(-1) ?? []
  return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: Number(percent) }
}

function finished(body: JsonObject, request: TaskRequest, account: Account): Progress {
  if (request.operation === falRequest.id) return { status: 'completed', result: anyModelResult(body, account) }
  const { has_nsfw_concepts: flags } = readIfFits(Safety, body) ?? { has_nsfw_concepts: [] }
  if (flags.length > 0 && flags.every((flag) => flag)) {
    return { status: 'failed', reason: 'fal’s safety check blacked out the result.', isModerated: true }
  }
  const held = flags.filter((flag) => flag).length
  const result = familyResult(withoutBlack(body, flags), request, account)
  if (result) return { status: 'completed', result: partlyHeldBack(result, 'fal', held) }
  return { status: 'failed', reason: 'fal reported success without a readable result.' }
}

/** Flagged pictures are delivered blacked out. */
function withoutBlack(body: JsonObject, flags: readonly boolean[]): JsonObject {
  const { images } = body
  return Array.isArray(images) ? { ...body, images: images.filter((_, index) => flags[index] !== true) } : body
}

/** Every `url` of an object is a file; a bare URL is one if it leads to fal's own files. */
function anyModelResult(body: JsonObject, account: Account): ProviderResult {
  const named = new Set(urlsIn(body))
  return anyResult(body, account, (address) => named.has(address) || isOfFal(address, account))
}

function urlsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(urlsIn)
  if (!isJsonObject(value)) return []
  const { url, ...others } = value
  return [...(typeof url === 'string' && /^(?:https?|data):/.test(url) ? [url] : []), ...urlsIn(Object.values(others))]
}

function isOfFal(address: string, { settings }: Account): boolean {
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return false
  return /(?:^|\.)fal\.media$/.test(url.hostname) || url.origin === URL.parse(settings.baseUrl ?? '')?.origin
}
