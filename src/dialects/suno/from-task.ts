import type { Output } from '../../catalog/outputs.ts'
import { suno as operations, sunoLyrics } from '../../catalog/suno.ts'
import type { Task } from '../../core/task.ts'
import { relayTask } from '../relay-task.ts'
import type { Urls } from '../urls.ts'
import { clipsOf } from './clip.ts'

const OURS: ReadonlySet<string> = new Set(operations.map(({ id }) => id))

/** Whether a task, in whichever dialect it was asked for, can be told in this one. */
export function isSuno(task: Pick<Task, 'operation'>): boolean {
  return OURS.has(task.operation)
}

/** The task object of fetch, and the body of a callback. */
export function fromTask(task: Task, urls: Urls) {
  return relayTask(task, task.operation === sunoLyrics.id ? 'LYRICS' : 'MUSIC', dataOf(task, urls))
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
