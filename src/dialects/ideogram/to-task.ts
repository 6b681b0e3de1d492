import { getOperation } from '../../catalog/catalog.ts'
import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, withoutPlaceholders } from '../kit/fields.ts'
import { parsed, type ReadBody, typed } from '../kit/form-body.ts'

/** One path of the API. */
export interface Tool {
  path: string
  operation: Operation
  /** The older paths have most fields in `image_request`: an object, in a form as JSON. */
  isNested: boolean
}

const tool = (path: string, taskType: string, isNested = false): Tool => ({
  path,
  operation: getOperation(`${IDEOGRAM}/${taskType}`),
  isNested,
})
/** Whose asynchronous twin answers at once with an id. */
const V4_ASYNC = ['generate', 'generate-transparent']
const V4 = [...V4_ASYNC, 'remix', 'describe', 'magic-prompt']
const V3 = ['generate', 'remix', 'edit', 'reframe', 'replace-background', 'generate-transparent']

export const TOOLS: readonly Tool[] = [
  tool('/generate', 'generate', true),
  tool('/remix', 'remix', true),
  tool('/upscale', 'upscale', true),
  tool('/edit', 'edit'),
  tool('/describe', 'describe'),
  tool('/reframe', 'reframe'),
  ...V3.map((name) => tool(`/v1/ideogram-v3/${name}`, `v3-${name}`)),
  tool('/v1/ideogram-v3/inpaint', 'v3-edit'), // the newer name
  tool('/v1/ideogram-v3/layerize-text', 'v3-layerize-text'),
  ...V4.map((name) => tool(`/v1/ideogram-v4/${name}`, `v4-${name}`)),
]

export const ASYNC_TOOLS: readonly Tool[] = V4_ASYNC.map((name) => tool(`/v1/ideogram-v4/async/${name}`, `v4-${name}`))

const REQUEST = 'image_request'
/** On the older paths, the file is beside `image_request`. */
const NESTED = { '': REQUEST, image_file: 'image_file' }

/** A body, as it came in JSON or in a form. Throws `invalid_input`. */
export function toTask({ operation, isNested }: Tool, { fields, isForm }: ReadBody): Submission {
  if (!isNested) {
    const input = readInput(operation, isForm ? typed(operation.input, fields) : fields)
    return { operation, input, dialect: IDEOGRAM }
  }
  const { [REQUEST]: request, ...beside } = withoutPlaceholders(fields)
  if (isGiven(beside.image_file) && !('image_file' in operation.input.properties)) {
    throw invalidInput('image_file', 'is not read here; remix begins with a picture')
  }
  const input = readInput(operation, { ...beside, ...requestIn(request, operation) }, NESTED)
  return { operation, input, names: NESTED, dialect: IDEOGRAM }
}

function requestIn(value: Json | undefined, { input }: Operation): JsonObject {
  if (!isGiven(value)) {
    if (!input.required?.includes('prompt')) return {}
    throw invalidInput(REQUEST, 'is required')
  }
  const request = typeof value === 'string' ? parsed(value, '{') : value
  if (!isJsonObject(request)) throw invalidInput(REQUEST, 'must be a JSON object')
  return request
}
