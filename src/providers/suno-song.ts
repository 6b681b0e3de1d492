import type { SunoClip, SunoClips, SunoMusicInput } from '../catalog/suno.ts'
import { itemId, taskOfItem } from '../core/ids.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Task } from '../core/task.ts'
import type { Job } from './provider.ts'

/** What a Suno music task asks for, whichever mode its fields spell. */
export interface SongWish {
  /** An idea, from which lyrics, title and style follow. It wins over the fields of the custom mode, as at Suno. */
  description: string | null
  lyrics: string
  tags: string
  negativeTags: string
  title: string
  instrumental: boolean
  mv: string
  seed: number | undefined
  continueClipId: string | null
  continueAt: number | null
}

export function songWishOf(input: JsonObject): SongWish {
  // The input was validated when the task was stored.
  const given = input as SunoMusicInput
  const description = given.gpt_description_prompt || null
  return {
    description,
    lyrics: description ? '' : (given.prompt ?? ''),
    tags: description ? '' : (given.tags ?? ''),
    negativeTags: given.negative_tags ?? '',
    title: description ? '' : (given.title ?? ''),
    instrumental: given.make_instrumental || (!description && !given.prompt),
    mv: given.mv,
    seed: given.seed,
    continueClipId: description ? null : given.continue_clip_id || null,
    continueAt: description ? null : (given.continue_at ?? null),
  }
}

/** A clip as one of a task's outputs; `number` 0 is the only clip of its task. */
export function clipOf(
  job: Pick<Job, 'taskId'>,
  number: number,
  wish: Pick<SongWish, 'description' | 'lyrics' | 'tags' | 'title' | 'mv' | 'continueClipId' | 'continueAt'>,
  made: Pick<SunoClip, 'type' | 'durationSeconds' | 'audio' | 'image' | 'imageLarge'>,
): SunoClip {
  return {
    id: itemId(job.taskId, number),
    title: wish.title,
    tags: wish.tags,
    prompt: wish.lyrics,
    gptDescriptionPrompt: wish.description,
    mv: wish.mv,
    continueClipId: wish.continueClipId,
    continueAt: wish.continueAt,
    ...made,
  }
}

/** The clip with this id among a finished task's outputs, with whatever its provider added to it. */
export function clipIn(
  task: Pick<Task, 'id' | 'output'> | null,
  clipId: string,
): (SunoClip & { [name: string]: Json }) | undefined {
  if (!task || taskOfItem(clipId).taskId !== task.id) return undefined
  const clips = (task.output as SunoClips | null)?.clips ?? []
  return clips.find((clip) => clip.id === clipId) as (SunoClip & { [name: string]: Json }) | undefined
}
