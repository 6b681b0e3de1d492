import { isJsonObject } from '../../core/json.ts'
import { type FieldReader, type MapRequest, present } from '../kit/hosted-input.ts'

/**
 * Videos of the catalogue's families at Replicate. Names and fields are those of the models' pages, as far as these were
 * at hand (Veo 3.1, Hailuo 02 and 2.3, Kling 1.6 to 2.0, Ray 2); the others are widely known, and inferred here.
 */

function veo(model: string): MapRequest {
  return (fields) => {
    const ratio = fields.text('aspect_ratio')
    return {
      model: `google/${model}`,
      input: {
        ...fields.same('prompt', 'negative_prompt', 'resolution', 'generate_audio'),
        ...fields.renamed({ image_url: 'image', tail_image_url: 'last_frame' }),
        ...present({ aspect_ratio: ratio === 'auto' ? undefined : ratio }),
        duration: Number.parseInt(fields.text('duration') ?? '8', 10),
      },
    }
  }
}

const SORA_RATIOS: Record<string, string> = { '16:9': 'landscape', '9:16': 'portrait' }

/** The larger size of the more expensive model is not in the catalogue. */
function sora(model: string): MapRequest {
  return (fields) => {
    fields.oneOf('resolution', ['720p'])
    return {
      model: `openai/${model}`,
      input: {
        ...fields.same('prompt'),
        ...fields.renamed({ duration: 'seconds', image_url: 'input_reference' }),
        ...present({ aspect_ratio: SORA_RATIOS[fields.text('aspect_ratio') ?? ''] }),
      },
    }
  }
}

const HAILUO: Record<string, string> = {
  't2v-01': 'video-01',
  'i2v-01': 'video-01',
  's2v-01': 'video-01',
  't2v-01-director': 'video-01-director',
  'i2v-01-director': 'video-01-director',
  'i2v-01-live': 'video-01-live',
  't2v-02': 'hailuo-02',
  'i2v-02': 'hailuo-02',
  'v2.3': 'hailuo-2.3',
  'v2.3-fast': 'hailuo-2.3-fast',
}

const hailuo: MapRequest = (fields) => {
  const name = fields.text('model') ?? ''
  const model = HAILUO[name] ?? fields.refuse('model')
  const isNew = model.startsWith('hailuo')
  const resolution = isNew ? fields.text('resolution') : undefined
  return {
    model: `minimax/${model}`,
    input: {
      ...fields.same('prompt', ...(isNew ? ['duration'] : []), ...(model === 'hailuo-02' ? ['last_frame_image'] : [])),
      ...fields.renamed({
        image_url: name === 's2v-01' ? 'subject_reference' : 'first_frame_image',
        expand_prompt: 'prompt_optimizer',
      }),
      ...(resolution === undefined ? {} : { resolution: `${resolution}p` }),
    },
  }
}

interface KlingModel {
  name: string
  /** Fields that it has beside those of all. */
  own?: Readonly<Record<string, string>>
  input?: { mode: string }
}

const LAST = { image_tail_url: 'end_image' }
const CFG = { cfg_scale: 'cfg_scale' }

/** By version, and by quality where there are two. */
const KLING: Record<string, Partial<Record<'std' | 'pro', KlingModel>>> = {
  '1.5': { std: { name: 'kling-v1.5-standard', own: CFG }, pro: { name: 'kling-v1.5-pro', own: { ...CFG, ...LAST } } },
  '1.6': { std: { name: 'kling-v1.6-standard', own: CFG }, pro: { name: 'kling-v1.6-pro', own: { ...CFG, ...LAST } } },
  '2.0': { std: { name: 'kling-v2.0', own: CFG }, pro: { name: 'kling-v2.0', own: CFG } },
  '2.1': {
    std: { name: 'kling-v2.1', input: { mode: 'standard' } },
    pro: { name: 'kling-v2.1', own: LAST, input: { mode: 'pro' } },
  },
  '2.1-master': { std: { name: 'kling-v2.1-master', own: CFG }, pro: { name: 'kling-v2.1-master', own: CFG } },
  '2.5': { pro: { name: 'kling-v2.5-turbo-pro', own: { ...CFG, ...LAST } } },
  '2.6': { pro: { name: 'kling-v2.6', own: { ...LAST, enable_audio: 'generate_audio' } } },
}

const MODES: Record<string, 'std' | 'pro'> = { std: 'std', standard: 'std', pro: 'pro', turbo: 'pro' }

const kling: MapRequest = (fields) => {
  const versions = KLING[fields.text('version') ?? '1.0'] ?? fields.refuse('version')
  const { name, own = {}, input = {} } = versions[MODES[fields.text('mode') ?? 'std'] ?? 'std'] ?? fields.refuse('mode')
  const { cfg_scale, ...others } = fields.renamed({ image_url: 'start_image', ...own })
  fields.skip('cfg_scale', 'resolution') // from 2.0 on, and before 4.0, they count for nothing
  return {
    model: `kwaivgi/${name}`,
    input: {
      ...fields.same('prompt', 'negative_prompt', 'duration', 'aspect_ratio'),
      ...others,
      ...elementsIn(fields, name),
      // Some clients send text.
      ...(cfg_scale === undefined ? {} : { cfg_scale: Number(cfg_scale) }),
      ...input,
    },
  }
}

