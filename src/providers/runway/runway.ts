import RunwayML, { type ClientOptions } from '@runwayml/sdk'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { withFiles } from '../kit/input-files.ts'
import { imagesResult, soundsResult, videosResult } from '../kit/results.ts'
import { packageCalls, withoutCredit } from '../kit/sdk-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { bodyFor, REQUESTS } from './requests.ts'
import { beginUpload, uriFor } from './uploads.ts'

type Told = RunwayML.TaskRetrieveResponse
type Created = RunwayML.ImageToVideoCreateResponse

/** As often as a task may be asked after. */
const POLL_MS = 5_000

/** The words are inferred. */
const { answered, found } = packageCalls(withoutCredit(/(?:enough|insufficient) credits/i))

/**
 * Runway through its own package, `@runwayml/sdk`. Every operation is called as the last part of its path. The vendor has
 * neither callbacks nor a way to find a call whose answer was lost.
 */
export function runwayProvider(): Provider {
  return {
    id: 'runway',
    operations: new Set(Object.keys(REQUESTS)),

    async submit(job, account, signal) {
      const client = clientOf(account)
      const { taskType } = getOperation(job.operation)
      bodyFor(job.operation, job.input) // for what is not had, nothing is uploaded
      const begin = (filename: string) =>
        answered(() => beginUpload(client, filename, signal), { isPaid: false, signal })
      const input = await withFiles(job, (reference) => uriFor({ job, account, begin, signal }, reference))
      const body = bodyFor(job.operation, input)
      const send = () => client.post<Partial<Created>>(`/v1/${taskType}`, { body, signal })
      const { id } = await answered(send, { isPaid: true, signal })
      if (typeof id === 'string' && id !== '') return { handle: { id }, pollAfterMs: POLL_MS }
      throw new PolyphonyError('vendor_silent', 'Runway accepted the task and named no id.')
    },

    async poll(handle, account, signal, request) {
      const task = await found(() => clientOf(account).tasks.retrieve(idIn(handle), { signal }), signal)
      return task ? progressOf(task, request) : { status: 'failed', reason: 'Runway does not know it any more.' }
    },

    // What runs is ended, what is done is deleted.
    async cancel(handle, account, signal) {
      await found(() => clientOf(account).tasks.delete(idIn(handle), { signal }), signal)
    },

    async probe(account, signal) {
      await answered(() => clientOf(account).organization.retrieve({ signal }), { isPaid: false, signal })
    },
  }
}

function clientOf({ settings, fetch }: Account): RunwayML {
  return new RunwayML({
    apiKey: settings.apiKey ?? '',
    baseURL: settings.baseUrl ?? null,
    maxRetries: 0, // a paid call is made once; what follows is for the dispatcher to say
    logLevel: 'off',
    fetch: fetch as NonNullable<ClientOptions['fetch']>, // the package's type is that of any fetch
  })
}

function idIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return handle.id
  throw new PolyphonyError('internal', 'The handle is none of Runway’s.')
}

function progressOf(task: Told, request: TaskRequest): Progress {
  switch (task.status) {
    case 'SUCCEEDED':
      return resultOf(task.output, request)
    case 'FAILED': {
      const reason = task.failure || 'Runway says that it failed, and not why.'
      const code = task.failureCode ?? ''
      const isModerated = code.startsWith('SAFETY') || speaksOfModeration(reason)
      return { status: 'failed', reason, isModerated, ...(code === '' ? {} : { detail: code }) }
    }
    case 'CANCELLED':
      return { status: 'failed', reason: 'The task was cancelled at Runway.' }
    case 'RUNNING':
      return { status: 'processing', progress: Math.round(100 * task.progress), pollAfterMs: POLL_MS }
    case 'PENDING':
    case 'THROTTLED':
      return { status: 'processing', pollAfterMs: POLL_MS }
    default:
      throw new PolyphonyError('vendor_unreachable', 'Runway answers, and says nothing of the task that we know.')
  }
}

function resultOf(urls: readonly string[], request: TaskRequest): Progress {
  const sources = urls.map((url) => ({ url }))
  if (sources.length === 0) return { status: 'failed', reason: 'Runway says that it is done, and delivered nothing.' }
  const { kind } = getOperation(request.operation).produces
  if (kind === 'pictures') return { status: 'completed', result: imagesResult(request, sources) }
  if (kind === 'sounds') return { status: 'completed', result: soundsResult(request, sources) }
  const videos = sources.map((video) => ({ video }))
  return { status: 'completed', result: videosResult(request, videos) }
}
