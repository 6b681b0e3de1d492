import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type FieldReader, type MapRequest, present } from '../kit/hosted-input.ts'

/** Kling at fal, by the types in fal's own package (1.10.1); where a comment says "inferred", the package has none. */

interface KlingModel {
  at: string
  /** It makes videos of pictures alone. */
  isOfPictures?: boolean
  /** The catalogue's names of what it has beside the fields of all -> its own. */
  own?: Readonly<Record<string, string>>
  /** What it calls the first frame. */
  first?: string
}

const CFG = { cfg_scale: 'cfg_scale' }
const TAIL = { image_tail_url: 'tail_image_url' }
const NEWER = { image_tail_url: 'end_image_url', enable_audio: 'generate_audio' }
const V3 = { own: { ...CFG, ...NEWER }, first: 'start_image_url' }

/** By version, and by quality where there are two. */
const KLING: Record<string, Partial<Record<'std' | 'pro', KlingModel>>> = {
  '1.0': { std: { at: 'v1/standard', own: { ...CFG, ...TAIL, static_mask: 'static_mask_url' } } },
  '1.5': { pro: { at: 'v1.5/pro', own: { ...CFG, ...TAIL, static_mask: 'static_mask_url' } } },
  '1.6': { std: { at: 'v1.6/standard', own: CFG }, pro: { at: 'v1.6/pro', own: { ...CFG, ...TAIL } } },
  '2.0': { std: { at: 'v2/master', own: CFG }, pro: { at: 'v2/master', own: CFG } },
  '2.1': {
    std: { at: 'v2.1/standard', isOfPictures: true, own: CFG },
    pro: { at: 'v2.1/pro', isOfPictures: true, own: { ...CFG, ...TAIL } }, // inferred
  },
  '2.1-master': { std: { at: 'v2.1/master', own: CFG }, pro: { at: 'v2.1/master', own: CFG } },
  '2.5': {
    std: { at: 'v2.5-turbo/standard', isOfPictures: true, own: CFG },
    pro: { at: 'v2.5-turbo/pro', own: { ...CFG, ...TAIL } },
  },
  '2.6': { pro: { at: 'v2.6/pro', own: NEWER, first: 'start_image_url' } },
  '3.0': { std: { at: 'v3/standard', ...V3 }, pro: { at: 'v3/pro', ...V3 } },
}

const MODES: Record<string, 'std' | 'pro'> = { std: 'std', standard: 'std', pro: 'pro', turbo: 'pro' }

const kling: MapRequest = (fields) => {
  const version = fields.text('version') ?? '1.0'
  const versions = KLING[version] ?? fields.refuse('version')
  const model = versions[MODES[fields.text('mode') ?? 'std'] ?? 'std'] ?? fields.refuse('mode')
  const elements = fields.take('elements')
  if (elements !== undefined) return klingElements(fields, model, elements)
  const image = fields.text('image_url')
  if (image === undefined && model.isOfPictures) fields.refuse('version')
  const { cfg_scale, ...own } = fields.renamed(image === undefined ? withoutFrames(model.own) : (model.own ?? {}))
  fields.skip('cfg_scale', 'resolution') // from 2.0 on, and before 4.0, they count for nothing
  // A first frame has its own ratio.
  if (image !== undefined) fields.skip('aspect_ratio')
  return {
    model: `fal-ai/kling-video/${model.at}/${image === undefined ? 'text' : 'image'}-to-video`,
    input: {
      prompt: fields.text('prompt') ?? '',
      ...fields.same('negative_prompt', ...(image === undefined ? ['aspect_ratio'] : [])),
      ...fields.asText({ duration: 'duration' }),
      ...present({ [model.first ?? 'image_url']: image }),
      ...own,
      ...(cfg_scale === undefined ? {} : { cfg_scale: Number(cfg_scale) }), // some clients send text
      ...(image !== undefined && 'static_mask' in (model.own ?? {}) ? masksIn(fields) : {}),
      ...(version === '3.0' ? shotsIn(fields) : {}),
    },
  }
}

function withoutFrames({ image_tail_url: _, static_mask: _mask, ...own }: KlingModel['own'] = {}) {
  return own
}

/** Pictures of what appears, in place of a first frame: version 1.6 alone. */
function klingElements(fields: FieldReader, { at }: KlingModel, elements: Json) {
  if (!at.startsWith('v1.6/') || !Array.isArray(elements)) return fields.refuse('elements')
  fields.skip('cfg_scale') // it has none here
  return {
    model: `fal-ai/kling-video/${at}/elements`,
    input: {
      ...fields.same('prompt', 'negative_prompt', 'aspect_ratio'),
      ...fields.asText({ duration: 'duration' }),
      input_image_urls: elements.flatMap((one) => (isJsonObject(one) ? (one.image_url ?? []) : [])),
    },
  }
}

