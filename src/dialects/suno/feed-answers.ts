import { isId, isSameItem, itemId, taskOfItem } from '../../core/ids.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf } from '../shared/relay-task.ts'
import { type Clip, clipsOf, missingClip } from './clip.ts'
import { lyricsOf } from './from-task.ts'
import { standingOf } from './states.ts'

/** The feed dialect's answers: none has an envelope. */

/** The answer to a request for a song. `status` is the status of the request, which is complete at once; each clip has its own status. */
export function generationAnswer(task: Task, urls: Urls) {
  const clips = clipsOf(task, urls)
  const [first] = clips
  return {
    id: task.id,
    clips,
    metadata: first?.metadata ?? null,
    major_model_version: first?.major_model_version ?? '',
    status: 'complete',
    created_at: new Date(task.createdAt).toISOString(),
    batch_size: clips.length,
  }
}

/** A joined or imported clip. */
export function clipAnswer(task: Task, urls: Urls): Clip {
  return clipsOf(task, urls)[0] ?? missingClip(task.id)
}

/** The requested clips, by their own ids or by their task's, each once; no id is left out. */
export function feedAnswer(ids: readonly string[], tasks: readonly Task[], urls: Urls): Clip[] {
  const clips = new Map(tasks.map((task) => [task.id, clipsOf(task, urls)]))
  const answer = new Map<string, Clip>()
  for (const id of ids) for (const clip of clipsFor(id, clips)) answer.set(clip.id, clip)
  return [...answer.values()]
}

/** The tasks that a feed's ids lead to. */
export function tasksOfFeed(ids: readonly string[]): string[] {
  return [...new Set(ids.filter(isId).map((id) => taskOfItem(id).taskId))]
}

function clipsFor(id: string, clips: ReadonlyMap<string, Clip[]>): Clip[] {
  const family = isId(id) ? (clips.get(taskOfItem(id).taskId) ?? []) : []
  const one = family.find((clip) => isSameItem(clip.id, id))
  // Its client looks for the id that it asked for, also where that is the form of a former version.
  if (one) return [{ ...one, id, clip_id: id }]
  return clips.has(id) && family.length > 0 ? family : [missingClip(id)]
}

/** The answer to a request for lyrics. If the request names a model, Suno writes two and gives an id for each: here both ids give the same lyrics. */
export function lyricsRequested(task: Task) {
  if (task.input.lyrics_model === undefined || task.input.lyrics_model === null) return { id: task.id }
  return { lyrics_request_id: task.id, lyrics_a_id: itemId(task.id, 1), lyrics_b_id: itemId(task.id, 2) }
}

/** Lyrics in their present state. `id` is the requested one. */
export function lyricsAnswer(task: Task, id: string) {
  if (task.status === 'completed') return { ...lyricsOf(task), id }
  const status = standingOf(task).state === 'failed' ? 'error' : 'running'
  return { id, text: '', title: '', tags: [], status, error_message: failReasonOf(task) }
}
