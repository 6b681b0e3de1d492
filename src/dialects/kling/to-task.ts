import { klingVideo } from '../../catalog/kling.ts'
import { isVersion4 } from '../../catalog/kling-fields.ts'
import { klingExpand, klingImage } from '../../catalog/kling-images.ts'
import { klingOmni } from '../../catalog/kling-omni.ts'
import { klingAvatar, klingEffects, klingExtend, klingLipSync, klingMotionControl } from '../../catalog/kling-scenes.ts'
import { klingTryOn } from '../../catalog/kling-works.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import {
  given,
  isGiven,
  isText,
  objectIn,
  optionalFlag,
  optionalText,
  webhookIn,
  withoutPlaceholders,
} from '../kit/fields.ts'
import { namesInside, renames } from '../kit/renames.ts'
import { IMAGE_VERSIONS, MOTION_VERSIONS, modelled, OMNI_VERSIONS, VERSION_NAMES, VIDEO_VERSIONS } from './models.ts'

export const DIALECT = 'kling'

/** How the bodies of one path become input: fields that are not renamed keep their names. */
interface Translation {
  operation: Operation
  /** It goes by the body where one field can come from several places. */
  names: FieldNames | ((body: JsonObject) => FieldNames)
  translate(body: JsonObject): JsonObject
}

/** The same effects under the names of Kling's own API. */
const EFFECTS: Record<string, string> = {
  hug: 'hugging',
  kiss: 'kissing',
  heart_gesture: 'hearting',
  fight: 'fighting',
}

/** What the videos of all versions share. */
const SHARED = renames({
  duration: 'duration', // as text at Kling, which the catalogue reads
  sound: { to: 'enable_audio', read: (sound) => (sound === 'on' ? true : sound === 'off' ? false : sound) },
})
const FRAMES = renames({ image: 'image_url', image_tail: 'image_tail_url' })
const VIDEO_NAMES: FieldNames = {
  ...VERSION_NAMES,
  ...SHARED.names,
  ...FRAMES.names,
  multi_shots: 'multi_prompt',
  elements: 'image_list',
  'elements.*.image_url': 'image_list.*.image',
}

const textToVideo: Translation = { operation: klingVideo, names: VIDEO_NAMES, translate: videoOf }

const imageToVideo: Translation = {
  ...textToVideo,
  translate(body) {
    if (!isText(body.image) && !isText(body.image_tail)) throw invalidInput('image', 'is required')
    return videoOf(body)
  },
}

const picturesToVideo: Translation = {
  ...textToVideo,
  translate({ image_list, ...body }) {
    const elements = listIn(image_list, 'image_list', (one) => ({
      image_url: isJsonObject(one) ? (one.image ?? '') : one,
    }))
    if (!elements?.length) throw invalidInput('image_list', 'must not be empty')
    return { version: '1.6', ...videoOf(body), elements }
  },
}

const omniVideo: Translation = {
  operation: klingOmni,
  names: {
    ...VIDEO_NAMES,
    images: 'image_list',
    'images.*': 'image_list.*.image_url',
    video: 'video_list.0.video_url',
    videos: 'video_list',
    'videos.*': 'video_list.*.video_url',
    audio_urls: 'audio_list',
    'audio_urls.*': 'audio_list.*.audio_url',
    resolution: 'mode',
  },
  translate({ image_list, video_list, audio_list, mode, prompt, ...body }) {
    const pictures = listIn(image_list, 'image_list', (one) => (isJsonObject(one) ? (one.image_url ?? '') : one))
    const videos = listIn(video_list, 'video_list', (one) => (isJsonObject(one) ? one : { video_url: one }))
    const named = shared(body, OMNI_VERSIONS)
    const isSeveral = (videos?.length ?? 0) > 1
    if (isSeveral && !isVersion4(String(named.version))) throw invalidInput('video_list', 'has at most 1 element')
    const [{ video_url: video, ...aboutVideo } = {}] = videos ?? []
    return {
      ...named,
      ...given('prompt', typeof prompt === 'string' ? withCatalogueTags(prompt) : prompt),
      ...given('resolution', mode === 'pro' ? '1080p' : mode === 'std' ? '720p' : mode),
      ...given('images', pictures),
      // What is first or last frame, and what is kept of the video: under their own names.
      ...given('image_list', aboutFiles(image_list)),
      ...(isSeveral
        ? given(
            'videos',
            videos?.map(({ video_url }) => video_url ?? ''),
          )
        : given('video', video)),
      ...(isSeveral ? {} : aboutVideo),
      ...given(
        'audio_urls',
        listIn(audio_list, 'audio_list', (one) => (isJsonObject(one) ? (one.audio_url ?? '') : one)),
      ),
    }
  },
}

const ORIGIN = renames({ video_id: 'origin_task_id' })

