import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type FieldReader, type MapRequest, picturesIn, present, seedIn, texts } from '../kit/hosted-input.ts'
import { format, sized } from './picture-fields.ts'

/**
 * Pictures of the catalogue's families at fal. Names and fields are those of the types in fal's own package (1.10.1);
 * where a comment says "inferred", the package has none.
 */

function nanoBanana(model: string): MapRequest {
  return (fields) => {
    const image_urls = fields.take('image_urls')
    return {
      model: image_urls === undefined ? model : `${model}/edit`,
      input: {
        ...fields.same('prompt', 'aspect_ratio', 'resolution'),
        ...present({ image_urls }),
        ...format(fields),
      },
    }
  }
}

const qwen: MapRequest = (fields, request) => {
  skipUsualShift(fields)
  return {
    model: 'fal-ai/qwen-image',
    input: {
      ...fields.same('prompt', 'negative_prompt'),
      ...fields.renamed({ steps: 'num_inference_steps' }),
      ...seedIn(fields),
      ...sized(fields, request),
      output_format: 'png',
    },
  }
}

const qwenEdit: MapRequest = (fields) => {
  skipUsualShift(fields)
  return {
    model: 'fal-ai/qwen-image-edit-plus',
    input: {
      ...fields.same('prompt', 'negative_prompt'),
      ...fields.renamed({ steps: 'num_inference_steps' }),
      ...seedIn(fields),
      image_urls: picturesIn(fields, ['image1', 'image2', 'image3']),
      output_format: 'png',
    },
  }
}

/** Default values are not sent. */
function skipUsualShift(fields: FieldReader): void {
  fields.oneOf('flow_shift', [3])
}

const zImage: MapRequest = (fields, request) => ({
  model: 'fal-ai/z-image/turbo',
  input: {
    ...fields.same('prompt'),
    ...fields.renamed({ batch_size: 'num_images' }),
    ...seedIn(fields),
    ...sized(fields, request),
    output_format: 'png',
  },
})

const seedream: MapRequest = (fields, request) => {
  const image_urls = fields.take('image_urls')
  const isEdit = image_urls !== undefined
  return {
    model: `fal-ai/bytedance/seedream/v5/lite/${isEdit ? 'edit' : 'text-to-image'}`,
    input: { ...fields.same('prompt'), ...present({ image_urls }), ...sized(fields, request) },
  }
}

const GPT_IMAGES: Record<string, readonly [generate: string, edit: string]> = {
  'gpt-image-1': ['fal-ai/gpt-image-1/text-to-image', 'fal-ai/gpt-image-1/edit-image'],
  'gpt-image-1-mini': ['fal-ai/gpt-image-1-mini', 'fal-ai/gpt-image-1-mini/edit'],
  'gpt-image-1.5': ['fal-ai/gpt-image-1.5', 'fal-ai/gpt-image-1.5/edit'],
}

const gptImage: MapRequest = (fields) => {
  const name = fields.text('model') ?? ''
  const [generate, edit] = GPT_IMAGES[name] ?? fields.refuse('model')
  fields.skip('user')
  const image_urls = fields.take('image')
  const size = fields.oneOf('size', ['auto', '1024x1024', '1536x1024', '1024x1536'])
  const quality = fields.oneOf('quality', ['auto', 'low', 'medium', 'high'])
  return {
    model: image_urls === undefined ? generate : edit,
    input: {
      ...fields.same('prompt', 'background', 'output_format', 'input_fidelity'),
      ...fields.renamed({ n: 'num_images', ...(name === 'gpt-image-1.5' ? { mask: 'mask_image_url' } : {}) }),
      ...present({
        image_urls,
        image_size: size === 'auto' ? undefined : size,
        quality: quality === 'auto' ? undefined : quality,
      }),
    },
  }
}

/** ON and OFF; what is left to the service is left out. */
function magic(fields: FieldReader, name: string): JsonObject {
  const mode = fields.text(name)
  return mode === 'ON' || mode === 'OFF' ? { expand_prompt: mode === 'ON' } : {}
}

const IDEOGRAM_2: Record<string, string> = { V_2: 'v2', V_2_TURBO: 'v2/turbo', V_2A: 'v2a', V_2A_TURBO: 'v2a/turbo' }
const STYLES: Record<string, string> = {
  AUTO: 'auto',
  GENERAL: 'general',
  REALISTIC: 'realistic',
  DESIGN: 'design',
  RENDER_3D: 'render_3D',
  ANIME: 'anime',
}

