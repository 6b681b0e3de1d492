import { hailuoVideo } from '../../catalog/hailuo.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { withUrls } from '../kit/input-files.ts'
import { videosResult } from '../kit/results.ts'
import { type Call, callVendor } from '../kit/vendor-call.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { apiStatusIn, isModerated, minimaxError } from './errors.ts'

/**
 * Hailuo at MiniMax: videos by the first version of its API, which are made, asked after and fetched. The vendor has no
 * way to find a call whose answer was lost but to call, and none to cancel.
 *
 * Its music is one song with a call where the catalogue's operations make two, and its speech has a voice of its own where
 * the catalogue's takes that of a recording: neither is offered.
 */
export function minimaxProvider(): Provider {
  return {
    id: 'minimax',
    operations: new Set([hailuoVideo.id]),

    async submit(job, account, signal) {
      const callback = job.callbackUrl === undefined ? {} : { callback_url: job.callbackUrl }
      const json = { ...bodyOf(await withUrls(job, signal)), ...callback }
      const body = await callMinimax(account, {
        method: 'POST',
        path: '/v1/video_generation',
        json,
        signal,
        isPaid: true,
      })
      const id = textOf(body.task_id)
      if (id !== '') return { handle: { id } }
      throw new PolyphonyError('vendor_silent', 'MiniMax accepted the task and named no id.')
    },

    // What is done is named by the id of its file: the last look is two calls, of which each may be made again.
    async poll(handle, account, signal, request) {
      try {
        const body = await fetchTask(account, idIn(handle), signal)
        const { status, file_id } = body
        if (!isOver(status, 'success')) return progressOf(body)
        return videoOf(
          await callMinimax(account, { path: '/v1/files/retrieve', query: { file_id: textOf(file_id) }, signal }),
          request,
        )
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown
        return { status: 'failed', reason: `MiniMax does not know the task any more: ${thrown.message}` }
      }
    },

    /** Before it takes an address for callbacks, MiniMax wants to hear there what it has said. Nothing is signed. */
    async receive({ rawBody }) {
      const body: unknown = JSON.parse(rawBody)
      if (!isJsonObject(body)) return {}
      const { challenge, task_id } = body
      if (challenge !== undefined) return { answer: { challenge } }
      const id = textOf(task_id)
      return id === '' ? {} : { handle: { id } }
    },

    /** Nothing is asked for without cost but after tasks; that there is none is what a good key hears. */
    async probe(account, signal) {
      try {
        await fetchTask(account, '0', signal)
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown
      }
    },
  }
}

const MODELS: Record<string, string> = {
  't2v-01': 'T2V-01',
  't2v-01-director': 'T2V-01-Director',
  'i2v-01': 'I2V-01',
  'i2v-01-live': 'I2V-01-live',
  'i2v-01-director': 'I2V-01-Director',
  's2v-01': 'S2V-01',
  't2v-02': 'MiniMax-Hailuo-02',
  'i2v-02': 'MiniMax-Hailuo-02',
  'v2.3': 'MiniMax-Hailuo-2.3',
  'v2.3-fast': 'MiniMax-Hailuo-2.3-Fast',
}
/** What callers who know MiniMax send beside the catalogue's fields. */
const OWN = ['fast_pretreatment', 'aigc_watermark']

/** Length and size are told to the models that have a choice; what the catalogue takes for granted is said. */
function bodyOf(input: JsonObject): JsonObject {
  const { model, prompt, image_url: picture, last_frame_image, expand_prompt: prompt_optimizer } = input
  const name = MODELS[String(model)] ?? String(model)
  const isFace = model === 's2v-01'
  const { duration = 6, resolution = 768 } = input
  return {
    model: name,
    ...withoutEmpty({
      prompt,
      first_frame_image: isFace ? undefined : picture,
      last_frame_image,
      subject_reference: isFace && picture ? [{ type: 'character', image: [picture] }] : undefined,
      prompt_optimizer,
    }),
    ...(name.startsWith('MiniMax-') ? { duration, resolution: `${resolution}P` } : {}),
    ...withoutEmpty(Object.fromEntries(OWN.map((field) => [field, input[field]]))),
  }
}

function withoutEmpty(fields: Record<string, Json | undefined>): JsonObject {
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') kept[name] = value
  }
  return kept
}

function fetchTask(account: Account, id: string, signal: AbortSignal): Promise<JsonObject> {
  return callMinimax(account, { path: '/v1/query/video_generation', query: { task_id: id }, signal })
}

/** A call of which code 0 is the only good answer, except of a task that failed: why stands in its code. */
async function callMinimax(account: Account, call: Omit<Call, 'headers'>): Promise<JsonObject> {
  const isPaid = call.isPaid === true
  const errorOf: Call['errorOf'] = ({ body }) => {
    const words = apiStatusIn(body)
    return words.code === 0 ? undefined : minimaxError(words, isPaid)
  }
  const headers = { authorization: `Bearer ${account.settings.apiKey ?? ''}` }
  const { body } = await callVendor(account, { ...call, headers, errorOf })
  const said = apiStatusIn(body)
  const answer = isJsonObject(body) ? body : {}
  if (said.code === 0 || isOver(answer.status, 'fail')) return answer
  throw minimaxError(said, isPaid)
}

/** MiniMax writes `Fail` and `Failed`, `Success` and, to those it calls, `success`. */
function isOver(status: Json | undefined, how: 'success' | 'fail'): boolean {
  return typeof status === 'string' && status.toLowerCase().startsWith(how)
}

function isRefusal(thrown: unknown): thrown is PolyphonyError {
  return thrown instanceof PolyphonyError && thrown.code === 'vendor_refused'
}

function idIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return handle.id
  throw new PolyphonyError('internal', 'The handle is none of MiniMax’s.')
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function progressOf(body: JsonObject): Progress {
  const { status } = body
  if (typeof status !== 'string' || status === '') {
    throw new PolyphonyError('vendor_unreachable', 'MiniMax answers, and says nothing of the task.')
  }
  if (!isOver(status, 'fail')) return { status: 'processing' }
  const words = apiStatusIn(body)
  const reason =
    words.message === '' || words.message === 'success' ? 'MiniMax says that it failed, and not why.' : words.message
  return { status: 'failed', reason, isModerated: isModerated(words) }
}

function videoOf({ file }: JsonObject, request: TaskRequest): Progress {
  const url = isJsonObject(file) ? textOf(file.download_url) || textOf(file.backup_download_url) : ''
  if (url === '') return { status: 'failed', reason: 'MiniMax says that it is done, and delivered nothing.' }
  return { status: 'completed', result: videosResult(request, [{ video: { url } }]) }
}
