import { type TSchema, Type } from 'typebox'
import type { Kind, Output } from '../../catalog/outputs.ts'
import { invalidInput } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'

/**
 * The tools of PiAPI's own MCP server (https://github.com/apinetwork/piapi-mcp-server, read 2026-11): the same names,
 * parameters, defaults and request bodies, and results in the same words, so that what was written for it goes on.
 */

/** Arguments with their defaults. */
export type Args = Record<string, string | number | boolean | undefined>

/** The body of a `POST /api/v1/task`; what is undefined is left out. */
export interface PiapiBody {
  model: string
  task_type: string
  input: Record<string, unknown>
}

export interface PiapiTool {
  name: string
  description: string
  fields: Record<string, TSchema>
  /** Throws `invalid_input` for arguments that do not go together. */
  body(args: Args): PiapiBody
  /** The lines after "TaskId". `usage` is in points, as PiAPI counts. */
  says: (task: Task, urls: Urls, usage: string) => string[]
}

export const url = (description: string) =>
  Type.String({ pattern: '^https?://', description, 'x-rule': 'must be a URL that begins with http:// or https://' })
const text = (description: string, options: object = {}) => Type.String({ minLength: 1, description, ...options })
const optional = (schema: TSchema) => Type.Optional(schema)
const negative = (what: string) =>
  Type.String({ default: `chaos, bad ${what}`, description: 'What the result must not show.' })
const PHOTO = 'photo, low quality, low resolution'
const VIDEO = 'video, low quality, low resolution'
const side = (name: string) =>
  Type.Integer({ minimum: 128, maximum: 1024, default: 1024, description: `The ${name} in pixels, 128 to 1024.` })
const padding = (name: string) => Type.Integer({ default: 0, description: `Pixels to add ${name}; only for outpaint.` })
const STEPS = Type.Integer({ minimum: 0, default: 0, description: 'The number of steps; 0 = that of the model.' })
const RATIO = Type.Enum(['16:9', '1:1', '9:16'], { default: '16:9', description: 'Width to height.' })
const LORA = Type.Enum(
  ['', 'mystic-realism', 'ob3d-isometric-3d-room', 'remes-abstract-poster-style', 'paper-quilling-and-layering-style'],
  { default: '', description: 'A style; only for dev.' },
)
const LENGTH = Type.Enum(['5s', '10s'], { default: '5s', description: 'The length of the video.' })
const FLUX = { prompt: text('What the image shows.'), negativePrompt: negative(PHOTO) }
const SIZED = { width: side('width'), height: side('height'), steps: STEPS }

/** As PiAPI's server has them: more steps than the most are the most. */
const steps = (sent: Args[string], usual: number, most: number) => Math.min(Number(sent) || usual, most)
const secondsOf = (length: Args[string]) => (length === '10s' ? 10 : 5)

const done = (what: string, files: string, list: (task: Task, urls: Urls) => string[]): PiapiTool['says'] => {
  return (task, urls, usage) => [
    `${what} generated successfully!`,
    `Usage: ${usage} tokens`,
    `${files}:`,
    ...list(task, urls),
  ]
}

// What a provider delivers is in the shape that the operation's output schema states.
const outputOf = <K extends Kind>({ output }: Task, _kind: K): Output[K] => output as unknown as Output[K]

const pictures = (task: Task, urls: Urls): string[] => {
  const { grid, pictures: single } = outputOf(task, 'pictures')
  return [...(grid ? [grid] : []), ...single].map(({ file }) => urls.file(file))
}
const videos = (task: Task, urls: Urls) => outputOf(task, 'videos').videos.map(({ file }) => urls.file(file))
const sounds = (task: Task, urls: Urls) => outputOf(task, 'sounds').sounds.map(({ file }) => urls.file(file))
const image = done('Image', 'Image urls', pictures)
const video = done('Video', 'Video url', videos)
const IMAGES = 'Qubico/image-toolkit'
const FLUX_ADVANCED = 'Qubico/flux1-dev-advanced'

