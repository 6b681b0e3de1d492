import { getOperation } from '../../catalog/catalog.ts'
import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Operation } from '../../catalog/operation.ts'
import { invalid } from '../../catalog/read-input.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { parsed, type ReadBody, typed } from '../kit/form-body.ts'
import { type NamedWish, readNamed } from '../kit/own-names.ts'

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
]

const REQUEST = 'image_request'
const AT = `${REQUEST}.`
/** What stands beside `image_request`. */
const BESIDE = { [`${AT}image_file`]: 'image_file' }

/** A body, as it came in JSON or in a form. Throws `invalid_input`. */
export function toTask({ operation, isNested }: Tool, { fields, isForm }: ReadBody): NamedWish {
  if (!isNested) {
    const input = readNamed(operation, isForm ? typed(operation.input, fields) : fields, {})
    return { operation, input, names: {} }
  }
  const { [REQUEST]: request, ...beside } = fields
  const input = readNamed(operation, { ...beside, ...requestIn(request, operation) }, BESIDE, AT)
  return { operation, input, inputAt: AT, names: BESIDE }
}

function requestIn(value: Json | undefined, { input }: Operation): JsonObject {
  if (value === undefined || value === null) {
    if (!input.required?.includes('prompt')) return {}
    throw invalid(REQUEST, 'is required')
  }
  const request = typeof value === 'string' ? parsed(value, '{') : value
  if (!isJsonObject(request)) throw invalid(REQUEST, 'must be a JSON object')
  return request
}
