import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import type { Static } from 'typebox'
import { MAX_RETRY_AFTER_SECONDS } from '../../assets/retry-after.ts'
import { knownAtReplicate, replicatePrediction } from '../../catalog/hosted.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { mapRequest } from '../kit/hosted-input.ts'
import { anyResult, familyResult } from '../kit/hosted-output.ts'
import { blobOf, withFiles } from '../kit/input-files.ts'
import { IdHandle, readAnswer, readCallback, readHandle, WithId } from '../kit/read-wire.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, TaskRequest, VendorCallback } from '../provider.ts'
import { PICTURES } from './pictures.ts'
import { VIDEOS } from './videos.ts'
import { List, Prediction, Secret, Upload } from './wire.ts'

/** Families that Replicate has as official models, which are called by their names. */
const FAMILIES = { ...PICTURES, ...VIDEOS }

/**
 * Replicate over its HTTP API. Its own package repeats a rate-limited paid call up to six times, so plain calls take
 * its place. Predictions are polled: `Prefer: wait` is not sent.
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
      const { id } = readAnswer(WithId, prediction, 'Replicate', { isPaid: true })
      return { handle: { id } }
    },
    async poll(handle, account, signal, request) {
      const found = await callPrediction(handle, account, { signal, hasFiles: true })
      if (!found) return { status: 'failed', reason: 'Replicate no longer knows the prediction.' }
      return progressOf(readAnswer(Prediction, found.body, 'Replicate'), request, account)
    },
    async cancel(handle, account, signal) {
      const found = await callPrediction(handle, account, { method: 'POST', signal }, '/cancel')
      if (!found) return
      const told = readAnswer(Prediction, found.body, 'Replicate').status
      // What runs is told to stop, and may not have stopped yet.
      const later = hasEnded(told) ? undefined : await callPrediction(handle, account, { signal, hasFiles: true })
      const status = later ? readAnswer(Prediction, later.body, 'Replicate').status : told
      // A cancel that comes too late is answered with the prediction as it ended.
      if (status === 'succeeded' || status === 'failed') {
        throw new PolyphonyError('vendor_refused', `The prediction has ${status}; it cannot be cancelled any more.`)
      }
      if (!hasEnded(status)) {
        throw new PolyphonyError('vendor_unreachable', `Replicate has not ended the prediction yet: it is ${status}.`)
      }
    },
    missesCallsForMs: 15 * SECOND_MS, // assumed
    /** Predictions are listed with their webhook URL, and ours is different for each task. */
    async reconcile({ callbackUrl, createdAt }, account, signal) {
      const { results } = readAnswer(List, await callReplicate(account, { path: '/predictions', signal }), 'Replicate')
      const ours = results.find(({ webhook }) => callbackUrl !== undefined && webhook === callbackUrl)
      if (ours?.id !== undefined) return { handle: { id: ours.id } }
      const isOlder = (one: { created_at?: string }) => Date.parse(one.created_at ?? '') < createdAt - CLOCKS_DIFFER_MS
      return results.every(isOlder) ? 'absent' : 'unknown'
    },
    async receive(callback, account) {
      const secret = account.settings.webhookSecret || (await secretOf(account))
      verify(callback, secret)
      const body = readCallback(WithId, callback.rawBody)
      return body ? { handle: { id: body.id } } : {}
    },
    async probe(account, signal) {
      await callReplicate(account, { path: '/account', signal })
    },
  }
}

/** The vendor's clock and ours. */
const CLOCKS_DIFFER_MS = 60 * SECOND_MS

async function callReplicate(account: Account, call: Omit<Call, 'headers'>): Promise<Json> {
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}` }
  return (await callVendor(account, { errorOf, ...call, headers })).body
}

/** The time to wait is in the text: "Your rate limit resets in ~30s." */
function errorOf({ status, message }: { status: number; message: string }): PolyphonyError | undefined {
  const [, seconds] = /(?:resets|available) in ~?(\d{1,6})\s*s/i.exec(message) ?? []
  if (status !== 429 || seconds === undefined) return undefined
  return new PolyphonyError('account_busy', message, {
    retryAfterSeconds: Math.min(Number(seconds), MAX_RETRY_AFTER_SECONDS),
  })
}

/** A call about a prediction; undefined when Replicate does not know it. */
async function callPrediction(
  handle: Json,
  account: Account,
  call: Pick<Call, 'method' | 'signal' | 'hasFiles'>,
  rest = '',
) {
  const unknown = (answer: { status: number; message: string }) =>
    answer.status === 404 ? new PolyphonyError('task_not_found', answer.message) : errorOf(answer)
  try {
    const body = await callReplicate(account, { ...call, path: `${pathOf(handle)}${rest}`, errorOf: unknown })
    return { body }
  } catch (error) {
    if (error instanceof PolyphonyError && error.code === 'task_not_found') return undefined
    throw error
  }
}

/** Official models are called by their names, versions by their ids, which are unique. */
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
  const answer = await callReplicate(account, { method: 'POST', path: '/files', form, signal })
  return readAnswer(Upload, answer, 'Replicate').urls.get
}

function pathOf(handle: Json): string {
  return `/predictions/${encodeURIComponent(readHandle(IdHandle, handle, 'Replicate').id)}`
}

function progressOf(prediction: Static<typeof Prediction>, request: TaskRequest, account: Account): Progress {
  const { status, output = null, error, logs } = prediction
  switch (status) {
    case 'succeeded': {
      const result = output === null ? undefined : resultOf(output, request, account)
      return result
        ? { status: 'completed', result }
        : { status: 'failed', reason: 'Replicate reported success without a readable result.' }
    }
    case 'failed':
    case 'canceled':
    case 'aborted': {
      const reason = error ?? `The prediction was ${status}.`
      return { status: 'failed', reason, isModerated: speaksOfModeration(reason) }
    }
    default: {
      const percent = percentIn(logs)
      return percent === undefined ? { status: 'processing' } : { status: 'processing', progress: percent }
    }
  }
}

function hasEnded(status: string): boolean {
  return ['succeeded', 'failed', 'canceled', 'aborted'].includes(status)
}

/** Most models log a bar of the kind " 42%|████      | 21/50". */
function percentIn(logs = ''): number | undefined {
  const [, percent] = [...logs.matchAll(/(\d{1,3})%\|/g)].at(-1) ?? []
  return percent === undefined ? undefined : Number(percent)
}

function resultOf(output: Json, request: TaskRequest, account: Account) {
  if (request.operation !== replicatePrediction.id) return familyResult(output, request, account)
  const { model, deployment } = request.input
  // The text of a language model may contain a URL, which is not a file of the result.
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

/** How long a callback may wait for the secret. */
const SECRET_LIMIT_MS = 10 * SECOND_MS

async function secretOf(account: Account): Promise<string> {
  const signal = AbortSignal.timeout(SECRET_LIMIT_MS)
  const answer = await callReplicate(account, { path: '/webhooks/default/secret', signal })
  return readAnswer(Secret, answer, 'Replicate').key
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
