import { PolyphonyError } from '../../core/errors.ts'
import { taskOfItem } from '../../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Account, Job } from '../provider.ts'

/** What is remembered of a task: Kling's id of it, and of the videos that it made. */
export interface Handle {
  id: string
  videos: string[]
}

export function handleIn(handle: Json): Handle {
  if (!isJsonObject(handle) || typeof handle.id !== 'string') {
    throw new PolyphonyError('internal', 'The handle is none of Kling’s.')
  }
  const { id, videos } = handle
  return { id, videos: Array.isArray(videos) ? videos.map(String) : [] }
}

/** Which of the parent's videos is meant, from 0 on: the one that the id names, else the first. */
function indexIn({ input }: Job): number {
  const { number } = taskOfItem(String(input.origin_task_id))
  return Math.max(0, number - 1)
}

/** Kling's id of the video that is built on; undefined where another account made it, which alone knows the id. */
export function parentVideoId(job: Job, { id }: Pick<Account, 'id'>): string | undefined {
  const { parent } = job
  if (!parent || parent.account !== id || parent.handle === null) return undefined
  return handleIn(parent.handle).videos[indexIn(job)] || undefined
}

/** The video that is built on, by its id or else by its URL. Throws `vendor_refused` where Kling cannot reach it. */
export function parentVideo(job: Job, account: Pick<Account, 'id'>): JsonObject {
  const video_id = parentVideoId(job, account)
  if (video_id !== undefined) return { video_id }
  const { output } = job.parent ?? {}
  const video = isJsonObject(output) && Array.isArray(output.videos) ? output.videos[indexIn(job)] : undefined
  const file = isJsonObject(video) && typeof video.file === 'string' ? video.file : undefined
  const video_url = file === undefined ? undefined : job.urlOf(file)
  if (video_url !== undefined) return { video_url }
  const field = 'origin_task_id'
  const message = `${field} names no video that Kling has, or can reach at PUBLIC_URL.`
  throw new PolyphonyError('vendor_refused', message, { field })
}
