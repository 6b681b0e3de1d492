import { klingVideo } from '../../catalog/kling.ts'
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
import { given, isGiven, isText, objectIn, optionalText, webhookIn, withoutNulls } from '../kit/fields.ts'

export const DIALECT = 'kling'

/** How the bodies of one path become input: fields that are not translated keep their names. */
interface Translation {
  operation: Operation
  /** It goes by the body where one field can come from several places. */
  names: FieldNames | ((body: JsonObject) => FieldNames)
  translate(body: JsonObject): JsonObject
}

const VERSIONS: Record<string, string> = {
  'kling-v1': '1.0',
  'kling-v1-5': '1.5',
  'kling-v1-6': '1.6',
  'kling-v2-master': '2.0',
  'kling-v2-1': '2.1',
  'kling-v2-1-master': '2.1-master',
  'kling-v2-5': '2.5',
  'kling-v2-5-turbo': '2.5',
  'kling-v2-6': '2.6',
  'kling-v3': '3.0',
}
const OMNI_VERSIONS: Record<string, string> = { 'kling-video-o1': 'o1', 'kling-v3-omni': '3.0', 'kling-v3': '3.0' }
const IMAGE_VERSIONS: Record<string, string> = {
  'kling-v1': '1.0',
  'kling-v1-5': '1.5',
  'kling-v2': '2.0',
  'kling-v2-new': '2.0',
  'kling-v2-1': '2.1',
  'kling-v3': '3.0',
  'kling-v3-omni': 'o1',
  'kling-image-o1': 'o1',
}
const MOTION_VERSIONS: Record<string, string> = { 'kling-v2-6': '2.6' }
/** The same effects under the names of Kling's own API. */
const EFFECTS: Record<string, string> = {
  hug: 'hugging',
  kiss: 'kissing',
  heart_gesture: 'hearting',
  fight: 'fighting',
}

const VIDEO_NAMES: FieldNames = {
  'multi_shots.*.prompt': 'multi_prompt.*.prompt',
  'multi_shots.*.duration': 'multi_prompt.*.duration',
  multi_shots: 'multi_prompt',
  'elements.*.image_url': 'image_list.*.image',
  elements: 'image_list',
  image_url: 'image',
  image_tail_url: 'image_tail',
  enable_audio: 'sound',
  version: 'model_name',
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
    'images.*': 'image_list.*.image_url',
    images: 'image_list',
    video: 'video_list.0.video_url',
    resolution: 'mode',
  },
  translate({ image_list, video_list, mode, prompt, ...body }) {
    const pictures = listIn(image_list, 'image_list', (one) => (isJsonObject(one) ? (one.image_url ?? '') : one))
    const videos = listIn(video_list, 'video_list', (one) => (isJsonObject(one) ? one : { video_url: one }))
    if ((videos?.length ?? 0) > 1) throw invalidInput('video_list', 'has at most 1 element')
    const [{ video_url: video, ...aboutVideo } = {}] = videos ?? []
    return {
      ...shared(body, OMNI_VERSIONS),
      ...given('prompt', typeof prompt === 'string' ? withCatalogueTags(prompt) : prompt),
      ...given('resolution', mode === 'pro' ? '1080p' : mode === 'std' ? '720p' : mode),
      ...given('images', pictures),
      // What is first or last frame, and what is kept of the video: under their own names.
      ...given('image_list', listIn(image_list, 'image_list', withoutFile)),
      ...given('video', video),
      ...aboutVideo,
    }
  },
}

const extendVideo: Translation = {
  operation: klingExtend,
  names: { origin_task_id: 'video_id' },
  translate({ video_id, task_id, ...body }) {
    return { ...body, ...given('origin_task_id', isText(video_id) ? video_id : task_id) }
  },
}

const lipSync: Translation = {
  operation: klingLipSync,
  names: {
    origin_task_id: 'input.video_id',
    tts_text: 'input.text',
    tts_timbre: 'input.voice_id',
    tts_speed: 'input.voice_speed',
    local_dubbing_url: 'input.audio_url',
  },
  translate({ input, ...body }) {
    if (!isJsonObject(input)) throw invalidInput('input', 'must be an object')
    const { task_id, video_id, text, voice_id, voice_speed, audio_type: type, audio_file, audio_url, ...rest } = input
    const sound = type === 'file' || (type !== 'url' && isText(audio_file)) ? audio_file : audio_url
    const isSpoken = rest.mode !== 'audio2video'
    return {
      ...body,
      ...rest,
      ...given('audio_type', type),
      ...given('origin_task_id', isText(video_id) ? video_id : task_id),
      ...(isSpoken ? given('tts_text', text) : {}),
      ...(isSpoken ? given('tts_timbre', voice_id) : {}),
      ...(isSpoken ? given('tts_speed', numberOf(voice_speed)) : {}),
      ...(isSpoken ? {} : given('local_dubbing_url', sound)),
    }
  },
}

