import { falRequest } from '../../catalog/hosted.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type MapRequest, type ModelCall, mapRequest } from '../kit/hosted-input.ts'
import { anyResult, familyResult } from '../kit/hosted-output.ts'
import { withUrls } from '../kit/input-files.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Failure, Progress, Provider, Result, TaskRequest } from '../provider.ts'
import { FLUX } from './flux.ts'
import { FOLLOWING, KLING_VIDEOS } from './kling.ts'
import { withParentVideo } from './parent-video.ts'
import { PICTURES } from './pictures.ts'
import { verifySignature } from './signature.ts'
import { SOUNDS } from './sounds.ts'
import { VIDEOS } from './videos.ts'

/** Families that are at fal. */
const FAMILIES: Record<string, MapRequest> = {
  ...FLUX,
  ...PICTURES,
  ...KLING_VIDEOS,
  ...VIDEOS,
  ...SOUNDS,
  ...FOLLOWING,
}

/**
 * fal's queue over REST. Its own package repeats a paid call up to four times, whatever it is told, so `fetch` takes its
 * place. fal takes no idempotency key and lists nothing: a lost answer is found by its callback.
 */
export function falProvider(): Provider {
  return {
    id: 'fal',
    operations: new Set([falRequest.id, ...Object.keys(FAMILIES)]),
    adopts: new Set(Object.keys(FOLLOWING)),
    async submit(job, account, signal) {
      const input = await withParentVideo(job, await withUrls(job, signal), signal)
      const hosted = modelCallFor({ ...job, input })
      const query = { fal_webhook: job.callbackUrl }
      const call = { method: 'POST' as const, path: `/${hosted.model}`, query, json: hosted.input, signal }
      const { request_id: id } = await callFal(account, { ...call, isPaid: true })
      if (typeof id === 'string' && id !== '') return { handle: { id, model: hosted.model } }
      throw vendorError({ status: 502, message: 'fal took the request and named no id.', isPaid: true })
    },
    // A request that is done takes a second call, for its result.
    async poll(handle, account, signal, request) {
      const path = pathOf(handle, request)
      const status = await callRequest(account, { path: `${path}/status`, query: { logs: 1 }, signal })
      if ('failed' in status) return { status: 'failed', ...status.failed }
      const { status: word, error, logs } = status.body
      if (word !== 'COMPLETED') return underWay(word, logs)
      if (typeof error === 'string' && error !== '') return { status: 'failed', ...failureOf(error) }
      const outcome = await callRequest(account, { path, signal, hasFiles: true })
      return 'failed' in outcome ? { status: 'failed', ...outcome.failed } : finished(outcome.body, request, account)
    },
    async cancel(handle, account, signal) {
      // Refused for what is done already, or runs too far to be ended: then it is not cancelled.
      await callFal(account, { method: 'PUT', path: `${pathOf(handle)}/cancel`, signal })
    },
    async receive(callback, account) {
      await verifySignature(callback, account)
      const body: unknown = JSON.parse(callback.rawBody)
      return isJsonObject(body) && typeof body.request_id === 'string' ? { handle: { id: body.request_id } } : {}
    },
    // A request that nobody has made: unknown to who has a key, refused to everybody else. That it is so is inferred.
    async probe(account, signal) {
      try {
        await callFal(account, { path: '/fal-ai/flux/requests/00000000-0000-4000-8000-000000000000/status', signal })
      } catch (error) {
        if (!(error instanceof PolyphonyError) || error.code !== 'vendor_refused') throw error
      }
    },
  }
}

/** One call; every answer that matters is an object. */
async function callFal(account: Account, call: Omit<Call, 'headers'>): Promise<JsonObject> {
  const headers = { authorization: `Key ${account.settings.apiKey ?? ''}` }
  const { body } = await callVendor(account, { errorOf, ...call, headers })
  if (isJsonObject(body)) return body
  throw vendorError({ status: 502, message: 'fal’s answer is none.', isPaid: call.isPaid === true })
}

/** What a model of its own says of the content stands in the kind of an error, too. */
function errorOf({ status, body, message }: Refused): PolyphonyError | undefined {
  if (status === 401 || status === 402 || status === 429 || status >= 500) return undefined
  if (/exhausted balance|user is locked/i.test(message)) {
    return new PolyphonyError('account_refused', message, { lacks: 'credit' }) // a 403; its words are inferred
  }
  return isFlagged(body) ? new PolyphonyError('content_moderated', message) : undefined
}

interface Refused {
  status: number
  body: Json
  message: string
}

function isFlagged(body: Json): boolean {
  return /content_policy_violation/.test(JSON.stringify(body))
}

/** Carries what a request came to through the reading of an answer. */
class RequestFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.reason)
    this.failure = failure
  }
}

/**
 * A look at a request. fal tells of a failed one with the status of the failure itself and a `detail`; of one that it does
 * not know, with 404. What has neither, or concerns the account, is a look that failed.
 */
async function callRequest(
  account: Account,
  call: Pick<Call, 'path' | 'query' | 'signal' | 'hasFiles'>,
): Promise<{ body: JsonObject } | { failed: Failure }> {
  const failing = (refused: Refused) => {
    const { status, body, message } = refused
    const isOfAccount = [401, 402, 403, 408, 429].includes(status)
    const hasDetail = isJsonObject(body) && body.detail !== undefined
    if (isOfAccount || (!hasDetail && status !== 404)) return errorOf(refused)
    const reason = message || 'fal does not know it any more.'
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

/** Namespaces stay in front of owner/app; what stands behind is not part of a request's path. */
const NAMESPACES = ['workflows', 'comfy']

/** Where a request is asked after. A callback does not name the model, but what was asked for says it. */
function pathOf(handle: Json, request?: TaskRequest): string {
  const { id, model = request && modelCallFor(request).model } = isJsonObject(handle) ? handle : {}
  if (typeof id !== 'string' || typeof model !== 'string') {
    throw new PolyphonyError('internal', 'The handle is none of fal’s.')
  }
  const parts = model.split('/')
  const app = parts.slice(0, NAMESPACES.includes(parts[0] ?? '') ? 3 : 2).join('/')
  return `/${app}/requests/${encodeURIComponent(id)}`
}

function underWay(word: Json | undefined, logs: Json | undefined): Progress {
  if (word !== 'IN_QUEUE' && word !== 'IN_PROGRESS') {
    throw vendorError({ status: 502, message: 'fal’s answer is no status.', isPaid: false })
  }
  const lines = (Array.isArray(logs) ? logs : []).map((line) => (isJsonObject(line) ? String(line.message) : ''))
  // Most models log a bar of the kind " 42%|████      | 21/50".
  const [, percent] = [...lines.join('\n').matchAll(/(\d{1,3})%\|/g)].at(-1) ?? []
  return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: Number(percent) }
}

function finished(body: JsonObject, request: TaskRequest, account: Account): Progress {
  if (request.operation === falRequest.id) return { status: 'completed', result: anyModelResult(body, account) }
  const { has_nsfw_concepts: flags } = body
  if (Array.isArray(flags) && flags.length > 0 && flags.every((flag) => flag === true)) {
    return { status: 'failed', reason: 'fal’s check of the content blackened what was made.', isModerated: true }
  }
  const result = familyResult(body, request, account)
  if (result) return { status: 'completed', result }
  return { status: 'failed', reason: 'fal says that it is done, and delivered nothing that can be read.' }
}

/** Every `url` of an object is a file; a bare address is one where it leads to fal's own files. */
function anyModelResult(body: JsonObject, account: Account): Result {
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
