import type { Json, JsonObject } from '../../core/json.ts'
import { parentVideo, parentVideoId } from './parent.ts'
import {
  isGiven,
  isUrl,
  klingPrompt,
  pick,
  type Request,
  refuse,
  refused,
  requireOne,
  requireUrl,
  textsOf,
  withoutEmpty,
} from './request.ts'

/** How Kling makes what builds on a video or a picture, and what is no video. */

export const extend: Request = {
  pathOf: () => '/v1/videos/video-extend',
  bodyOf(input, job, account) {
    const video_id = parentVideoId(job, account)
    if (video_id === undefined) throw refused('origin_task_id', 'must be of a video that Kling itself made')
    return { video_id, ...withoutEmpty({ prompt: input.prompt }), ...pick(input, ['negative_prompt', 'cfg_scale']) }
  },
  isFoundByOurId: false,
}

/**
 * The lip sync that takes a text. Voices are Kling's ids, such as `uk_boy1`; the language, which Kling wants to know and
 * callers seldom say, is derived from the script of the text (inferred).
 */
export const lipSync: Request = {
  pathOf: () => '/v1/videos/lip-sync',
  bodyOf(input, job, account) {
    const { local_dubbing_url: sound, tts_text: text, tts_timbre: voice_id, tts_speed: voice_speed } = input
    const words: JsonObject = isGiven(sound)
      ? { mode: 'audio2video', ...soundIn(sound) }
      : {
          mode: 'text2video',
          ...withoutEmpty({ text, voice_id, voice_speed }),
          voice_language: input.voice_language ?? (/\p{Script=Han}/u.test(String(text)) ? 'zh' : 'en'),
        }
    if (!isGiven(input.video_url)) return { input: { ...parentVideo(job, account), ...words } }
    requireUrl('video_url', job)
    return { input: { video_url: input.video_url ?? '', ...words } }
  },
  isFoundByOurId: false,
}

function soundIn(sound: Json = ''): JsonObject {
  return isUrl(sound) ? { audio_type: 'url', audio_url: sound } : { audio_type: 'file', audio_file: sound }
}

/** The scenes of today under their names of today; what is not listed any more keeps its own, and Kling says no or yes. */
const SCENES: Record<string, string> = {
  hugging: 'hug_pro',
  kissing: 'kiss_pro',
  hearting: 'heart_gesture_pro',
  fighting: 'fight_pro',
  surfing: 'surfsurf',
  birthday: 'happy_birthday', // inferred: there is a `birthday_star`, too
  // Of the years before; seen in clients.
  figure: 'anime_figure',
  rocket: 'rocketrocket',
}
const OF_TWO = ['hugging', 'kissing', 'hearting', 'fighting']
/** Before 2026 a scene of one picture had a model and a length, of which there was one each. */
const FORMER = { model_name: 'kling-v1-6', duration: '5' }
const LISTED = ['surfing', 'birthday']

export const effects: Request = {
  pathOf: () => '/v1/videos/effects',
  bodyOf(input) {
    const effect = String(input.effect)
    const isOfTwo = OF_TWO.includes(effect)
    if (input.professional_mode === true)
      throw refused('professional_mode', 'must be false: Kling’s effects have no professional mode')
    if (isOfTwo && !isGiven(input.second_image_url))
      throw refused('second_image_url', `is needed with effect ${effect}`)
    if (!isOfTwo) refuse(input, 'second_image_url', `does not go together with effect ${effect}`)
    const { image_url: image = '', second_image_url: second = '' } = input
    const shown = isOfTwo ? { images: [image, second] } : { image, ...(LISTED.includes(effect) ? {} : FORMER) }
    return { effect_scene: SCENES[effect] ?? effect, input: shown }
  },
  isFoundByOurId: true,
}

export const avatar: Request = {
  pathOf: () => '/v1/videos/avatar/image2video',
  bodyOf(input) {
    requireOne(input, 'batch_size')
    const { image_url: image, local_dubbing_url: sound_file, prompt, mode } = input
    return { ...withoutEmpty({ image, sound_file, prompt, mode }), ...pick(input, ['watermark_info']) }
  },
  isFoundByOurId: true,
}

/** A preset is one of Kling's effects, under the same name in lower case (inferred from its list of effects). */
export const motionControl: Request = {
  pathOf: (input) => (isGiven(input.video_url) ? '/v1/videos/motion-control' : '/v1/videos/effects'),
  bodyOf(input, job) {
    const { image_url, video_url, motion_direction: character_orientation, keep_original_sound: keep, mode } = input
    if (!isGiven(video_url)) {
      if (mode === 'pro') throw refused('mode', 'must be std with preset_motion')
      const effect_scene = String(input.preset_motion).trim().toLowerCase().replaceAll(/\s+/g, '_')
      return { effect_scene, input: { image: image_url ?? '' } }
    }
    requireUrl('video_url', job)
    return {
      model_name: 'kling-v2-6',
      ...withoutEmpty({ image_url, video_url, character_orientation, mode, prompt: input.prompt }),
      keep_original_sound: keep === true ? 'yes' : 'no',
      ...pick(input, ['element_list', 'watermark_info']),
    }
  },
  isFoundByOurId: true,
}

