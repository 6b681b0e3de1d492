import type { Static } from 'typebox'
import { getOperation } from '../../catalog/catalog.ts'
import { SECOND_MS } from '../../core/clock.ts'
import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { base64, withFiles } from '../kit/input-files.ts'
import { readAnswer, readCallback, readIfFits } from '../kit/read-wire.ts'
import { imagesResult, soundsResult, videosResult } from '../kit/results.ts'
import { type Answer, type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Job, Progress, Provider, ProviderParts, TaskRequest } from '../provider.ts'
import { authorizationOf, checkSignature } from './auth.ts'
import { codeIn, klingError, type Purpose } from './errors.ts'
import { handleIn } from './parent.ts'
import type { Request } from './request.ts'
import { REQUESTS } from './requests.ts'
import { Callback, Created, Envelope, Task, type TaskResult } from './wire.ts'

const DAY_MS = 24 * 60 * 60_000

/**
 * Kling's own API, in the form that has the model in the body (`/v1/videos/text2video` and the like). Every task carries
 * our task's id as `external_task_id`, by which a lost call is found again. Nothing can be cancelled.
 */
export function klingProvider({ now }: Pick<ProviderParts, 'now'>): Provider {
  /** A call whose only good answer has code 0. */
  async function callKling(
    account: Account,
    purpose: Purpose,
    call: Omit<Call, 'headers' | 'isPaid'>,
  ): Promise<Answer> {
    const headers = { authorization: authorizationOf(account, now()) }
    const errorOf: Call['errorOf'] = (answer) => call.errorOf?.(answer) ?? klingError(answer, purpose)
    const answer = await callVendor(account, { ...call, headers, isPaid: purpose === 'begin', errorOf })
    const { status, body } = answer
    if (!codeIn(body)) return answer
    const message = readIfFits(Envelope, body)?.message ?? ''
    throw errorOf({ status, body, message }) ?? vendorError({ status: 400, message, isPaid: false })
  }

  return {
    id: 'kling',
    operations: new Set(Object.keys(REQUESTS)),

    async submit(job, account, signal) {
      const { pathOf, bodyOf } = requestOf(job)
      bodyOf(job.input, job, account) // so that no file is read for a refused input
      const reachable = async (reference: string) => job.urlOf(reference) ?? base64(await job.file(reference, signal)) // bare: Kling refuses data URIs
      const input = await withFiles(job, reachable)
      const json = {
        ...bodyOf(input, job, account),
        external_task_id: job.taskId,
        ...(job.callbackUrl === undefined ? {} : { callback_url: job.callbackUrl }),
      }
      const { body } = await callKling(account, 'begin', { method: 'POST', path: pathOf(job.input), json, signal })
      const { task_id: id } = readAnswer(Created, body, 'Kling', { isPaid: true }).data
      return { handle: { id } }
    },

    async poll(handle, account, signal, request) {
      const { id } = handleIn(handle)
      const errorOf: Call['errorOf'] = ({ status }) =>
        status === 404 ? new PolyphonyError('task_not_found', 'Kling does not know the task.') : undefined
      try {
        const { body } = await callKling(account, 'ask', { path: pathTo(request, id), errorOf, signal })
        return progressOf(readAnswer(Task, body, 'Kling').data, id, request)
      } catch (thrown) {
        if (!isCode(thrown, 'task_not_found')) throw thrown
        return { status: 'failed', reason: 'Kling no longer knows the task.' }
      }
    },

    missesCallsForMs: 15 * SECOND_MS, // assumed
    async reconcile(job, account, signal) {
      try {
        const { body } = await callKling(account, 'ask', { path: pathTo(job, job.taskId), signal })
        const found = readIfFits(Created, body)
        return found ? { handle: { id: found.data.task_id } } : 'unknown'
      } catch (thrown) {
        // A path that may not keep our ids proves nothing by not finding one, and other refusals prove nothing either.
        if (isCode(thrown, 'task_not_found')) return requestOf(job).isFoundByOurId ? 'absent' : 'unknown'
        if (isCode(thrown, 'vendor_refused')) return 'unknown'
        throw thrown
      }
    },

    async receive(callback, { settings }) {
      if (settings.webhookSecret) checkSignature(callback, settings.webhookSecret)
      const body = readCallback(Callback, callback.rawBody)
      return body ? { handle: { id: body.task_id } } : {}
    },

    async probe(account, signal) {
      const query = { start_time: now() - DAY_MS, end_time: now() }
      await callKling(account, 'ask', { path: '/account/costs', query, signal })
    },
  }
}

function requestOf({ operation }: Pick<TaskRequest, 'operation'>): Request {
  const request = REQUESTS[operation]
  if (!request) throw new PolyphonyError('no_provider', `Kling does not perform ${operation}.`)
  return request
}

function pathTo(request: Pick<Job, 'operation' | 'input'>, id: string): string {
  return `${requestOf(request).pathOf(request.input)}/${encodeURIComponent(id)}`
}

function isCode(thrown: unknown, code: ErrorCode): boolean {
  return thrown instanceof PolyphonyError && thrown.code === code
}

function progressOf(data: Static<typeof Task>['data'], id: string, request: TaskRequest): Progress {
  const { task_status: status, task_status_msg: reason = 'Kling reported a failure without a reason.' } = data
  if (status === 'failed') return { status: 'failed', reason, isModerated: isModerated(reason) }
  if (status !== 'succeed') return { status: 'processing' }
  const result = resultOf(data.task_result ?? {}, id, request)
  return result ?? { status: 'failed', reason: 'Kling reported success without a file.' }
}

/** Kling's words for moderation, as clients noted them (inferred), beside those of other vendors. */
function isModerated(reason: string): boolean {
  return speaksOfModeration(reason) || /risk control|content (?:security|safety)|风控|敏感/i.test(reason)
}

/** Undefined where there is no file. Follow-ups need the ids of videos. */
function resultOf(result: Static<typeof TaskResult>, id: string, request: TaskRequest): Progress | undefined {
  const { kind } = getOperation(request.operation).produces
  const { images = [], audios = [], videos = [] } = result
  const listed = kind === 'pictures' ? images : kind === 'sounds' ? audios : videos
  const items = listed.flatMap(({ id: itemId = '', url, url_mp3, url_wav }) => {
    const address = url ?? url_mp3 ?? url_wav
    return address === undefined ? [] : [{ id: itemId, source: fileAtUrl(address) }]
  })
  if (items.length === 0) return undefined
  const sources = items.map(({ source }) => source)
  if (kind === 'pictures') return { status: 'completed', result: imagesResult(request, sources) }
  if (kind === 'sounds') return { status: 'completed', result: soundsResult(request, sources) }
  const outputs = sources.map((video) => ({ video }))
  const handle = { id, videos: items.map((item) => item.id) }
  return { status: 'completed', result: videosResult(request, outputs), handle }
}
