import type { Task } from '../api/queries.ts'
import type { Track } from '../shell/player.ts'
import { madeBy } from './made.ts'

/** As `src/core/task-title.ts` has them. */
const TITLE_FIELDS = [
  'title',
  'gpt_description_prompt',
  'prompt',
  'promptText',
  'text',
  'text_prompt',
  'gen_text',
  'tts_text',
  'style_prompt',
  'lyrics',
  'tags',
  'name',
]

/** What a task is called: its title, or what was asked for. */
export function nameOf({ input, operation }: Pick<Task, 'input' | 'operation'>): string {
  const fields = input as Record<string, unknown>
  const found = TITLE_FIELDS.map((name) => fields[name]).find(
    (value) => typeof value === 'string' && value.trim() !== '',
  )
  return typeof found === 'string' ? found.trim().split('\n', 1)[0] || operation : operation
}

/** The sounds of a task, for the player. */
export function tracksOf(task: Pick<Task, 'id' | 'input' | 'operation' | 'output'>): Track[] {
  const { clips, sounds } = madeBy(task)
  const name = nameOf(task)
  return [
    ...clips.map((clip) => ({
      id: clip.id,
      title: clip.title || name,
      about: clip.tags,
      url: clip.audio,
      cover: clip.image,
      taskId: task.id,
    })),
    ...sounds.map(({ file }, at) => ({
      id: `${task.id}-${at}`,
      title: name,
      about: task.operation,
      url: file,
      cover: '',
      taskId: task.id,
    })),
  ].filter(({ url }) => url !== '')
}

/** The songs of a task that can be heard while they are made. */
export function liveTracksOf(task: Pick<Task, 'id' | 'input' | 'operation' | 'live_urls'>): Track[] {
  return task.live_urls.map((url, at) => ({
    id: `${task.id}-live-${at}`,
    title: nameOf(task),
    about: '',
    url,
    cover: '',
    taskId: task.id,
  }))
}

/** All files of a task, to download. */
export function filesOf(task: Pick<Task, 'output'>): string[] {
  const { clips, pictures, videos, sounds, model } = madeBy(task)
  return [
    ...clips.map(({ audio }) => audio),
    ...pictures.map(({ file }) => file),
    ...videos.map(({ file }) => file),
    ...sounds.map(({ file }) => file),
    ...(model ? [model.file] : []),
  ].filter((url) => url !== '')
}