function masksIn(fields: FieldReader): JsonObject {
  const masks = fields.take('dynamic_masks')
  if (!Array.isArray(masks)) return {}
  return {
    dynamic_masks: masks.flatMap((one) =>
      isJsonObject(one) ? [present({ mask_url: one.mask, trajectories: one.trajectories })] : [],
    ),
  }
}

/** Shots as the caller describes them, or as the model cuts them. */
function shotsIn(fields: FieldReader): JsonObject {
  const shots = fields.take('multi_shots')
  const isCut = fields.take('prefer_multi_shots') === true
  if (!Array.isArray(shots)) return isCut ? { shot_type: 'intelligent' } : {}
  const multi_prompt = shots.flatMap((one) =>
    isJsonObject(one) ? [{ prompt: one.prompt ?? '', duration: String(one.duration ?? 3) }] : [],
  )
  return { multi_prompt, shot_type: 'customize' }
}

const klingTurbo: MapRequest = (fields) => {
  fields.skip('version')
  const image = fields.text('start_image_url')
  const isPro = fields.text('mode') !== 'std'
  if (!isPro && image === undefined) fields.refuse('mode')
  if (image !== undefined) fields.skip('aspect_ratio')
  return {
    model: `fal-ai/kling-video/v2.5-turbo/${isPro ? 'pro' : 'standard'}/${image === undefined ? 'text' : 'image'}-to-video`,
    input: {
      prompt: fields.text('prompt') ?? '',
      ...fields.same('negative_prompt', ...(image === undefined ? ['aspect_ratio'] : [])),
      ...fields.asText({ duration: 'duration' }),
      ...present({ image_url: image }),
      ...(isPro && image !== undefined ? fields.renamed({ end_image_url: 'tail_image_url' }) : {}),
    },
  }
}

/** Pictures are called `@Image1` here. A video to refer to is a model of its own, with other fields. */
const klingOmni: MapRequest = (fields) => {
  fields.oneOf('version', ['3.0'])
  const quality = fields.text('resolution') === '1080p' ? 'pro' : 'standard'
  const image_urls = fields.take('images')
  const prompt = fields.text('prompt')?.replaceAll(/@image_(\d+)/gi, '@Image$1')
  return {
    model: `fal-ai/kling-video/o3/${quality}/${image_urls === undefined ? 'text' : 'reference'}-to-video`,
    input: {
      ...present({ prompt, image_urls }),
      ...fields.same('aspect_ratio'),
      ...fields.asText({ duration: 'duration' }),
      ...fields.renamed({ enable_audio: 'generate_audio' }),
      ...shotsIn(fields),
    },
  }
}

const klingAvatar: MapRequest = (fields) => ({
  model: `fal-ai/kling-video/ai-avatar/v2/${fields.text('mode') === 'pro' ? 'pro' : 'standard'}`,
  input: { ...fields.same('prompt', 'image_url'), ...fields.renamed({ local_dubbing_url: 'audio_url' }) },
})

const klingMotion: MapRequest = (fields) => {
  fields.skip('version')
  return {
    model: `fal-ai/kling-video/v2.6/${fields.text('mode') === 'pro' ? 'pro' : 'standard'}/motion-control`,
    input: {
      ...fields.same('image_url', 'video_url', 'keep_original_sound'),
      ...fields.renamed({ motion_direction: 'character_orientation' }),
    },
  }
}

/** A recording; voices have other names here than at Kling. */
const lipSync: MapRequest = (fields) => {
  const audio_url = fields.text('local_dubbing_url') ?? fields.refuse('tts_text')
  fields.skip('tts_text', 'tts_timbre', 'tts_speed') // they count without a recording alone
  return {
    model: 'fal-ai/kling-video/lipsync/audio-to-video',
    input: { audio_url, ...fields.same('video_url'), ...fields.renamed({ origin_task_id: 'video_url' }) },
  }
}

export const KLING_VIDEOS: Record<string, MapRequest> = {
  'kling/video_generation': kling,
  'kling/omni_video_generation': klingOmni,
  'kling/avatar': klingAvatar,
  'kling/motion_control': klingMotion,
  'kling-turbo/video_generation': klingTurbo,
}

/** Follow-ups of a video, which fal takes as a file: `origin_task_id` has become its URL. */
export const FOLLOWING: Record<string, MapRequest> = { 'kling/lip_sync': lipSync }
