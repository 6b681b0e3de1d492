import { MAX_FLUX_2_PIXELS } from '../../catalog/bfl.ts'
import { findOperation, getOperation } from '../../catalog/catalog.ts'
import { MAX_PIXELS } from '../../catalog/flux.ts'
import {
  DEFAULT_GPT_IMAGE,
  GPT_IMAGE_MODELS,
  gptImageEdit,
  gptImageGenerate,
  isDallE,
} from '../../catalog/gpt-image.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, optionalNumber, withoutPlaceholders } from '../kit/fields.ts'
import { typed } from '../kit/form-body.ts'

/**
 * Requests in the form that OpenAI's image routes have, which serve many makers' models: `model` decides the operation.
 * Fields that a model does not know are kept, and passed on.
 */

/** How the pictures are answered; null leaves it to the model. */
export type ResponseFormat = 'url' | 'b64_json' | null

/** The part of a submission that the model decides. */
type ModelSubmission = Required<Pick<Submission, 'operation' | 'input' | 'names'>>

export interface ImageSubmission {
  submission: Submission
  /** Answers with base64, whatever the request says. */
  isAlwaysInline: boolean
  responseFormat: ResponseFormat
}

/** Names of Flux that are not those of its maker's paths. */
const FLUX_ALIASES: Record<string, string> = {
  'flux-schnell': 'Qubico/flux1-schnell/txt2img',
  'flux1-schnell': 'Qubico/flux1-schnell/txt2img',
  'flux-1.1-pro': 'bfl/flux-pro-1.1',
  'flux-1.1-pro-ultra': 'bfl/flux-pro-1.1-ultra',
}

/** Reads the body of `images/generations` or `images/edits`. Throws `invalid_input` and `unknown_operation`. */
export function imageSubmission(
  route: 'generations' | 'edits',
  body: JsonObject,
  rest: Pick<Submission, 'dialect' | 'echo'>,
): ImageSubmission {
  const { model: given, image, images, mask, response_format: format, ...fields } = body
  const model = modelIn(given)
  const pictures = picturesIn(image, images)
  if (route === 'edits' && pictures.length === 0) throw invalidInput('image', 'is required')
  const known = submissionFor({ model, fields, pictures, mask: isGiven(mask) ? pictureOf(mask, 'mask') : undefined })
  if (!known) {
    throw new PolyphonyError('unknown_operation', `The model '${model}' does not exist.`, { field: 'model' })
  }
  return {
    submission: { ...known, ...rest },
    isAlwaysInline: known.operation.model === gptImageGenerate.model && !isDallE(model),
    responseFormat: responseFormatIn(format),
  }
}

/** The fields of a form, with texts converted to the types of the requested model. */
export function typedForm({ image, images, ...fields }: JsonObject): JsonObject {
  const model = typeof fields.model === 'string' ? fields.model : DEFAULT_GPT_IMAGE
  // The richest of Recraft's, for all of them.
  const own = isRecraft(model) ? getOperation('recraft/image-to-image') : fluxOf(model)
  const shared = typed(gptImageEdit.input, fields)
  return { ...(own ? typed(own.input, shared) : shared), ...withoutPlaceholders({ image, images }) }
}

interface ImageRequest {
  model: string
  fields: JsonObject
  pictures: SentPicture[]
  mask: SentPicture | undefined
}

/** A picture of a request, and the caller's name of its field. */
interface SentPicture {
  value: Json
  field: string
}

function submissionFor(request: ImageRequest): ModelSubmission | undefined {
  if ((GPT_IMAGE_MODELS as readonly string[]).includes(request.model)) return gptSubmission(request)
  if (isRecraft(request.model)) return recraftSubmission(request)
  const flux = fluxOf(request.model)
  return flux && fluxSubmission(flux, request)
}

function modelIn(value: Json | undefined): string {
  if (!isGiven(value)) return DEFAULT_GPT_IMAGE
  if (typeof value !== 'string') throw invalidInput('model', 'must be a string')
  return value
}