const extendVideo: Translation = {
  operation: klingExtend,
  names: ORIGIN.names,
  translate: ({ video_id, task_id, ...body }) =>
    ORIGIN.translate({ ...body, ...given('video_id', isText(video_id) ? video_id : task_id) }),
}

const SPEECH = renames({
  video_id: 'origin_task_id',
  video_url: 'video_url',
  text: 'tts_text',
  voice_id: 'tts_timbre',
  voice_speed: 'tts_speed',
  audio_url: 'local_dubbing_url',
})

const lipSync: Translation = {
  operation: klingLipSync,
  names: namesInside('input', SPEECH.names),
  translate({ input, ...body }) {
    if (!isJsonObject(input)) throw invalidInput('input', 'must be an object')
    const { task_id, video_id, text, voice_id, voice_speed, audio_file, audio_url, ...rest } = input
    const { mode, audio_type: type } = rest
    const sound = type === 'file' || (type !== 'url' && isText(audio_file)) ? audio_file : audio_url
    const speech = {
      ...rest,
      ...given('video_id', isText(video_id) || isText(rest.video_url) ? video_id : task_id),
      ...(mode === 'audio2video' ? given('audio_url', sound) : withoutPlaceholders({ text, voice_id, voice_speed })),
    }
    return { ...body, ...SPEECH.translate(speech) }
  },
}

const SCENE = renames({
  effect_scene: {
    to: 'effect',
    read: (scene) => (isText(scene) && Object.hasOwn(EFFECTS, scene) ? (EFFECTS[scene] ?? scene) : scene),
  },
})

const effects: Translation = {
  operation: klingEffects,
  names: ({ input }) => ({
    ...SCENE.names,
    professional_mode: 'input.mode',
    image_url: hasImage(input) ? 'input.image' : 'input.images.0',
    second_image_url: hasImage(input) ? 'input.images.0' : 'input.images.1',
  }),
  translate({ input, ...body }) {
    if (!isJsonObject(input)) throw invalidInput('input', 'must be an object')
    const { image, images, mode, ...rest } = input
    const pictures = listIn(images, 'input.images', (one) => one) ?? []
    if (image !== undefined && hasImage(input)) pictures.unshift(image)
    if (pictures.length === 0) throw invalidInput('input.image', 'is required')
    if (pictures.length > 2) throw invalidInput('input.images', 'and input.image are at most 2 pictures')
    const [first, second] = pictures
    return {
      ...SCENE.translate(body),
      ...rest,
      image_url: first ?? '',
      ...given('second_image_url', second),
      ...(mode === 'pro' ? { professional_mode: true } : mode === 'std' ? {} : given('mode', mode)),
    }
  },
}

const MOTION = renames({
  character_orientation: 'motion_direction',
  keep_original_sound: {
    to: 'keep_original_sound',
    read: (keep) => (keep === 'yes' ? true : keep === 'no' ? false : keep),
  },
})

const motionControl: Translation = {
  operation: klingMotionControl,
  names: { ...MOTION.names, ...VERSION_NAMES },
  translate: (body) => MOTION.translate(modelled(body, MOTION_VERSIONS)),
}

const SOURCE = renames({ image: 'image_url' })

const PICTURE_NAMES: FieldNames = { ...SOURCE.names, ...VERSION_NAMES }

const picture: Translation = {
  operation: klingImage,
  names: PICTURE_NAMES,
  translate: (body) => SOURCE.translate(modelled(body, IMAGE_VERSIONS)),
}

const SUBJECTS = renames({ scene_image: 'scene_image_url', style_image: 'style_image_url' })

const pictureOfSubjects: Translation = {
  ...picture,
  names: {
    ...PICTURE_NAMES,
    ...SUBJECTS.names,
    subject_images: 'subject_image_list',
    'subject_images.*': 'subject_image_list.*.subject_image',
  },
  translate({ subject_image_list, ...body }) {
    const subjects = listIn(subject_image_list, 'subject_image_list', (one) =>
      isJsonObject(one) ? (one.subject_image ?? '') : one,
    )
    if (!subjects?.length) throw invalidInput('subject_image_list', 'must not be empty')
    // 2.0 is what Kling says is the only version for this.
    return { version: '2.0', ...SUBJECTS.translate(picture.translate(body)), subject_images: subjects }
  },
}

/** Paths whose bodies are the catalogue's input under other names, and are described by it. */
export const AVATAR = renames({ image: 'image_url', sound_file: 'local_dubbing_url' })
export const EXPANSION = SOURCE
export const TRY_ON = renames({ human_image: 'model_input', cloth_image: 'dress_input' })

const avatar: Translation = { operation: klingAvatar, ...AVATAR }
const expansion: Translation = { operation: klingExpand, ...EXPANSION }
const tryOn: Translation = { operation: klingTryOn, ...TRY_ON }

