import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { bodyOfInput, nameFor, type RequestWriter, type WriteField } from '../kit/written-requests.ts'
import { IMAGE_VERSIONS, MOTION_VERSIONS, OMNI_VERSIONS, VIDEO_VERSIONS } from './models.ts'
import { PATHS, type Path, toTask } from './to-task.ts'

const onOff: WriteField = (is) => (is === true ? 'on' : 'off')
const yesNo: WriteField = (is) => (is === true ? 'yes' : 'no')
const asText: WriteField = (value) => String(value)
const listOf =
  (name: string): WriteField =>
  (list) =>
    Array.isArray(list) ? list.map((one) => ({ [name]: isJsonObject(one) ? (one.image_url ?? '') : one })) : list
const named = (versions: Readonly<Record<string, string>>) => ({ version: nameFor(versions) })
const versioned = { version: 'model_name' }

/** Prompts of the catalogue call files @image_1 and @video; Kling's call them <<<image_1>>> and <<<video_1>>>. */
const withTags: WriteField = (prompt) =>
  String(prompt)
    .replace(/@image_(\d+)/g, '<<<image_$1>>>')
    .replace(/@(video|audio)_(\d+)/g, '<<<$1_$2>>>')
    .replace(/@video\b/g, '<<<video_1>>>')

const VIDEO_FORMS = { ...named(VIDEO_VERSIONS), duration: asText, enable_audio: onOff }
const VIDEO_NAMES = {
  ...versioned,
  enable_audio: 'sound',
  image_url: 'image',
  image_tail_url: 'image_tail',
  multi_shots: 'multi_prompt',
}
const SPEECH = {
  origin_task_id: 'video_id',
  tts_text: 'text',
  tts_timbre: 'voice_id',
  tts_speed: 'voice_speed',
}

/** Shots are read with `multi_shot` alone. */
function videoBody({ prefer_multi_shots: prefers, ...input }: JsonObject): JsonObject {
  const isCut = prefers === true || input.multi_shots !== undefined
  return { ...bodyOfInput(input, VIDEO_NAMES, VIDEO_FORMS), ...(isCut ? { multi_shot: true } : {}) }
}

function elementsBody({ elements, ...input }: JsonObject): JsonObject {
  return { ...videoBody(input), ...(elements === undefined ? {} : { image_list: listOf('image')(elements) ?? [] }) }
}

function omniBody(input: JsonObject): JsonObject {
  const { multi_shots, prefer_multi_shots: prefers, video, ...fields } = input
  return {
    ...bodyOfInput(
      fields,
      {
        ...versioned,
        enable_audio: 'sound',
        images: 'image_list',
        videos: 'video_list',
        audio_urls: 'audio_list',
        resolution: 'mode',
      },
      {
        ...named(OMNI_VERSIONS),
        enable_audio: onOff,
        duration: asText,
        prompt: withTags,
        images: listOf('image_url'),
        videos: listOf('video_url'),
        audio_urls: listOf('audio_url'),
        resolution: (value) => ({ '720p': 'std', '1080p': 'pro' })[String(value)] ?? value,
      },
    ),
    ...(video === undefined ? {} : { video_list: [{ video_url: video }] }),
    ...(multi_shots === undefined ? {} : { multi_prompt: multi_shots }),
    ...(prefers === true || multi_shots !== undefined ? { multi_shot: true } : {}),
  }
}

/** A text that is spoken. A recording is read beside a `mode`, which the catalogue does not have. */
const lipSyncBody = (input: JsonObject): JsonObject => ({ input: bodyOfInput(input, SPEECH) })

function effectsBody({ effect, image_url, second_image_url, professional_mode: is, ...rest }: JsonObject): JsonObject {
  const pictures = [image_url, second_image_url].filter((one) => one !== undefined)
  const files = pictures.length > 1 ? { images: pictures } : { image: pictures[0] ?? '' }
  return {
    ...(effect === undefined ? {} : { effect_scene: effect }),
    input: { ...rest, ...files, ...(is === true ? { mode: 'pro' } : {}) },
  }
}

const picture = (input: JsonObject): JsonObject =>
  bodyOfInput(input, { ...versioned, image_url: 'image' }, named(IMAGE_VERSIONS))

function subjectsBody({ subject_images: subjects, ...input }: JsonObject): JsonObject {
  return {
    ...bodyOfInput(
      input,
      { ...versioned, image_url: 'image', scene_image_url: 'scene_image', style_image_url: 'style_image' },
      named(IMAGE_VERSIONS),
    ),
    ...(subjects === undefined ? {} : { subject_image_list: listOf('subject_image')(subjects) ?? [] }),
  }
}

/** One path for each kind of body; the path that needs more comes after the one that needs less. */
const BODIES: Partial<Record<Path, (input: JsonObject) => JsonObject>> = {
  '/videos/text2video': videoBody,
  '/videos/image2video': videoBody,
  '/videos/multi-image2video': elementsBody,
  '/videos/omni-video': omniBody,
  '/videos/video-extend': (input) => bodyOfInput(input, { origin_task_id: 'video_id' }),
  '/videos/lip-sync': lipSyncBody,
  '/videos/effects': effectsBody,
  '/videos/motion-control': (input) =>
    bodyOfInput(
      input,
      { ...versioned, motion_direction: 'character_orientation' },
      { ...named(MOTION_VERSIONS), keep_original_sound: yesNo },
    ),
  '/videos/avatar/image2video': (input) => bodyOfInput(input, { image_url: 'image', local_dubbing_url: 'sound_file' }),
  '/images/generations': picture,
  '/images/multi-image2image': subjectsBody,
  '/images/kolors-virtual-try-on': (input) =>
    bodyOfInput(input, { model_input: 'human_image', dress_input: 'cloth_image' }),
  '/images/editing/expand': (input) => bodyOfInput(input, { image_url: 'image' }),
}

export const requestsFor: RequestWriter = ({ id }, input) =>
  (Object.keys(BODIES) as Path[]) // its keys
    .filter((path) => PATHS[path].operation.id === id && suits(path, input))
    .map((path) => {
      const body = BODIES[path]?.(input) ?? input
      const later = { id: 'data.task_id', read: `/kling/v1${path}/{id}` }
      return { path: `/kling/v1${path}`, body, later, read: () => toTask(path, body) }
    })

/** A picture belongs to the path that is named after it, though others read it, too. */
function suits(path: Path, { image_url, image_tail_url }: JsonObject): boolean {
  return path !== '/videos/text2video' || (image_url === undefined && image_tail_url === undefined)
}
