import { isVersion4, VERSIONS_4 } from '../../catalog/kling-fields.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import {
  isGiven,
  klingPrompt,
  listOf,
  pick,
  type Request,
  refuse,
  refused,
  requireUrl,
  textsOf,
  withoutEmpty,
} from './request.ts'

/** How Kling makes videos from text, pictures and references. */

const VIDEO_MODELS: Record<string, string> = {
  '1.0': 'kling-v1',
  '1.5': 'kling-v1-5',
  '1.6': 'kling-v1-6',
  '2.0': 'kling-v2-master',
  '2.1': 'kling-v2-1',
  '2.1-master': 'kling-v2-1-master',
  '2.5': 'kling-v2-5-turbo',
  '2.6': 'kling-v2-6',
  '3.0': 'kling-v3',
  // Inferred: the names by which relays know version 4.
  '4.0': 'kling-v4',
  '4.0-flash': 'kling-v4-flash',
}
/** Only these make a picture better by themselves; they know no other mode. */
const PRO_ONLY = ['2.0', '2.1-master']
const WITH_SOUND = ['2.6', '3.0', ...VERSIONS_4]
/** The only model that takes elements. Earlier versions have its price, so a request for one of them uses it. */
const ELEMENTS_MODEL = 'kling-v1-6'
const ELEMENTS_VERSIONS = ['1.0', '1.5', '1.6']
/** What Kling's own clients send beside the catalogue's fields, and what it takes with every video. */
const OWN_VIDEO_FIELDS = ['voice_list', 'element_list', 'watermark_info']

export const video: Request = {
  pathOf(input) {
    if (isGiven(input.elements)) return '/v1/videos/multi-image2video'
    return isGiven(input.image_url) || isGiven(input.image_tail_url)
      ? '/v1/videos/image2video'
      : '/v1/videos/text2video'
  },
  bodyOf: videoBody,
  isFoundByOurId: true,
}

function videoBody(input: JsonObject): JsonObject {
  refuse(
    input,
    'motion_brush',
    'paints its masks in one picture; Kling takes a mask for each path: static_mask, dynamic_masks',
  )
  refuse(input, 'reference_video_url', 'is what kling/omni_video_generation takes, as video')
  const version = String(input.version)
  if (!(version in VIDEO_MODELS)) throw refused('version', `${version} is not made by this interface of Kling`)
  const isFromElements = isGiven(input.elements)
  if (isFromElements && !ELEMENTS_VERSIONS.includes(version)) {
    throw refused('elements', `are taken by version 1.6 only, not by ${version}`)
  }
  if (isFromElements && (isGiven(input.image_url) || isGiven(input.image_tail_url))) {
    throw refused('image_url', 'does not go together with elements')
  }
  return {
    model_name: isFromElements ? ELEMENTS_MODEL : (VIDEO_MODELS[version] ?? version),
    ...withoutEmpty({
      prompt: input.prompt,
      negative_prompt: input.negative_prompt,
      cfg_scale: version.startsWith('1.') ? numberOf(input.cfg_scale) : undefined,
      image: input.image_url,
      image_tail: input.image_tail_url,
      image_list: listOf(input.elements, (one) => ({ image: one.image_url ?? '' })),
      camera_control: cameraOf(input),
      static_mask: input.static_mask,
      dynamic_masks: input.dynamic_masks,
      aspect_ratio: isGiven(input.image_url) || isGiven(input.image_tail_url) ? undefined : input.aspect_ratio,
      sound: WITH_SOUND.includes(version) ? soundOf(input.enable_audio) : undefined,
    }),
    mode: isPro(input) || PRO_ONLY.includes(version) ? 'pro' : 'std',
    ...shotsOf(input),
    ...pick(input, OWN_VIDEO_FIELDS),
  }
}

export const turbo: Request = {
  pathOf: (input) =>
    isGiven(input.start_image_url) || isGiven(input.end_image_url) ? '/v1/videos/image2video' : '/v1/videos/text2video',
  bodyOf: ({ start_image_url, end_image_url, ...input }) =>
    videoBody({ ...input, version: '2.5', image_url: start_image_url ?? '', image_tail_url: end_image_url ?? '' }),
  isFoundByOurId: true,
}