/** The pictures of a request: `image` of forms, `images` of JSON. */
function picturesIn(image: Json | undefined, images: Json | undefined): SentPicture[] {
  if (isGiven(image) && isGiven(images)) throw invalidInput('images', 'does not go together with image')
  if (isGiven(images) && !Array.isArray(images)) throw invalidInput('images', 'must be an array')
  return [...picturesOf(image, 'image'), ...picturesOf(images, 'images')]
}

/** The pictures of a field that holds one or a list of them, each as text or as an object of OpenAI's JSON. */
function picturesOf(value: Json | undefined, field: string): SentPicture[] {
  if (!isGiven(value)) return []
  if (!Array.isArray(value)) return [pictureOf(value, field)]
  return value.map((one, index) => pictureOf(one, `${field}.${index}`))
}

/** `{ image_url }` of https://platform.openai.com/docs/api-reference/images/createEdit, or the text in its place. */
function pictureOf(value: Json, field: string): SentPicture {
  if (!isJsonObject(value)) return { value, field }
  if (isGiven(value.file_id)) {
    throw invalidInput(`${field}.file_id`, 'names no file that was uploaded here by POST /v1/files; send image_url')
  }
  if (!isGiven(value.image_url)) throw invalidInput(`${field}.image_url`, 'is required')
  return { value: value.image_url, field: `${field}.image_url` }
}

function responseFormatIn(value: Json | undefined): ResponseFormat {
  if (!isGiven(value)) return null
  if (value === 'url' || value === 'b64_json') return value
  throw invalidInput('response_format', 'must be one of "url", "b64_json"')
}

/** A creation with a picture among its fields is an edit of that picture. */
function gptSubmission({ model, fields, pictures, mask }: ImageRequest): ModelSubmission {
  const operation = pictures.length === 0 ? gptImageGenerate : gptImageEdit
  const names = {
    ...Object.fromEntries(pictures.map(({ field }, index) => [`image.${index}`, field])),
    ...maskName(mask),
  }
  const image = pictures.map(({ value }) => value)
  const input = readInput(
    operation,
    { ...fields, model, ...(image.length === 0 ? {} : { image }), ...(mask ? { mask: mask.value } : {}) },
    names,
  )
  return { operation, input, names }
}

function maskName(mask: SentPicture | undefined, to = 'mask'): Record<string, string> {
  return mask ? { [to]: mask.field } : {}
}

function isRecraft(model: string): boolean {
  return model.startsWith('recraft')
}

function recraftSubmission({ model, pictures, mask, fields }: ImageRequest): ModelSubmission {
  const { size, output_format: format, ...others } = fields
  const [image, ...further] = pictures
  if (further[0]) throw invalidInput(listName(further[0]), `has at most 1 picture with ${model}`)
  const task = image === undefined ? 'generate' : mask ? 'inpaint' : 'image-to-image'
  const operation = getOperation(`recraft/${task}`)
  const names = {
    image_url: image?.field ?? 'image',
    ...maskName(mask, 'mask_url'),
    image_format: 'output_format',
  }
  const input = readInput(
    operation,
    {
      ...others,
      model,
      ...(image ? { image_url: image.value } : {}),
      ...(mask ? { mask_url: mask.value } : {}),
      ...(isGiven(size) && size !== 'auto' ? { size } : {}),
      ...(isGiven(format) ? { image_format: format } : {}),
    },
    names,
  )
  return { operation, input, names }
}

/** The caller's name of the list that a picture is in. */
function listName({ field }: SentPicture): string {
  return field.split('.', 1)[0] ?? field
}

function fluxOf(model: string): Operation | undefined {
  if (!model.startsWith('flux')) return undefined
  const alias = Object.hasOwn(FLUX_ALIASES, model) ? FLUX_ALIASES[model] : undefined
  const operation = findOperation(alias ?? `bfl/${model}`)
  return operation?.produces.kind === 'pictures' ? operation : undefined
}

