import type { Output } from '../../catalog/outputs.ts'
import { suno as operations, sunoLyrics } from '../../catalog/suno.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../urls.ts'
import { clipsOf, secondsOf } from './clip.ts'
import { failReasonOf, progressOf, standingOf } from './states.ts'

const OURS: ReadonlySet<string> = new Set(operations.map(({ id }) => id))

/** Whether a task, in whichever dialect it was asked for, can be told in this one. */
export function isSuno(task: Pick<Task, 'operation'>): boolean {
  return OURS.has(task.operation)
}

/** The task object of fetch, and the body of a callback. */
export function fromTask(task: Task, urls: Urls) {
  const { notify_hook } = task.echo
  return {
    task_id: task.id,
    notify_hook: typeof notify_hook === 'string' ? notify_hook : '',
    action: task.operation === sunoLyrics.id ? 'LYRICS' : 'MUSIC',
    status: standingOf(task).task,
    fail_reason: failReasonOf(task),
    submit_time: secondsOf(task.createdAt),
    start_time: secondsOf(task.startedAt ?? 0),
    finish_time: secondsOf(task.endedAt ?? 0),
    progress: progressOf(task),
    data: dataOf(task, urls),
  }
}

function dataOf(task: Task, urls: Urls) {
  if (task.status !== 'completed') return null
  return task.operation === sunoLyrics.id ? lyricsOf(task) : clipsOf(task, urls)
}

/** The lyrics of a completed task. */
export function lyricsOf(task: Task) {
  // What a provider delivers is in the shape that the operation's output schema states.
  const [lyrics] = (task.output as Output['lyrics']).lyrics
  const { text = '', title = '', tags = [] } = lyrics ?? {}
  return { id: task.id, text, title, tags, status: 'complete', error_message: '' }
}

/** Every answer that is no error has this envelope; `code` is a string. */
export function envelope<Data>(data: Data): { code: 'success'; message: ''; data: Data } {
  return { code: 'success', message: '', data }
}
