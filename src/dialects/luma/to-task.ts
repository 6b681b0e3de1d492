import { lumaExtend, lumaVideo } from '../../catalog/luma.ts'
import {
  lumaAudio,
  lumaImage,
  lumaModify,
  lumaReframeImage,
  lumaReframeVideo,
  lumaUpscale,
} from '../../catalog/luma-tools.ts'
import type { Operation } from '../../catalog/operation.ts'
import { invalid } from '../../catalog/read-input.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isText, objectIn } from '../kit/body.ts'
import { type NamedWish, readNamed } from '../kit/own-names.ts'
import type { Spelling } from '../kit/spelling.ts'

/** Bodies of Luma's own API, and of the format that relays took from its web app. */

const DURATIONS = [5, 9, 10]
const RAY = ['ray-2', 'ray-flash-2']

/** A video from a description or from frames. Relays leave the model out; Luma's own API wants it. */
export function videoTask(body: unknown, { needsModel }: { needsModel: boolean }): NamedWish {
  const { keyframes, duration, ...fields } = objectIn(body)
  if (needsModel || isGiven(fields.model)) choice('model', fields.model, RAY)
  return official(
    lumaVideo,
    'video',
    { key_frames: 'keyframes' },
    { ...fields, ...named({ key_frames: keyframes }), ...lasting(duration) },
  )
}

/** How long the caller of a synchronous picture waits for it, when nothing is said. */
const SYNC_SECONDS = 60
const MAX_SYNC_SECONDS = 600

/** A picture, and for how many seconds its caller waits for it: 0 = not at all. */
export function imageTask(body: unknown): { wish: NamedWish; waitSeconds: number } {
  const { sync, sync_timeout: timeout, ...fields } = objectIn(body)
  if (isGiven(sync) && typeof sync !== 'boolean') throw invalid('sync', 'must be a boolean')
  if (isGiven(timeout) && !(typeof timeout === 'number' && timeout > 0)) {
    throw invalid('sync_timeout', 'must be a number of seconds')
  }
  const wish = official(lumaImage, 'image', {}, fields)
  const echo = { ...wish.echo, ...named({ sync, sync_timeout: timeout }) }
  const seconds = typeof timeout === 'number' ? Math.min(timeout, MAX_SYNC_SECONDS) : SYNC_SECONDS
  return { wish: { ...wish, echo }, waitSeconds: sync === true ? seconds : 0 }
}

export function modifyTask(body: unknown): NamedWish {
  return official(lumaModify, 'modify_video', {}, objectIn(body))
}

export function reframeVideoTask(body: unknown): NamedWish {
  return official(lumaReframeVideo, 'reframe_video', {}, objectIn(body))
}

export function reframeImageTask(body: unknown): NamedWish {
  return official(lumaReframeImage, 'reframe_image', {}, objectIn(body))
}

export function upscaleTask(id: string, body: unknown): NamedWish {
  return official(lumaUpscale, 'upscale_video', { origin_task_id: 'id' }, { ...objectIn(body), origin_task_id: id })
}

export function audioTask(id: string, body: unknown): NamedWish {
  return official(lumaAudio, 'add_audio', { origin_task_id: 'id' }, { ...objectIn(body), origin_task_id: id })
}

/** Who is to be told is ours to know, not the provider's: it leaves the input, and is kept to be echoed. */
function official(
  operation: Operation,
  type: string,
  names: Spelling,
  { callback_url: url, generation_type: given, ...fields }: JsonObject,
): NamedWish {
  if (isGiven(given) && given !== type)
    throw invalid('generation_type', `must be "${type}", not ${JSON.stringify(given)}`)
  const input = readNamed(operation, fields, names)
  return { operation, input, names, ...told('callback_url', url) }
}

const OWN_NAMES = { prompt: 'user_prompt', start_image: 'image_url', end_image: 'image_end_url' }

/** The format of relays: a video from a description, with frames by URL or as base64. */
export function ownTask(body: unknown): NamedWish {
  return own(lumaVideo, OWN_NAMES, objectIn(body), {})
}

/** Likewise, going on from a finished video. */
export function ownExtension(id: string, body: unknown): NamedWish {
  const key_frames = { frame0: { type: 'generation', id } }
  return own(lumaExtend, { ...OWN_NAMES, key_frames: 'id' }, objectIn(body), { key_frames })
}

function own(operation: Operation, names: Spelling, body: JsonObject, more: JsonObject): NamedWish {
  const { user_prompt: prompt, image_url, image_end_url, duration, notify_hook: hook, ...fields } = body
  if (!isText(prompt)) {
    throw invalid('user_prompt', typeof prompt === 'string' || !isGiven(prompt) ? 'is required' : 'must be a string')
  }
  const frames = named({ start_image: image_url, end_image: image_end_url })
  const input = readNamed(operation, { ...fields, prompt, ...frames, ...lasting(duration), ...more }, names)
  return { operation, input, names, ...told('notify_hook', hook) }
}

function told(field: string, url: Json | undefined): Pick<NamedWish, 'echo' | 'webhook'> {
  if (!isGiven(url) || url === '') return {}
  if (typeof url !== 'string') throw invalid(field, 'must be a string')
  return { echo: { [field]: url }, webhook: { field, url } }
}

/** "5s", as Luma writes it, "5", as one relay does, or the number. */
function lasting(duration: Json | undefined): { duration?: number } {
  if (!isGiven(duration)) return {}
  const seconds =
    typeof duration === 'string' && /^\d{1,3}s?$/.test(duration) ? Number.parseInt(duration, 10) : duration
  if (typeof seconds === 'number' && DURATIONS.includes(seconds)) return { duration: seconds }
  throw invalid('duration', `must be one of "5s", "9s", "10s", not ${JSON.stringify(duration)?.slice(0, 60)}`)
}

function choice(field: string, value: Json | undefined, choices: string[]): void {
  if (!isGiven(value)) throw invalid(field, 'is required')
  if (typeof value === 'string' && choices.includes(value)) return
  const words = choices.map((one) => `"${one}"`).join(', ')
  throw invalid(field, `must be one of ${words}, not ${JSON.stringify(value)?.slice(0, 60)}`)
}

/** Those that are there: `null` is absent. */
function named(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((one): one is [string, Json] => isGiven(one[1])))
}

function isGiven(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null
}
