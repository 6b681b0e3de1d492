import { hailuo } from '../../catalog/hailuo.ts'
import type { Operation } from '../../catalog/operation.ts'
import { sunoLyrics, sunoMusic } from '../../catalog/suno.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** A request in a form that PiAPI had earlier, or that its own clients use. */
interface OlderForm {
  operation: Operation
  read(raw: Json): OlderInput
}

/** An input under the catalogue's names, and the caller's names where they differ. */
interface OlderInput {
  fields: Json
  names?: FieldNames
}

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
    return { operation: sunoMusic, read: (raw) => olderSong(raw, needs) }
  }
  // The newer task types under the older model name.
  const operation = [sunoMusic, sunoLyrics].find((one) => one.taskType === taskType)
  if (model !== 'music-s' || !operation) return undefined
  return { operation, read: (fields) => ({ fields }) }
}

function olderSong(raw: Json, needs: string): OlderInput {
  const { model_version: mv, ...sent } = objectOf(raw)
  const isIdea = needs === IDEA && typeof sent.prompt === 'string' && !sent[IDEA]
  const rest = isIdea ? withIdea(sent) : sent
  if (typeof rest[needs] !== 'string' && !rest.make_instrumental) {
    throw invalidInput(`input.${needs}`, 'is required')
  }
  return {
    fields: mv === undefined ? rest : { ...rest, mv },
    names: { mv: 'input.model_version', ...(isIdea ? { [IDEA]: 'input.prompt' } : {}) },
  }
}

/** PiAPI's MCP server sends the idea of a song as its `prompt`, where the documents have lyrics. */
function withIdea({ prompt = '', ...rest }: JsonObject): JsonObject {
  return { ...rest, [IDEA]: prompt }
}

/** PiAPI's MCP server names Hailuo's sub-model where the model belongs. */
function subModelOfHailuo(model: string, taskType: string): OlderForm | undefined {
  const operation = hailuo.find((one) => one.taskType === taskType)
  if (!operation || !HAILUO_SUB_MODELS.includes(model)) return undefined
  return { operation, read: (raw) => ({ fields: { model, ...objectOf(raw) } }) }
}

export const HAILUO_SUB_MODELS: readonly string[] = enumOf(hailuo[0], 'model')

function enumOf(operation: Operation | undefined, field: string): string[] {
  const { enum: values = [] } = (operation?.input.properties[field] ?? {}) as { enum?: string[] } // an enum of texts
  return values
}

function objectOf(raw: Json): JsonObject {
  if (!isJsonObject(raw)) throw invalidInput('input', 'must be an object')
  return raw
}
