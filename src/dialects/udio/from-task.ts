import type { Clip, Output } from '../../catalog/outputs.ts'
import { outputSpecOf } from '../../catalog/outputs.ts'
import { udioMusic } from '../../catalog/udio.ts'
import { itemId } from '../../core/ids.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, relayTask } from '../shared/relay-task.ts'

/** Whether this protocol has a form for a task, whichever dialect it came through: songs, not lyrics. */
export function isUdio({ operation }: Pick<Task, 'operation'>): boolean {
  return operation === udioMusic.id
}

/** The task object of fetch, and the body of a callback. */
export function fromTask(task: Task, urls: Urls) {
  return relayTask(task, 'udio-generate', { songs: songsOf(task, urls) })
}

/** The songs of a task, which are known by their ids before they are there. */
export function songsOf(task: Task, urls: Urls) {
  // What a provider delivers is in the shape that the operation's output schema states.
  const clips = task.status === 'completed' ? (task.output as Output['clips']).clips : []
  return songIdsOf(task).map((id, index) => songOf(task, id, clips[index], urls))
}

export function songIdsOf({ id, input }: Pick<Task, 'id' | 'input'>): string[] {
  const spec = outputSpecOf(udioMusic.produces, input)
  const count = spec.kind === 'clips' ? spec.count : 0
  return Array.from({ length: count }, (_, index) => itemId(id, count === 1 ? 0 : index + 1))
}

function songOf(task: Task, id: string, clip: Clip | undefined, urls: Urls) {
  const { gpt_description_prompt: idea = '', prompt, lyrics } = task.input
  const reason = failReasonOf(task)
  return {
    id,
    title: clip?.title ?? '',
    artist: '',
    tags: tagsOf(clip?.tags ?? ''),
    lyrics: clip?.prompt ?? prompt ?? lyrics ?? '',
    prompt: idea,
    duration: clip?.durationSeconds ?? 0,
    finished: isTerminal(task.status),
    song_path: urls.file(clip?.audio ?? ''),
    image_path: urls.file(clip?.imageLarge || clip?.image || ''),
    video_path: null,
    created_at: new Date(task.createdAt).toISOString(),
    error_id: null,
    error_type: reason === '' ? null : (task.error?.code ?? task.status),
    error_code: null,
    error_detail: reason || null,
    generation_id: task.id,
    attribution: null,
    publishable: null,
    artist_image: null,
    replaced_tags: {},
  }
}

/** Udio has an array where the catalogue has text with commas. */
function tagsOf(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