function ideogram2(kind: '' | '/remix' | '/edit'): MapRequest {
  return (fields) => {
    const version = IDEOGRAM_2[fields.text('model') ?? ''] ?? fields.refuse('model')
    if (kind === '/edit' && version.startsWith('v2a')) fields.refuse('model')
    const style = fields.text('style_type')
    const weight = fields.take('image_weight')
    return {
      model: `fal-ai/ideogram/${version}${kind}`,
      input: {
        ...fields.same('prompt', 'seed', ...(kind === '' && !version.startsWith('v2a') ? ['negative_prompt'] : [])),
        ...fields.renamed({ image_file: 'image_url', mask: 'mask_url' }),
        ...present({
          aspect_ratio: fields.text('aspect_ratio')?.replace('ASPECT_', '').replace('_', ':'),
          style: style === undefined ? undefined : (STYLES[style] ?? fields.refuse('style_type')),
          // How much of the picture stays, in percent; fal counts what changes.
          strength: weight === undefined ? undefined : 1 - Number(weight) / 100,
        }),
        ...magic(fields, 'magic_prompt_option'),
      },
    }
  }
}

const SPEEDS: Record<string, string> = {
  TURBO: 'TURBO',
  BALANCED: 'BALANCED',
  DEFAULT: 'BALANCED',
  QUALITY: 'QUALITY',
}

function ideogram3(kind: '' | '/remix' | '/edit' | '/reframe' | '/replace-background'): MapRequest {
  const isSized = kind === '' || kind === '/remix' || kind === '/reframe'
  return (fields, request) => {
    const weight = fields.take('image_weight')
    return {
      model: `fal-ai/ideogram/v3${kind}`,
      input: {
        ...fields.same('prompt', 'negative_prompt', 'num_images', 'seed', 'style_codes', 'style_preset'),
        ...fields.renamed({ image: 'image_url', mask: 'mask_url', style_reference_images: 'image_urls' }),
        ...present({
          rendering_speed: SPEEDS[fields.text('rendering_speed') ?? 'DEFAULT'] ?? fields.refuse('rendering_speed'),
          style: fields.oneOf('style_type', ['AUTO', 'GENERAL', 'REALISTIC', 'DESIGN']),
          strength: weight === undefined ? undefined : 1 - Number(weight) / 100,
          color_palette: palette(fields.take('color_palette')),
        }),
        ...magic(fields, 'magic_prompt'),
        ...(isSized ? sized(fields, request) : {}),
      },
    }
  }
}

/** Colours are numbers here. */
function palette(given: Json | undefined): Json | undefined {
  if (!isJsonObject(given)) return undefined
  const { members, name } = given
  const colours = (Array.isArray(members) ? members : []).flatMap((one) =>
    isJsonObject(one) ? [present({ rgb: rgbOf(String(one.color_hex)), color_weight: one.color_weight })] : [],
  )
  return colours.length > 0 ? { members: colours } : present({ name })
}

function rgbOf(hex: string): JsonObject {
  const digits = hex.slice(1)
  const whole = digits.length === 3 ? [...digits].map((one) => one + one).join('') : digits
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(whole.slice(at, at + 2), 16))
  return { r, g, b }
}

const ideogramUpscale: MapRequest = (fields) => ({
  model: 'fal-ai/ideogram/upscale',
  input: {
    ...fields.same('prompt', 'resemblance', 'detail', 'seed'),
    ...fields.renamed({ image_file: 'image_url' }),
    ...magic(fields, 'magic_prompt_option'),
  },
})

function recraft(kind: 'text-to-image' | 'image-to-image'): MapRequest {
  return (fields, request) => {
    fields.oneOf('model', ['recraftv3']) ?? fields.refuse('model')
    const style = [fields.text('style'), fields.text('substyle')].filter((one) => one !== undefined).join('/')
    const isNew = kind === 'text-to-image'
    return {
      model: `fal-ai/recraft/v3/${kind}`,
      input: {
        ...fields.same('prompt', 'style_id', ...(isNew ? [] : ['image_url', 'strength', 'negative_prompt'])),
        ...present({ style: style || undefined, colors: coloursIn(fields) }),
        ...(isNew ? sized(fields, request) : {}),
      },
    }
  }
}

/** Of all that controls a drawing, its colours. */
function coloursIn(fields: FieldReader): Json[] | undefined {
  const controls = fields.take('controls')
  if (!isJsonObject(controls)) return undefined
  const { colors, ...others } = controls
  if (Object.keys(others).length > 0) fields.refuse('controls')
  return (Array.isArray(colors) ? colors : []).flatMap((one) => {
    const [r = 0, g = 0, b = 0] = isJsonObject(one) && Array.isArray(one.rgb) ? one.rgb : []
    return [{ r, g, b }]
  })
}