/** Every path that takes tasks, below /v1. Where Kling's documents spell one in two ways, both are listed. */
export const PATHS = {
  '/videos/text2video': textToVideo,
  '/videos/image2video': imageToVideo,
  '/videos/multi-image2video': picturesToVideo,
  '/videos/omni-video': omniVideo,
  '/videos/video-extend': extendVideo,
  '/videos/lip-sync': lipSync,
  '/videos/effects': effects,
  '/videos/motion-control': motionControl,
  '/videos/avatar': avatar,
  '/videos/avatar/image2video': avatar,
  '/images/generations': picture,
  '/images/kolors-virtual-try-on': tryOn,
  '/images/multi-image2image': pictureOfSubjects,
  '/images/multi-image-generations': pictureOfSubjects,
  '/images/image-expansion': expansion,
  '/images/editing/expand': expansion,
} satisfies Record<string, Translation>

export type Path = keyof typeof PATHS

/** Reads the body of a POST. Throws `invalid_input`, naming the field as the caller spelt it. */
export function toTask(path: Path, body: unknown): Submission {
  const { operation, names: namesOf, translate }: Translation = PATHS[path]
  const { callback_url: callback, external_task_id: external, ...fields } = objectIn(body)
  const names = typeof namesOf === 'function' ? namesOf(fields) : namesOf
  const externalId = optionalText(external, 'external_task_id')
  const hook = webhookIn('callback_url', callback)
  const input = readInput(operation, translate(withoutPlaceholdersWithin(fields)), names)
  return {
    operation,
    input,
    names,
    dialect: DIALECT,
    echo: { path },
    externalId,
    ...hook,
  }
}

function hasImage(input: Json | undefined): boolean {
  return isJsonObject(input) && isGiven(input.image)
}

function videoOf({ camera_control: camera, ...body }: JsonObject): JsonObject {
  return { ...FRAMES.translate(shared(body, VIDEO_VERSIONS)), ...cameraOf(camera) }
}

/** What the videos of all versions share: the model, whole seconds, sound, and shots. */
function shared(body: JsonObject, versions: Record<string, string>): JsonObject {
  const { multi_shot, multi_prompt, ...rest } = modelled(body, versions)
  const shots = listIn(multi_prompt, 'multi_prompt', (one) => one)
  const isCut = optionalFlag(multi_shot, 'multi_shot') === true
  if (shots?.length && !isCut) throw invalidInput('multi_prompt', 'is read with multi_shot true only')
  return {
    ...SHARED.translate(rest),
    ...(isCut && shots?.length ? { multi_shots: shots } : {}),
    ...(isCut && !shots?.length ? { prefer_multi_shots: true } : {}),
  }
}

const STILL = { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0, zoom: 0 }
const MOVEMENTS = ['down_back', 'forward_up', 'right_turn_forward', 'left_turn_forward']

/** The catalogue knows movements by their axes. Kling's four named ones are kept beside it, by their name. */
function cameraOf(camera: Json | undefined): JsonObject {
  if (!isGiven(camera)) return {}
  if (!isJsonObject(camera)) throw invalidInput('camera_control', 'must be an object')
  const { type, config } = camera
  // Languages without null send the whole of it for no movement.
  if (!isText(type) && (!isJsonObject(config) || Object.values(config).every((one) => one === 0))) return {}
  if (isText(type) && MOVEMENTS.includes(type)) return { camera_movement: type }
  return { camera_control: { ...camera, config: isJsonObject(config) ? { ...STILL, ...config } : (config ?? STILL) } }
}

/** Prompts call files <<<image_1>>> and <<<video_1>>>; the catalogue's call them @image_1 and @video. */
function withCatalogueTags(prompt: string): string {
  return prompt
    .replace(/<<<image_(\d+)>>>/g, '@image_$1')
    .replace(/<<<video(?:_1)?>>>/g, '@video')
    .replace(/<<<(video|audio)_(\d+)>>>/g, '@$1_$2')
}

function listIn<T extends Json>(value: Json | undefined, field: string, read: (one: Json) => T): T[] | undefined {
  if (!isGiven(value)) return undefined
  if (!Array.isArray(value)) throw invalidInput(field, 'must be an array')
  return value.map(read)
}

/** What a list says of its pictures beside their addresses; undefined where that is nothing. */
function aboutFiles(list: Json | undefined): JsonObject[] | undefined {
  const about = listIn(list, 'image_list', (one): JsonObject => {
    if (!isJsonObject(one)) return {}
    const { image_url: _, ...rest } = one
    return rest
  })
  return about?.some((one) => Object.keys(one).length > 0) ? about : undefined
}

/** Without placeholders at any depth, but for what is in lists. */
function withoutPlaceholdersWithin(body: JsonObject): JsonObject {
  const entries = Object.entries(withoutPlaceholders(body))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isJsonObject(value) ? withoutPlaceholdersWithin(value) : value]),
  )
}
