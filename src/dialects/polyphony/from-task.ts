import { isJsonObject, type Json } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { clipIdsOf } from '../shared/clip-ids.ts'

/**
 * A task as it is: our own states and units, the output in the shape that the catalogue states for its operation. Instants
 * are milliseconds UTC, null = not yet; files are URLs.
 */
export function fromTask(task: Task, urls: Urls) {
  return {
    id: task.id,
    operation: task.operation,
    status: task.status,
    progress: task.progress,
    input: urls.expand(task.input),
    output: urls.expand(ownOutput(task.output)),
    error: task.error && { code: task.error.code, message: task.error.message },
    price_points: task.pricePoints,
    consumed_points: task.consumedPoints,
    parent_id: task.parentTaskId,
    provider: task.provider,
    logs: task.logs,
    created_at: task.createdAt,
    started_at: task.startedAt,
    ended_at: task.endedAt,
    batch_id: task.batchId,
    favourite: task.isFavourite,
    live_urls: liveUrls(task, urls),
  }
}

/** Where songs can be heard while they are made; each address leads to the file afterwards. */
function liveUrls(task: Task, urls: Urls): string[] {
  if (task.status !== 'processing') return []
  return clipIdsOf(task)
    .map((id) => urls.live(id))
    .filter((url) => url !== '')
}

const KEPT_BESIDE: ReadonlySet<string> = new Set(['vendorId', 'recipe', 'digest', 'headRecipe'])

/** What a provider keeps beside a clip, to find it at its vendor again or to play it again, is of no use to a caller. */
function ownOutput(output: Json): Json {
  if (!isJsonObject(output) || !Array.isArray(output.clips)) return output
  const clips = output.clips.map((clip) => {
    if (!isJsonObject(clip)) return clip
    return Object.fromEntries(Object.entries(clip).filter(([name]) => !KEPT_BESIDE.has(name)))
  })
  return { ...output, clips }
}
