import type { Clip, Output, SongSpec } from '../../catalog/outputs.ts'
import { isSameItem, itemId, taskOfItem } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Job } from '../provider.ts'

/** A clip as one of a task's outputs; `number` 0 is the only clip of its task. */
export function clipOf(
  job: Pick<Job, 'taskId'>,
  number: number,
  spec: Pick<SongSpec, 'description' | 'lyrics' | 'tags' | 'title' | 'mv' | 'continueClipId' | 'continueAt'>,
  made: Pick<Clip, 'type' | 'durationSeconds' | 'audio' | 'image' | 'imageLarge'>,
): Clip {
  return {
    id: itemId(job.taskId, number),
    title: spec.title,
    tags: spec.tags,
    prompt: spec.lyrics,
    gptDescriptionPrompt: spec.description,
    mv: spec.mv,
    continueClipId: spec.continueClipId,
    continueAt: spec.continueAt,
    ...made,
  }
}

/** The title of a clip that holds a part of a song: "Cat Dance - Vocals". */
export function titleOf(song: string, part: string | undefined): string {
  return part === undefined ? song : `${song} - ${part}`
}

/** The clip with this id among a finished task's outputs, with whatever its provider added to it. */
export function clipIn(
  task: Pick<Task, 'id' | 'output'> | null,
  clipId: string,
): (Clip & { [name: string]: Json }) | undefined {
  if (!task || taskOfItem(clipId).taskId !== task.id) return undefined
  const clips = (task.output as Output['clips'] | null)?.clips ?? []
  return clips.find(({ id }) => isSameItem(id, clipId)) as (Clip & { [name: string]: Json }) | undefined
}
