import type { Static } from 'typebox'
import { hailuoVideo } from '../../catalog/hailuo.ts'
import { minimaxVideo } from '../../catalog/minimax.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { withUrls } from '../kit/input-files.ts'
import { IdHandle, readAnswer, readCallback, readHandle } from '../kit/read-wire.ts'
import { videosResult } from '../kit/results.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Account, Progress, Provider, TaskRequest } from '../provider.ts'
import { AT_ONCE, answeredAtOnce } from './at-once.ts'
import { callMinimax, hasEnded } from './call.ts'
import { type ApiStatus, apiStatusIn, isModerated } from './errors.ts'
import { pollSecond, secondBodyOf } from './second-version.ts'
import { Callback, Created, File, Task } from './wire.ts'

/**
 * Hailuo at MiniMax by the first version of its API (create, poll, retrieve the file), and H3 by the second (create, poll).
 * A lost answer is found by its callback only, and nothing can be cancelled. Speech, music and pictures are answered at
 * once, and a lost answer is not found again.
 */
export function minimaxProvider(): Provider {
  return {
    id: 'minimax',
    operations: new Set([hailuoVideo.id, minimaxVideo.id, ...Object.keys(AT_ONCE)]),

    async submit(job, account, signal) {
      if (job.operation in AT_ONCE) return answeredAtOnce(job, account, signal)
      const callback = job.callbackUrl === undefined ? {} : { callback_url: job.callbackUrl }
      const isSecond = job.operation === minimaxVideo.id
      const input = await withUrls(job, signal)
      const json = { ...(isSecond ? secondBodyOf(input) : bodyOf(input)), ...callback }
      const body = await callMinimax(account, {
        method: 'POST',
        path: `/${isSecond ? 'v2' : 'v1'}/video_generation`,
        json,
        signal,
        isPaid: true,
      })
      const { task_id: id } = readAnswer(Created, body, 'MiniMax', { isPaid: true })
      return { handle: { id: String(id) } }
    },

    // A finished task names its file by an id: the last poll is two calls, and each of them may be repeated.
    async poll(handle, account, signal, request) {
      const { id } = readHandle(IdHandle, handle, 'MiniMax')
      try {
        if (request.operation === minimaxVideo.id) return await pollSecond(account, id, signal, request)
        const body = await fetchTask(account, id, signal)
        const { status, file_id = '' } = readAnswer(Task, body, 'MiniMax')
        if (!hasEnded(status, 'success')) return progressOf(status, apiStatusIn(body))
        return resultOf(readAnswer(File, await findFile(account, file_id, signal), 'MiniMax'), request)
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown
        return { status: 'failed', reason: `MiniMax no longer knows the task: ${thrown.message}` }
      }
    },

    /** MiniMax first sends a challenge to a callback URL, and expects it back. Callbacks are not signed. */
    async receive({ rawBody }) {
      const { challenge, task_id, task } = readCallback(Callback, rawBody) ?? {}
      const id = task_id ?? task?.id
      if (challenge !== undefined) return { answer: { challenge } }
      return id === undefined ? {} : { handle: { id: String(id) } }
    },

    /** Reads a task id that does not exist, the only free call: an unknown task with a valid key, refused otherwise. */
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
/** Fields of MiniMax's API beside the catalogue's. */
const OWN = ['fast_pretreatment', 'aigc_watermark']

/** Length and size are sent to the models that have a choice, the catalogue's defaults included. */
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

function fetchTask(account: Account, id: string, signal: AbortSignal): Promise<Json> {
  return callMinimax(account, { path: '/v1/query/video_generation', query: { task_id: id }, signal })
}

/** The file of a finished task. A refusal says nothing about the task: its file may not be listed yet. */
async function findFile(account: Account, file_id: string | number, signal: AbortSignal): Promise<Json> {
  try {
    return await callMinimax(account, { path: '/v1/files/retrieve', query: { file_id }, signal })
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    throw new PolyphonyError('vendor_unreachable', `MiniMax has no file of the task: ${thrown.message}`)
  }
}

function isRefusal(thrown: unknown): thrown is PolyphonyError {
  return thrown instanceof PolyphonyError && thrown.code === 'vendor_refused'
}

function progressOf(status: string, api: ApiStatus): Progress {
  if (!hasEnded(status, 'fail')) return { status: 'processing' }
  const hasReason = api.message !== '' && api.message !== 'success'
  const reason = hasReason ? api.message : 'MiniMax reported a failure without a reason.'
  return { status: 'failed', reason, isModerated: isModerated(api) }
}

function resultOf({ file }: Static<typeof File>, request: TaskRequest): Progress {
  const url = file.download_url ?? file.backup_download_url
  if (url === undefined) return { status: 'failed', reason: 'MiniMax reported success without a file.' }
  return { status: 'completed', result: videosResult(request, [{ video: fileAtUrl(url) }]) }
}
