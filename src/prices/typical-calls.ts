import type { TSchema } from 'typebox'
import type { Operation } from '../catalog/operation.ts'
import { readInput } from '../catalog/read-input.ts'
import type { Json, JsonObject } from '../core/json.ts'

/** A call of an operation by which its prices are shown. */
export interface Call {
  /** What differs from the example, such as `resolution=1080p`; '' = nothing. */
  name: string
  input: JsonObject
}

const MAX_VALUES = 12
const MAX_NUMBER = 1_000

/** The example of an operation, then the same with another value in one field, for each field that has few. */
export function typicalCalls(operation: Operation): readonly Call[] {
  const known = calls.get(operation)
  if (known) return known
  const example: Call = { name: '', input: readInput(operation, operation.example) }
  const others = Object.entries(operation.input.properties).flatMap(([field, schema]) =>
    valuesOf(schema).flatMap((value) => callWith(operation, example.input, field, value)),
  )
  const found = [example, ...others]
  calls.set(operation, found)
  return found
}

/** The example with the values that a rule asks for; nothing where they are no valid input together. */
export function callMeeting(operation: Operation, conditions: JsonObject): Call[] {
  const fields = Object.entries(conditions).filter(([field]) => Object.hasOwn(operation.input.properties, field))
  if (fields.length < Object.keys(conditions).length) return []
  try {
    const input = readInput(operation, { ...operation.example, ...conditions })
    return [{ name: fields.map((pair) => pair.join('=')).join('; '), input }]
  } catch {
    return []
  }
}

const calls = new WeakMap<Operation, readonly Call[]>()

/** Nothing where the value is that of the example, or breaks a rule of the operation. */
function callWith(operation: Operation, input: JsonObject, field: string, value: Json): Call[] {
  if (input[field] === value) return []
  try {
    const changed = readInput(operation, { ...input, [field]: value })
    return [{ name: `${field}=${value}`, input: changed }]
  } catch {
    return []
  }
}

function valuesOf(schema: TSchema): Json[] {
  const {
    type,
    enum: values,
    minimum,
    maximum,
  } = schema as {
    type?: string
    enum?: Json[]
    minimum?: number
    maximum?: number
  } // the words of a schema of the catalogue
  if (values) return values.slice(0, MAX_VALUES)
  if (type === 'boolean') return [false, true]
  if (type !== 'integer' && type !== 'number') return []
  return minimum === undefined || maximum === undefined || maximum > MAX_NUMBER ? [] : [minimum, maximum]
}
