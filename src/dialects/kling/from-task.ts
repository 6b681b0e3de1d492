import { findOperation } from '../../catalog/catalog.ts'
import type { Output } from '../../catalog/outputs.ts'
import { itemId } from '../../core/ids.ts'
import { pointsToUsd } from '../../core/points.ts'
import { isTerminal, type Status, type Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf } from '../shared/relay-task.ts'
import type { Path } from './to-task.ts'

/** Models whose tasks have a form here. */
export const MODELS = ['kling', 'kling-turbo']

export type Noun = 'videos' | 'images'

/** The half of Kling's API that has a form for a task, whichever dialect it came through; undefined where neither has. */
export function nounOf({ operation }: Pick<Task, 'operation'>): Noun | undefined {
  const known = findOperation(operation)
  if (!known || !MODELS.includes(known.model)) return undefined
  const { kind } = known.produces
  return kind === 'videos' ? 'videos' : kind === 'pictures' ? 'images' : undefined
}

/** The operations whose tasks the list of a path may include, and whether it includes all of their tasks. */
export function operationsAt(path: Path): { operations: string[]; isAll: boolean } {
  const found = Object.entries(PATHS_OF).filter(([, paths]) => paths.includes(SAME[path] ?? path))
  return { operations: found.map(([id]) => id), isAll: found.every(([, paths]) => paths.length === 1) }
}

const SAME: Partial<Record<string, Path>> = {
  '/videos/avatar/image2video': '/videos/avatar',
  '/images/multi-image-generations': '/images/multi-image2image',
  '/images/editing/expand': '/images/image-expansion',
}

/** Whether the list of a path includes a task: submitted there, or of a kind that is submitted there. */
export function isListed(task: Task, path: Path): boolean {
  const { path: own } = task.echo
  const submittedAt = task.dialect === 'kling' && typeof own === 'string' ? own : pathOf(task)
  return (SAME[submittedAt] ?? submittedAt) === (SAME[path] ?? path)
}

/** The path at which a task of another dialect would have been submitted. */
function pathOf({ operation, input }: Task): string {
  switch (operation) {
    case 'kling/video_generation':
    case 'kling-turbo/video_generation': {
      if (Array.isArray(input.elements) && input.elements.length > 0) return '/videos/multi-image2video'
      const isFromPicture = input.image_url || input.image_tail_url || input.start_image_url || input.end_image_url
      return isFromPicture ? '/videos/image2video' : '/videos/text2video'
    }
    case 'kling/image_generation': {
      const hasSubjects = Array.isArray(input.subject_images) && input.subject_images.length > 0
      return hasSubjects ? '/images/multi-image2image' : '/images/generations'
    }
    default:
      return PATHS_OF[operation]?.[0] ?? ''
  }
}

const OF_VIDEO: Path[] = ['/videos/text2video', '/videos/image2video', '/videos/multi-image2video']

/** The paths that the tasks of an operation belong to, each in one of its spellings; of several, the input decides. */
const PATHS_OF: Record<string, Path[]> = {
  'kling/video_generation': OF_VIDEO,
  'kling-turbo/video_generation': OF_VIDEO,
  'kling/text_to_video': ['/videos/text2video'],
  'kling/image_to_video': ['/videos/image2video'],
  'kling/extend_video': ['/videos/video-extend'],
  'kling/lip_sync': ['/videos/lip-sync'],
  'kling/effects': ['/videos/effects'],
  'kling/motion_control': ['/videos/motion-control'],
  'kling/avatar': ['/videos/avatar'],
  'kling/omni_video_generation': ['/videos/omni-video'],
  'kling/image_generation': ['/images/generations', '/images/multi-image2image'],
  'kling/ai_try_on': ['/images/kolors-virtual-try-on'],
  'kling/image_expansion': ['/images/image-expansion'],
}

/** Every answer that is no error. */
export function envelope<Data>(data: Data, requestId: string) {
  return { code: 0, message: 'SUCCEED', request_id: requestId, data }
}

export type TaskStatus = 'submitted' | 'processing' | 'succeed' | 'failed'

const STATUSES: Record<Status, TaskStatus> = {
  staged: 'submitted',
  pending: 'submitted',
  submitting: 'submitted',
  uncertain: 'submitted', // it may turn out that nothing was begun
  processing: 'processing',
  completed: 'succeed',
  failed: 'failed',
  cancelled: 'failed',
}

/** No status goes back: a task that was begun stays begun, though it may wait for another attempt. */
export function statusOf({ status, startedAt }: Pick<Task, 'status' | 'startedAt'>): TaskStatus {
  const word = STATUSES[status]
  return word === 'submitted' && startedAt !== null ? 'processing' : word
}

/** The part of a task that answers a POST. */
export function createdTask(task: Task) {
  return {
    task_id: task.id,
    task_status: statusOf(task),
    task_info: task.externalId === null ? {} : { external_task_id: task.externalId },
    created_at: task.createdAt,
    updated_at: task.endedAt ?? task.startedAt ?? task.createdAt,
  }
}

/** The task object of a GET, and the body of a callback. Times are milliseconds. */
export function fromTask(task: Task, urls: Urls) {
  const { task_id, task_status, task_info, created_at, updated_at } = createdTask(task)
  return {
    task_id,
    task_status,
    task_status_msg: failReasonOf(task),
    task_info,
    created_at,
    updated_at,
    task_result: resultOf(task, urls),
    // Kling counts units of its packs; here they are US dollars.
    ...(isTerminal(task.status) ? { final_unit_deduction: String(pointsToUsd(task.consumedPoints)) } : {}),
  }
}

// What a provider delivers is in the shape that the operation's output schema states.
function resultOf(task: Task, urls: Urls) {
  if (task.status !== 'completed') return {}
  if (nounOf(task) === 'videos') {
    const { videos } = task.output as Output['videos']
    return {
      videos: videos.map(({ file, seconds }, index) => ({
        id: itemId(task.id, index + 1),
        url: urls.file(file),
        watermark_url: '',
        duration: String(seconds),
      })),
    }
  }
  const { pictures } = task.output as Output['pictures']
  return { images: pictures.map(({ file }, index) => ({ index, url: urls.file(file) })) }
}
