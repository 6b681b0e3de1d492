import { isJsonObject, type Json } from '../../core/json.ts'
import { type FieldReader, type MapRequest, picturesIn, present, ratioOf, seedIn, texts } from '../kit/hosted-input.ts'
import { outputSpecFor } from '../kit/results.ts'
import type { TaskRequest } from '../provider.ts'

/**
 * Pictures of the catalogue's families at Replicate. Names and fields are those of the models' pages, as far as these were
 * at hand (Flux, Ideogram 3, Luma Photon, Seedream 4.5); the others are widely known, and inferred here.
 *
 * Several models know ratios and no sizes: there the picture has the requested ratio, and about a megapixel. A
 * size in none of their ratios is refused.
 */

const FLUX_RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21']
const QWEN_RATIOS = ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3']

/** For models that have ratios alone. */
function inRatio(fields: FieldReader, request: TaskRequest, ratios: readonly string[]): { aspect_ratio: string } {
  fields.skip('width', 'height')
  return { aspect_ratio: ratioOf(outputSpecFor(request, 'pictures'), ratios) ?? fields.refuse('width') }
}

/** A quarter of a megapixel, or one. */
function megapixels(request: TaskRequest): { megapixels: '0.25' | '1' } {
  const { widthPx, heightPx } = outputSpecFor(request, 'pictures')
  return { megapixels: widthPx * heightPx <= 400_000 ? '0.25' : '1' }
}

const FORMATS = { jpeg: 'jpg', jpg: 'jpg', png: 'png', webp: 'webp' } as const

/** Replicate's name for JPEG is `jpg`. */
function format(fields: FieldReader, known: readonly ('jpg' | 'png' | 'webp')[] = ['jpg', 'png', 'webp']) {
  const value = fields.oneOf('output_format', ['jpeg', 'jpg', 'png', 'webp'] as const)
  if (value === undefined) return {}
  const output_format = FORMATS[value]
  return known.includes(output_format) ? { output_format } : fields.refuse('output_format')
}

/** Replicate does not offer the strictest. */
function tolerance(fields: FieldReader, maximum: number) {
  return present({
    safety_tolerance: fields.oneOf(
      'safety_tolerance',
      Array.from({ length: maximum }, (_, index) => index + 1),
    ),
  })
}

const schnell: MapRequest = (fields, request) => {
  if (Number(fields.take('steps')) > 4) fields.refuse('steps')
  return {
    model: 'black-forest-labs/flux-schnell',
    input: {
      ...fields.same('prompt'),
      ...fields.renamed({ steps: 'num_inference_steps', batch_size: 'num_outputs' }),
      ...seedIn(fields),
      ...inRatio(fields, request, FLUX_RATIOS),
      ...megapixels(request),
      output_format: 'png',
    },
  }
}

const dev: MapRequest = (fields, request) => ({
  model: 'black-forest-labs/flux-dev',
  input: {
    ...fields.same('prompt'),
    ...fields.renamed({ steps: 'num_inference_steps', guidance_scale: 'guidance', batch_size: 'num_outputs' }),
    ...seedIn(fields),
    ...inRatio(fields, request, FLUX_RATIOS),
    ...megapixels(request),
    output_format: 'png',
  },
})

const devFromPicture: MapRequest = (fields) => ({
  model: 'black-forest-labs/flux-dev',
  input: {
    ...fields.same('prompt', 'image'),
    ...fields.renamed({ denoise: 'prompt_strength', steps: 'num_inference_steps', guidance_scale: 'guidance' }),
    ...seedIn(fields),
    output_format: 'png',
  },
})

const kontextDev: MapRequest = (fields, request) => ({
  model: 'black-forest-labs/flux-kontext-dev',
  input: {
    ...fields.same('prompt'),
    ...fields.renamed({ image: 'input_image', steps: 'num_inference_steps', guidance_scale: 'guidance' }),
    ...seedIn(fields),
    ...inRatio(fields, request, FLUX_RATIOS),
    output_format: 'png',
  },
})

