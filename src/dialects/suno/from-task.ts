import { findOperation } from '../../catalog/catalog.ts'
import type { Output } from '../../catalog/outputs.ts'
import { suno as songs, sunoLyrics } from '../../catalog/suno.ts'
import { sunoPersona, sunoTools } from '../../catalog/suno-tools.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { relayTask } from '../shared/relay-task.ts'
import { type Clip, clipsOf } from './clip.ts'

const OURS: ReadonlySet<string> = new Set([...songs, ...sunoTools].map(({ id }) => id))

/** Whether this protocol has a form for a task, whichever dialect it came through. */
export function isSuno(task: Pick<Task, 'operation'>): boolean {
  return OURS.has(task.operation)
}

/** The task object of fetch, and the body of a callback. */
export function fromTask(task: Task, urls: Urls) {
  return relayTask(task, task.operation === sunoLyrics.id ? 'LYRICS' : 'MUSIC', taskData(task, urls))
}

// What a provider delivers is in the shape that the operation's output schema states.
function taskData(task: Task, urls: Urls) {
  if (task.status !== 'completed') return heardSoFar(task, urls)
  if (task.operation === sunoPersona.id) return personaOf(task)
  switch (findOperation(task.operation)?.produces.kind) {
    case 'lyrics':
      return lyricsOf(task)
    case 'sounds':
      return soundsOf(task, urls)
    case 'videos':
      return videosOf(task, urls)
    case 'data':
      return dataOf(task, urls)
    default:
      return clipsOf(task, urls)
  }
}

/** The clips of a task that is at work, once there is something to hear; relays have nothing before. */
function heardSoFar(task: Task, urls: Urls): Clip[] | null {
  const clips = clipsOf(task, urls)
  return clips.some(({ audio_url }) => audio_url !== '') ? clips : null
}

/** The lyrics of a completed task. */
export function lyricsOf(task: Task) {
  const [lyrics] = (task.output as Output['lyrics']).lyrics
  const { text = '', title = '', tags = [] } = lyrics ?? {}
  return { id: task.id, text, title, tags, status: 'complete', error_message: '' }
}

/** A WAV under both names that a client may read: no document shows the object. */
function soundsOf({ id, input, output }: Task, urls: Urls) {
  return (output as Output['sounds']).sounds.map(({ file, seconds }) => ({
    id,
    clip_id: String(input.clip_id),
    status: 'complete',
    wav_url: urls.file(file),
    audio_url: urls.file(file),
    duration: seconds,
  }))
}

function videosOf({ id, input, output }: Task, urls: Urls) {
  return (output as Output['videos']).videos.map(({ file, cover, seconds }) => ({
    id,
    clip_id: String(input.clip_id),
    status: 'complete',
    video_url: urls.file(file),
    image_url: urls.file(cover),
    duration: seconds,
  }))
}

/** The output of an operation that produces data: times of words, notes, tags. */
export function dataOf({ output }: Task, urls: Urls): JsonObject {
  return urls.expand((output as Output['data']).data) as JsonObject // an object stays an object
}

/** A persona; its id is its task's. `root` is the clip whose sound it keeps, where that is at hand. */
export function personaOf(task: Task, root: Clip | null = null) {
  const { root_clip_id = '', name = '', description = '', is_public = false } = (task.output as Output['data']).data
  return {
    id: task.id,
    name,
    description,
    image_s3_id: root?.image_url ?? '',
    root_clip_id,
    clip: root,
    user_display_name: '',
    user_handle: '',
    user_image_url: '',
    persona_clips: root === null ? [] : [{ clip: root }],
    is_public,
  }
}