/** All but `show_image`, which makes no task. */
export const GENERATORS: readonly PiapiTool[] = [
  {
    name: 'image_faceswap',
    description: 'Faceswap an image',
    fields: { swapImage: url('The image of the face.'), targetImage: url('The image in which it is put.') },
    body: ({ swapImage, targetImage }) => ({
      model: IMAGES,
      task_type: 'face-swap',
      input: { swap_image: swapImage, target_image: targetImage },
    }),
    says: image,
  },
  {
    name: 'image_rmbg',
    description: 'Remove the background of an image',
    fields: { image: url('The image.') },
    body: (args) => ({ model: IMAGES, task_type: 'background-remove', input: { image: args.image } }),
    says: image,
  },
  {
    name: 'image_segment',
    description: 'Segment an image',
    fields: {
      image: url('The image.'),
      prompt: text('What to cut out.'),
      negativePrompt: optional(Type.String({ description: 'What not to cut out.' })),
      segmentFactor: Type.Integer({ default: -15, description: 'Pixels by which the edge grows or shrinks.' }),
    },
    body: ({ image: picture, prompt, negativePrompt, segmentFactor }) => ({
      model: IMAGES,
      task_type: 'segment',
      input: { image: picture, prompt, negative_prompt: negativePrompt, segment_factor: segmentFactor },
    }),
    says: image,
  },
  {
    name: 'image_upscale',
    description: 'Upscale an image to a higher resolution',
    fields: {
      image: url('The image.'),
      scale: Type.Number({ minimum: 2, maximum: 10, default: 2, description: 'How many times larger.' }),
      faceEnhance: Type.Boolean({ default: false, description: 'Whether faces are improved.' }),
    },
    body: ({ image: picture, scale, faceEnhance }) => ({
      model: IMAGES,
      task_type: 'upscale',
      input: { image: picture, scale, face_enhance: faceEnhance },
    }),
    says: image,
  },
  {
    name: 'video_faceswap',
    description: 'Faceswap a video',
    fields: { swapImage: url('The image of the face.'), targetVideo: url('The video in which it is put.') },
    body: ({ swapImage, targetVideo }) => ({
      model: 'Qubico/video-toolkit',
      task_type: 'face-swap',
      input: { swap_image: swapImage, target_video: targetVideo },
    }),
    says: video,
  },
  {
    name: 'video_upscale',
    description: 'Upscale video resolution to 2x',
    fields: { video: url('The video.') },
    body: (args) => ({ model: 'Qubico/video-toolkit', task_type: 'upscale', input: { video: args.video } }),
    says: video,
  },
  {
    name: 'generate_image',
    description: 'Generate a image using Qubico Flux',
    fields: {
      ...FLUX,
      referenceImage: optional(url('An image to begin from.')),
      ...SIZED,
      lora: LORA,
      model: Type.Enum(['schnell', 'dev'], {
        default: 'schnell',
        description: 'schnell is faster and cheaper, dev has more detail.',
      }),
    },
    body: ({ prompt, negativePrompt, referenceImage, width, height, steps: sent, lora, model }) => {
      const [usual, most] = model === 'dev' ? [25, 40] : [4, 10]
      const input = {
        prompt,
        negative_prompt: negativePrompt,
        image: referenceImage,
        width,
        height,
        steps: steps(sent, usual, most),
      }
      const kind = referenceImage === undefined ? 'txt2img' : 'img2img'
      if (!lora) return { model: `Qubico/flux1-${model}`, task_type: kind, input }
      return {
        model: FLUX_ADVANCED,
        task_type: `${kind}-lora`,
        input: { ...input, lora_settings: [{ lora_type: lora }] },
      }
    },
    says: image,
  },
  {
    name: 'modify_image',
    description: 'Modify a image using Qubico Flux, inpaint or outpaint',
    fields: {
      ...FLUX,
      referenceImage: url('The image.'),
      paddingLeft: padding('at the left'),
      paddingRight: padding('at the right'),
      paddingTop: padding('at the top'),
      paddingBottom: padding('at the bottom'),
      steps: STEPS,
      model: Type.Enum(['inpaint', 'outpaint'], { description: 'Whether a part is painted again, or more around it.' }),
    },
    body: ({ prompt, negativePrompt, referenceImage, steps: sent, model, ...paddings }) => {
      const input = {
        prompt,
        negative_prompt: negativePrompt,
        image: referenceImage,
        steps: steps(sent, 25, 40),
      }
      if (model === 'inpaint') return { model: FLUX_ADVANCED, task_type: 'fill-inpaint', input }
      const outpaint = {
        setting_type: 'outpaint',
        outpaint_left: paddings.paddingLeft,
        outpaint_right: paddings.paddingRight,
        outpaint_top: paddings.paddingTop,
        outpaint_bottom: paddings.paddingBottom,
      }
      return { model: FLUX_ADVANCED, task_type: 'fill-outpaint', input: { ...input, custom_settings: [outpaint] } }
    },
    says: image,
  },
  {
    name: 'derive_image',
    description: 'Derive a image using Qubico Flux, variation',
    fields: { ...FLUX, referenceImage: url('The image to vary.'), ...SIZED },
    body: ({ prompt, negativePrompt, referenceImage, width, height, steps: sent }) => ({
      model: FLUX_ADVANCED,
      task_type: 'redux-variation',
      input: {
        prompt,
        negative_prompt: negativePrompt,
        image: referenceImage,
        width,
        height,
        steps: steps(sent, 25, 40),
      },
    }),
    says: image,
  },
  {
    name: 'generate_image_controlnet',
    description: 'Generate a image using Qubico Flux with ControlNet',
    fields: {
      ...FLUX,
      referenceImage: url('The image that guides the new one.'),
      ...SIZED,
      lora: LORA,
      controlType: Type.Enum(['depth', 'canny', 'hed', 'openpose'], {
        default: 'depth',
        description: 'What is taken from the image.',
      }),
    },
    body: ({ prompt, negativePrompt, referenceImage, width, height, steps: sent, lora, controlType }) => ({
      model: FLUX_ADVANCED,
      task_type: 'controlnet-lora',
      input: {
        prompt,
        negative_prompt: negativePrompt,
        width,
        height,
        steps: steps(sent, 25, 40),
        lora_settings: lora ? [{ lora_type: lora }] : [],
        control_net_settings: [{ control_type: controlType, control_image: referenceImage }],
      },
    }),
    says: image,
  },
  {
    name: 'generate_video_hunyuan',
    description: 'Generate a video using Qubico Hunyuan',
    fields: {
      prompt: text('What the video shows.'),
      negativePrompt: negative(VIDEO),
      referenceImage: optional(url('An image to begin from.')),
      aspectRatio: RATIO,
      model: Type.Enum(['hunyuan', 'fastHunyuan', 'hunyuanConcat', 'hunyuanReplace'], {
        default: 'hunyuan',
        description: 'The first two make videos of texts, the others of an image.',
      }),
    },
    body: ({ prompt, negativePrompt, referenceImage, aspectRatio, model }) => ({
      model: 'Qubico/hunyuan',
      task_type: hunyuanType(String(model), referenceImage !== undefined),
      input: { image: referenceImage, prompt, negative_prompt: negativePrompt, aspect_ratio: aspectRatio },
    }),
    says: video,
  },
  {
    name: 'generate_video_skyreels',
    description: 'Generate a video using Qubico Skyreels',
    fields: {
      prompt: text('What the video shows.'),
      negativePrompt: negative(VIDEO),
      aspectRatio: RATIO,
      referenceImage: url('The image to begin from.'),
    },
    body: ({ prompt, negativePrompt, aspectRatio, referenceImage }) => ({
      model: 'Qubico/skyreels',
      task_type: 'img2video',
      input: { prompt, negative_prompt: negativePrompt, aspect_ratio: aspectRatio, image: referenceImage },
    }),
    says: video,
  },
  {
    name: 'generate_video_wan',
    description: 'Generate a video using Qubico Wan',
    fields: {
      prompt: text('What the video shows.'),
      negativePrompt: negative(VIDEO),
      aspectRatio: RATIO,
      referenceImage: optional(url('An image to begin from; only for wan14b.')),
      model: Type.Enum(['wan1_3b', 'wan14b'], {
        default: 'wan1_3b',
        description: 'wan1_3b is faster, wan14b has more detail.',
      }),
    },
    body: ({ prompt, negativePrompt, aspectRatio, referenceImage, model }) => ({
      model: 'Qubico/wanx',
      task_type:
        referenceImage !== undefined ? 'img2video-14b' : model === 'wan14b' ? 'txt2video-14b' : 'txt2video-1.3b',
      input: { prompt, negative_prompt: negativePrompt, aspect_ratio: aspectRatio, image: referenceImage },
    }),
    says: video,
  },
  {
    name: 'generate_music_for_video',
    description: 'Generate a music for a video using Qubico MMAudio',
    fields: {
      prompt: text('What the music is like.'),
      negativePrompt: negative('music'),
      video: url('The video.'),
    },
    body: ({ prompt, negativePrompt, video: film }) => ({
      model: 'Qubico/mmaudio',
      task_type: 'video2audio',
      input: { prompt, negative_prompt: negativePrompt, video: film },
    }),
    says: done('Music', 'Music url', sounds),
  },
  {
    name: 'tts_zero_shot',
    description: 'Zero-shot TTS using Qubico f5-tts',
    fields: {
      genText: text('What is said.'),
      refText: optional(Type.String({ description: 'What is said in refAudio; found by itself without.' })),
      refAudio: url('A recording of the voice.'),
    },
    body: ({ genText, refText, refAudio }) => ({
      model: 'Qubico/tts',
      task_type: 'zero-shot',
      input: { gen_text: genText, ref_text: refText, ref_audio: refAudio },
    }),
    says: done('Speech', 'Speech url', sounds),
  },
  {
    name: 'midjourney_imagine',
    description: 'Generate a image using Midjourney Imagine',
    fields: {
      prompt: text('What the image shows.'),
      aspectRatio: optional(Type.String({ description: 'Width to height, such as 16:9.' })),
    },
    body: ({ prompt, aspectRatio }) => ({
      model: 'midjourney',
      task_type: 'imagine',
      input: { prompt, aspect_ratio: aspectRatio, process_mode: 'fast' },
    }),
    says: image,
  },
  {
    name: 'generate_video_kling',
    description: 'Generate a video using Kling',
    fields: {
      prompt: text('What the video shows.'),
      negativePrompt: negative(VIDEO),
      referenceImage: optional(url('An image to begin from.')),
      aspectRatio: RATIO,
      duration: LENGTH,
    },
    body: ({ prompt, negativePrompt, referenceImage, aspectRatio, duration }) => ({
      model: 'kling',
      task_type: 'video_generation',
      input: {
        prompt,
        negative_prompt: negativePrompt,
        aspect_ratio: aspectRatio,
        image_url: referenceImage,
        duration: secondsOf(duration),
      },
    }),
    says: done('Video', 'Video urls', videos),
  },
  {
    name: 'generate_video_effect_kling',
    description: 'Generate a video effect using Kling',
    fields: {
      image: url('The image.'),
      effectName: Type.Enum(['squish', 'expansion'], { default: 'squish', description: 'The effect.' }),
    },
    body: ({ image: picture, effectName }) => ({
      model: 'kling',
      task_type: 'effects',
      input: { image_url: picture, effect: effectName },
    }),
    says: done('Video effect', 'Video urls', videos),
  },
  {
    name: 'generate_music_suno',
    description: 'Generate music using Suno',
    fields: {
      prompt: text('The idea of the song, or its lyrics where title, tags or negativeTags are given.', {
        maxLength: 3_000,
      }),
      makeInstrumental: Type.Boolean({
        default: false,
        description: 'No vocals. Not together with title, tags or negativeTags.',
      }),
      title: optional(Type.String({ maxLength: 80, description: 'The title.' })),
      tags: optional(Type.String({ maxLength: 200, description: 'The style.' })),
      negativeTags: optional(Type.String({ maxLength: 200, description: 'Styles to avoid.' })),
    },
    body: sunoBody,
    says: (task, urls, usage) => [
      'Music generated successfully!',
      `Usage: ${usage} tokens`,
      ...outputOf(task, 'clips').clips.flatMap((clip) => [
        `Audio url: ${urls.file(clip.audio)}`,
        `Image url: ${urls.file(clip.image)}`,
      ]),
    ],
  },
  {
    name: 'generate_video_luma',
    description: 'Generate a video using Luma',
    fields: {
      prompt: text('What the video shows.'),
      duration: LENGTH,
      aspectRatio: optional(Type.String({ description: 'Width to height; 16:9 without.' })),
      keyFrame: optional(url('The image to begin from; only with 5s.')),
    },
    body: ({ prompt, duration, aspectRatio, keyFrame }) => ({
      model: 'luma',
      task_type: 'video_generation',
      input: {
        prompt,
        duration: secondsOf(duration),
        aspect_ratio: aspectRatio,
        key_frames: { frame0: { type: keyFrame === undefined ? '' : 'image', url: keyFrame } },
      },
    }),
    says: (task, urls, usage) => [
      'Video generated successfully!',
      `Usage: ${usage} tokens`,
      ...outputOf(task, 'videos').videos.flatMap(({ file, lastFrame, widthPx, heightPx }) => [
        `Video url:\n${urls.file(file)}`,
        `Video resolution: ${widthPx}x${heightPx}`,
        ...(lastFrame === ''
          ? []
          : [`Last frame url:\n${urls.file(lastFrame)}`, `Last frame resolution: ${widthPx}x${heightPx}`]),
      ]),
    ],
  },
  {
    name: 'generate_3d_model',
    description: 'Generate a 3d model using Qubico Trellis',
    fields: { image: url('The image.') },
    body: (args) => ({ model: 'Qubico/trellis', task_type: 'image-to-3d', input: { image: args.image } }),
    says: (task, urls, usage) => {
      const { file, picture, turntable } = outputOf(task, 'model').model
      return [
        '3d model generated successfully!',
        `Usage: ${usage} tokens`,
        `Image url:\n${urls.file(picture)}`,
        `Video url:\n${urls.file(turntable)}`,
        `Model file url:\n${urls.file(file)}`,
      ]
    },
  },
  {
    name: 'generate_video_hailuo',
    description: 'Generate a video using Hailuo',
    fields: {
      prompt: text('What the video shows.', { maxLength: 2_000 }),
      imageUrl: optional(url('The image to begin from; for models that begin with i2v, and s2v-01.')),
      expandPrompt: Type.Boolean({ default: false, description: 'Whether the prompt is made longer.' }),
      model: Type.Enum(['t2v-01', 't2v-01-director', 'i2v-01', 'i2v-01-live', 'i2v-01-director', 's2v-01'], {
        default: 't2v-01',
        description: 't2v makes videos of texts, i2v of images, s2v-01 of a face.',
      }),
    },
    body: hailuoBody,
    says: video,
  },
]

