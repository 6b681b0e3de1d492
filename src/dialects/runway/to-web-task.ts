import { invalid } from '../../catalog/read-input.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { isText, objectIn } from '../kit/body.ts'
import type { NamedWish } from '../kit/own-names.ts'
import type { Spelling } from '../kit/spelling.ts'
import { wishFor } from './to-task.ts'

/** Bodies of relays that stand before Runway's web app: the "reverse" format, and the web app's own. */

const USUAL_MODEL = 'gen3'
const USUAL_SECONDS = 10
const USUAL_RATIO = '16:9'

/** `/runway/pro/generate`: a video from a description and, if wanted, a picture. */
export function generateTask(body: unknown): NamedWish {
  const { prompt, image, ...others } = objectIn(body)
  const { seconds, rest } = optionsIn(others)
  const fields = { ...rest, ...usual(others), promptText: promptIn(prompt), duration: seconds ?? USUAL_SECONDS }
  const names = {
    promptText: 'prompt',
    duration: 'options.seconds',
    promptImage: 'image',
    'promptImage.0.uri': 'image',
  }
  if (!isText(image)) return reverse('text_to_video', fields, names)
  return reverse('image_to_video', { ...fields, promptImage: [{ uri: image, position: 'first' }] }, names)
}

/** `/runway/pro/video2video`; only its name is documented, so its fields are taken to be those of its neighbours. */
export function restyleTask(body: unknown): NamedWish {
  const { prompt, video, ...others } = objectIn(body)
  if (!isText(video)) throw invalid('video', 'is required')
  const { seconds, rest } = optionsIn(others)
  const fields = {
    ...rest,
    ...usual(others),
    promptText: promptIn(prompt),
    videoUri: video,
    ...(seconds === undefined ? {} : { duration: seconds }),
  }
  return reverse('video_to_video', fields, { promptText: 'prompt', videoUri: 'video', duration: 'options.seconds' })
}

/** `/runway/pro/act_one`. */
export function actTask(body: unknown): NamedWish {
  const { image, video, ...others } = objectIn(body)
  if (!isText(video)) throw invalid('video', 'is required')
  if (!isText(image)) throw invalid('image', 'is required')
  const fields = { model: 'act_one', ...others, character: { image }, reference: { video } }
  return reverse('character_performance', fields, { 'character.image': 'image', 'reference.video': 'video' })
}

function reverse(taskType: string, { callback_url: url, ...fields }: JsonObject, names: Spelling): NamedWish {
  const wish = wishFor(taskType, fields, names)
  if (url === undefined || url === null || url === '') return wish
  if (typeof url !== 'string') throw invalid('callback_url', 'must be a string')
  return { ...wish, echo: { callback_url: url }, webhook: { field: 'callback_url', url } }
}

function usual({ model, ratio }: JsonObject): JsonObject {
  return { model: model ?? USUAL_MODEL, ratio: ratio ?? USUAL_RATIO }
}

/** What is asked for beside the length stays as it is: providers of this kind know it. */
function optionsIn(fields: JsonObject): { seconds: Json | undefined; rest: JsonObject } {
  const { options } = fields
  if (options === undefined || options === null) return { seconds: undefined, rest: fields }
  if (!isJsonObject(options)) throw invalid('options', 'must be an object')
  return { seconds: options.seconds ?? undefined, rest: fields }
}

function promptIn(prompt: Json | undefined): string {
  if (isText(prompt)) return prompt
  throw invalid('prompt', typeof prompt === 'string' || !prompt ? 'is required' : 'must be a string')
}

/** `/runway/tasks`: the web app's own body, in which each model has its options in another place. */
export function webTask(body: unknown): NamedWish {
  const { taskType: model, options, ...others } = objectIn(body)
  if (!isText(model)) throw invalid('taskType', 'is required')
  if (!isJsonObject(options)) throw invalid('options', options === undefined ? 'is required' : 'must be an object')
  const at = isJsonObject(options.gen2Options) ? 'options.gen2Options.' : 'options.'
  const own = isJsonObject(options.gen2Options) ? options.gen2Options : options
  const image = [own.init_image, own.image_prompt].find(isText)
  const { width, height } = own
  const fields: JsonObject = {
    ...others,
    options,
    model,
    ...(own.text_prompt === undefined || own.text_prompt === null ? {} : { promptText: own.text_prompt }),
    ...(options.seconds === undefined || options.seconds === null ? {} : { duration: options.seconds }),
    ...(own.seed === undefined || own.seed === null ? {} : { seed: own.seed }),
    ...(typeof width === 'number' && typeof height === 'number' ? { ratio: `${width}:${height}` } : {}),
  }
  const names = {
    model: 'taskType',
    promptText: `${at}text_prompt`,
    duration: 'options.seconds',
    seed: `${at}seed`,
    ratio: `${at}width`,
    promptImage: `${at}init_image`,
    'promptImage.0.uri': `${at}init_image`,
  }
  if (image === undefined) return wishFor('text_to_video', fields, names)
  const position = own.image_as_end_frame === true ? 'last' : 'first'
  return wishFor('image_to_video', { ...fields, promptImage: [{ uri: image, position }] }, names)
}