const effects: Translation = {
  operation: klingEffects,
  names: ({ input }) => ({
    ...{ effect: 'effect_scene', professional_mode: 'input.mode' },
    image_url: hasImage(input) ? 'input.image' : 'input.images.0',
    second_image_url: hasImage(input) ? 'input.images.0' : 'input.images.1',
  }),
  translate({ effect_scene: scene, input, ...body }) {
    if (!isJsonObject(input)) throw invalidInput('input', 'must be an object')
    const { image, images, mode, ...rest } = input
    const pictures = listIn(images, 'input.images', (one) => one) ?? []
    if (image !== undefined && hasImage(input)) pictures.unshift(image)
    if (pictures.length === 0) throw invalidInput('input.image', 'is required')
    if (pictures.length > 2) throw invalidInput('input.images', 'and input.image are at most 2 pictures')
    const [first, second] = pictures
    return {
      ...body,
      ...rest,
      ...given('effect', isText(scene) && Object.hasOwn(EFFECTS, scene) ? EFFECTS[scene] : scene),
      image_url: first ?? '',
      ...given('second_image_url', second),
      ...(mode === 'pro' ? { professional_mode: true } : mode === 'std' ? {} : given('mode', mode)),
    }
  },
}

const motionControl: Translation = {
  operation: klingMotionControl,
  names: {
    motion_direction: 'character_orientation',
    version: 'model_name',
  },
  translate({ character_orientation: direction, keep_original_sound: keep, ...body }) {
    return {
      ...modelled(body, MOTION_VERSIONS),
      ...given('motion_direction', direction),
      ...given('keep_original_sound', keep === 'yes' ? true : keep === 'no' ? false : keep),
    }
  },
}

const avatar: Translation = {
  operation: klingAvatar,
  names: { image_url: 'image', local_dubbing_url: 'sound_file' },
  translate({ image, sound_file, ...body }) {
    return { ...body, ...given('image_url', image), ...given('local_dubbing_url', sound_file) }
  },
}

const picture: Translation = {
  operation: klingImage,
  names: {
    image_url: 'image',
    'subject_images.*': 'subject_image_list.*.subject_image',
    subject_images: 'subject_image_list',
    scene_image_url: 'scene_image',
    style_image_url: 'style_image',
    version: 'model_name',
  },
  translate({ image, ...body }) {
    return { ...modelled(body, IMAGE_VERSIONS), ...given('image_url', image) }
  },
}

const pictureOfSubjects: Translation = {
  ...picture,
  translate({ subject_image_list, scene_image, style_image, ...body }) {
    const subjects = listIn(subject_image_list, 'subject_image_list', (one) =>
      isJsonObject(one) ? (one.subject_image ?? '') : one,
    )
    if (!subjects?.length) throw invalidInput('subject_image_list', 'must not be empty')
    return {
      version: '2.0', // what Kling says is the only one for this
      ...picture.translate(body),
      subject_images: subjects,
      ...given('scene_image_url', scene_image),
      ...given('style_image_url', style_image),
    }
  },
}

const expansion: Translation = {
  operation: klingExpand,
  names: { image_url: 'image' },
  translate({ image, ...body }) {
    return { ...body, ...given('image_url', image) }
  },
}

const tryOn: Translation = {
  operation: klingTryOn,
  names: { model_input: 'human_image', dress_input: 'cloth_image' },
  translate({ human_image, cloth_image, ...body }) {
    return { ...body, ...given('model_input', human_image), ...given('dress_input', cloth_image) }
  },
}

