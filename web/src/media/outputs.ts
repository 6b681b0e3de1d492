import { titleOf } from '../../../src/core/task-title.ts'
import type { Task } from '../api/queries.ts'
import type { Track } from '../shell/player.ts'
import { madeBy } from './made.ts'

/** What a task is called: the title of what it made, or what was asked for. */
export const nameOf = (task: Pick<Task, 'input' | 'operation' | 'output'>): string => titleOf(task)

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
export function liveTracksOf(task: Pick<Task, 'id' | 'input' | 'operation' | 'output' | 'live_urls'>): Track[] {
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
