import { isJsonObject } from '../../core/json.ts'
import { type MapRequest, present, seedIn } from '../kit/hosted-input.ts'

/**
 * Videos of the catalogue's families at fal. Names and fields are those of the types in fal's own package (1.10.1); where
 * a comment says "inferred", the package has none.
 */

function veo(model: string): MapRequest {
  return (fields) => {
    const { image_url, tail_image_url } = fields.same('image_url', 'tail_image_url')
    const frames =
      tail_image_url === undefined ? { image_url } : { first_frame_url: image_url, last_frame_url: tail_image_url }
    const kind = tail_image_url === undefined ? '/image-to-video' : '/first-last-frame-to-video'
    const ratio = fields.text('aspect_ratio')
    const isText = image_url === undefined
    return {
      model: isText ? model : `${model}${kind}`,
      input: {
        ...fields.same('prompt', 'negative_prompt', 'duration', 'resolution', 'generate_audio'),
        ...present({ aspect_ratio: isText && ratio === 'auto' ? undefined : ratio, ...(isText ? {} : frames) }),
      },
    }
  }
}

function sora(kind: '' | '/pro'): MapRequest {
  return (fields) => {
    const image = fields.same('image_url')
    fields.oneOf('resolution', ['720p', '1080p'])
    return {
      model: `fal-ai/sora-2/${image.image_url === undefined ? 'text' : 'image'}-to-video${kind}`,
      input: {
        ...fields.same('prompt', 'aspect_ratio', 'resolution'),
        ...image,
        ...fields.asText({ duration: 'duration' }),
      },
    }
  }
}

interface Hailuo {
  text?: string
  image?: string
}

/** By the catalogue's name; from 02 on the sharper one is a model of its own. */
const HAILUO: Record<string, Hailuo | { standard: Hailuo; pro: Hailuo }> = {
  't2v-01': { text: 'video-01' },
  'i2v-01': { image: 'video-01/image-to-video' },
  't2v-01-director': { text: 'video-01-director' },
  'i2v-01-director': { image: 'video-01-director/image-to-video' },
  'i2v-01-live': { image: 'video-01-live/image-to-video' },
  's2v-01': { image: 'video-01-subject-reference' },
  't2v-02': {
    standard: { text: 'hailuo-02/standard/text-to-video', image: 'hailuo-02/standard/image-to-video' },
    pro: { text: 'hailuo-02/pro/text-to-video', image: 'hailuo-02/pro/image-to-video' },
  },
  'i2v-02': {
    standard: { image: 'hailuo-02/standard/image-to-video' },
    pro: { image: 'hailuo-02/pro/image-to-video' },
  },
  'v2.3': {
    standard: { text: 'hailuo-2.3/standard/text-to-video', image: 'hailuo-2.3/standard/image-to-video' },
    pro: { text: 'hailuo-2.3/pro/text-to-video', image: 'hailuo-2.3/pro/image-to-video' },
  },
  'v2.3-fast': {
    standard: { image: 'hailuo-2.3-fast/standard/image-to-video' },
    pro: { image: 'hailuo-2.3-fast/pro/image-to-video' },
  },
}

const hailuo: MapRequest = (fields) => {
  const name = fields.text('model') ?? ''
  const known = HAILUO[name] ?? fields.refuse('model')
  const image = fields.text('image_url')
  const isNew = 'standard' in known
  const isSharp = isNew && fields.take('resolution') === 1080
  const chosen = isNew ? (isSharp ? known.pro : known.standard) : known
  const model = (image === undefined ? chosen.text : chosen.image) ?? fields.refuse('model')
  if (isSharp) fields.skip('duration') // six seconds, and no others
  return {
    model: `fal-ai/minimax/${model}`,
    input: {
      prompt: fields.text('prompt') ?? '',
      ...present({ [name === 's2v-01' ? 'subject_reference_image_url' : 'image_url']: image }),
      ...fields.renamed({ expand_prompt: 'prompt_optimizer' }),
      ...(model.startsWith('hailuo-02') && image !== undefined
        ? fields.renamed({ last_frame_image: 'end_image_url' })
        : {}),
      ...(isNew && !isSharp ? fields.asText({ duration: 'duration' }) : {}),
    },
  }
}

