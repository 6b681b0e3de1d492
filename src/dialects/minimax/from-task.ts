import { hailuoVideo } from '../../catalog/hailuo.ts'
import type { Output, Video } from '../../catalog/outputs.ts'
import type { Asset } from '../../core/asset.ts'
import { isId, itemId, taskOfItem } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, relayStatusOf, secondsOf } from '../shared/relay-task.ts'
import { baseResp } from './errors.ts'

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

export function fileOf(fileId: string, video: Video, asset: Asset, urls: Urls) {
  return {
    file: {
      file_id: fileId,
      bytes: asset.sizeBytes,
      created_at: secondsOf(asset.createdAt),
      filename: `output.${asset.extension}`,
      purpose: 'video_generation',
      download_url: urls.file(video.file),
    },
    ...baseResp(),
  }
}
