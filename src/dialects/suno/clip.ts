import type { Output, Clip as StoredClip } from '../../catalog/outputs.ts'
import { SUNO_VERSIONS } from '../../catalog/suno.ts'
import { sunoStems } from '../../catalog/suno-tools.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { clipIdsOf, clipSpecOf } from '../shared/clip-ids.ts'
import { failReasonOf, secondsOf } from '../shared/relay-task.ts'
import { standingOf } from './states.ts'

/**
 * Relays answer with clips in two shapes, Suno's own (details under `metadata`) and a flat one (details beside the id).
 * Clients read one or the other, so every clip has the fields of both.
 */
export type Clip = ReturnType<typeof clipOf>

/** The clips of a task: as delivered when it is completed, before that as far as they are known. */
export function clipsOf(task: Task, urls: Urls): Clip[] {
  const ids = clipIdsOf(task)
  if (ids.length === 0) return []
  if (task.status !== 'completed')
    return ids.map((id, index) => clipOf(task, index, expectedClip(task, id, index), urls))
  // What a provider delivers is in the shape that the operation's output schema states.
  const { clips } = task.output as Output['clips']
  return clips.map((clip, index) => clipOf(task, index, clip, urls))
}

/** The feed's answer for an unknown id: clients poll forever for an id that is left out. */
export function missingClip(id: string): Clip {
  const nothing: StoredClip = { ...NOTHING, id, type: 'gen', mv: '', title: '', tags: '', prompt: '' }
  const task: ClipTask = {
    id,
    operation: '',
    status: 'failed',
    attempts: 0,
    input: {},
    error: { code: 'task_not_found', message: 'task_not_exist' },
    createdAt: 0,
    startedAt: null,
    endedAt: null,
  }
  return clipOf(task, 0, nothing)
}

type ClipTask = Pick<
  Task,
  'id' | 'operation' | 'status' | 'attempts' | 'input' | 'error' | 'createdAt' | 'startedAt' | 'endedAt'
>

const NOTHING = {
  durationSeconds: 0,
  audio: '',
  image: '',
  imageLarge: '',
  gptDescriptionPrompt: null,
  continueClipId: null,
  continueAt: null,
} satisfies Partial<StoredClip>

function clipOf(task: ClipTask, index: number, clip: StoredClip, urls?: Urls) {
  const standing = standingOf(task)
  const reason = failReasonOf(task)
  const file = (reference: string): string => urls?.file(reference) ?? ''
  // While a song is made, it can be heard as far as it is made.
  const live = standing.clip === 'streaming' ? (urls?.live(clip.id) ?? '') : ''
  const { id, mv, title, tags, prompt, gptDescriptionPrompt, continueClipId, continueAt } = clip
  return {
    id,
    clip_id: id,
    task_id: `${task.id}_${index + 1}`,
    status: standing.clip,
    state: standing.state,
    msg: reason,
    title,
    mv,
    tags,
    prompt,
    gpt_description_prompt: gptDescriptionPrompt,
    duration: clip.durationSeconds,
    audio_url: file(clip.audio) || live,
    video_url: '',
    image_url: file(clip.image),
    image_large_url: file(clip.imageLarge),
    model_name: modelNameOf(mv),
    major_model_version: SUNO_VERSIONS[mv]?.name ?? '',
    continue_clip_id: continueClipId,
    continue_at: continueAt,
    created_at: new Date(task.createdAt).toISOString(),
    create_time: String(secondsOf(task.createdAt)),
    update_time: String(secondsOf(task.endedAt ?? task.startedAt ?? task.createdAt)),
    metadata: {
      tags,
      prompt,
      gpt_description_prompt: gptDescriptionPrompt,
      audio_prompt_id: continueClipId,
      history: clip.type === 'gen' ? historyOf(clip) : null,
      concat_history: clip.type === 'concat' ? concatHistoryOf(task.input, clip) : null,
      type: clip.type,
      duration: standing.clip === 'complete' ? clip.durationSeconds : null,
      refund_credits: standing.clip === 'error',
      stream: true,
      error_type: reason === '' ? null : (task.error?.code ?? task.status),
      error_message: reason === '' ? null : reason,
      ...(task.operation === sunoStems.id ? stemsOf(task.input) : {}),
    },
  }
}

/** Where a track comes from. */
function stemsOf({ clip_id, stem_task, stem_type_id, stem_type_group_name }: JsonObject) {
  return {
    stem_from_id: textOf(clip_id),
    stem_task: textOf(stem_task) || textOf(stem_type_group_name).toLowerCase(),
    stem_type_id: typeof stem_type_id === 'number' ? stem_type_id : null,
    stem_type_group_name: textOf(stem_type_group_name),
  }
}

/** A clip that does not exist yet, or never will: as its request describes it. */
function expectedClip(task: Task, id: string, index: number): StoredClip {
  const { song, type = 'gen', parts } = clipSpecOf(task) ?? {}
  return {
    ...NOTHING,
    id,
    type,
    mv: song?.mv ?? '',
    title: [song?.title, parts?.[index]].filter(Boolean).join(' - '),
    tags: song?.tags ?? '',
    prompt: song?.lyrics ?? '',
    gptDescriptionPrompt: song?.description ?? null,
    continueClipId: song?.continueClipId ?? null,
    continueAt: song?.continueAt ?? null,
  }
}

function historyOf({ continueClipId, continueAt }: StoredClip) {
  return continueClipId === null ? null : [step(continueClipId, continueAt, false)]
}

/** The clip that was extended, then the extension. */
function concatHistoryOf(input: JsonObject, { continueClipId, continueAt }: StoredClip) {
  const extension = { id: textOf(input.clip_id), continue_at: null }
  return continueClipId === null ? [extension] : [step(continueClipId, continueAt, input.is_infill === true), extension]
}

function step(id: string, continueAt: number | null, infill: boolean) {
  return { id, continue_at: continueAt, type: 'gen', source: 'web', infill }
}

/** Suno's own name of a model version: its oldest ones have a point where relays have a dash. */
function modelNameOf(mv: string): string {
  return mv.replace('chirp-v3-0', 'chirp-v3').replace('chirp-v3-5', 'chirp-v3.5')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
