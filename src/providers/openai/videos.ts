import type OpenAI from 'openai'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { videosResult } from '../kit/results.ts'
import { fileOfVendor } from '../kit/vendor-call.ts'
import { speaksOfModeration } from '../kit/vendor-errors.ts'
import type { Account, InputFile, Job, Progress, Submitted, TaskRequest } from '../provider.ts'
import { answered, clientOf, found, isModeration } from './client.ts'

/**
 * Sora 2 by OpenAI's videos API. OpenAI closed it on 2026-09-24; gateways that speak the same protocol serve it still, by
 * their base address.
 */

const PRO = 'sora2/sora2-pro-video'
export const VIDEO_OPERATIONS = ['sora2/sora2-video', PRO]

/** Beside 720p the API has one larger size alone, which stands for 1080p: the video says itself how large it is. */
const SIZES = { '720p': ['1280x720', '720x1280'], '1080p': ['1792x1024', '1024x1792'] } as const

export async function submitVideo(client: OpenAI, job: Job, signal: AbortSignal): Promise<Submitted> {
  const { prompt, image_url, aspect_ratio, duration, resolution } = job.input
  const isPro = job.operation === PRO
  const size = SIZES[isPro && resolution === '1080p' ? '1080p' : '720p'][aspect_ratio === '9:16' ? 1 : 0]
  const first = typeof image_url === 'string' && image_url !== '' ? await job.file(image_url, signal) : undefined
  const params: OpenAI.VideoCreateParams = {
    model: isPro ? 'sora-2-pro' : 'sora-2',
    prompt: String(prompt),
    seconds: String(duration) as OpenAI.VideoSeconds, // the catalogue allows these alone
    size,
    ...(first ? { input_reference: await fitted(first, size) } : {}),
  }
  const video = await answered(() => client.videos.create(params, { signal }), { isPaid: true, signal })
  const id = isJsonObject(video) ? video.id : undefined // not an object where the answer was no JSON
  if (typeof id !== 'string') throw new PolyphonyError('vendor_silent', 'OpenAI accepted the video and named no id.')
  return { handle: { id } }
}

/** The API takes a first frame of the very size of the video alone: it is scaled, and cut where its shape is another. */
async function fitted({ bytes }: InputFile, size: string): Promise<File> {
  const [width = 0, height = 0] = size.split('x').map(Number)
  const { default: sharp } = await import('sharp')
  try {
    const png = await sharp(bytes).rotate().resize(width, height, { fit: 'cover' }).png().toBuffer()
    return new File([new Uint8Array(png)], 'first-frame.png', { type: 'image/png' })
  } catch (cause) {
    throw new PolyphonyError('unsupported_media', 'image_url is no picture that can be read.', { cause })
  }
}

export async function pollVideo(
  handle: Json,
  account: Account,
  signal: AbortSignal,
  params: TaskRequest,
): Promise<Progress> {
  const id = idIn(handle)
  const answer = await found(
    () => clientOf(account, { hasFiles: false }).videos.retrieve(id, { signal }).withResponse(),
    signal,
  )
  if (!answer) return { status: 'failed', reason: 'OpenAI does not know it any more.' }
  const { data: video, response } = answer
  if (!isJsonObject(video)) throw new PolyphonyError('vendor_unreachable', 'OpenAI answered with what is no JSON.')
  if (video.status === 'failed') return failed(video)
  if (video.status === 'completed') {
    return {
      status: 'completed',
      result: videosResult(params, [{ video: { read: (late) => contentOf(account, id, late) } }]),
    }
  }
  const advised = Number(response.headers.get('openai-poll-after-ms')) // inferred: read by OpenAI's Python package
  return {
    status: 'processing',
    ...(typeof video.progress === 'number' ? { progress: video.progress } : {}),
    ...(advised > 0 ? { pollAfterMs: advised } : {}),
  }
}

function failed({ error }: Pick<OpenAI.Video, 'error'>): Progress {
  const reason = error?.message || error?.code || 'OpenAI says that it failed, and not why.'
  return { status: 'failed', reason, isModerated: isModeration(error?.code) || speaksOfModeration(reason) }
}

/** The video itself, which needs the key. */
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

/** A video that is deleted while it is made is not made to its end (inferred). One that is gone already is no matter. */
export async function cancelVideo(handle: Json, account: Account, signal: AbortSignal): Promise<void> {
  await found(() => clientOf(account, { hasFiles: false }).videos.delete(idIn(handle), { signal }), signal)
}

function idIn(handle: Json): string {
  if (isJsonObject(handle) && typeof handle.id === 'string') return handle.id
  throw new PolyphonyError('internal', 'The handle is none of OpenAI’s.')
}