function elementsIn(fields: FieldReader, model: string) {
  const elements = fields.take('elements')
  if (elements === undefined) return {}
  if (model !== 'kling-v1.6-pro' || !Array.isArray(elements)) return fields.refuse('elements')
  return { reference_images: elements.flatMap((one) => (isJsonObject(one) ? (one.image_url ?? []) : [])) }
}

const klingTurbo: MapRequest = (fields) => {
  fields.oneOf('mode', ['pro']) ?? fields.refuse('mode')
  fields.skip('version')
  return {
    model: 'kwaivgi/kling-v2.5-turbo-pro',
    input: {
      ...fields.same('prompt', 'negative_prompt', 'duration', 'aspect_ratio'),
      ...fields.renamed({ start_image_url: 'start_image', end_image_url: 'end_image' }),
    },
  }
}

const RAYS: Record<string, string> = { 'ray-v2': 'ray-2', 'ray-2': 'ray-2', 'ray-flash-2': 'ray-flash-2' }

/** Each resolution is a model of its own. Tasks to go on from are Luma's alone. */
const ray: MapRequest = (fields) => {
  const named = fields.text('model') ?? fields.text('model_name') ?? 'ray-2'
  fields.skip('model_name')
  const model = RAYS[named] ?? fields.refuse('model')
  const resolution = fields.oneOf('resolution', ['540p', '720p']) ?? '720p'
  const frames = fields.take('key_frames')
  const { frame0, frame1 } = isJsonObject(frames) ? frames : {}
  const duration = fields.oneOf('duration', [5, 9])
  const concepts = fields.take('concepts')
  const keys = (Array.isArray(concepts) ? concepts : []).flatMap((one) => (isJsonObject(one) ? (one.key ?? []) : []))
  const pictureOf = (frame: typeof frame0): string | undefined => {
    if (!isJsonObject(frame) || (!frame.url && !frame.id)) return undefined
    return frame.type === 'image' && typeof frame.url === 'string' ? frame.url : fields.refuse('key_frames')
  }
  return {
    model: `luma/${model}-${resolution}`,
    input: {
      ...fields.same('prompt', 'aspect_ratio', 'loop'),
      ...present({
        duration,
        start_image: pictureOf(frame0) ?? fields.text('start_image'),
        end_image: pictureOf(frame1) ?? fields.text('end_image'),
        concepts: keys.length === 0 ? undefined : keys,
      }),
    },
  }
}

/** Of about 480 pixels, as PiAPI's are. */
function wan21(model: string): MapRequest {
  return (fields) => ({
    model,
    input: {
      ...fields.same('prompt', 'image', 'negative_prompt'),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', ['16:9', '9:16']) }),
    },
  })
}

function wan22(model: string): MapRequest {
  return (fields) => ({
    model: `wan-video/${model}`,
    input: {
      ...fields.same('prompt', 'image'),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', ['16:9', '9:16']) }),
      resolution: '480p',
    },
  })
}

const SIZES: Record<string, Record<string, string>> = {
  '720P': { '16:9': '1280*720', '9:16': '720*1280' },
  '1080P': { '16:9': '1920*1080', '9:16': '1080*1920' },
}

const wan26Text: MapRequest = (fields) => {
  requireSound(fields)
  return {
    model: 'wan-video/wan-2.6-t2v',
    input: {
      ...fields.same('prompt', 'negative_prompt', 'duration'),
      ...fields.renamed({ audio_url: 'audio' }),
      size:
        SIZES[fields.text('resolution') ?? '']?.[fields.text('aspect_ratio') ?? ''] ?? fields.refuse('aspect_ratio'),
    },
  }
}

const wan26Image: MapRequest = (fields) => {
  requireSound(fields)
  return {
    model: 'wan-video/wan-2.6-i2v',
    input: {
      ...fields.same('prompt', 'negative_prompt', 'image', 'duration'),
      ...fields.renamed({ audio_url: 'audio' }),
      ...present({ resolution: fields.text('resolution')?.toLowerCase() }),
    },
  }
}

/** These models always make sound. */
function requireSound(fields: FieldReader): void {
  if (fields.take('audio') === false) fields.refuse('audio')
}

const omniHuman: MapRequest = (fields) => ({
  model: 'bytedance/omni-human-1.5',
  input: { ...fields.same('prompt'), ...fields.renamed({ image_url: 'image', audio_url: 'audio' }) },
})

export const VIDEOS: Record<string, MapRequest> = {
  'veo3/veo3-video': veo('veo-3'),
  'veo3/veo3-video-fast': veo('veo-3-fast'),
  'veo3.1/veo3.1-video': veo('veo-3.1'),
  'veo3.1/veo3.1-video-fast': veo('veo-3.1-fast'),
  'sora2/sora2-video': sora('sora-2'),
  'sora2/sora2-pro-video': sora('sora-2-pro'),
  'hailuo/video_generation': hailuo,
  'kling/video_generation': kling,
  'kling-turbo/video_generation': klingTurbo,
  'luma/video_generation': ray,
  'luma/extend_video': ray,
  'Qubico/wanx/txt2video-14b': wan21('wavespeedai/wan-2.1-t2v-480p'),
  'Qubico/wanx/img2video-14b': wan21('wavespeedai/wan-2.1-i2v-480p'),
  'Qubico/wanx/wan22-txt2video-14b': wan22('wan-2.2-t2v-fast'),
  'Qubico/wanx/wan22-img2video-14b': wan22('wan-2.2-i2v-fast'),
  'Wan/wan26-txt2video': wan26Text,
  'Wan/wan26-img2video': wan26Image,
  'omni-human/omni-human-1.5': omniHuman,
}