const RAYS: Record<string, string> = { 'ray-v2': 'ray-2', 'ray-2': 'ray-2', 'ray-flash-2': 'ray-2-flash' }

/** Tasks to go on from are Luma's alone. */
const ray: MapRequest = (fields) => {
  const named = fields.text('model') ?? fields.text('model_name') ?? 'ray-2'
  fields.skip('model_name')
  const model = RAYS[named] ?? fields.refuse('model')
  const frames = fields.take('key_frames')
  const { frame0, frame1 } = isJsonObject(frames) ? frames : {}
  const pictureOf = (frame: typeof frame0): string | undefined => {
    if (!isJsonObject(frame) || (!frame.url && !frame.id)) return undefined
    return frame.type === 'image' && typeof frame.url === 'string' ? frame.url : fields.refuse('key_frames')
  }
  const pictures = present({
    image_url: pictureOf(frame0) ?? fields.text('start_image'),
    end_image_url: pictureOf(frame1) ?? fields.text('end_image'),
  })
  const isText = Object.keys(pictures).length === 0
  return {
    model: `fal-ai/luma-dream-machine/${model}${isText ? '' : '/image-to-video'}`,
    input: {
      prompt: fields.text('prompt') ?? '',
      ...fields.same('loop', 'resolution'),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', ['16:9', '9:16', '4:3', '3:4', '21:9', '9:21']) }),
      duration: `${fields.oneOf('duration', [5, 9])}s`,
      ...pictures,
    },
  }
}

/** The flash one is in the package; the other is inferred. */
const modify: MapRequest = (fields) => {
  const media = fields.take('media')
  const first = fields.take('first_frame')
  return {
    model: `fal-ai/luma-dream-machine/${RAYS[fields.text('model') ?? ''] ?? fields.refuse('model')}/modify`,
    input: {
      ...fields.same('prompt', 'mode'),
      ...present({
        video_url: isJsonObject(media) ? media.url : undefined,
        image_url: isJsonObject(first) ? first.url : undefined,
      }),
    },
  }
}

const PLACED = ['grid_position_x', 'grid_position_y', 'x_start', 'x_end', 'y_start', 'y_end']

const reframe: MapRequest = (fields) => {
  const media = fields.take('media')
  const first = fields.take('first_frame')
  return {
    model: `fal-ai/luma-dream-machine/${RAYS[fields.text('model') ?? ''] ?? fields.refuse('model')}/reframe`,
    input: {
      ...fields.same('prompt', 'aspect_ratio', ...PLACED),
      ...present({
        video_url: isJsonObject(media) ? media.url : undefined,
        image_url: isJsonObject(first) ? first.url : undefined,
      }),
    },
  }
}

/** Of about 480 pixels, as PiAPI's are. */
function wan(model: string, ratios: readonly string[], names: Readonly<Record<string, string>> = {}): MapRequest {
  return (fields) => ({
    model: `fal-ai/${model}`,
    input: {
      prompt: fields.text('prompt') ?? '',
      ...fields.same('negative_prompt'),
      ...fields.renamed(names),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', ratios) }),
      resolution: '480p',
    },
  })
}

const UPRIGHT_OR_WIDE = ['16:9', '9:16']
const THREE = [...UPRIGHT_OR_WIDE, '1:1']

/** The older names of the two frames count, too. */
const wanFrames: MapRequest = (fields, request) => {
  const start_image_url = fields.text('start_image') ?? fields.text('first_frame')
  const end_image_url = fields.text('end_image') ?? fields.text('last_frame')
  fields.skip('first_frame', 'last_frame')
  const { model, input } = wan('wan-flf2v', THREE)(fields, request)
  return { model, input: { ...input, ...present({ start_image_url, end_image_url }) } }
}

function wan26(kind: 'text-to-video' | 'image-to-video'): MapRequest {
  return (fields) => {
    if (fields.take('audio') === false) fields.refuse('audio') // it always makes sound
    return {
      model: `wan/v2.6/${kind}`,
      input: {
        ...fields.same('prompt', 'negative_prompt', 'aspect_ratio', 'audio_url'),
        ...fields.renamed({ image: 'image_url' }),
        ...fields.asText({ duration: 'duration' }),
        ...present({ resolution: fields.text('resolution')?.toLowerCase() }),
      },
    }
  }
}

