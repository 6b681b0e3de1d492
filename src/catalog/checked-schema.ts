import type { TSchema } from 'typebox'
import { boundedPattern } from './bounded-patterns.ts'

/**
 * The schema by which values are checked: its patterns run over texts of any length, and integers without limits of their own
 * are those that a double holds exactly, since JSON.parse rounds larger ones. Seeds may be larger: clients draw them from 64 bits,
 * and a rounded one is as good, as it is rounded the same each time.
 */
export function checkedSchema<Schema extends TSchema>(schema: Schema): Schema {
  return checked(schema) as Schema
}

function checked(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => checked(one))
  if (typeof value !== 'object' || value === null) return value
  // TypeBox marks a schema's optional members with properties that are not enumerable.
  const copy = Object.create(Object.getPrototypeOf(value), Object.getOwnPropertyDescriptors(value))
  for (const [name, one] of Object.entries({ ...value, ...(key === 'seed' ? {} : limitsOf(value)) })) {
    const isPattern = name === 'pattern' && typeof one === 'string'
    Object.defineProperty(copy, name, {
      value: isPattern ? boundedPattern(one) : checked(one, name),
      enumerable: true,
    })
  }
  return copy
}

/** The words of a schema that limit an integer. */
interface Limits {
  type?: unknown
  minimum?: unknown
  exclusiveMinimum?: unknown
  maximum?: unknown
  exclusiveMaximum?: unknown
}

function limitsOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Limits): Limits {
  if (type !== 'integer') return {}
  return {
    ...(minimum === undefined && exclusiveMinimum === undefined ? { minimum: Number.MIN_SAFE_INTEGER } : {}),
    ...(maximum === undefined && exclusiveMaximum === undefined ? { maximum: Number.MAX_SAFE_INTEGER } : {}),
  }
}
