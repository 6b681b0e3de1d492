import { bflFinetune, bfl as operations } from '../../catalog/bfl.ts'
import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** How an operation is requested at Black Forest Labs. */
export interface Request {
  path: string
  /** Whether files are taken by their URL, or as bare base64 only. */
  takesUrls: boolean
  /** Files in the input are in the form that is taken. Throws `vendor_refused`. */
  bodyOf(input: JsonObject): JsonObject
}

/** Beside the catalogue's: what the API's own callers send. `draft_cache` is what an earlier draft left, in base64. */
const OWN = ['draft_cache', 'input_image_blob_path']

function own(operation: string): Request {
  const { taskType, input: schema } = getOperation(operation)
  const names = [...Object.keys(schema.properties), ...OWN]
  const bodyOf = (input: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(input).filter(([name, value]) => names.includes(name) && value !== ''))
  return {
    path: `/v1/${taskType}`,
    // Of the others, the API's own schema says that they take base64. Of videos nothing is said: inferred.
    takesUrls: /^flux-(?:kontext|2|3)-/.test(taskType),
    bodyOf: taskType === 'flux-3-video' ? (input) => filmOf(bodyOf(input)) : bodyOf,
  }
}

/** A keyframe is a picture, or a second and a picture. A draft that is worked out says everything else itself. */
function filmOf({ keyframes, ...input }: JsonObject): JsonObject {
  if (input.mode === 'draft_enhance') {
    const { mode, draft_cache, resolution = 'hd' } = input
    if (draft_cache === undefined) throw refused('mode', 'draft_enhance needs draft_cache, what the draft left')
    return { mode, draft_cache, resolution }
  }
  if (!Array.isArray(keyframes) || keyframes.length === 0) return input
  const frames = keyframes
    .filter(isJsonObject)
    .map(({ time, image = '' }): Json => (time === undefined ? image : [time, image]))
  return { ...input, keyframes: frames }
}

/**
 * FLUX.1 [dev] under the name that PiAPI has for it. The others of that family are no models of this API: schnell, and what
 * is done with dev by ControlNet, LoRA, masks and noise.
 */
const DEV = ['Qubico/flux1-dev/txt2img', 'Qubico/flux1-dev-advanced/txt2img']
const SIDE_STEP = 32
const SHORTEST = 256
const LONGEST = 1_440

const dev: Request = {
  path: '/v1/flux-dev',
  takesUrls: false,
  bodyOf(input) {
    const { prompt = '', steps = 28, guidance_scale: guidance = 3, seed, negative_prompt } = input
    if (negative_prompt) throw refused('negative_prompt', 'is not accepted by FLUX.1 [dev]')
    return {
      ...{ prompt, width: sideOf(input, 'width'), height: sideOf(input, 'height'), steps, guidance },
      ...(typeof seed === 'number' && seed >= 0 ? { seed } : {}),
      output_format: 'png',
    }
  },
}

function sideOf(input: JsonObject, name: 'width' | 'height'): number {
  const side = Number(input[name])
  if (side % SIDE_STEP === 0 && side >= SHORTEST && side <= LONGEST) return side
  throw refused(name, `must be from ${SHORTEST} to ${LONGEST} and a multiple of ${SIDE_STEP}`)
}

function refused(field: string, why: string): PolyphonyError {
  return new PolyphonyError('vendor_refused', `${field} ${why}.`, { field })
}

export const REQUESTS: Record<string, Request> = {
  ...Object.fromEntries(operations.map(({ id }) => [id, own(id)])),
  ...Object.fromEntries(DEV.map((id) => [id, dev])),
}

/** A training has a result of its own form. */
export function isTraining(operation: string): boolean {
  return operation === bflFinetune.id
}
