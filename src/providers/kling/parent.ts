import type { Static } from 'typebox'
import { PolyphonyError } from '../../core/errors.ts'
import { taskOfItem } from '../../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { readHandle } from '../kit/read-wire.ts'
import type { Account, Job } from '../provider.ts'
import { Handle } from './wire.ts'

export function handleIn(handle: Json): Static<typeof Handle> {
  return readHandle(Handle, handle, 'Kling')
}

/** The index of the parent's video that the id names, else 0. */
function indexIn({ input }: Job): number {
  const { number } = taskOfItem(String(input.origin_task_id))
  return Math.max(0, number - 1)
}

/** Kling's id of the parent's video. Undefined when another account made it: ids are known to their account only. */
export function parentVideoId(job: Job, { id }: Pick<Account, 'id'>): string | undefined {
  const { parent } = job
  if (!parent || parent.account !== id || parent.handle === null) return undefined
  return handleIn(parent.handle).videos?.[indexIn(job)] || undefined
}

/** The parent's video by its id, or else by its URL. Throws `vendor_refused` where Kling cannot reach it. */
export function parentVideo(job: Job, account: Pick<Account, 'id'>): JsonObject {
  const video_id = parentVideoId(job, account)
  if (video_id !== undefined) return { video_id }
  const { output } = job.parent ?? {}
  const video = isJsonObject(output) && Array.isArray(output.videos) ? output.videos[indexIn(job)] : undefined
  const file = isJsonObject(video) && typeof video.file === 'string' ? video.file : undefined
  const video_url = file === undefined ? undefined : job.urlOf(file)
  if (video_url !== undefined) return { video_url }
  const field = 'origin_task_id'
  const message = `${field} must name a video that this Kling account made, or that Kling can reach at PUBLIC_URL.`
  throw new PolyphonyError('vendor_refused', message, { field })
}
