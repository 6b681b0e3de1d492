import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { formOfSora, sora2ProVideo, sora2Remix, sora2Video } from '../../catalog/sora2.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, objectIn, optionalText, shown, withoutPlaceholders } from '../kit/fields.ts'

export const DIALECT = 'openai-videos'

/** Models and sizes of the types `VideoModel` and `VideoSize` of the package openai 6.49.0. */
export const MODELS: Readonly<Record<string, Operation>> = {
  'sora-2': sora2Video,
  'sora-2-2025-10-06': sora2Video,
  'sora-2-2025-12-08': sora2Video,
  'sora-2-pro': sora2ProVideo,
  'sora-2-pro-2025-10-06': sora2ProVideo,
}
const DEFAULT_MODEL = 'sora-2'

export const SIZES: Readonly<Record<string, { aspect_ratio: string; resolution: string }>> = {
  '720x1280': { aspect_ratio: '9:16', resolution: '720p' },
  '1280x720': { aspect_ratio: '16:9', resolution: '720p' },
  '1024x1792': { aspect_ratio: '9:16', resolution: '1024p' },
  '1792x1024': { aspect_ratio: '16:9', resolution: '1024p' },
}
const DEFAULT_SIZE = '720x1280'
const DEFAULT_SECONDS = '4'

const NAMES = { image_url: 'input_reference', duration: 'seconds', aspect_ratio: 'size', resolution: 'size' }

/** The body of `POST /v1/videos`. Throws `invalid_input`, and `unknown_operation` for a model that is none. */
export function videoTask(body: unknown): Submission {
  const { model: named, input_reference: whole, size, seconds, ...others } = objectIn(body)
  refuseOtherNames(others)
  const { reference, field } = referenceIn(whole)
  const model = optionalText(named, 'model') ?? DEFAULT_MODEL
  const operation = Object.hasOwn(MODELS, model) ? MODELS[model] : undefined
  if (!operation) throw unknownModel(model)
  const names = { ...NAMES, image_url: field }
  const given = {
    ...others,
    ...formOf(size, operation, model),
    duration: secondsIn(seconds),
    ...withoutPlaceholders({ image_url: reference }),
  }
  return { operation, input: readInput(operation, given, names), names, dialect: DIALECT, echo: { model } }
}

/** Names of other APIs for what has a name of its own here: they are those of the operation, which this body fills. */
const OTHER_NAMES = {
  duration: 'seconds',
  aspect_ratio: 'size',
  resolution: 'size',
  image_url: 'input_reference',
} as const

function refuseOtherNames(body: JsonObject): void {
  for (const [name, own] of Object.entries(OTHER_NAMES)) {
    if (isGiven(body[name])) throw invalidInput(name, `is not read here; send ${own}`)
  }
}

/** The body of `POST /v1/videos/{id}/remix`, for a video that is there. */
export function remixTask(body: unknown, parent: Task): Submission {
  const fields = { ...objectIn(body), ...formOfSora(parent), origin_task_id: parent.id }
  const names = { ...NAMES, origin_task_id: 'id' }
  const echo = parent.dialect === DIALECT ? { model: parent.echo.model ?? DEFAULT_MODEL } : {}
  return { operation: sora2Remix, input: readInput(sora2Remix, fields, names), names, dialect: DIALECT, echo }
}

/** Throws for what OpenAI's API has and no provider of videos here does. */
export function refuseEdits(what: string): never {
  throw new PolyphonyError(
    'not_found',
    `${what} is not offered: no provider of this gateway does it. POST /v1/videos/{id}/remix changes a finished video.`,
  )
}

function unknownModel(model: string): PolyphonyError {
  const known = Object.keys(MODELS).join(', ')
  return new PolyphonyError('unknown_operation', `The model ${shown(model)} does not exist. Videos: ${known}.`, {
    field: 'model',
  })
}

/** A size as the model's operation has it. */
function formOf(size: Json | undefined, operation: Operation, model: string): JsonObject {
  const hasLarger = operation === sora2ProVideo
  const sizes = Object.keys(SIZES).filter((one) => hasLarger || SIZES[one]?.resolution === '720p')
  const named = isGiven(size) ? size : DEFAULT_SIZE
  const form = typeof named === 'string' && sizes.includes(named) ? SIZES[named] : undefined
  if (!form) {
    const allowed = sizes.map((one) => JSON.stringify(one)).join(', ')
    throw invalidInput('size', `must be one of ${allowed} with ${model}, not ${shown(named)}`)
  }
  return { aspect_ratio: form.aspect_ratio, ...(hasLarger ? { resolution: form.resolution } : {}) }
}

const SECONDS = /^(?:4|8|12)$/

/** OpenAI's is a text; other clients send a number. */
function secondsIn(value: Json | undefined): number {
  const seconds = isGiven(value) ? value : DEFAULT_SECONDS
  const isText = typeof seconds === 'string' || typeof seconds === 'number'
  if (isText && SECONDS.test(String(seconds))) return Number(seconds)
  throw invalidInput('seconds', `must be one of "4", "8", "12", not ${shown(seconds)}`)
}

/** The first frame: the file of a form, `{ image_url }` of JSON or of a form, or its address as a text. */
function referenceIn(value: Json | undefined) {
  if (!isJsonObject(value) || !Object.values(value).some(isGiven)) {
    const given = isJsonObject(value) ? undefined : value
    return { reference: optionalText(given, 'input_reference'), field: 'input_reference' }
  }
  if (isGiven(value.file_id)) {
    const rule = 'names no file that was uploaded here by POST /v1/files; send image_url, or the file in a form'
    throw invalidInput('input_reference.file_id', rule)
  }
  const field = 'input_reference.image_url'
  if (!isGiven(value.image_url)) throw invalidInput(field, 'is required')
  return { reference: optionalText(value.image_url, field), field }
}
