import { SUNO_VERSIONS, type SunoClip, type SunoClips, type SunoLyrics } from '../../catalog/suno.ts'
import { HOUR_MS } from '../../core/clock.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../urls.ts'
import type { FamilyForm } from './families.ts'
import { isOlderType } from './older-suno.ts'
import { sorted } from './sorted.ts'

/** Suno at PiAPI: an array of clips (in the older form a map), and input with every known field filled in. */
export const sunoFamily: FamilyForm = {
  usageType: 'llm',
  input: inputOf,
  output(task, urls) {
    if (task.operation === 'suno/lyrics') return lyricsOf(task)
    const clips = (task.output as SunoClips).clips // written by a provider in the catalogue's shape
    if (!isOlderType(task.taskType)) return clips.map((clip) => clipOf(clip, task, urls))
    return { clips: Object.fromEntries(clips.map((clip) => [clip.id, olderClipOf(clip, task, urls)])) }
  },
}

/** As in the documents' example: these fields always, sorted by name. */
const MUSIC_FIELDS: JsonObject = { make_instrumental: false, mv: '', prompt: '', tags: '', task_id: '', title: '' }

function inputOf(task: Task): JsonObject {
  const { mv, ...rest } = task.input
  const given = isOlderType(task.taskType) ? { ...rest, model_version: mv ?? '' } : task.input
  const filled = task.operation === 'suno/music' && !isOlderType(task.taskType) ? { ...MUSIC_FIELDS, ...given } : given
  return sorted(filled)
}

function lyricsOf(task: Task): Json {
  const { title, text, tags } = task.output as SunoLyrics // likewise
  return { title, text, tags }
}

function clipOf(clip: SunoClip, task: Task, urls: Urls): JsonObject {
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

function olderClipOf(clip: SunoClip, task: Task, urls: Urls): JsonObject {
  return { ...clipOf(clip, task, urls), status: 'complete' }
}

function metadataOf(clip: SunoClip): JsonObject {
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

/** Suno's own number of a clip: decimal digits, different for each clip. Ours come out of its id. */
function numberOf(clipId: string): string {
  return String(Number.parseInt(clipId.replaceAll('-', '').slice(-10), 16))
}
