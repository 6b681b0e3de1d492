import type OpenAI from 'openai'
import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { frameIn, frameOfSize } from '../kit/first-frame.ts'
import { IdHandle, readAnswer, readHandle, WithId } from '../kit/read-wire.ts'
import { videosResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, InputFile, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { call, clientOf, find, isModeration } from './client.ts'
import { Video, type WithHeaders } from './wire.ts'

/**
 * Sora 2 by OpenAI's videos API. OpenAI closed it on 2026-09-24; gateways that speak the same protocol serve it still, by
 * their base address.
 */

const PRO = 'sora2/sora2-pro-video'
const REMIX = 'sora2/sora2-remix'
export const VIDEO_OPERATIONS = ['sora2/sora2-video', PRO, REMIX]

/** Beside 720p the API has one larger size only, which serves for 1080p as well: the real size is measured in the file. */
const SIZES = { '720p': ['1280x720', '720x1280'], larger: ['1792x1024', '1024x1792'] } as const

export async function submitVideo(client: OpenAI, job: Job, signal: AbortSignal): Promise<Submitted> {
  if (job.operation === REMIX) return submitRemix(client, job, signal)
  const { prompt, image_url, aspect_ratio, duration, resolution } = job.input
  const isPro = job.operation === PRO
  const size = SIZES[isPro && resolution !== '720p' ? 'larger' : '720p'][aspect_ratio === '9:16' ? 1 : 0]
  const first = await frameIn(job, image_url, signal)
  const params: OpenAI.VideoCreateParams = {
    model: isPro ? 'sora-2-pro' : 'sora-2',
    prompt: String(prompt),
    seconds: String(duration) as OpenAI.VideoSeconds, // the catalogue allows no other value
    size,
    ...(first ? { input_reference: await pngOfSize(first, size) } : {}),
  }
  const answer = await call(() => client.videos.create(params, { signal }), { isPaid: true, signal })
  const { id } = readAnswer(WithId, answer, 'OpenAI', { isPaid: true })
  return { handle: { id } }
}

/** A new version of a video that this account has made. */
async function submitRemix(client: OpenAI, { input, parent }: Job, signal: AbortSignal): Promise<Submitted> {
  const { id: of } = readHandle(IdHandle, parent?.handle ?? null, 'OpenAI')
  const answer = await call(() => client.videos.remix(of, { prompt: String(input.prompt) }, { signal }), {
    isPaid: true,
    signal,
  })
  const { id } = readAnswer(WithId, answer, 'OpenAI', { isPaid: true })
  return { handle: { id } }
}

/** The API takes a first frame only in exactly the size of the video. */
async function pngOfSize(first: InputFile, size: string): Promise<File> {
  const [widthPx = 0, heightPx = 0] = size.split('x').map(Number)
  const png = await frameOfSize(first, { widthPx, heightPx })
  return new File([new Uint8Array(png)], 'first-frame.png', { type: 'image/png' })
}

export async function pollVideo(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  request: TaskRequest,
): Promise<Progress> {
  const { id } = readHandle(IdHandle, handle, 'OpenAI')
  const { videos } = clientOf(account, { hasFiles: false })
  const found = await find(() => videos.retrieve(id, { signal }).withResponse(), signal)
  if (!found) return { status: 'failed', reason: 'OpenAI no longer knows the video.' }
  const { data, response } = found.answer as WithHeaders // the SDK's own object; the body in it is not read yet
  const video = readAnswer(Video, data, 'OpenAI')
  if (video.status === 'failed') return failed(video)
  if (video.status === 'completed') {
    const read = (late: AbortSignal) => contentOf(account, id, late)
    return { status: 'completed', result: videosResult(request, [{ video: { read } }]) }
  }
  const advised = Number(response.headers.get('openai-poll-after-ms')) // inferred: read by OpenAI's Python package
  return {
    status: 'processing',
    ...(video.progress === undefined ? {} : { progress: video.progress }),
    ...(advised > 0 ? { pollAfterMs: advised } : {}),
  }
}

function failed({ error }: Static<typeof Video>): Progress {
  const reason = error?.message || error?.code || 'OpenAI reported a failure without a reason.'
  return { status: 'failed', reason, isModerated: isModeration(error?.code) || speaksOfModeration(reason) }
}

/** The video file, which needs the key. */
async function contentOf(account: Account, id: string, signal: AbortSignal): Promise<Uint8Array> {
  const headers = {
    authorization: `Bearer ${account.settings.apiKey}`,
    accept: 'application/binary',
    ...(account.settings.organization ? { 'openai-organization': account.settings.organization } : {}),
    ...(account.settings.project ? { 'openai-project': account.settings.project } : {}),
  }
  const { bytes } = await fileOfVendor(account, { path: `videos/${encodeURIComponent(id)}/content`, headers, signal })
  return bytes
}

/** A video that is deleted while it is in progress is not finished (inferred); one that is finished is destroyed. */
export async function cancelVideo(handle: Json, account: Account, signal: AbortSignal): Promise<void> {
  const { id } = readHandle(IdHandle, handle, 'OpenAI')
  const { videos } = clientOf(account, { hasFiles: false })
  const found = await find(() => videos.retrieve(id, { signal }), signal)
  if (!found) return
  if (readAnswer(Video, found.answer, 'OpenAI').status === 'completed') {
    throw new PolyphonyError('vendor_refused', 'The video is completed; it cannot be cancelled any more.')
  }
  await find(() => videos.delete(id, { signal }), signal)
}
