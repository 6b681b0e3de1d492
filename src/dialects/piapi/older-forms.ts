import { hailuo } from '../../catalog/hailuo.ts'
import type { Operation } from '../../catalog/operation.ts'
import { invalid, readInput } from '../../catalog/read-input.ts'
import { sunoLyrics, sunoMusic } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** A request in a spelling that PiAPI had before, or that its own clients use. */
interface OlderForm {
  operation: Operation
  readInput(raw: Json): JsonObject
}

const INPUT_AT = 'input.'
const IDEA = 'gpt_description_prompt'

export function olderForm(model: string, taskType: string): OlderForm | undefined {
  return olderSuno(model, taskType) ?? subModelOfHailuo(model, taskType)
}

/**
 * Suno's earlier ids: model `music-s` beside `suno`, and the task types `generate_music` and `generate_music_custom`,
 * which name the version `model_version` and answer with a map of clips. Each with the field that it cannot do without.
 */
const OLDER_TYPES: Record<string, string> = {
  generate_music: IDEA,
  generate_music_custom: 'prompt',
}

export function isOlderType(taskType: string): boolean {
  return Object.hasOwn(OLDER_TYPES, taskType)
}

function olderSuno(model: string, taskType: string): OlderForm | undefined {
  if (!['suno', 'music-s'].includes(model)) return undefined
  const needs = isOlderType(taskType) ? OLDER_TYPES[taskType] : undefined
  if (needs !== undefined) {
    return { operation: sunoMusic, readInput: (raw) => renamed(sunoMusic, raw, needs) }
  }
  // The newer task types under the older model name.
  const operation = [sunoMusic, sunoLyrics].find((one) => one.taskType === taskType)
  if (model !== 'music-s' || !operation) return undefined
  return { operation, readInput: (raw) => readInput(operation, raw, INPUT_AT) }
}

function renamed(operation: Operation, raw: Json, needs: string): JsonObject {
  const { model_version: mv, ...sent } = objectOf(raw)
  const rest = needs === IDEA ? withIdea(sent) : sent
  if (typeof rest[needs] !== 'string' && !rest.make_instrumental) throw invalid(`input.${needs}`, 'is required')
  try {
    return readInput(operation, mv === undefined ? rest : { ...rest, mv }, INPUT_AT)
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.details.field !== 'input.mv') throw error
    // Named as the caller spelt it.
    const message = error.message.replaceAll('input.mv', 'input.model_version')
    throw new PolyphonyError(error.code, message, { field: 'input.model_version', cause: error })
  }
}

/** PiAPI's MCP server sends the idea of a song as its `prompt`, where the documents have lyrics. */
function withIdea(input: JsonObject): JsonObject {
  const { prompt, ...rest } = input
  return typeof prompt === 'string' && !rest[IDEA] ? { ...rest, [IDEA]: prompt } : input
}

/** PiAPI's MCP server names Hailuo's sub-model where the model belongs. */
function subModelOfHailuo(model: string, taskType: string): OlderForm | undefined {
  const operation = hailuo.find((one) => one.taskType === taskType)
  if (!operation || !HAILUO_SUB_MODELS.includes(model)) return undefined
  return { operation, readInput: (raw) => readInput(operation, { model, ...objectOf(raw) }, INPUT_AT) }
}

export const HAILUO_SUB_MODELS: readonly string[] = enumOf(hailuo[0], 'model')

function enumOf(operation: Operation | undefined, field: string): string[] {
  const { enum: values = [] } = (operation?.input.properties[field] ?? {}) as { enum?: string[] } // an enum of texts
  return values
}

function objectOf(raw: Json): JsonObject {
  if (!isJsonObject(raw)) throw invalid('input', 'must be an object')
  return raw
}
