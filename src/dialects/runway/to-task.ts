import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { runway as operations } from '../../catalog/runway.ts'
import { invalidInput } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, isText, objectIn } from '../kit/fields.ts'

/** Bodies of Runway's own API. The catalogue has its names, and a field of its own for each kind that a file may be of. */

export const DIALECT = 'runway'

const BY_TASK_TYPE = new Map(operations.map((operation) => [operation.taskType, operation]))

/** The last parts of the paths, each of which makes one kind of task. */
export const TASK_TYPES = [...BY_TASK_TYPE.keys()]

export function officialTask(taskType: string, body: unknown): Submission {
  const { fields, names } = inCatalogueWords(taskType, objectIn(body))
  return submissionFor(taskType, fields, names)
}

/** Throws when there is no such operation: for task types that we name ourselves. */
export function operationOf(taskType: string): Operation {
  const operation = BY_TASK_TYPE.get(taskType)
  if (!operation) throw new Error(`Runway has no ${taskType}.`)
  return operation
}

export function submissionFor(taskType: string, fields: JsonObject, names: FieldNames): Submission {
  const operation = operationOf(taskType)
  return { operation, input: readInput(operation, fields, names), names, dialect: DIALECT }
}

function inCatalogueWords(taskType: string, body: JsonObject): { fields: JsonObject; names: FieldNames } {
  switch (taskType) {
    case 'image_to_video':
      if (!isText(body.promptImage)) return { fields: body, names: {} }
      return {
        fields: { ...body, promptImage: [{ uri: body.promptImage, position: 'first' }] },
        names: { 'promptImage.0.uri': 'promptImage' },
      }
    case 'character_performance':
      return byKind(byKind({ fields: body, names: {} }, 'character', ['image', 'video']), 'reference', ['video'])
    case 'speech_to_speech':
      return byKind({ fields: body, names: {} }, 'media', ['audio', 'video'])
    default:
      return { fields: body, names: {} }
  }
}

/** `{ type: 'video', uri }` as `{ video: uri }`. */
function byKind({ fields, names }: { fields: JsonObject; names: FieldNames }, name: string, kinds: string[]) {
  const { [name]: given, ...others } = fields
  if (!isGiven(given)) return { fields: others, names }
  if (!isJsonObject(given)) throw invalidInput(name, 'must be an object')
  const { type, uri, ...rest } = given
  if (typeof type !== 'string' || !kinds.includes(type)) {
    throw invalidInput(`${name}.type`, `must be one of ${kinds.map((kind) => `"${kind}"`).join(', ')}`)
  }
  if (!isText(uri)) throw invalidInput(`${name}.uri`, 'is required')
  return {
    fields: { ...others, [name]: { ...rest, [type]: uri } },
    names: { ...names, [`${name}.${type}`]: `${name}.uri` },
  }
}

export const UPLOAD_SCHEME = 'runway://'

/** The uploads that a body names, each once. */
export function uploadsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return value.startsWith(UPLOAD_SCHEME) ? [value] : []
  if (value === null || typeof value !== 'object') return []
  return [...new Set(Object.values(value).flatMap(uploadsIn))]
}

/** The same body with the addresses of the uploads that it names. */
export function withUploads(value: Json, addresses: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return addresses.get(value) ?? value
  if (Array.isArray(value)) return value.map((one) => withUploads(one, addresses))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withUploads(inner, addresses)]))
}
