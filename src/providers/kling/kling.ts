import { getOperation } from '../../catalog/catalog.ts'
import { type ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { base64, withFiles } from '../kit/input-files.ts'
import { imagesResult, soundsResult, videosResult } from '../kit/results.ts'
import { type Answer, type Call, callVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration, vendorError } from '../kit/vendor-errors.ts'
import type { Account, Job, Progress, Provider, ProviderParts, TaskRequest } from '../provider.ts'
import { authorizationOf, checkSignature } from './auth.ts'
import { codeIn, klingError, type Purpose } from './errors.ts'
import { handleIn } from './parent.ts'
import type { Request } from './request.ts'
import { REQUESTS } from './requests.ts'

const DAY_MS = 24 * 60 * 60_000

/**
 * Kling's own API, in the form that has the model in the body (`/v1/videos/text2video` and the like). Every task carries
 * our task's id as `external_task_id`, by which a lost call is found again. Nothing can be cancelled.
 */
export function klingProvider({ now }: Pick<ProviderParts, 'now'>): Provider {
  /** A call of which code 0 is the only good answer. */
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
    const message = isJsonObject(body) && typeof body.message === 'string' ? body.message : ''
    throw errorOf({ status, body, message }) ?? vendorError({ status: 400, message, isPaid: false })
  }

  return {
    id: 'kling',
    operations: new Set(Object.keys(REQUESTS)),

    async submit(job, account, signal) {
      const { pathOf, bodyOf } = requestOf(job)
      bodyOf(job.input, job, account) // for what is not had, no file is read
      const reachable = async (reference: string) => job.urlOf(reference) ?? base64(await job.file(reference, signal)) // bare: Kling refuses data URIs
      const input = await withFiles(job, reachable)
      const json = {
        ...bodyOf(input, job, account),
        external_task_id: job.taskId,
        ...(job.callbackUrl === undefined ? {} : { callback_url: job.callbackUrl }),
      }
      const { body } = await callKling(account, 'begin', { method: 'POST', path: pathOf(job.input), json, signal })
      const { task_id: id } = dataIn(body)
      if (typeof id === 'string' && id !== '') return { handle: { id } }
      throw new PolyphonyError('vendor_silent', 'Kling accepted the task and named no id.')
    },

    async poll(handle, account, signal, request) {
      const { id } = handleIn(handle)
      const errorOf: Call['errorOf'] = ({ status }) =>
        status === 404 ? new PolyphonyError('task_not_found', 'Kling does not know it any more.') : undefined
      try {
        const { body } = await callKling(account, 'ask', { path: pathTo(request, id), errorOf, signal })
        return progressOf(dataIn(body), id, request)
      } catch (thrown) {
        if (!isCode(thrown, 'task_not_found')) throw thrown
        return { status: 'failed', reason: 'Kling does not know the task any more.' }
      }
    },

    async reconcile(job, account, signal) {
      try {
        const { body } = await callKling(account, 'ask', { path: pathTo(job, job.taskId), signal })
        const { task_id: id } = dataIn(body)
        return typeof id === 'string' && id !== '' ? { handle: { id } } : 'unknown'
      } catch (thrown) {
        // Where nothing says that the path keeps our ids, not finding one proves nothing; nor does any other refusal.
        if (isCode(thrown, 'task_not_found')) return requestOf(job).isFoundByOurId ? 'absent' : 'unknown'
        if (isCode(thrown, 'vendor_refused')) return 'unknown'
        throw thrown
      }
    },

    async receive(callback, { settings }) {
      if (settings.webhookSecret) checkSignature(callback, settings.webhookSecret)
      const body: unknown = JSON.parse(callback.rawBody)
      return isJsonObject(body) && typeof body.task_id === 'string' ? { handle: { id: body.task_id } } : {}
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

function dataIn(body: Json): JsonObject {
  return isJsonObject(body) && isJsonObject(body.data) ? body.data : {}
}

function progressOf(data: JsonObject, id: string, request: TaskRequest): Progress {
  const { task_status: status, task_status_msg: message, task_result } = data
  if (typeof status !== 'string') {
    throw new PolyphonyError('vendor_unreachable', 'Kling answers, and says nothing of the task.')
  }
  if (status === 'failed') {
    const reason = typeof message === 'string' && message !== '' ? message : 'Kling says that it failed, and not why.'
    return { status: 'failed', reason, isModerated: isModerated(reason) }
  }
  if (status !== 'succeed') return { status: 'processing' }
  const made = resultOf(isJsonObject(task_result) ? task_result : {}, id, request)
  return made ?? { status: 'failed', reason: 'Kling says that it is done, and delivered nothing.' }
}

/** Its words for it, as clients have noted them, beside those of other vendors (inferred). */
function isModerated(reason: string): boolean {
  return speaksOfModeration(reason) || /risk control|content (?:security|safety)|风控|敏感/i.test(reason)
}

/** What was made; follow-ups need the ids of videos. Undefined where there is nothing. */
function resultOf(result: JsonObject, id: string, request: TaskRequest): Progress | undefined {
  const { kind } = getOperation(request.operation).produces
  const listed = kind === 'pictures' ? result.images : kind === 'sounds' ? result.audios : result.videos
  const items = Array.isArray(listed) ? listed.filter(isJsonObject).filter((one) => urlIn(one) !== undefined) : []
  if (items.length === 0) return undefined
  const sources = items.map((one) => ({ url: urlIn(one) ?? '' }))
  if (kind === 'pictures') return { status: 'completed', result: imagesResult(request, sources) }
  if (kind === 'sounds') return { status: 'completed', result: soundsResult(request, sources) }
  const videos = sources.map((video) => ({ video }))
  const ids = items.map((one) => (isText(one.id) ? one.id : ''))
  return { status: 'completed', result: videosResult(request, videos), handle: { id, videos: ids } }
}

/** Sounds come in two formats. */
function urlIn({ url, url_mp3, url_wav }: JsonObject): string | undefined {
  return [url, url_mp3, url_wav].find(isText)
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}
