import { randomInt } from 'node:crypto'
import { getOperation } from '../../catalog/catalog.ts'
import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, optionalFlag, webhookIn, withoutPlaceholders } from '../kit/fields.ts'
import { parsed, type ReadBody, typed } from '../kit/form-body.ts'
import { type Renames, renames } from '../kit/renames.ts'

/**
 * The second version of Ideogram's API: `/v2/{content}/{action}/{model}` with the same words in lower case, and `async` and
 * `webhook_url` in the body. By its pages of October 2026 and a third party's copy of its description; that words in upper
 * case are taken, too, is this gateway's own.
 */

export interface SecondTool {
  path: string
  operation: Operation
  renames: Renames
  /** Fields in the catalogue's form, under its names. */
  settled(fields: JsonObject): JsonObject
  /** What it says is a description, which is answered at once and has no seed. */
  isDescription: boolean
}

const NONE = renames({})
const WORDS = renames({ prompt: 'text_prompt' })
const FILE = renames({ image: 'image_file' })

const tool = (path: string, taskType: string, given: Partial<SecondTool> = {}): SecondTool => ({
  path: `/v2/${path}`,
  operation: getOperation(`${IDEOGRAM}/${taskType}`),
  renames: NONE,
  settled: (fields) => fields,
  isDescription: false,
  ...given,
})
const third = { settled: inUpperCase }
const fourth = { renames: WORDS, settled: (fields: JsonObject) => structuredIn(inUpperCase(fields)) }
const description = { renames: FILE, isDescription: true }

export const SECOND_TOOLS: readonly SecondTool[] = [
  tool('image/generate/ideogram-4-5', 'v45-generate'),
  tool('image/precise-edit/ideogram-4-5', 'v45-precise-edit'),
  tool('image/generate/ideogram-4', 'v4-generate', fourth),
  tool('image/generate/ideogram-4-transparent', 'v4-generate-transparent', fourth),
  tool('image/remix/ideogram-4', 'v4-remix', fourth),
  tool('image/generate/ideogram-3', 'v3-generate', third),
  tool('image/generate/ideogram-3-character', 'v3-generate', third),
  tool('image/generate/ideogram-3-transparent', 'v3-generate-transparent', third),
  tool('image/remix/ideogram-3', 'v3-remix', third),
  tool('image/inpaint/ideogram-3', 'v3-edit', third),
  tool('image/reframe/ideogram-3', 'v3-reframe', third),
  tool('image/replace-background/ideogram-3', 'v3-replace-background', third),
  tool('image/describe/ideogram-4', 'v4-describe', description),
  tool('image/describe/ideogram-3', 'describe', {
    ...description,
    settled: (fields) => ({ ...fields, describe_model_version: 'V_3' }),
  }),
  tool('design/layerize/ideogram-3', 'v3-layerize-text'),
]

export interface SecondRequest {
  submission: Submission
  /** The answer is the id alone, and the rest is read or called back. */
  isAsync: boolean
}

/** What is kept at Ideogram itself: files by their ids, collections, fonts. */
const KEPT_THERE = [
  ...['image_asset_identifier', 'image_asset_identifiers', 'reference_image_asset_identifiers'],
  ...['style_reference_asset_identifiers', 'character_reference_asset_identifiers', 'style_reference_collection_id'],
  ...['target_collection_id', 'font_candidate_files'],
]

/** A body, as it came in JSON or in a form. Throws `invalid_input`, naming the field as the caller spelt it. */
export function toSecondTask(one: SecondTool, { fields, isForm }: ReadBody, query: JsonObject): SecondRequest {
  if (optionalFlag(query.dry_run, 'dry_run')) {
    throw invalidInput('dry_run', 'is not served here; POST /polyphony/v1/quote gives the price of a task')
  }
  const { async: isAsync, webhook_url, private: isPrivate, ...rest } = withoutPlaceholders(fields)
  for (const field of KEPT_THERE) if (field in rest) throw invalidInput(field, 'is not read here; send the file itself')
  if (optionalFlag(isPrivate, 'private') === false) throw invalidInput('private', 'must be true: nothing is published')
  const { operation } = one
  const own = one.settled(one.renames.translate(rest))
  checkDetection(own, operation)
  const webhook = webhookIn('webhook_url', webhook_url)
  if (one.isDescription && webhook.webhook) throw invalidInput('webhook_url', 'is not read here')
  const answersAtOnce = optionalFlag(isAsync, 'async') === true || webhook.webhook !== undefined
  const isRead = answersAtOnce && !one.isDescription
  const { names } = one.renames
  const read = isForm ? typed(operation.input, own) : own
  const input = readInput(operation, isRead ? withSeed(read, operation) : read, names)
  return { submission: { operation, input, names, dialect: IDEOGRAM, ...webhook }, isAsync: isRead }
}

/** Where an operation has no such check, leaving it out would not be what was asked for. */
function checkDetection(fields: JsonObject, { input }: Operation): void {
  const field = 'enable_copyright_detection'
  if (field in input.properties || !optionalFlag(fields[field], field)) return
  throw invalidInput(field, 'must be false with this model')
}

/** The id is answered with the seed, before anything is made: so it is drawn here where none is given. */
function withSeed(fields: JsonObject, { input }: Operation): JsonObject {
  if (!('seed' in input.properties) || isGiven(fields.seed)) return fields
  return { ...fields, seed: randomInt(2 ** 31 - 1) }
}

const UPPER = ['rendering_speed', 'magic_prompt', 'style_type', 'style_preset']

function inUpperCase(fields: JsonObject): JsonObject {
  const upper = UPPER.flatMap((name): [string, Json][] => {
    const { [name]: value } = fields
    return typeof value === 'string' ? [[name, value.toUpperCase()]] : []
  })
  const palette = typeof fields.color_palette === 'string' ? parsed(fields.color_palette, '{') : fields.color_palette
  const named =
    isJsonObject(palette) && typeof palette.name === 'string'
      ? { color_palette: { ...palette, name: palette.name.toUpperCase() } }
      : {}
  return { ...fields, ...Object.fromEntries(upper), ...named }
}

/** "The server detects which was supplied": words, or a prompt in the structure of Ideogram 4 as JSON. */
function structuredIn({ text_prompt: prompt, ...fields }: JsonObject): JsonObject {
  if (prompt === undefined) return fields
  const structure = typeof prompt === 'string' ? parsed(prompt, '{') : undefined
  const isStructure = isJsonObject(structure) && 'compositional_deconstruction' in structure
  return isStructure ? { ...fields, json_prompt: structure } : { ...fields, text_prompt: prompt }
}