/** Flux of Black Forest Labs, with nearly the same fields as at the vendor. */
function pro(model: string, ...own: string[]): MapRequest {
  return (fields) => ({
    model: `black-forest-labs/${model}`,
    input: {
      ...fields.same('prompt', 'seed', 'prompt_upsampling', ...own),
      ...tolerance(fields, 6),
      ...format(fields),
      ...(own.includes('width') ? { aspect_ratio: 'custom' } : {}),
    },
  })
}

const bflDev: MapRequest = (fields, request) => {
  fields.skip('safety_tolerance') // the model has an on-off switch only
  return {
    model: 'black-forest-labs/flux-dev',
    input: {
      ...fields.same('prompt', 'seed', 'guidance'),
      ...fields.renamed({ steps: 'num_inference_steps' }),
      ...inRatio(fields, request, FLUX_RATIOS),
      ...format(fields),
    },
  }
}

const ultra: MapRequest = (fields) => ({
  model: 'black-forest-labs/flux-1.1-pro-ultra',
  input: {
    ...fields.same('prompt', 'seed', 'raw', 'image_prompt', 'image_prompt_strength'),
    ...present({ aspect_ratio: fields.oneOf('aspect_ratio', FLUX_RATIOS) }),
    ...tolerance(fields, 6),
    ...format(fields, ['jpg', 'png']),
  },
})

/** One picture; several are a model of their own with other fields. */
function kontext(model: string): MapRequest {
  return (fields) => ({
    model: `black-forest-labs/${model}`,
    input: {
      ...fields.same('prompt', 'seed', 'prompt_upsampling', 'input_image', 'safety_tolerance'),
      ...present({ aspect_ratio: fields.oneOf('aspect_ratio', FLUX_RATIOS) }),
      ...format(fields, ['jpg', 'png']),
    },
  })
}

const INPUTS = Array.from({ length: 8 }, (_, index) => (index === 0 ? 'input_image' : `input_image_${index + 1}`))

function flux2(model: string, ...own: string[]): MapRequest {
  return (fields) => {
    const input_images = picturesIn(fields, INPUTS)
    const { width, height } = fields.same('width', 'height')
    const isSized = width !== undefined && height !== undefined
    if (!isSized && (width ?? height) !== undefined) fields.refuse(width === undefined ? 'height' : 'width')
    const own_ratio = input_images.length > 0 ? { aspect_ratio: 'match_input_image' } : {}
    return {
      model: `black-forest-labs/${model}`,
      input: {
        ...fields.same('prompt', 'seed', ...own),
        ...(input_images.length === 0 ? {} : { input_images }),
        ...(isSized ? { aspect_ratio: 'custom', width, height } : own_ratio),
        ...tolerance(fields, 5),
        ...format(fields),
      },
    }
  }
}

function nanoBanana(model: string): MapRequest {
  return (fields) => ({
    model: `google/${model}`,
    input: {
      ...fields.same('prompt', 'aspect_ratio', 'resolution'),
      ...fields.renamed({ image_urls: 'image_input' }),
      ...format(fields, ['jpg', 'png']),
    },
  })
}

/** Only the model that needs no key of OpenAI's beside the host's. */
const gptImage: MapRequest = (fields, request) => {
  fields.oneOf('model', ['gpt-image-1.5']) ?? fields.refuse('model')
  fields.skip('user')
  const size = fields.text('size') ?? 'auto'
  const ratio = size === 'auto' ? undefined : ratioOf(outputSpecFor(request, 'pictures'), ['1:1', '3:2', '2:3'])
  if (size !== 'auto' && ratio === undefined) fields.refuse('size')
  return {
    model: 'openai/gpt-image-1.5',
    input: {
      ...fields.same('prompt', 'output_format', 'background', 'moderation', 'output_compression', 'input_fidelity'),
      ...fields.renamed({ n: 'number_of_images', image: 'input_images' }),
      ...present({ aspect_ratio: ratio, quality: fields.oneOf('quality', ['auto', 'low', 'medium', 'high']) }),
    },
  }
}

const IDEOGRAM_2: Record<string, string> = {
  V_2: 'ideogram-v2',
  V_2_TURBO: 'ideogram-v2-turbo',
  V_2A: 'ideogram-v2a',
  V_2A_TURBO: 'ideogram-v2a-turbo',
}
const STYLES: Record<string, string> = {
  AUTO: 'Auto',
  GENERAL: 'General',
  REALISTIC: 'Realistic',
  DESIGN: 'Design',
  RENDER_3D: 'Render 3D',
  ANIME: 'Anime',
}
const MAGIC: Record<string, string> = { AUTO: 'Auto', ON: 'On', OFF: 'Off' }

