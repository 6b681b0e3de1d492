import { hailuoVideo } from '../../catalog/hailuo.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { given, isGiven, isText, objectIn, shown, webhookIn, withoutPlaceholders } from '../kit/fields.ts'

export const DIALECT = 'minimax'

/** MiniMax's names of its models, and the catalogue's: 02 has two there, for it begins with text or with a frame. */
export const MODELS: Record<string, string> = {
  'MiniMax-Hailuo-2.3': 'v2.3',
  'MiniMax-Hailuo-2.3-Fast': 'v2.3-fast',
  'MiniMax-Hailuo-02': '02',
  'T2V-01': 't2v-01',
  'T2V-01-Director': 't2v-01-director',
  'I2V-01': 'i2v-01',
  'I2V-01-Director': 'i2v-01-director',
  'I2V-01-live': 'i2v-01-live',
  'S2V-01': 's2v-01',
}
const BY_NAME = new Map(Object.entries(MODELS).map(([name, own]) => [name.toLowerCase(), own]))
const OLDER = new Set(['t2v-01', 't2v-01-director', 'i2v-01', 'i2v-01-director', 'i2v-01-live', 's2v-01'])
const PX: Record<string, number> = { '768P': 768, '1080P': 1080 }

/** Reads the body of POST /v1/video_generation. Throws `invalid_input`, naming the field as the caller spelt it. */
export function toTask(body: unknown): Submission {
  const {
    callback_url: callback,
    model,
    subject_reference,
    reference_images,
    ...rest
  } = withoutPlaceholders(objectIn(body))
  // The second name is that of clients which send a list of pictures.
  const [subject, subjectField] = isGiven(reference_images)
    ? [reference_images, 'reference_images']
    : [subject_reference, 'subject_reference']
  const notification = webhookIn('callback_url', callback)
  const { first_frame_image: frame, prompt_optimizer, duration, resolution, ...fields } = rest
  const own = modelOf(model, isText(frame))
  if (isGiven(subject) && (own !== 's2v-01' || isText(frame))) {
    throw invalidInput(subjectField, 'is read with the model S2V-01 only, and without first_frame_image')
  }
  const face = own === 's2v-01' ? faceIn(subject, subjectField) : undefined
  const names = {
    image_url: own === 's2v-01' ? subjectField : 'first_frame_image',
    expand_prompt: 'prompt_optimizer',
  }
  const input = {
    ...fields,
    model: own,
    ...given('image_url', face ?? frame),
    ...given('expand_prompt', prompt_optimizer),
    ...given('duration', duration),
    ...given('resolution', resolutionOf(resolution, own)),
  }
  return {
    operation: hailuoVideo,
    input: readInput(hailuoVideo, input, names),
    names,
    dialect: DIALECT,
    ...notification,
  }
}

function modelOf(model: Json | undefined, hasFrame: boolean): string {
  if (!isGiven(model)) throw invalidInput('model', 'is required')
  const own = typeof model === 'string' ? BY_NAME.get(model.toLowerCase()) : undefined
  if (own === undefined) {
    throw invalidInput('model', `must be one of ${Object.keys(MODELS).join(', ')}, not ${shown(model)}`)
  }
  return own === '02' ? (hasFrame ? 'i2v-02' : 't2v-02') : own
}

/** The face of S2V-01: an array at MiniMax, one object or pictures at clients. MiniMax takes one face in one picture. */
function faceIn(subject: Json | undefined, field: string): Json | undefined {
  const [first, ...others] = Array.isArray(subject) ? subject : [subject]
  if (others.length > 0) throw invalidInput(field, 'has at most 1 element')
  if (typeof first === 'string') return first
  if (!isJsonObject(first)) return undefined
  const [image, ...further] = Array.isArray(first.image) ? first.image : [first.image]
  if (further.length > 0) throw invalidInput(`${field}.0.image`, 'has at most 1 element')
  return image
}

/** 720P is all that the older models make, so it says nothing there. */
function resolutionOf(resolution: Json | undefined, model: string): Json | undefined {
  if (!isGiven(resolution)) return undefined
  if (resolution === '720P' && OLDER.has(model)) return undefined
  const px = typeof resolution === 'string' && Object.hasOwn(PX, resolution) ? PX[resolution] : undefined
  if (px !== undefined) return px
  const known = OLDER.has(model) ? ['720P', ...Object.keys(PX)] : Object.keys(PX)
  throw invalidInput('resolution', `must be one of ${known.join(', ')} with this model, not ${shown(resolution)}`)
}
