import { Type } from 'typebox'
import type { Clip, Output } from '../../../catalog/outputs.ts'
import { SUNO_VERSIONS } from '../../../catalog/suno.ts'
import { HOUR_MS } from '../../../core/clock.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import type { Urls } from '../../kit/urls.ts'
import { isOlderType } from '../older-forms.ts'
import { closed, url } from './common.ts'
import type { Form, TaskRequest } from './form.ts'
import { sorted } from './sorted.ts'

const nothing = Type.Null()
const Metadata = closed({
  audio_prompt_id: Type.Union([Type.String(), nothing]),
  concat_history: nothing,
  duration: Type.Number({ description: 'Seconds.' }),
  error_message: nothing,
  error_type: nothing,
  gpt_description_prompt: Type.Union([Type.String(), nothing]),
  history: Type.Union([
    Type.Array(closed({ id: Type.String(), continue_at: Type.Union([Type.Number(), nothing]) })),
    nothing,
  ]),
  prompt: Type.String(),
  stream: Type.Boolean(),
  tags: Type.String(),
  type: Type.String(),
})
const WireClip = closed({
  audio_url: url,
  created_at: Type.String({ description: 'Without a zone, eight hours ahead of UTC.' }),
  id: Type.String(),
  image_large_url: url,
  image_url: url,
  is_handle_updated: Type.Boolean(),
  is_video_pending: nothing,
  major_model_version: Type.String(),
  metadata: Metadata,
  model_name: Type.String(),
  reaction: nothing,
  status: Type.String(),
  task_id: Type.String(),
  title: Type.String(),
  video_url: Type.String(),
})

/** Suno at PiAPI: an array of clips (in the older form a map), and input with every known field filled in. */
export const sunoClips: Form = {
  usage: 'llm',
  input: inputOf,
  output(task, urls) {
    const { clips } = task.output as Output['clips'] // written by a provider in the catalogue's shape
    if (!isOlderType(task.taskType)) return clips.map((clip) => clipOf(clip, task, urls))
    return { clips: Object.fromEntries(clips.map((clip) => [clip.id, olderClipOf(clip, task, urls)])) }
  },
  schema: Type.Union([Type.Array(WireClip), closed({ clips: Type.Record(Type.String(), WireClip) })]),
}

export const sunoLyrics: Form = {
  usage: 'llm',
  output(task) {
    const [lyrics] = (task.output as Output['lyrics']).lyrics // likewise
    return { title: lyrics?.title ?? '', text: lyrics?.text ?? '', tags: lyrics?.tags ?? [] }
  },
  schema: closed({ title: Type.String(), text: Type.String(), tags: Type.Array(Type.String()) }),
}

/** As in the documents' example: these fields always, sorted by name. */
const MUSIC_FIELDS: JsonObject = { make_instrumental: false, mv: '', prompt: '', tags: '', task_id: '', title: '' }

function inputOf(task: TaskRequest): JsonObject {
  const { mv, ...rest } = task.input
  const given = isOlderType(task.taskType) ? { ...rest, model_version: mv ?? '' } : task.input
  const filled = task.operation === 'suno/music' && !isOlderType(task.taskType) ? { ...MUSIC_FIELDS, ...given } : given
  return sorted(filled)
}

function clipOf(clip: Clip, task: Task, urls: Urls): JsonObject {
  return {
    audio_url: urls.file(clip.audio),
    created_at: createdAt(task),
    id: clip.id,
    image_large_url: urls.file(clip.imageLarge),
    image_url: urls.file(clip.image),
    is_handle_updated: false,
    is_video_pending: null,
    major_model_version: SUNO_VERSIONS[clip.mv]?.name ?? '',
    metadata: metadataOf(clip),
    model_name: clip.mv,
    reaction: null,
    status: 'SUCCESS',
    task_id: numberOf(clip.id),
    title: clip.title,
    video_url: '',
  }
}

function olderClipOf(clip: Clip, task: Task, urls: Urls): JsonObject {
  return { ...clipOf(clip, task, urls), status: 'complete' }
}

function metadataOf(clip: Clip): JsonObject {
  return {
    audio_prompt_id: clip.continueClipId,
    concat_history: null,
    duration: clip.durationSeconds,
    error_message: null,
    error_type: null,
    gpt_description_prompt: clip.gptDescriptionPrompt,
    history: clip.continueClipId === null ? null : [{ id: clip.continueClipId, continue_at: clip.continueAt }],
    prompt: clip.prompt,
    stream: true,
    tags: clip.tags,
    type: clip.type,
  }
}

/** Without a zone and eight hours ahead of UTC: so PiAPI's answers show it, by comparison with `meta`. */
function createdAt(task: Task): string {
  return new Date(task.createdAt + 8 * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** Suno's own number of a clip: decimal digits, different for each clip. Here it is derived from the clip's id. */
function numberOf(clipId: string): string {
  return String(Number.parseInt(clipId.replaceAll('-', '').slice(-10), 16))
}
