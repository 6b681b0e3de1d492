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
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import {
  isGiven,
  objectIn,
  optionalFlag,
  optionalNumber,
  optionalText,
  shown,
  webhookIn,
  withoutPlaceholders,
} from '../kit/fields.ts'

/** Bodies of Luma's own API, and of the format that relays took from its web app. */

export const DIALECT = 'luma'

/** `format` in the echo of a task that came in the format of relays, whose webhook is another than that of Luma's own API. */
export const RELAY_FORMAT = 'relay'

const DURATIONS = [5, 9, 10]
const RAY = ['ray-2', 'ray-flash-2']

/** A video from a description or from frames. Relays leave the model out; Luma's own API wants it. */
export function videoTask(body: unknown, { needsModel }: { needsModel: boolean }): Submission {
  const { keyframes, duration, ...fields } = objectIn(body)
  if (needsModel || isGiven(fields.model)) choice('model', fields.model, RAY)
  return official(
    lumaVideo,
    'video',
    { key_frames: 'keyframes' },
    { ...fields, ...withoutPlaceholders({ key_frames: keyframes }), ...lasting(duration) },
  )
}

/** How long the caller of a synchronous picture waits for it, when nothing is said. */
const SYNC_SECONDS = 60
const MAX_SYNC_SECONDS = 600

/** A picture, and for how many seconds its caller waits for it: 0 = not at all. */
export function imageTask(body: unknown): { submission: Submission; waitSeconds: number } {
  const { sync, sync_timeout: timeout, ...fields } = objectIn(body)
  const isSync = optionalFlag(sync, 'sync')
  const timeoutSeconds = optionalNumber(timeout, 'sync_timeout')
  if (timeoutSeconds !== undefined && timeoutSeconds <= 0) {
    throw invalidInput('sync_timeout', `must be more than 0 seconds, not ${timeoutSeconds}`)
  }
  // Luma's own default.
  const named = isGiven(fields.model) ? fields : { ...fields, model: 'photon-1' }
  const submission = official(lumaImage, 'image', {}, named)
  const echo = withoutPlaceholders({ sync: isSync, sync_timeout: timeoutSeconds })
  const seconds = Math.min(timeoutSeconds ?? SYNC_SECONDS, MAX_SYNC_SECONDS)
  return { submission: { ...submission, echo }, waitSeconds: isSync === true ? seconds : 0 }
}

export function modifyTask(body: unknown): Submission {
  return official(lumaModify, 'modify_video', {}, objectIn(body))
}

export function reframeVideoTask(body: unknown): Submission {
  return official(lumaReframeVideo, 'reframe_video', {}, objectIn(body))
}

export function reframeImageTask(body: unknown): Submission {
  return official(lumaReframeImage, 'reframe_image', {}, objectIn(body))
}

export function upscaleTask(id: string, body: unknown): Submission {
  return official(lumaUpscale, 'upscale_video', { origin_task_id: 'id' }, { ...objectIn(body), origin_task_id: id })
}

export function audioTask(id: string, body: unknown): Submission {
  return official(lumaAudio, 'add_audio', { origin_task_id: 'id' }, { ...objectIn(body), origin_task_id: id })
}

/** The webhook's URL is for us, not for the provider: it is not part of the input. */
function official(
  operation: Operation,
  expectedType: string,
  names: FieldNames,
  { callback_url: url, generation_type: type, ...fields }: JsonObject,
): Submission {
  if (isGiven(type) && type !== expectedType) {
    throw invalidInput('generation_type', `must be "${expectedType}", not ${shown(type)}`)
  }
  const input = readInput(operation, fields, names)
  return { operation, input, names, dialect: DIALECT, ...webhookIn('callback_url', url) }
}

export const OWN_NAMES = {
  prompt: 'user_prompt',
  start_image: 'image_url',
  end_image: 'image_end_url',
  key_frames: 'keyframes',
}

/** The format of relays: a video from a description, with frames by URL or as base64. */
export function ownTask(body: unknown): Submission {
  return own(lumaVideo, OWN_NAMES, objectIn(body), {})
}

/** Likewise, going on from a finished video. */
export function ownExtension(id: string, body: unknown): Submission {
  const key_frames = { frame0: { type: 'generation', id } }
  const names = { ...OWN_NAMES, key_frames: 'id', 'key_frames.frame0.id': 'id' }
  return own(lumaExtend, names, objectIn(body), { key_frames })
}

function own(operation: Operation, names: FieldNames, body: JsonObject, more: JsonObject): Submission {
  const { user_prompt, image_url, image_end_url, keyframes, duration, notify_hook: hook, ...fields } = body
  const prompt = optionalText(user_prompt, 'user_prompt')
  // The keyframes of Luma's own API, which some clients send here, too.
  const frames = withoutPlaceholders({ start_image: image_url, end_image: image_end_url, key_frames: keyframes })
  if (prompt === undefined && Object.keys(frames).length === 0) throw invalidInput('user_prompt', 'is required')
  if (isGiven(more.key_frames) && isGiven(keyframes)) throw invalidInput('keyframes', 'is not read by an extension')
  const input = readInput(
    operation,
    { ...fields, ...withoutPlaceholders({ prompt }), ...frames, ...lasting(duration), ...more },
    names,
  )
  return {
    operation,
    input,
    names,
    dialect: DIALECT,
    echo: { format: RELAY_FORMAT },
    ...webhookIn('notify_hook', hook),
  }
}

/** "5s", as Luma writes it, "5", as one relay does, or the number. */
function lasting(duration: Json | undefined): { duration?: number } {
  if (!isGiven(duration)) return {}
  const seconds =
    typeof duration === 'string' && /^\d{1,3}s?$/.test(duration) ? Number.parseInt(duration, 10) : duration
  if (typeof seconds === 'number' && DURATIONS.includes(seconds)) return { duration: seconds }
  throw invalidInput('duration', `must be one of "5s", "9s", "10s", not ${shown(duration)}`)
}

function choice(field: string, value: Json | undefined, choices: string[]): void {
  if (!isGiven(value)) throw invalidInput(field, 'is required')
  if (typeof value === 'string' && choices.includes(value)) return
  const words = choices.map((one) => `"${one}"`).join(', ')
  throw invalidInput(field, `must be one of ${words}, not ${shown(value)}`)
}