/** A word of the catalogue in the model's; undefined where none is given. */
function word(fields: FieldReader, name: string, words: Record<string, string>): string | undefined {
  const given = fields.text(name)
  return given === undefined ? undefined : (words[given] ?? fields.refuse(name))
}

const ideogram2: MapRequest = (fields) => ({
  model: `ideogram-ai/${word(fields, 'model', IDEOGRAM_2)}`,
  input: {
    ...fields.same('prompt', 'negative_prompt', 'seed', 'mask'),
    ...fields.renamed({ image_file: 'image' }),
    ...present({
      aspect_ratio: fields.text('aspect_ratio')?.replace('ASPECT_', '').replace('_', ':'),
      resolution: fields.text('resolution')?.replace('RESOLUTION_', '').replace('_', 'x'),
      magic_prompt_option: word(fields, 'magic_prompt_option', MAGIC),
      style_type: word(fields, 'style_type', STYLES),
    }),
  },
})

const IDEOGRAM_3: Record<string, string> = {
  TURBO: 'ideogram-v3-turbo',
  BALANCED: 'ideogram-v3-balanced',
  DEFAULT: 'ideogram-v3-balanced',
  QUALITY: 'ideogram-v3-quality',
}

const ideogram3: MapRequest = (fields) => ({
  model: `ideogram-ai/${word(fields, 'rendering_speed', IDEOGRAM_3)}`,
  input: {
    ...fields.same('prompt', 'seed', 'image', 'mask', 'resolution', 'style_preset', 'style_reference_images'),
    ...present({
      aspect_ratio: fields.text('aspect_ratio')?.replace('x', ':'),
      magic_prompt_option: word(fields, 'magic_prompt', MAGIC),
      style_type: word(fields, 'style_type', STYLES),
    }),
  },
})

const recraft: MapRequest = (fields) => {
  fields.oneOf('model', ['recraftv3']) ?? fields.refuse('model')
  const style = [fields.text('style'), fields.text('substyle')].filter((one) => one !== undefined).join('/')
  const isVector = style.startsWith('vector_illustration')
  return {
    model: isVector ? 'recraft-ai/recraft-v3-svg' : 'recraft-ai/recraft-v3',
    input: {
      ...fields.same('prompt'),
      ...present({ size: fields.text('size'), style: style.replace(/^vector_illustration\/?/, '') || undefined }),
    },
  }
}

const tool =
  (model: string): MapRequest =>
  (fields) => ({ model: `recraft-ai/${model}`, input: fields.renamed({ image_url: 'image' }) })

const qwen: MapRequest = (fields, request) => {
  if (fields.take('flow_shift') !== undefined && request.input.flow_shift !== 3) fields.refuse('flow_shift')
  return {
    model: 'qwen/qwen-image',
    input: {
      ...fields.same('prompt', 'negative_prompt'),
      ...fields.renamed({ steps: 'num_inference_steps' }),
      ...seedIn(fields),
      ...inRatio(fields, request, QWEN_RATIOS),
      output_format: 'png',
    },
  }
}

const qwenEdit: MapRequest = (fields) => ({
  model: 'qwen/qwen-image-edit-plus',
  input: {
    ...fields.same('prompt'),
    image: picturesIn(fields, ['image1', 'image2', 'image3']),
    ...seedIn(fields),
    output_format: 'png',
  },
})

const zImage: MapRequest = (fields) => ({
  model: 'prunaai/z-image-turbo',
  input: { ...fields.same('prompt', 'width', 'height'), ...seedIn(fields), output_format: 'png' },
})

const seedream: MapRequest = (fields) => ({
  model: 'bytedance/seedream-5-lite',
  input: {
    ...fields.same('prompt', 'aspect_ratio', 'size'),
    ...fields.renamed({ image_urls: 'image_input' }),
    ...format(fields, ['jpg', 'png']),
  },
})

const PHOTON: Record<string, string> = { 'photon-1': 'photon', 'photon-flash-1': 'photon-flash' }