function tool(model: string, names: Readonly<Record<string, string>>): MapRequest {
  return (fields) => ({ model, input: fields.renamed(names) })
}

const SWITCHES = ['svg_compression', 'limit_num_shapes', 'color_reduction', 'return_gradients']

/** The model takes the picture only. */
const vectorize: MapRequest = (fields) => {
  for (const name of SWITCHES) fields.oneOf(name, ['off'])
  return { model: 'fal-ai/recraft/vectorize', input: fields.same('image_url') }
}

const PHOTONS: Record<string, string> = {
  'photon-1': 'fal-ai/luma-photon',
  'photon-flash-1': 'fal-ai/luma-photon/flash',
}

const photon: MapRequest = (fields) => ({
  model: PHOTONS[fields.text('model') ?? ''] ?? fields.refuse('model'),
  input: fields.same('prompt', 'aspect_ratio'),
})

const PLACED = ['grid_position_x', 'grid_position_y', 'x_start', 'x_end', 'y_start', 'y_end']

const reframePhoton: MapRequest = (fields) => {
  const media = fields.take('media')
  return {
    model: `${PHOTONS[fields.text('model') ?? ''] ?? fields.refuse('model')}/reframe`,
    input: {
      ...fields.same('prompt', 'aspect_ratio', ...PLACED),
      ...present({ image_url: isJsonObject(media) ? media.url : undefined }),
    },
  }
}

/** RMBG 2.0 is Bria's; the others are models of their own. */
const backgroundRemove: MapRequest = (fields) => {
  const name = fields.oneOf('rmbg_model', ['RMBG-2.0', 'BEN2'])
  return {
    model: name === 'BEN2' ? 'fal-ai/ben/v2/image' : 'fal-ai/bria/background/remove',
    input: fields.renamed({ image: 'image_url' }),
  }
}

/** One piece of clothing; a whole outfit in two pieces takes two. */
const tryOn: MapRequest = (fields) => {
  const clothes = texts([
    fields.text('dress_input') ?? '',
    fields.text('upper_input') ?? '',
    fields.text('lower_input') ?? '',
  ])
  const [garment_image_url, ...others] = clothes.filter((one) => one !== '')
  if (others.length > 0) fields.refuse('lower_input')
  return {
    model: 'fal-ai/kling/v1-5/kolors-virtual-try-on',
    input: { ...fields.renamed({ model_input: 'human_image_url' }), ...present({ garment_image_url }) },
  }
}

export const PICTURES: Record<string, MapRequest> = {
  'gemini/gemini-2.5-flash-image': nanoBanana('fal-ai/nano-banana'),
  'gemini/nano-banana-pro': nanoBanana('fal-ai/nano-banana-pro'),
  'gemini/nano-banana-2': nanoBanana('fal-ai/nano-banana-2'),
  'gemini/nano-banana-2.1': nanoBanana('google/nano-banana-2.1'), // as a client of fal names it
  'Qubico/qwen-image/txt2img': qwen,
  'Qubico/qwen-image/image-edit': qwenEdit,
  'Qubico/z-image/txt2img': zImage,
  'seedream/seedream-5-lite': seedream,
  'gpt-image/generate': gptImage,
  'gpt-image/edit': gptImage,
  'ideogram/generate': ideogram2(''),
  'ideogram/remix': ideogram2('/remix'),
  'ideogram/edit': ideogram2('/edit'),
  'ideogram/upscale': ideogramUpscale,
  'ideogram/v3-generate': ideogram3(''),
  'ideogram/v3-remix': ideogram3('/remix'),
  'ideogram/v3-edit': ideogram3('/edit'),
  'ideogram/v3-reframe': ideogram3('/reframe'),
  'ideogram/v3-replace-background': ideogram3('/replace-background'),
  'recraft/generate': recraft('text-to-image'),
  'recraft/image-to-image': recraft('image-to-image'),
  'recraft/vectorize': vectorize,
  'recraft/crisp-upscale': tool('fal-ai/recraft/upscale/crisp', { image_url: 'image_url' }),
  'recraft/creative-upscale': tool('fal-ai/recraft/upscale/creative', { image_url: 'image_url' }),
  'luma/image_generation': photon,
  'luma/reframe_image': reframePhoton,
  'Qubico/image-toolkit/background-remove': backgroundRemove,
  'Qubico/image-toolkit/upscale': tool('fal-ai/esrgan', { image: 'image_url', scale: 'scale', face_enhance: 'face' }),
  'kling/ai_try_on': tryOn,
}
