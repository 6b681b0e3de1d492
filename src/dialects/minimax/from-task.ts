import { hailuoVideo } from '../../catalog/hailuo.ts'
import type { Output, Video } from '../../catalog/outputs.ts'
import type { Asset } from '../../core/asset.ts'
import { isId, itemId, taskOfItem } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, relayStatusOf, secondsOf } from '../shared/relay-task.ts'
import { baseResp } from './errors.ts'
import { isSpeech, fileOf as soundFileOf } from './from-sound.ts'

/** Whether this protocol has a form for a task, whichever dialect it came through. */
export function isHailuo(task: Pick<Task, 'operation'>): boolean {
  return task.operation === hailuoVideo.id
}

export function createdTask({ id }: Task) {
  return { task_id: id, ...baseResp() }
}

const STATUSES = {
  NOT_START: 'Preparing',
  SUBMITTED: 'Queueing',
  IN_PROGRESS: 'Processing',
  SUCCESS: 'Success',
  FAILURE: 'Fail',
} as const

/** Callbacks have words of their own. */
const CALLBACK_STATUSES = {
  NOT_START: 'processing',
  SUBMITTED: 'processing',
  IN_PROGRESS: 'processing',
  SUCCESS: 'success',
  FAILURE: 'failed',
} as const

/**
 * The answer to a query. Its code stays 0 when the task has failed, since clients read no status beside another; the
 * reason is in the message.
 */
export function fromTask(task: Task) {
  return body(task, STATUSES[relayStatusOf(task)])
}

/** The body of a callback. */
export function callbackOf(task: Task) {
  return body(task, CALLBACK_STATUSES[relayStatusOf(task)])
}

function body(task: Task, status: string) {
  const video = videosOf(task)[0]
  return {
    task_id: task.id,
    status,
    file_id: video ? itemId(task.id, 1) : '',
    video_width: video?.widthPx ?? 0,
    video_height: video?.heightPx ?? 0,
    ...baseResp(0, failReasonOf(task) || 'success'),
  }
}

/** The task and the number of the video that a file id names. */
export function videoOfFile(fileId: string): { taskId: string; number: number } | undefined {
  return isId(fileId) ? taskOfItem(fileId) : undefined
}

// What a provider delivers is in the shape that the operation's output schema states.
export function videosOf(task: Task): Video[] {
  return task.status === 'completed' ? (task.output as Output['videos']).videos : []
}

/** The file that a file id names: the reference of what a finished task has made, and what MiniMax says it is for. */
export interface NamedFile {
  fileId: string
  file: string
  purpose: 'video_generation' | 't2a_async'
}

/** Undefined for a task without a file of this number. */
export function namedFileOf(task: Task, number: number): Omit<NamedFile, 'fileId'> | undefined {
  if (isSpeech(task)) {
    const isThere = task.status === 'completed' && number === 1
    return isThere ? { file: soundFileOf(task).file, purpose: 't2a_async' } : undefined
  }
  const video = isHailuo(task) ? videosOf(task)[number - 1] : undefined
  return video && { file: video.file, purpose: 'video_generation' }
}

export function fileOf({ fileId, file, purpose }: NamedFile, asset: Asset, urls: Urls) {
  return {
    file: {
      file_id: fileId,
      bytes: asset.sizeBytes,
      created_at: secondsOf(asset.createdAt),
      filename: `output.${asset.extension}`,
      purpose,
      download_url: urls.file(file),
    },
    ...baseResp(),
  }
}

/** The answer to the creation of speech that is read later. The token of MiniMax's own is of no use here. */
export function createdSpeech({ id, input }: Task) {
  return {
    task_id: id,
    task_token: '',
    file_id: itemId(id, 1),
    usage_characters: String(input.text ?? '').length,
    ...baseResp(),
  }
}

const SPEECH_STATUSES = {
  NOT_START: 'Processing',
  SUBMITTED: 'Processing',
  IN_PROGRESS: 'Processing',
  SUCCESS: 'Success',
  FAILURE: 'Failed',
} as const

/** The answer to the query of speech. As of a video, its code stays 0 when the task has failed. */
export function fromSpeechTask(task: Task) {
  return {
    task_id: task.id,
    status: SPEECH_STATUSES[relayStatusOf(task)],
    file_id: itemId(task.id, 1),
    ...baseResp(0, failReasonOf(task) || 'success'),
  }
}

/** The body of a callback about speech, whose statuses are in lower case there. */
export function speechCallbackOf(task: Task) {
  const { status, ...body } = fromSpeechTask(task)
  return { ...body, status: status.toLowerCase() }
}
