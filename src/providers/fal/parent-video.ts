import type { Output } from '../../catalog/outputs.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { taskOfItem } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import { urlOrData } from '../kit/input-files.ts'
import type { Job } from '../provider.ts'

/**
 * fal takes the video itself where other vendors take the task that made it. So a task of any account can be followed:
 * `origin_task_id` becomes the address of its video.
 */
export async function withParentVideo(job: Job, input: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  const { origin_task_id: origin } = input
  if (!origin) return input
  const { videos } = (job.parent?.output ?? {}) as Partial<Output['videos']> // of an operation that makes videos
  const { number } = taskOfItem(String(origin))
  const file = videos?.[Math.max(0, number - 1)]?.file
  if (!file) throw new PolyphonyError('vendor_refused', `origin_task_id must name a task with a video, not ${origin}.`)
  return { ...input, origin_task_id: await urlOrData(job, file, signal) }
}