export const tryOn: Request = {
  pathOf: () => '/v1/images/kolors-virtual-try-on',
  bodyOf(input) {
    requireOne(input, 'batch_size')
    if (isGiven(input.upper_input) && isGiven(input.lower_input)) {
      throw refused('lower_input', 'does not go together with upper_input: Kling takes one picture of clothes')
    }
    const clothes = [input.dress_input, input.upper_input, input.lower_input].find(isGiven)
    return {
      model_name: 'kolors-virtual-try-on-v1-5',
      ...withoutEmpty({ human_image: input.model_input, cloth_image: clothes }),
    }
  },
  isFoundByOurId: true,
}

/** Kling makes as many sounds as it likes to, and for a video as long as that is. */
export const sound: Request = {
  pathOf: (input) => (isGiven(input.origin_task_id) ? '/v1/audio/video-to-audio' : '/v1/audio/text-to-audio'),
  bodyOf(input, job, account) {
    const { prompt, duration } = input
    return isGiven(input.origin_task_id)
      ? { ...parentVideo(job, account), ...withoutEmpty({ sound_effect_prompt: prompt }) }
      : withoutEmpty({ prompt, duration })
  },
  isFoundByOurId: true,
}

const IMAGE_MODELS: Record<string, string> = {
  '1.0': 'kling-v1',
  '1.5': 'kling-v1-5',
  '2.0': 'kling-v2',
  '2.1': 'kling-v2-1',
  '3.0': 'kling-v3',
}

/** Version 2.0 was the one that takes subjects; of today's it is 2.1, which is what the others ask for. */
export const image: Request = {
  pathOf(input) {
    if (input.version === 'o1') return '/v1/images/omni-image'
    return isGiven(input.subject_images) ? '/v1/images/multi-image2image' : '/v1/images/generations'
  },
  bodyOf(input) {
    if (input.version === 'o1') return omniImage(input)
    const version = String(input.version)
    const { prompt, negative_prompt, aspect_ratio, n, resolution } = input
    const shared = { ...withoutEmpty({ prompt, negative_prompt, aspect_ratio, n }), ...pick(input, ['watermark_info']) }
    if (!isGiven(input.subject_images)) {
      for (const name of ['scene_image_url', 'style_image_url']) refuse(input, name, 'needs subject_images')
      return {
        model_name: IMAGE_MODELS[version] ?? version,
        ...shared,
        ...withoutEmpty({ resolution, image: input.image_url, image_reference: input.image_reference }),
        ...(isGiven(input.image_url) && version !== '3.0' ? pick(input, ['image_fidelity', 'human_fidelity']) : {}),
        ...pick(input, ['element_list']),
      }
    }
    refuse(input, 'image_url', 'does not go together with subject_images')
    if (resolution !== '1k') throw refused('resolution', 'must be 1k with subject_images')
    return {
      model_name: version === '2.0' ? 'kling-v2' : 'kling-v2-1',
      ...shared,
      ...withoutEmpty({
        subject_image_list: textsOf(input.subject_images).map((subject_image) => ({ subject_image })),
        scene_image: input.scene_image_url,
        style_image: input.style_image_url,
      }),
    }
  },
  isFoundByOurId: true,
}

function omniImage(input: JsonObject): JsonObject {
  for (const name of ['negative_prompt', 'scene_image_url', 'style_image_url', 'image_reference']) {
    refuse(input, name, 'is not available with version o1')
  }
  const pictures = [...textsOf([input.image_url ?? '']), ...textsOf(input.subject_images)]
  const { prompt, aspect_ratio, n, resolution } = input
  return {
    model_name: 'kling-image-o1',
    ...withoutEmpty({
      prompt: typeof prompt === 'string' ? klingPrompt(prompt) : undefined,
      image_list: pictures.map((one) => ({ image: one })),
      aspect_ratio,
      n,
      resolution,
    }),
    ...pick(input, ['element_list', 'watermark_info']),
  }
}

const EXPANSIONS = ['up_expansion_ratio', 'down_expansion_ratio', 'left_expansion_ratio', 'right_expansion_ratio']

export const expand: Request = {
  pathOf: () => '/v1/images/editing/expand',
  bodyOf(input) {
    const { image_url, prompt, n } = input
    return { ...withoutEmpty({ image: image_url, prompt, n }), ...pick(input, [...EXPANSIONS, 'watermark_info']) }
  },
  isFoundByOurId: true,
}