/** Version 4 by itself, by the task types that it has. */
export const video4: Request = {
  pathOf: (input) => (isGiven(input.image_url) ? '/v1/videos/image2video' : '/v1/videos/text2video'),
  bodyOf: videoBody,
  isFoundByOurId: true,
}

const OMNI_MODELS: Record<string, string> = {
  o1: 'kling-video-o1',
  '3.0': 'kling-v3-omni',
  // Inferred: the names by which relays know version 4.
  '4.0': 'kling-v4-omni',
  '4.0-flash': 'kling-v4-omni-flash',
}

export const omni: Request = {
  pathOf: () => '/v1/videos/omni-video',
  bodyOf(input, job) {
    requireUrl('video', job)
    requireUrl('videos', job)
    requireUrl('audio_urls', job)
    const kinds = listOf(input.image_list, ({ type }) => withoutEmpty({ type })) ?? []
    const hasFrame = kinds.some((one) => 'type' in one)
    return {
      model_name: OMNI_MODELS[String(input.version)] ?? '',
      ...withoutEmpty({
        prompt: typeof input.prompt === 'string' ? klingPrompt(input.prompt) : undefined,
        image_list: textsOf(input.images).map((image_url, index) => ({ image_url, ...kinds[index] })),
        video_list: videosOf(input),
        audio_list: textsOf(input.audio_urls).map((audio_url) => ({ audio_url })), // inferred from the other two lists
        // A frame, or a video that is changed, has its own.
        aspect_ratio: hasFrame || input.refer_type === 'base' ? undefined : input.aspect_ratio,
        sound: soundOf(input.enable_audio),
      }),
      mode: input.resolution === '1080p' ? 'pro' : 'std',
      ...shotsOf(input),
      ...pick(input, ['element_list', 'watermark_info']),
    }
  },
  isFoundByOurId: true,
}

function videosOf(input: JsonObject): JsonObject[] {
  const videos = textsOf(input.videos).map((video_url) => ({ video_url, refer_type: 'feature' }))
  return isGiven(input.video) ? [videoOf(input), ...videos] : videos
}

/** A video is referred to, unless a caller who knows Kling says that it is changed. */
function videoOf({ video: video_url = '', refer_type = 'feature', keep_original_sound }: JsonObject): JsonObject {
  return withoutEmpty({ video_url, refer_type, keep_original_sound })
}

/** Some clients send text. */
function numberOf(value: Json | undefined): number | undefined {
  return isGiven(value) ? Number(value) : undefined
}

/** One client says `turbo` for what is professional, and `standard`. Version 4 has a resolution in its place. */
function isPro({ mode, resolution, version }: JsonObject): boolean {
  if (isVersion4(String(version)) && isGiven(resolution)) return resolution === '1080p'
  return mode === 'pro' || mode === 'turbo'
}

function soundOf(wanted: Json | undefined): 'on' | 'off' {
  return wanted === true ? 'on' : 'off'
}

/** Movements by their axes; those that Kling names are kept beside them. */
function cameraOf({ camera_control, camera_movement }: JsonObject): Json | undefined {
  return typeof camera_movement === 'string' ? { type: camera_movement } : camera_control
}

/** Shots of the caller's own, shots that Kling makes of the prompt, or none. Whole seconds are text at Kling. */
function shotsOf({ multi_shots, prefer_multi_shots, shot_type, duration }: JsonObject): JsonObject {
  const shots = listOf(multi_shots, (one) => one) ?? []
  if (shots.length > 0) {
    const seconds = shots.reduce((sum, one) => sum + Number(one.duration), 0)
    const multi_prompt = shots.map((one, at) => ({
      index: at + 1,
      prompt: one.prompt ?? '',
      duration: String(one.duration),
    }))
    return { multi_shot: true, shot_type: 'customize', multi_prompt, duration: String(seconds) }
  }
  const own = prefer_multi_shots === true ? { multi_shot: true, shot_type: shot_type ?? 'intelligence' } : {}
  return { ...own, duration: String(duration) }
}
