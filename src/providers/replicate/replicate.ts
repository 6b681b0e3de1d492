import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { knownAtReplicate, replicatePrediction } from '../../catalog/hosted.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { mapRequest } from '../kit/hosted-input.ts'
import { anyResult, familyResult } from '../kit/hosted-output.ts'
import { blobOf, withFiles } from '../kit/input-files.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, TaskRequest, VendorCallback } from '../provider.ts'
import { PICTURES } from './pictures.ts'
import { VIDEOS } from './videos.ts'

/** Families that are at Replicate as official models, which are called by their names. */
const FAMILIES = { ...PICTURES, ...VIDEOS }

/**
 * Replicate over its HTTP API. Its own package repeats a paid call up to six times when it is told to slow down, so four
 * calls by `fetch` take its place. Predictions are never waited for: `Prefer` is not sent.
 */
export function replicateProvider(): Provider {
  return {
    id: 'replicate',
    operations: new Set([replicatePrediction.id, ...Object.keys(FAMILIES)]),
    async submit(job, account, signal) {
      const input = await withFiles(job, (reference) => addressOf(reference, job, account, signal))
      const { path, body } = callFor({ ...job, input })
      const json = { ...body, ...hookOf(job) }
      const prediction = await callReplicate(account, { method: 'POST', path, json, signal, isPaid: true })
      return { handle: { id: idOf(prediction) } }
    },
    async poll(handle, account, signal, request) {
      const prediction = await callPrediction(handle, account, { signal, hasFiles: true })
      if (!prediction) return { status: 'failed', reason: 'Replicate does not know it any more.' }
      return progressOf(prediction, request, account)
    },
    async cancel(handle, account, signal) {
      await callPrediction(handle, account, { method: 'POST', signal }, '/cancel')
    },
    /** Predictions are listed with the address that was to be told: ours is different for each task. */
    async reconcile({ callbackUrl, createdAt }, account, signal) {
      const { results } = await callReplicate(account, { path: '/predictions', signal })
      const listed = Array.isArray(results) ? results.filter(isJsonObject) : []
      const ours = listed.find(({ webhook }) => callbackUrl !== undefined && webhook === callbackUrl)
      if (typeof ours?.id === 'string') return { handle: { id: ours.id } }
      const isNewer = (one: JsonObject) => !(Date.parse(String(one.created_at)) < createdAt - CLOCKS_DIFFER_MS)
      return listed.some(isNewer) ? 'unknown' : 'absent'
    },
    async receive(callback, account) {
      const secret = account.settings.webhookSecret || (await secretOf(account))
      verify(callback, secret)
      const body: unknown = JSON.parse(callback.rawBody)
      return isJsonObject(body) && typeof body.id === 'string' ? { handle: { id: body.id } } : {}
    },
    async probe(account, signal) {
      await callReplicate(account, { path: '/account', signal })
    },
  }
}

/** The vendor's clock and ours. */
const CLOCKS_DIFFER_MS = 60 * SECOND_MS