const photon: MapRequest = (fields) => ({
  model: `luma/${word(fields, 'model', PHOTON)}`,
  input: {
    ...fields.same('prompt', 'aspect_ratio'),
    ...reference(fields, 'image_ref', 'image_reference'),
    ...reference(fields, 'style_ref', 'style_reference'),
    ...present({ character_reference_url: characterIn(fields) }),
  },
})

/** One picture to go by, with its weight. */
function reference(fields: FieldReader, name: string, own: string) {
  const given = fields.take(name)
  const [one, ...others] = Array.isArray(given) ? given : []
  if (others.length > 0) fields.refuse(name)
  if (!isJsonObject(one)) return {}
  return present({ [`${own}_url`]: one.url, [`${own}_weight`]: one.weight })
}

function characterIn(fields: FieldReader): Json | undefined {
  const given = fields.take('character_ref')
  const identity = isJsonObject(given) ? given.identity0 : undefined
  const [url, ...others] = texts(isJsonObject(identity) ? identity.images : undefined)
  return others.length > 0 ? fields.refuse('character_ref') : url
}

const SWITCHES = ['svg_compression', 'limit_num_shapes', 'color_reduction', 'return_gradients']

/** The model takes the picture only. */
const vectorize: MapRequest = (fields, request) => {
  for (const name of SWITCHES) fields.oneOf(name, ['off'])
  return tool('recraft-vectorize')(fields, request)
}

export const PICTURES: Record<string, MapRequest> = {
  'Qubico/flux1-schnell/txt2img': schnell,
  'Qubico/flux1-dev/txt2img': dev,
  'Qubico/flux1-dev-advanced/txt2img': dev,
  'Qubico/flux1-dev/img2img': devFromPicture,
  'Qubico/flux1-dev-advanced/img2img': devFromPicture,
  'Qubico/flux1-dev-advanced/kontext': kontextDev,
  'bfl/flux-dev': bflDev,
  'bfl/flux-pro': pro('flux-pro', 'image_prompt', 'width', 'height', 'steps', 'guidance', 'interval'),
  'bfl/flux-pro-1.1': pro('flux-1.1-pro', 'image_prompt', 'width', 'height'),
  'bfl/flux-pro-1.1-ultra': ultra,
  'bfl/flux-kontext-pro': kontext('flux-kontext-pro'),
  'bfl/flux-kontext-max': kontext('flux-kontext-max'),
  'bfl/flux-pro-1.0-fill': pro('flux-fill-pro', 'image', 'mask', 'steps', 'guidance'),
  'bfl/flux-pro-1.0-canny': pro('flux-canny-pro', 'control_image', 'steps', 'guidance'),
  'bfl/flux-pro-1.0-depth': pro('flux-depth-pro', 'control_image', 'steps', 'guidance'),
  'bfl/flux-2-pro': flux2('flux-2-pro'),
  'bfl/flux-2-max': flux2('flux-2-max'),
  'bfl/flux-2-flex': flux2('flux-2-flex', 'steps', 'guidance', 'prompt_upsampling'),
  'gemini/gemini-2.5-flash-image': nanoBanana('nano-banana'),
  'gemini/nano-banana-pro': nanoBanana('nano-banana-pro'),
  'gemini/nano-banana-2': nanoBanana('nano-banana-2'),
  'gemini/nano-banana-2.1': nanoBanana('nano-banana-2.1'),
  'gpt-image/generate': gptImage,
  'gpt-image/edit': gptImage,
  'ideogram/generate': ideogram2,
  'ideogram/edit': ideogram2,
  'ideogram/v3-generate': ideogram3,
  'ideogram/v3-edit': ideogram3,
  'recraft/generate': recraft,
  'recraft/vectorize': vectorize,
  'recraft/remove-background': tool('recraft-remove-background'),
  'recraft/crisp-upscale': tool('recraft-crisp-upscale'),
  'recraft/creative-upscale': tool('recraft-creative-upscale'),
  'Qubico/qwen-image/txt2img': qwen,
  'Qubico/qwen-image/image-edit': qwenEdit,
  'Qubico/z-image/txt2img': zImage,
  'seedream/seedream-5-lite': seedream,
  'luma/image_generation': photon,
}