/** Every path that takes tasks, below /v1. Where Kling's documents spell one in two ways, both stand here. */
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
export function toTask(path: Path, body: unknown): Submission & { echo: JsonObject } {
  const { operation, names: namesOf, translate }: Translation = PATHS[path]
  const { callback_url: callback, external_task_id: external, ...fields } = objectIn(body)
  const names = typeof namesOf === 'function' ? namesOf(fields) : namesOf
  const externalId = optionalText(external, 'external_task_id')
  const { echo, webhook } = webhookIn('callback_url', callback)
  const input = readInput(operation, translate(withoutNullsWithin(fields)), names)
  return {
    operation,
    input,
    names,
    dialect: DIALECT,
    echo: { path, ...(externalId === undefined ? {} : { external_task_id: externalId }), ...echo },
    webhook,
  }
}

/** Clients send '' for a picture that they do not use. */
function hasImage(input: Json | undefined): boolean {
  return isJsonObject(input) && isGiven(input.image) && input.image !== ''
}

function videoOf(body: JsonObject): JsonObject {
  const { image, image_tail, camera_control: camera, ...rest } = body
  return {
    ...shared(rest, VERSIONS),
    ...given('image_url', image),
    ...given('image_tail_url', image_tail),
    ...cameraOf(camera),
  }
}

/** What the videos of all versions share: the model, whole seconds, sound, and shots. */
function shared(body: JsonObject, versions: Record<string, string>): JsonObject {
  const { duration, sound, multi_shot, shot_type, multi_prompt, ...rest } = modelled(body, versions)
  const shots = listIn(multi_prompt, 'multi_prompt', (one) =>
    isJsonObject(one) ? { ...one, ...given('duration', numberOf(one.duration)) } : one,
  )
  const isCut = multi_shot === true || multi_shot === 'true'
  return {
    ...rest,
    ...given('duration', numberOf(duration)),
    ...given('enable_audio', sound === 'on' ? true : sound === 'off' ? false : sound),
    ...(isCut && shots?.length ? { multi_shots: shots } : {}),
    ...(isCut && !shots?.length ? { prefer_multi_shots: true } : {}),
    ...given('shot_type', shot_type),
  }
}

/** `model_name`, or `model` as some clients say, as the catalogue's version. */
function modelled({ model_name, model, ...rest }: JsonObject, versions: Record<string, string>): JsonObject {
  const name = isText(model_name) ? model_name : model
  if (!isGiven(name) || name === '') return rest
  if (typeof name !== 'string' || !Object.hasOwn(versions, name)) {
    const field = isText(model_name) ? 'model_name' : 'model'
    throw invalidInput(field, `must be one of ${Object.keys(versions).join(', ')}, not ${JSON.stringify(name)}`)
  }
  return { ...rest, version: versions[name] ?? '' }
}

const STILL = { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0, zoom: 0 }
const MOVEMENTS = ['down_back', 'forward_up', 'right_turn_forward', 'left_turn_forward']

/** The catalogue knows movements by their axes. Kling's four named ones are kept beside it, by their name. */
function cameraOf(camera: Json | undefined): JsonObject {
  if (!isGiven(camera)) return {}
  if (!isJsonObject(camera)) throw invalidInput('camera_control', 'must be an object')
  const { type, config } = camera
  if (isText(type) && MOVEMENTS.includes(type)) return { camera_movement: type }
  return { camera_control: { ...camera, config: isJsonObject(config) ? { ...STILL, ...config } : (config ?? STILL) } }
}

/** Prompts call files <<<image_1>>> and <<<video_1>>>; the catalogue's call them @image_1 and @video. */
function withCatalogueTags(prompt: string): string {
  return prompt.replace(/<<<image_(\d+)>>>/g, '@image_$1').replace(/<<<video(?:_1)?>>>/g, '@video')
}

/** Kling writes whole numbers as text. What is none stays as it is, and is refused. */
function numberOf(value: Json | undefined): Json | undefined {
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
}

function listIn<T extends Json>(value: Json | undefined, field: string, read: (one: Json) => T): T[] | undefined {
  if (!isGiven(value)) return undefined
  if (!Array.isArray(value)) throw invalidInput(field, 'must be an array')
  return value.map(read)
}

function withoutFile(one: Json): Json {
  if (!isJsonObject(one)) return {}
  const { image_url: _, ...rest } = one
  return rest
}

/** Without `null`s at any depth, but for what is in lists. */
function withoutNullsWithin(body: JsonObject): JsonObject {
  const entries = Object.entries(withoutNulls(body))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isJsonObject(value) ? withoutNullsWithin(value) : value]),
  )
}
