import type { TObject, TSchema } from 'typebox'
import type { JsonObject } from '../../../core/json.ts'

/** The input with every known field, absent ones as Go's zero values: so PiAPI echoes the services that Qubico runs. */
export function withZeros(schema: TObject, input: JsonObject): JsonObject {
  const known = Object.entries(schema.properties).map(([name, field]) => [name, input[name] ?? zeroOf(field)])
  return { ...Object.fromEntries(known), ...input }
}

function zeroOf(field: TSchema): string | number | boolean | null {
  const { type } = field as { type?: string }
  if (type === 'string' || 'enum' in field) return ''
  if (type === 'integer' || type === 'number') return 0
  return type === 'boolean' ? false : null
}
