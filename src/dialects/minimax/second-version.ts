import { minimaxVideo } from '../../catalog/minimax.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { given, isGiven, objectIn, shown, webhookIn, withoutPlaceholders } from '../kit/fields.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, secondsOf } from '../shared/relay-task.ts'
import { videosOf } from './from-task.ts'
import { DIALECT } from './to-task.ts'

/**
 * The second version of MiniMax's video API (H3): a `content` array in, a task with its video's URL out. Its forms are those
 * of MiniMax's documents and of clients that were run against it in 2026.
 */

/** The field of the catalogue for each role; those of the second kind are lists. */
const SINGLE: Record<string, string> = {
  first_frame: 'first_frame_image',
  last_frame: 'last_frame_image',
  base_video: 'base_video',
}
const LISTED: Record<string, string> = {
  reference_image: 'reference_images',
  reference_video: 'reference_videos',
  reference_audio: 'reference_audios',
}
/** What a part of each kind is without a role. */
const ROLES: Record<string, string> = {
  image_url: 'first_frame',
  video_url: 'reference_video',
  audio_url: 'reference_audio',
}

interface Parts {
  fields: JsonObject
  /** The caller's names of the fields. */
  names: Record<string, string>
}

/** Reads the body of POST /v2/video_generation. Throws `invalid_input`, naming the field as the caller spelt it. */
export function toSecondTask(body: unknown): Submission {
  const { callback_url: callback, content, ...rest } = withoutPlaceholders(objectIn(body))
  if (!isGiven(rest.model)) throw invalidInput('model', 'is required')
  const { fields, names } = partsIn(content)
  const input = readInput(minimaxVideo, { ...rest, ...fields }, names)
  return { operation: minimaxVideo, input, names, dialect: DIALECT, ...webhookIn('callback_url', callback) }
}

function partsIn(content: Json | undefined): Parts {
  if (!isGiven(content)) throw invalidInput('content', 'is required')
  if (!Array.isArray(content)) throw invalidInput('content', 'must be an array')
  const parts: Parts = { fields: {}, names: {} }
  for (const [at, part] of content.entries()) addPart(part, `content.${at}`, parts)
  return parts
}

function addPart(part: Json, path: string, { fields, names }: Parts): void {
  if (!isJsonObject(part)) throw invalidInput(path, 'must be an object')
  const { type } = part
  if (type === 'text') {
    if (isGiven(fields.prompt)) throw invalidInput(path, 'is a second text; one is taken')
    names.prompt = `${path}.text`
    Object.assign(fields, given('prompt', part.text))
    return
  }
  const byDefault = typeof type === 'string' && Object.hasOwn(ROLES, type) ? ROLES[type] : undefined
  if (typeof type !== 'string' || byDefault === undefined) {
    const kinds = ['text', ...Object.keys(ROLES)].join(', ')
    throw invalidInput(`${path}.type`, `must be one of ${kinds}, not ${shown(type ?? null)}`)
  }
  const file = part[type]
  const url = isJsonObject(file) ? (file.url ?? '') : (file ?? '')
  if (!isGiven(url)) throw invalidInput(`${path}.${type}.url`, 'is required')
  addFile({ role: isGiven(part.role) ? part.role : byDefault, url, type, path }, { fields, names })
}

interface Named {
  role: Json
  url: Json
  type: string
  path: string
}

function addFile({ role, url, type, path }: Named, { fields, names }: Parts): void {
  const own = isJsonObject(url) ? path : `${path}.${type}.url`
  const single = typeof role === 'string' && Object.hasOwn(SINGLE, role) ? SINGLE[role] : undefined
  const listed = typeof role === 'string' && Object.hasOwn(LISTED, role) ? LISTED[role] : undefined
  if (single !== undefined) {
    if (isGiven(fields[single])) throw invalidInput(`${path}.role`, `is a second ${String(role)}; one is taken`)
    fields[single] = url
    names[single] = own
    return
  }
  if (listed === undefined) {
    const roles = [...Object.keys(SINGLE), ...Object.keys(LISTED)].join(', ')
    throw invalidInput(`${path}.role`, `must be one of ${roles}, not ${shown(role)}`)
  }
  const before = [fields[listed] ?? []].flat()
  names[`${listed}.${before.length}`] = own
  fields[listed] = [...before, url]
}

export function isOfSecondVersion({ operation }: Pick<Task, 'operation'>): boolean {
  return operation === minimaxVideo.id
}

const STATUSES: Record<Status, string> = {
  staged: 'queued',
  pending: 'queued',
  submitting: 'queued',
  uncertain: 'running',
  processing: 'running',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** The answer to a query, and the body of a callback. `content` is there when the video is. */
export function fromSecondTask(task: Task, urls: Urls) {
  const { model, resolution, duration, ratio } = task.input
  const video = videosOf(task)[0]
  const reason = failReasonOf(task)
  return {
    task: {
      id: task.id,
      model: String(model),
      status: STATUSES[task.status],
      task_type: 'generation',
      modality: 'video',
      created_at: secondsOf(task.createdAt),
      updated_at: secondsOf(task.endedAt ?? task.startedAt ?? task.createdAt),
      ...(video ? { content: { url: urls.file(video.file) }, usage: { output_seconds: video.seconds } } : {}),
      resolution: resolution ?? '',
      duration: duration ?? 0,
      ratio: ratio ?? '',
      ...(reason === '' ? {} : { error: { code: task.error?.code ?? 'cancelled', message: reason } }),
    },
  }
}