/** One call; every answer is an object. */
async function callReplicate(account: Account, call: Omit<Call, 'headers'>): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}` }
  const { body } = await callVendor(account, { errorOf, ...call, headers })
  if (isJsonObject(body)) return body
  throw vendorError({ status: 502, message: 'Replicate’s answer is none.', isPaid: call.isPaid === true })
}

/** How long to wait stands in the text: "Your rate limit resets in ~30s." */
function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  const [, seconds] = /(?:resets|available) in ~?(\d{1,6})\s*s/i.exec(message) ?? []
  if (status !== 429 || seconds === undefined) return undefined
  return new PolyphonyError('account_busy', message, { retryAfterSeconds: Number(seconds) })
}

/** A call about a prediction; null where Replicate knows none. */
async function callPrediction(
  handle: Json,
  account: Account,
  call: Pick<Call, 'method' | 'signal' | 'hasFiles'>,
  rest = '',
) {
  const unknown = (answer: { status: number; message: string }) =>
    answer.status === 404 ? new PolyphonyError('task_not_found', answer.message) : errorOf(answer)
  try {
    return await callReplicate(account, { ...call, path: `${pathOf(handle)}${rest}`, errorOf: unknown })
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return null
    throw error
  }
}

/** Official models are called by their names, versions by their ids, which nobody else has. */
function callFor(request: TaskRequest): { path: string; body: JsonObject } {
  const toModelCall = FAMILIES[request.operation]
  if (toModelCall) {
    const { model, input } = mapRequest(toModelCall, request, 'Replicate')
    return { path: `/models/${model}/predictions`, body: { input } }
  }
  if (request.operation !== replicatePrediction.id) {
    throw new PolyphonyError('no_provider', `Replicate does not perform ${request.operation}.`)
  }
  const { model, version, deployment, input = {} } = request.input
  if (deployment) return { path: `/deployments/${deployment}/predictions`, body: { input } }
  if (version) return { path: '/predictions', body: { version, input } }
  return { path: `/models/${model}/predictions`, body: { input } }
}

function hookOf({ callbackUrl }: Job): JsonObject {
  if (callbackUrl === undefined) return {}
  return { webhook: callbackUrl, webhook_events_filter: ['start', 'completed'] }
}

/** What Replicate cannot fetch is uploaded to it, as its own package does; such files are deleted by themselves. */
async function addressOf(reference: string, job: Job, account: Account, signal: AbortSignal): Promise<string> {
  const url = job.urlOf(reference)
  if (url !== undefined) return url
  const form = new FormData()
  form.set('content', blobOf(await job.file(reference, signal)))
  const { urls } = await callReplicate(account, { method: 'POST', path: '/files', form, signal })
  if (isJsonObject(urls) && typeof urls.get === 'string') return urls.get
  throw new PolyphonyError('vendor_unreachable', 'Replicate took the upload and named no address.')
}

function idOf({ id }: JsonObject): string {
  if (typeof id === 'string' && id !== '') return id
  throw vendorError({ status: 502, message: 'Replicate took the prediction and named no id.', isPaid: true })
}

function pathOf(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return `/predictions/${encodeURIComponent(handle.id)}`
  throw new PolyphonyError('internal', 'The handle is none of Replicate’s.')
}

function progressOf(prediction: JsonObject, request: TaskRequest, account: Account): Progress {
  const { status, output = null, error, logs } = prediction
  switch (status) {
    case 'succeeded': {
      const result = output === null ? undefined : resultOf(output, request, account)
      return result
        ? { status: 'completed', result }
        : { status: 'failed', reason: 'Replicate says that it is done, and delivered nothing that can be read.' }
    }
    case 'failed':
    case 'canceled':
    case 'aborted': {
      const reason = typeof error === 'string' && error !== '' ? error : `The prediction was ${status}.`
      return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
    }
    case 'starting':
    case 'processing': {
      const percent = percentIn(logs)
      return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
    }
    default:
      throw vendorError({ status: 502, message: 'Replicate’s answer is no prediction.', isPaid: false })
  }
}

/** Most models log a bar of the kind " 42%|████      | 21/50". */
function percentIn(logs: Json | undefined): number | undefined {
  const [, percent] = [...String(logs ?? '').matchAll(/(\d{1,3})%\|/g)].at(-1) ?? []
  return percent === undefined ? undefined : Number(percent)
}

function resultOf(output: Json, request: TaskRequest, account: Account) {
  if (request.operation !== replicatePrediction.id) return familyResult(output, request, account)
  const { model, deployment } = request.input
  // A model of words may well write an address, which is no file.
  const isWords = knownAtReplicate(String(model || deployment || ''))?.makes === 'texts'
  return anyResult(output, account, (address) => !isWords && isFile(address, account))
}

/** Replicate's own hosts of files, the account's address where that is a gateway, and files in the answer itself. */
function isFile(address: string, { settings }: Account): boolean {
  if (/^data:[^,]{0,200};base64,/.test(address)) return true
  const url = URL.parse(address)
  if (!url) return false
  return (
    /(?:^|\.)replicate\.(?:delivery|com)$/.test(url.hostname) ||
    url.origin === URL.parse(settings.baseUrl ?? '')?.origin
  )
}

/** How long a callback may take while the secret is asked for. */
const SECRET_LIMIT_MS = 10 * SECOND_MS

async function secretOf(account: Account): Promise<string> {
  const signal = AbortSignal.timeout(SECRET_LIMIT_MS)
  const { key } = await callReplicate(account, { path: '/webhooks/default/secret', signal })
  if (typeof key === 'string') return key
  throw new PolyphonyError('vendor_unreachable', 'Replicate does not tell by which secret it signs.')
}

/** Standard Webhooks, with their limit to the age of a signature. */
function verify({ headers, rawBody }: VendorCallback, secret: string): void {
  const signed = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  try {
    new Webhook(secret).verify(rawBody, Object.fromEntries(signed))
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error
    throw new PolyphonyError('unauthorized', `The callback is not signed by Replicate: ${error.message}.`)
  }
}