/** Inferred: the name and the fields of its LoRA twin. */
const hunyuan: MapRequest = (fields) => ({
  model: 'fal-ai/hunyuan-video',
  input: {
    ...fields.same('prompt'),
    ...present({ aspect_ratio: fields.oneOf('aspect_ratio', UPRIGHT_OR_WIDE) }),
    num_frames: '85',
    resolution: '480p',
  },
})

/** Freer motion, or closer to the picture. */
function hunyuanFromPicture(i2v_stability: boolean): MapRequest {
  return (fields) => ({
    model: 'fal-ai/hunyuan-video-image-to-video',
    input: {
      ...fields.same('prompt'),
      ...fields.renamed({ image: 'image_url' }),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', UPRIGHT_OR_WIDE) }),
      i2v_stability,
    },
  })
}

const skyreels: MapRequest = (fields) => ({
  model: 'fal-ai/skyreels-i2v',
  input: {
    ...fields.same('prompt', 'negative_prompt', 'guidance_scale'),
    ...fields.renamed({ image: 'image_url' }),
    ...present({ aspect_ratio: fields.oneOf('aspect_ratio', UPRIGHT_OR_WIDE) }),
    ...seedIn(fields),
  },
})

const FRAMES_PER_SECOND = 30

const framepack: MapRequest = (fields) => {
  const end_image_url = fields.text('end_image')
  return {
    model: end_image_url === undefined ? 'fal-ai/framepack' : 'fal-ai/framepack/flf2v',
    input: {
      prompt: fields.text('prompt') ?? '',
      ...fields.same('negative_prompt'),
      ...fields.renamed({ start_image: 'image_url' }),
      ...present({ end_image_url }),
      num_frames: Number(fields.take('duration') ?? 10) * FRAMES_PER_SECOND,
    },
  }
}

const omniHuman: MapRequest = (fields) => ({
  model: 'fal-ai/bytedance/omnihuman/v1.5',
  input: fields.same('prompt', 'image_url', 'audio_url'),
})

const enlarge: MapRequest = (fields) => ({
  model: 'fal-ai/video-upscaler',
  input: { ...fields.renamed({ video: 'video_url' }), scale: 2 },
})

const cutOut: MapRequest = (fields) => ({
  model: 'fal-ai/birefnet/v2/video',
  input: fields.renamed({ video: 'video_url' }),
})

export const VIDEOS: Record<string, MapRequest> = {
  'veo3/veo3-video': veo('fal-ai/veo3'),
  'veo3/veo3-video-fast': veo('fal-ai/veo3/fast'),
  'veo3.1/veo3.1-video': veo('fal-ai/veo3.1'),
  'veo3.1/veo3.1-video-fast': veo('fal-ai/veo3.1/fast'),
  'sora2/sora2-video': sora(''),
  'sora2/sora2-pro-video': sora('/pro'),
  'hailuo/video_generation': hailuo,
  'luma/video_generation': ray,
  'luma/extend_video': ray,
  'luma/modify_video': modify,
  'luma/reframe_video': reframe,
  'Qubico/wanx/txt2video-14b': wan('wan-t2v', UPRIGHT_OR_WIDE),
  'Qubico/wanx/img2video-14b': wan('wan-i2v', THREE, { image: 'image_url' }),
  'Qubico/wanx/img2video-14b-keyframe': wanFrames,
  'Qubico/wanx/wan22-txt2video-14b': wan('wan/v2.2-a14b/text-to-video', THREE),
  'Qubico/wanx/wan22-img2video-14b': wan('wan/v2.2-a14b/image-to-video', THREE, { image: 'image_url' }), // inferred
  'Wan/wan26-txt2video': wan26('text-to-video'),
  'Wan/wan26-img2video': wan26('image-to-video'),
  'Qubico/hunyuan/txt2video': hunyuan,
  'Qubico/hunyuan/img2video-concat': hunyuanFromPicture(false),
  'Qubico/hunyuan/img2video-replace': hunyuanFromPicture(true),
  'Qubico/skyreels/img2video': skyreels,
  'Qubico/framepack/img2video': framepack,
  'omni-human/omni-human-1.5': omniHuman,
  'Qubico/video-toolkit/upscale': enlarge,
  'Qubico/video-toolkit/background-remove': cutOut,
}
