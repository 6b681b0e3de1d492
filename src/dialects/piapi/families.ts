import { getOperation } from '../../catalog/catalog.ts'
import { replaceFiles } from '../../catalog/media.ts'
import type { Operation } from '../../catalog/operation.ts'
import type { Kind } from '../../catalog/outputs.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import {
  anyPicture,
  anything,
  anyVideo,
  audioUrl,
  data,
  fluxPictures,
  imageUrl,
  imageUrls,
  lyricsPairs,
  model,
  text,
  video,
  videoUrl,
} from './forms/common.ts'
import type { Form, TaskRequest } from './forms/form.ts'
import { hailuo } from './forms/hailuo.ts'
import { joycaption } from './forms/joycaption.ts'
import {
  klingClassic,
  klingFile,
  klingMotionControl,
  klingSound,
  klingTryOn,
  klingVideoGeneration,
} from './forms/kling.ts'
import { luma } from './forms/luma.ts'
import {
  midjourneyDescriptions,
  midjourneyPictures,
  midjourneyPrompts,
  midjourneySeed,
  midjourneyVideos,
} from './forms/midjourney.ts'
import { sorted } from './forms/sorted.ts'
import { sunoClips, sunoLyrics } from './forms/suno.ts'
import { trellisModel } from './forms/trellis.ts'
import { udioLyrics, udioSongs } from './forms/udio.ts'
import { withZeros } from './forms/zeros.ts'
import { HAILUO_SUB_MODELS } from './older-forms.ts'

/** The default form of each kind of output, for families without a form of their own, with both keys that clients read. */
const DEFAULT_FORMS: Record<Kind, Form> = {
  pictures: anyPicture,
  videos: anyVideo,
  sounds: audioUrl,
  texts: text,
  model,
  lyrics: lyricsPairs,
  clips: sunoClips,
  data,
  anything,
}

/** By an operation's id, or by its model for all of it. */
const FORMS: Record<string, Form> = {
  'Qubico/flux1-schnell': fluxPictures,
  'Qubico/flux1-dev': fluxPictures,
  'Qubico/flux1-dev-advanced': fluxPictures,
  'gemini/gemini-2.5-flash-image': imageUrls,
  'Qubico/image-toolkit': imageUrl,
  'Qubico/video-toolkit': videoUrl,
  'Qubico/trellis': trellisModel,
  'Qubico/pixal3d': { ...model, usage: 'unreserved' },
  'Qubico/joycaption': joycaption,
  'Qubico/tts': { ...audioUrl, serviceMode: 'public', isPublicOnly: true },
  kling: klingClassic,
  'kling/video_generation': klingVideoGeneration,
  'kling/motion_control': klingMotionControl,
  'kling/ai_try_on': klingTryOn,
  'kling/sound': klingSound,
  'kling/omni_video_generation': klingFile,
  'kling/text_to_video': klingFile,
  'kling/image_to_video': klingFile,
  'kling-turbo': klingFile,
  hailuo,
  luma,
  'music-u': udioSongs,
  'music-u/generate_lyrics': udioLyrics,
  veo3: video,
  'veo3.1': video,
  sora2: video,
  'sora2/remove-watermark': anyVideo,
  'Qubico/wanx': videoUrl,
  'Qubico/skyreels': videoUrl,
  'Qubico/hunyuan': videoUrl,
  midjourney: midjourneyPictures,
  'midjourney/describe': midjourneyDescriptions,
  'midjourney/seed': midjourneySeed,
  'midjourney/shorten': midjourneyPrompts,
  'midjourney/video': midjourneyVideos,
  'kling/image_generation': anyPicture,
  'kling/image_expansion': anyPicture,
  'luma/image_generation': anyPicture,
  'luma/reframe_image': anyPicture,
  'suno/lyrics': sunoLyrics,
}

/** PiAPI's names of the families in its history, lists and cancels; the first name is used in answers. */
const SHORT_NAMES: Record<string, readonly string[]> = {
  flux: ['Qubico/flux1-schnell', 'Qubico/flux1-dev', 'Qubico/flux1-dev-advanced'],
  kling: ['kling', 'kling-turbo'],
  wan: ['Qubico/wanx', 'Wan', 'wan'],
  hailuo: ['hailuo', ...HAILUO_SUB_MODELS],
  minimax_h3: ['Qubico/minimax-h3'],
  byteaudio: ['byteaudio'],
  luma: ['luma'],
  runway: ['runway'],
  skyreels: ['Qubico/skyreels'],
  framepack: ['Qubico/framepack'],
  hunyuan: ['Qubico/hunyuan'],
  hug_video: ['Qubico/hug-video'],
  seedance: ['seedance'],
  omni_human: ['omni-human'],
  veo: ['veo3', 'veo3.1'],
  sora2: ['sora2'],
  mmaudio: ['Qubico/mmaudio'],
  diffrhythm: ['Qubico/diffrhythm'],
  diffrythm: ['Qubico/diffrhythm'],
  ace_step: ['Qubico/ace-step'],
  tts: ['Qubico/tts'],
  'music-u': ['music-u'],
  gemini: ['gemini'],
  qwen_image: ['Qubico/qwen-image'],
  z_image: ['Qubico/z-image'],
  image_toolkit: ['Qubico/image-toolkit'],
  video_toolkit: ['Qubico/video-toolkit'],
  trellis: ['Qubico/trellis', 'Qubico/trellis2', 'Qubico/pixal3d'],
  joycaption: ['Qubico/joycaption'],
  midjourney: ['midjourney'],
  mj: ['midjourney'],
  'music-s': ['suno', 'music-s'],
  suno: ['suno', 'music-s'],
}

export function formOf(operation: Operation): Form {
  return FORMS[operation.id] ?? FORMS[operation.model] ?? DEFAULT_FORMS[operation.produces.kind]
}

/** The names as which the tasks are stored that a caller means by a name; by default the name itself. */
export function modelsOf(name: string): readonly string[] {
  return Object.hasOwn(SHORT_NAMES, name) ? (SHORT_NAMES[name] ?? [name]) : [name]
}

/** The short name under which a task is listed. */
export function shortNameOf(modelName: string): string {
  return Object.entries(SHORT_NAMES).find(([, models]) => models.includes(modelName))?.[0] ?? modelName
}

/**
 * The normalised input as PiAPI echoes it: with every known field where Qubico runs the service, sorted by name where it
 * is relayed.
 */
export function inputOf(task: TaskRequest, urls: Urls): JsonObject {
  const operation = getOperation(task.operation)
  const { input } = formOf(operation)
  const echo = input
    ? input(task)
    : operation.model.startsWith('Qubico/')
      ? withZeros(operation.input, task.input)
      : sorted(task.input)
  return replaceFiles(operation.input, echo, ({ value }) => urls.file(value))
}

export function outputOf(task: Task, urls: Urls): Json {
  const form = formOf(getOperation(task.operation))
  return task.status === 'completed' ? form.output(task, urls) : (form.pending?.(task) ?? null)
}