function fluxSubmission(operation: Operation, { model, pictures, mask, fields }: ImageRequest): ModelSubmission {
  const { size, n, ...others } = fields
  const known = Object.keys(operation.input.properties)
  const places = known.filter((name) => /^(?:input_image(?:_\d+)?|image_prompt|image|control_image)$/.test(name))
  const [first] = pictures
  if (first && pictures.length > places.length) {
    const rule =
      places.length === 0 ? `is not accepted by ${model}` : `has at most ${places.length} pictures with ${model}`
    throw invalidInput(listName(first), rule)
  }
  if (mask && !known.includes('mask')) throw invalidInput('mask', `is not accepted by ${model}`)
  const hasBatch = known.includes('batch_size')
  if (!hasBatch && (optionalNumber(n, 'n') ?? 1) !== 1)
    throw invalidInput('n', `must be 1 with ${model}, which makes one picture at a time`)
  const names: Record<string, string> = {
    width: 'size',
    height: 'size',
    aspect_ratio: 'size',
    batch_size: 'n',
    ...maskName(mask),
  }
  const placed = pictures.map(({ value, field }, index): [string, Json] => {
    const place = places[index] ?? ''
    names[place] = field
    return [place, value]
  })
  const input = readInput(
    operation,
    {
      ...others,
      ...Object.fromEntries(placed),
      ...(mask ? { mask: mask.value } : {}),
      ...(isGiven(n) && hasBatch ? { batch_size: n } : {}),
      ...shapeOf(size, operation),
    },
    names,
  )
  return { operation, input, names }
}

/** A size as the model takes it: pixels, a ratio, or none where it follows its input. */
function shapeOf(size: Json | undefined, operation: Operation): JsonObject {
  if (!isGiven(size) || size === 'auto') return {}
  const [, wide, high] = (typeof size === 'string' && /^([1-9]\d{1,3})x([1-9]\d{1,3})$/.exec(size)) || []
  if (wide === undefined || high === undefined)
    throw invalidInput('size', 'must be "auto" or a size such as "1024x1024"')
  const [width, height] = [Number(wide), Number(high)]
  const { properties } = operation.input
  if ('width' in properties) return fitted({ width, height }, operation)
  if (!('aspect_ratio' in properties)) return { size }
  const common = divisorOf(width, height)
  return { aspect_ratio: `${width / common}:${height / common}` }
}

/** The sides of Flux are multiples of this, and those of Flux 2 of half of it. */
const FLUX_STEP = 32

/**
 * The size; where it is more than the model makes (OpenAI's upright and wide ones), the largest of about that shape, as
 * the vendor does, and between its steps the nearest. One that cannot be scaled is left for the model's own rules to refuse.
 */
function fitted(asked: { width: number; height: number }, { input, id }: Operation): { width: number; height: number } {
  const { minimum = 1, maximum = Infinity } = input.properties.width as { minimum?: number; maximum?: number }
  const [isFlux2, isOfBfl] = [id.startsWith('bfl/flux-2'), id.startsWith('bfl/')]
  const mostPixels = isFlux2 ? MAX_FLUX_2_PIXELS : isOfBfl ? maximum ** 2 : MAX_PIXELS
  const step = isFlux2 ? FLUX_STEP / 2 : FLUX_STEP
  const { width, height } = asked
  const scale = Math.min(1, maximum / Math.max(width, height), Math.sqrt(mostPixels / (width * height)))
  const isBetween = isOfBfl && (width % step !== 0 || height % step !== 0)
  if ((scale === 1 && !isBetween) || Math.min(width, height) * scale < minimum) return asked
  // Rounded down where the whole area is used: else it could become too large.
  const round = width * height * scale ** 2 > mostPixels * 0.95 ? Math.floor : Math.round
  const side = (px: number) => Math.min(maximum, Math.max(minimum, step * round((px * scale) / step)))
  return { width: side(width), height: side(height) }
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b)
}