const HUNYUAN_TYPES: Record<string, string> = {
  hunyuan: 'txt2video',
  fastHunyuan: 'fast-txt2video',
  hunyuanConcat: 'img2video-concat',
  hunyuanReplace: 'img2video-replace',
}

/** The models of texts take no image: with one, PiAPI's server takes hunyuanConcat in their place. */
function hunyuanType(model: string, hasImage: boolean): string {
  const takesTexts = model === 'hunyuan' || model === 'fastHunyuan'
  return HUNYUAN_TYPES[hasImage && takesTexts ? 'hunyuanConcat' : model] ?? model
}

function sunoBody({ prompt, makeInstrumental, title, tags, negativeTags }: Args): PiapiBody {
  if (!title && !tags && !negativeTags) {
    return { model: 'music-s', task_type: 'generate_music', input: { prompt, make_instrumental: makeInstrumental } }
  }
  if (makeInstrumental) {
    throw invalidInput('makeInstrumental', 'does not go together with title, tags and negativeTags')
  }
  const input = { prompt, title, tags, negative_tags: negativeTags }
  return { model: 'music-s', task_type: 'generate_music_custom', input }
}

function hailuoBody({ prompt, imageUrl, expandPrompt, model }: Args): PiapiBody {
  const takesImage = String(model).startsWith('i2v') || model === 's2v-01'
  if (takesImage && imageUrl === undefined) throw invalidInput('imageUrl', `is required for the model ${model}`)
  const input = { prompt, image_url: imageUrl, expand_prompt: expandPrompt }
  return { model: String(model), task_type: 'video_generation', input }
}
