import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import {
  given,
  isGiven,
  isText,
  objectIn,
  optionalFlag,
  optionalNumber,
  webhookIn,
  withoutPlaceholders,
} from '../kit/fields.ts'
import { submissionFor } from './to-task.ts'

/** Bodies of relays in front of Runway's web app: the "reverse" format, and the web app's own. */

const DEFAULT_MODEL = 'gen3'
const DEFAULT_SECONDS = 10
const DEFAULT_RATIO = '16:9'

/** `/runway/pro/generate`: a video from a description and, if wanted, a picture. */
export function generateTask(body: unknown): Submission {
  const { prompt, image, ...others } = withoutPlaceholders(objectIn(body))
  const { seconds, rest } = optionsIn(others)
  const fields = {
    ...rest,
    ...withDefaults(others),
    promptText: promptIn(prompt),
    duration: seconds ?? DEFAULT_SECONDS,
  }
  const names = {
    promptText: 'prompt',
    duration: 'options.seconds',
    promptImage: 'image',
    'promptImage.0.uri': 'image',
  }
  if (!isText(image)) return reverse('text_to_video', fields, names)
  return reverse('image_to_video', { ...fields, promptImage: [{ uri: image, position: 'first' }] }, names)
}

/** `/runway/pro/video2video`; only its name is documented, so its fields are assumed to be those of the related routes. */
export function restyleTask(body: unknown): Submission {
  const { prompt, video, ...others } = withoutPlaceholders(objectIn(body))
  if (!isText(video)) throw invalidInput('video', 'is required')
  const { seconds, rest } = optionsIn(others)
  const fields = {
    ...rest,
    ...withDefaults(others),
    promptText: promptIn(prompt),
    videoUri: video,
    ...(seconds === undefined ? {} : { duration: seconds }),
  }
  return reverse('video_to_video', fields, { promptText: 'prompt', videoUri: 'video', duration: 'options.seconds' })
}

/** `/runway/pro/act_one`. */
export function actTask(body: unknown): Submission {
  const { image, video, ...others } = withoutPlaceholders(objectIn(body))
  if (!isText(video)) throw invalidInput('video', 'is required')
  if (!isText(image)) throw invalidInput('image', 'is required')
  const fields = { model: 'act_one', ...others, character: { image }, reference: { video } }
  return reverse('character_performance', fields, { 'character.image': 'image', 'reference.video': 'video' })
}

function reverse(taskType: string, { callback_url: url, ...fields }: JsonObject, names: FieldNames): Submission {
  return { ...submissionFor(taskType, fields, names), ...webhookIn('callback_url', url) }
}

function withDefaults({ model, ratio }: JsonObject): JsonObject {
  return { model: model ?? DEFAULT_MODEL, ratio: ratio ?? DEFAULT_RATIO }
}

/** Options other than the length stay as they are: providers of this kind know them. */
function optionsIn(fields: JsonObject): { seconds: Json | undefined; rest: JsonObject } {
  const { options } = fields
  if (options === undefined) return { seconds: undefined, rest: fields }
  if (!isJsonObject(options)) throw invalidInput('options', 'must be an object')
  return { seconds: isGiven(options.seconds) ? options.seconds : undefined, rest: fields }
}

function promptIn(prompt: Json | undefined): string {
  if (isText(prompt)) return prompt
  throw invalidInput('prompt', !isGiven(prompt) ? 'is required' : 'must be a string')
}

/** `/runway/tasks`: the web app's own body, in which each model has its options under a different key. */
export function webTask(body: unknown): Submission {
  const { taskType: model, options, ...others } = withoutPlaceholders(objectIn(body))
  if (!isText(model)) throw invalidInput('taskType', 'is required')
  if (!isJsonObject(options)) throw invalidInput('options', options === undefined ? 'is required' : 'must be an object')
  const at = isJsonObject(options.gen2Options) ? 'options.gen2Options' : 'options'
  const own = isJsonObject(options.gen2Options) ? options.gen2Options : options
  const image = [own.init_image, own.image_prompt].find(isText)
  const width = optionalNumber(own.width, `${at}.width`)
  const height = optionalNumber(own.height, `${at}.height`)
  const isLast = optionalFlag(own.image_as_end_frame, `${at}.image_as_end_frame`) === true
  const fields: JsonObject = {
    ...others,
    options,
    model,
    ...given('promptText', own.text_prompt),
    ...given('duration', options.seconds),
    ...given('seed', own.seed),
    ...(width && height ? { ratio: `${width}:${height}` } : {}),
  }
  const names = {
    model: 'taskType',
    promptText: `${at}.text_prompt`,
    duration: 'options.seconds',
    seed: `${at}.seed`,
    ratio: `${at}.width`,
    promptImage: `${at}.init_image`,
    'promptImage.0.uri': `${at}.init_image`,
  }
  if (image === undefined) return submissionFor('text_to_video', fields, names)
  const promptImage = [{ uri: image, position: isLast ? 'last' : 'first' }]
  return submissionFor('image_to_video', { ...fields, promptImage }, names)
}
