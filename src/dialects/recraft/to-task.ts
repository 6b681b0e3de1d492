import { getOperation } from '../../catalog/catalog.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { RECRAFT } from '../../catalog/recraft.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven } from '../kit/fields.ts'
import { filesOf, type ReadBody, typed } from '../kit/form-body.ts'

/** One path below `/v1/images`. */
export interface Tool {
  path: string
  operation: Operation
  /** The results are a list under `data`, or a single one under `image`. */
  answers: 'data' | 'image'
  draws?: 'raster' | 'vector'
}

const tool = (path: string, taskType: string, answers: Tool['answers'] = 'data'): Tool => ({
  path,
  operation: getOperation(`${RECRAFT}/${taskType}`),
  answers,
})

export const GENERATIONS: readonly Tool[] = [
  tool('generations', 'generate'),
  { ...tool('generations/raster', 'generate'), draws: 'raster' },
  { ...tool('generations/vector', 'generate'), draws: 'vector' },
]

/** Paths that no other protocol has. */
export const OWN: readonly Tool[] = [
  tool('imageToImage', 'image-to-image'),
  tool('inpaint', 'inpaint'),
  tool('replaceBackground', 'replace-background'),
  tool('generateBackground', 'generate-background'),
  tool('outpaint', 'outpaint'),
  tool('variateImage', 'variate-image'),
  tool('vectorize', 'vectorize', 'image'),
  tool('eraseRegion', 'erase-region', 'image'),
  tool('removeBackground', 'remove-background', 'image'),
  tool('crispUpscale', 'crisp-upscale', 'image'),
  tool('creativeUpscale', 'creative-upscale', 'image'),
  // The older names of the two.
  tool('clarityUpscale', 'crisp-upscale', 'image'),
  tool('generativeUpscale', 'creative-upscale', 'image'),
]

/** The names of pictures in a form, by their names in JSON and in the catalogue; relays' clients also send `file`. */
const FORM_NAMES: Record<string, readonly string[]> = {
  image_url: ['image', 'file'],
  mask_url: ['mask'],
  style_reference_urls: ['style_references'],
}

/** The fields of a body under the catalogue's names, and the caller's names of them. */
export function fieldsOf({ operation }: Pick<Tool, 'operation'>, { fields, isForm }: ReadBody) {
  const renamed: JsonObject = { ...fields }
  const names: Record<string, string> = {}
  for (const [known, own] of Object.entries(FORM_NAMES)) {
    if (!(known in operation.input.properties) || isGiven(renamed[known])) continue
    const used = own.find((name) => isGiven(renamed[name]))
    // A missing picture is named as a form names it.
    const name = used ?? (isForm ? own[0] : undefined)
    if (name === undefined) continue
    names[known] = name
    if (used === undefined) continue
    const value = renamed[used]
    delete renamed[used]
    if (value !== undefined) renamed[known] = value
  }
  return { fields: isForm ? typed(operation.input, renamed) : renamed, names }
}

/** How many files the fields of a form take. */
export function filesOfForm({ operation }: Pick<Tool, 'operation'>): (field: string) => number {
  const names = Object.entries(FORM_NAMES).flatMap(([known, own]) => own.map((name) => [name, known]))
  return filesOf(operation.input, Object.fromEntries(names))
}

/** Fields as `fieldsOf` gave them, and with a style in place of its id. Throws `invalid_input`. */
export function toTask({ operation, draws }: Tool, given: JsonObject, names: FieldNames): Submission {
  const { response_format: format, ...fields } = given
  const echo = { response_format: responseFormat(format) }
  const input = readInput(operation, draws ? { ...fields, model: modelThat(draws, fields.model) } : fields, names)
  return { operation, input, names, dialect: RECRAFT, echo }
}

function responseFormat(value: Json | undefined): 'url' | 'b64_json' {
  if (!isGiven(value) || value === 'url') return 'url'
  if (value === 'b64_json') return 'b64_json'
  throw invalidInput('response_format', 'must be one of "url", "b64_json"')
}

/** The model as it draws at one of the two paths that say how. */
function modelThat(draws: 'raster' | 'vector', given: Json | undefined): Json {
  if (!isGiven(given)) return `recraftv4_1_${draws}`
  if (typeof given !== 'string') return given
  const [, name = given, own] = /^(.*)_(raster|vector)$/.exec(given) ?? []
  if (own !== undefined && own !== draws) throw invalidInput('model', `must be a ${draws} model here, not "${given}"`)
  return `${name}_${draws}`
}
