import { type MapRequest, picturesIn, present, ratioOf, seedIn } from '../kit/hosted-input.ts'
import { outputSpecFor } from '../kit/results.ts'
import { format, sized, tolerance } from './picture-fields.ts'

/** Flux at fal, PiAPI's and Black Forest Labs', by the types in fal's own package (1.10.1). */

const SAMPLED = { steps: 'num_inference_steps', guidance_scale: 'guidance_scale' }

function flux1(model: string): MapRequest {
  return (fields, request) => ({
    model,
    input: {
      ...fields.same('prompt'),
      ...fields.renamed({ ...SAMPLED, batch_size: 'num_images' }),
      ...seedIn(fields),
      ...sized(fields, request),
      output_format: 'png',
    },
  })
}

const fromPicture: MapRequest = (fields) => ({
  model: 'fal-ai/flux/dev/image-to-image',
  input: {
    ...fields.same('prompt'),
    ...fields.renamed({ ...SAMPLED, image: 'image_url', denoise: 'strength' }),
    ...seedIn(fields),
    output_format: 'png',
  },
})

const KONTEXT_RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21']

/** The model knows ratios and no sizes. */
const kontextDev: MapRequest = (fields, request) => {
  fields.skip('width', 'height')
  return {
    model: 'fal-ai/flux-kontext/dev',
    input: {
      ...fields.same('prompt'),
      ...fields.renamed({ ...SAMPLED, image: 'image_url' }),
      ...seedIn(fields),
      resolution_mode: ratioOf(outputSpecFor(request, 'pictures'), KONTEXT_RATIOS) ?? fields.refuse('width'),
      output_format: 'png',
    },
  }
}

/** Flux of Black Forest Labs: the vendor's fields, some of them renamed. */
function pro(model: string, own: Readonly<Record<string, string>> = {}): MapRequest {
  return (fields, request) => ({
    model: `fal-ai/${model}`,
    input: {
      ...fields.same('prompt', 'seed'),
      ...fields.renamed({ prompt_upsampling: 'enhance_prompt', ...own }),
      ...('image' in own ? {} : sized(fields, request)),
      ...tolerance(fields, 6),
      ...format(fields),
    },
  })
}

const bflDev: MapRequest = (fields, request) => {
  fields.skip('safety_tolerance') // the model has an on-off switch only
  return {
    model: 'fal-ai/flux/dev',
    input: {
      ...fields.same('prompt', 'seed'),
      ...fields.renamed({ steps: 'num_inference_steps', guidance: 'guidance_scale' }),
      ...sized(fields, request),
      ...format(fields),
    },
  }
}

const ultra: MapRequest = (fields) => ({
  model: 'fal-ai/flux-pro/v1.1-ultra',
  input: {
    ...fields.same('prompt', 'seed', 'raw', 'aspect_ratio', 'image_prompt_strength'),
    ...fields.renamed({ prompt_upsampling: 'enhance_prompt', image_prompt: 'image_url' }),
    ...tolerance(fields, 6),
    ...format(fields),
  },
})

const INPUTS = Array.from({ length: 8 }, (_, index) => (index === 0 ? 'input_image' : `input_image_${index + 1}`))

/** A model each for text, for one picture and for several. */
function kontext(model: string): MapRequest {
  return (fields) => {
    const [image_url, ...others] = picturesIn(fields, INPUTS)
    const kind = image_url === undefined ? '/text-to-image' : others.length === 0 ? '' : '/multi'
    const pictures =
      image_url === undefined ? {} : others.length === 0 ? { image_url } : { image_urls: [image_url, ...others] }
    return {
      model: `fal-ai/flux-pro/${model}${kind}`,
      input: {
        ...fields.same('prompt', 'seed'),
        ...fields.renamed({ prompt_upsampling: 'enhance_prompt' }),
        ...present({ aspect_ratio: fields.oneOf('aspect_ratio', KONTEXT_RATIOS) }),
        ...pictures,
        ...tolerance(fields, 6),
        ...format(fields),
      },
    }
  }
}

function flux2(model: string, own: Readonly<Record<string, string>> = {}): MapRequest {
  return (fields, request) => {
    const image_urls = picturesIn(fields, INPUTS)
    const isSized = fields.take('width') !== undefined || fields.take('height') !== undefined
    return {
      model: `fal-ai/${model}${image_urls.length === 0 ? '' : '/edit'}`,
      input: {
        ...fields.same('prompt', 'seed'),
        ...fields.renamed(own),
        ...(image_urls.length === 0 ? {} : { image_urls }),
        ...(isSized ? sized(fields, request) : {}),
        ...tolerance(fields, 5),
        ...format(fields),
      },
    }
  }
}

export const FLUX: Record<string, MapRequest> = {
  'Qubico/flux1-schnell/txt2img': flux1('fal-ai/flux/schnell'),
  'Qubico/flux1-dev/txt2img': flux1('fal-ai/flux/dev'),
  'Qubico/flux1-dev-advanced/txt2img': flux1('fal-ai/flux/dev'),
  'Qubico/flux1-dev/img2img': fromPicture,
  'Qubico/flux1-dev-advanced/img2img': fromPicture,
  'Qubico/flux1-dev-advanced/kontext': kontextDev,
  'bfl/flux-dev': bflDev,
  'bfl/flux-pro': pro('flux-pro/new', { steps: 'num_inference_steps', guidance: 'guidance_scale' }),
  'bfl/flux-pro-1.1': pro('flux-pro/v1.1'),
  'bfl/flux-pro-1.1-ultra': ultra,
  'bfl/flux-kontext-pro': kontext('kontext'),
  'bfl/flux-kontext-max': kontext('kontext/max'),
  'bfl/flux-pro-1.0-fill': pro('flux-pro/v1/fill', { image: 'image_url', mask: 'mask_url' }),
  'bfl/flux-2-pro': flux2('flux-2-pro'),
  'bfl/flux-2-max': flux2('flux-2-max'),
  'bfl/flux-2-flex': flux2('flux-2-flex', { steps: 'num_inference_steps', guidance: 'guidance_scale' }),
}
