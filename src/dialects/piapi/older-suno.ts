import type { Operation } from '../../catalog/operation.ts'
import { invalid, readInput } from '../../catalog/read-input.ts'
import { sunoLyrics, sunoMusic } from '../../catalog/suno.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * Suno's earlier ids at PiAPI: model `music-s` beside `suno`, and the task types `generate_music` and
 * `generate_music_custom`, which name the version `model_version` and answer with a map of clips.
 */
interface OlderForm {
  operation: Operation
  readInput(raw: Json): JsonObject
}

const MODELS = ['suno', 'music-s']
/** The field that the older form cannot do without. */
const OLDER_TYPES: Record<string, string> = {
  generate_music: 'gpt_description_prompt',
  generate_music_custom: 'prompt',
}

export function isOlderType(taskType: string): boolean {
  return Object.hasOwn(OLDER_TYPES, taskType)
}

export function olderForm(model: string, taskType: string): OlderForm | undefined {
  if (!MODELS.includes(model)) return undefined
  const needs = isOlderType(taskType) ? OLDER_TYPES[taskType] : undefined
  if (needs !== undefined) {
    return { operation: sunoMusic, readInput: (raw) => renamed(sunoMusic, raw, needs) }
  }
  // The newer task types under the older model name.
  const operation = [sunoMusic, sunoLyrics].find((one) => one.taskType === taskType)
  if (model !== 'music-s' || !operation) return undefined
  return { operation, readInput: (raw) => readInput(operation, raw, 'input.') }
}

function renamed(operation: Operation, raw: Json, needs: string): JsonObject {
  if (!isJsonObject(raw)) throw invalid('input', 'must be an object')
  const { model_version: mv, ...rest } = raw
  if (typeof rest[needs] !== 'string' && !rest.make_instrumental) throw invalid(`input.${needs}`, 'is required')
  try {
    return readInput(operation, mv === undefined ? rest : { ...rest, mv }, 'input.')
  } catch (error) {
    if (!(error instanceof PolyphonyError) || error.details.field !== 'input.mv') throw error
    // Named as the caller spelt it.
    const message = error.message.replaceAll('input.mv', 'input.model_version')
    throw new PolyphonyError(error.code, message, { field: 'input.model_version', cause: error })
  }
}
