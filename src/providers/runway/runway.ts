import RunwayML, { type ClientOptions } from '@runwayml/sdk'
import type { Static } from 'typebox'
import { VENDOR_TIMEOUT_MS } from '../../assets/fetch-through.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { costInUsd } from '../kit/cost.ts'
import { withFiles } from '../kit/input-files.ts'
import { IdHandle, readAnswer, readHandle, WithId } from '../kit/read-wire.ts'
import { imagesResult, soundsResult, videosResult } from '../kit/results.ts'
import { lackOfCredit, sdkCalls } from '../kit/sdk-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { bodyFor, REQUESTS } from './requests.ts'
import { beginUpload, uriFor } from './uploads.ts'
import { Task, UploadTarget } from './wire.ts'

/** Runway's minimum interval between two polls of a task. */
const POLL_MS = 5_000

/** The words are inferred. */
const { call, find } = sdkCalls(lackOfCredit(/(?:enough|insufficient) credits/i))

/**
 * Runway through its own package, `@runwayml/sdk`. An operation's task type is the last part of its path. The vendor has
 * neither callbacks nor a way to find a call whose answer was lost.
 */
export function runwayProvider(): Provider {
  return {
    id: 'runway',
    operations: new Set(Object.keys(REQUESTS)),

    async submit(job, account, signal) {
      const client = clientOf(account)
      const { taskType } = getOperation(job.operation)
      bodyFor(job.operation, job.input) // so that nothing is uploaded for a refused input
      const begin = async (filename: string) =>
        readAnswer(UploadTarget, await call(() => beginUpload(client, filename, signal), { signal }), 'Runway')
      const input = await withFiles(job, (reference) => uriFor({ job, account, begin, signal }, reference))
      const body = bodyFor(job.operation, input)
      const answer = await call(() => client.post(`/v1/${taskType}`, { body, signal }), { isPaid: true, signal })
      const { id } = readAnswer(WithId, answer, 'Runway', { isPaid: true })
      return { handle: { id }, pollAfterMs: POLL_MS }
    },

    async poll(handle, account, signal, request) {
      const { id } = readHandle(IdHandle, handle, 'Runway')
      const found = await find(() => clientOf(account).tasks.retrieve(id, { signal }), signal)
      if (!found) return { status: 'failed', reason: 'Runway no longer knows the task.' }
      return progressOf(readAnswer(Task, found.answer, 'Runway'), request)
    },

    // Deleting a task ends it if it is running, and destroys what it has made if it is not.
    async cancel(handle, account, signal) {
      const { id } = readHandle(IdHandle, handle, 'Runway')
      const { tasks } = clientOf(account)
      const found = await find(() => tasks.retrieve(id, { signal }), signal)
      if (!found) return
      const { status } = readAnswer(Task, found.answer, 'Runway')
      if (status === 'SUCCEEDED')
        throw new PolyphonyError('vendor_refused', 'The task has succeeded; it cannot be cancelled any more.')
      await find(() => tasks.delete(id, { signal }), signal)
    },

    async probe(account, signal) {
      await call(() => clientOf(account).organization.retrieve({ signal }), { signal })
    },
  }
}

function clientOf({ settings, fetch }: Account): RunwayML {
  return new RunwayML({
    apiKey: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    timeout: VENDOR_TIMEOUT_MS,
    maxRetries: 0, // a paid call is made once; the dispatcher decides about another
    logLevel: 'off',
    fetch: fetch as NonNullable<ClientOptions['fetch']>, // the package's type is that of any fetch
  })
}

const CREDITS_PER_USD = 100

function progressOf(task: Static<typeof Task>, request: TaskRequest): Progress {
  const credits = task.cost?.credits
  const cost = costInUsd(credits === undefined ? undefined : credits / CREDITS_PER_USD)
  switch (task.status) {
    case 'SUCCEEDED': {
      const done = resultOf(task.output ?? [], request)
      return done.status === 'completed' ? { ...done, result: { ...done.result, ...cost } } : { ...done, ...cost }
    }
    case 'FAILED': {
      const { failure: reason = 'Runway reported a failure without a reason.', failureCode: detail } = task
      const isModerated = detail?.startsWith('SAFETY') || speaksOfModeration(reason)
      return { status: 'failed', reason, isModerated, ...cost, ...(detail === undefined ? {} : { detail }) }
    }
    case 'CANCELLED':
      return { status: 'failed', reason: 'The task was cancelled at Runway.', ...cost }
    case 'RUNNING': {
      const progress = task.progress === undefined ? {} : { progress: Math.round(100 * task.progress) }
      return { status: 'processing', ...progress, pollAfterMs: POLL_MS }
    }
    default:
      return { status: 'processing', pollAfterMs: POLL_MS }
  }
}

function resultOf(urls: readonly string[], request: TaskRequest): Progress {
  const sources = urls.map(fileAtUrl)
  if (sources.length === 0) return { status: 'failed', reason: 'Runway reported success without a file.' }
  const { kind } = getOperation(request.operation).produces
  if (kind === 'pictures') return { status: 'completed', result: imagesResult(request, sources) }
  if (kind === 'sounds') return { status: 'completed', result: soundsResult(request, sources) }
  const videos = sources.map((video) => ({ video }))
  return { status: 'completed', result: videosResult(request, videos) }
}
