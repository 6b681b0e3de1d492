import { getOperation } from '../../catalog/catalog.ts'
import { luma as videoOperations } from '../../catalog/luma.ts'
import { lumaImage, lumaTools } from '../../catalog/luma-tools.ts'
import type { Output, Video } from '../../catalog/outputs.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { withoutPlaceholders } from '../kit/fields.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, type RelayStatus, relayStatusOf, relayTask } from '../shared/relay-task.ts'
import { DIALECT } from './to-task.ts'

const OURS: ReadonlySet<string> = new Set([...videoOperations, ...lumaTools].map(({ id }) => id))

/** Whether Luma's own API has a form for a task, whichever dialect it came through. */
export function isLuma({ operation }: Pick<Task, 'operation'>): boolean {
  return OURS.has(operation)
}

/** Whether it has a form in the format of relays, which knows videos only. */
export function isLumaVideo(task: Pick<Task, 'operation'>): boolean {
  return isLuma(task) && getOperation(task.operation).produces.kind === 'videos'
}

const STATES: Record<RelayStatus, 'queued' | 'dreaming' | 'completed' | 'failed'> = {
  NOT_START: 'queued',
  SUBMITTED: 'queued',
  IN_PROGRESS: 'dreaming',
  SUCCESS: 'completed',
  FAILURE: 'failed',
}

/** The Generation of Luma's own API. It has assets when they are there, and not before. */
export function generationOf(task: Task, urls: Urls) {
  const model = task.input.model ?? task.input.model_name ?? null
  return {
    id: task.id,
    generation_type: isLumaVideo(task) ? 'video' : 'image',
    state: STATES[relayStatusOf(task)],
    failure_reason: failReasonOf(task) || null,
    created_at: new Date(task.createdAt).toISOString(),
    ...(task.status === 'completed' ? { assets: assetsOf(task, urls) } : {}),
    model,
    request: requestOf(task, urls),
  }
}

function assetsOf(task: Task, urls: Urls): JsonObject {
  // What a provider delivers is in the shape that the operation's output schema states; here and below.
  if (isLumaVideo(task)) return { video: urls.file(videoOf(task)?.file ?? '') }
  return { image: urls.file((task.output as Output['pictures']).pictures[0]?.file ?? '') }
}

function videoOf(task: Task): Video | undefined {
  return (task.output as Output['videos']).videos[0]
}

/** The request of a task in this protocol's terms, whichever dialect it came through. */
function requestOf(task: Task, urls: Urls): JsonObject {
  const input = urls.expand(task.input) as JsonObject // an object stays an object
  const { taskType, id } = getOperation(task.operation)
  const { origin_task_id: _parent, key_frames, start_image, end_image, model_name, duration, ...rest } = input
  const { sync, sync_timeout } = task.dialect === DIALECT ? task.echo : {}
  const isVideo = videoOperations.some((one) => one.id === id)
  const frames = {
    ...frameOf('frame0', key_frames, start_image),
    ...frameOf('frame1', key_frames, end_image),
  }
  return {
    generation_type: isVideo ? 'video' : id === lumaImage.id ? 'image' : taskType,
    ...(model_name === undefined ? {} : { model: model_name }),
    ...rest,
    ...(duration === undefined ? {} : { duration: `${duration}s` }),
    ...(Object.keys(frames).length === 0 ? {} : { keyframes: frames }),
    ...withoutPlaceholders({ sync, sync_timeout, callback_url: task.webhookUrl }),
  }
}

function frameOf(name: string, frames: Json | undefined, picture: Json | undefined): JsonObject {
  const frame = isJsonObject(frames) ? frames[name] : undefined
  if (isJsonObject(frame) && (frame.url || frame.id)) return { [name]: frame }
  return picture ? { [name]: { type: 'image', url: picture } } : {}
}

const OWN_STATES: Record<RelayStatus, 'pending' | 'processing' | 'completed' | 'failed'> = {
  NOT_START: 'pending',
  SUBMITTED: 'pending',
  IN_PROGRESS: 'processing',
  SUCCESS: 'completed',
  FAILURE: 'failed',
}

/** The object of Luma's web app, as relays show it. There is no watermark, so that all addresses of the video are one. */
export function ownObject(task: Task, urls: Urls) {
  const video = task.status === 'completed' ? videoOf(task) : undefined
  const sized = (file: string) =>
    video && file !== '' ? { url: urls.file(file), width: video.widthPx, height: video.heightPx } : null
  const raw = sized(video?.file ?? '')
  return {
    id: task.id,
    prompt: task.input.prompt ?? '',
    state: OWN_STATES[relayStatusOf(task)],
    queue_state: null,
    created_at: new Date(task.createdAt).toISOString(),
    batch_id: '',
    video: raw && { ...raw, download_url: raw.url },
    video_raw: raw,
    liked: null,
    estimate_wait_seconds: null,
    thumbnail: sized(video?.cover ?? ''),
    last_frame: sized(video?.lastFrame ?? ''),
    failure_reason: failReasonOf(task) || null,
  }
}

/** A task as relays list it, and the body of their callback. */
export function ownTaskObject(task: Task, urls: Urls) {
  return { id: task.id, platform: 'luma', ...relayTask(task, 'LUMA_VIDEO', ownObject(task, urls)) }
}
