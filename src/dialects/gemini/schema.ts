import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * Gemini's `Schema` (https://ai.google.dev/api/caching#Schema) as JSON Schema: types in capitals, `nullable`, numbers of
 * items as text, and an order of properties, which JSON Schema does not have.
 */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([name]) => !LEFT_OUT.has(name))
  const converted = Object.fromEntries(kept.map(([name, value]) => [keyOf(name), inJsonSchema(keyOf(name), value)]))
  return schema.nullable === true ? withNull(converted) : converted
}

const LEFT_OUT: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'property_ordering', 'example'])

const KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any_of: 'anyOf',
    min_items: 'minItems',
    max_items: 'maxItems',
    min_length: 'minLength',
    max_length: 'maxLength',
    min_properties: 'minProperties',
    max_properties: 'maxProperties',
  }),
)

function keyOf(name: string): string {
  return KEYS.get(name) ?? name
}

/** Written as text, since they are 64-bit numbers in protobuf. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])

function inJsonSchema(key: string, value: Json): Json {
  if (key === 'type' && typeof value === 'string') return value.toLowerCase()
  if (COUNTS.has(key) && typeof value === 'string') return Number(value)
  if (key === 'items' && isJsonObject(value)) return jsonSchemaOf(value)
  if (key === 'anyOf' && Array.isArray(value)) return value.map((one) => (isJsonObject(one) ? jsonSchemaOf(one) : one))
  if (key === 'properties' && isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([property, one]) => [property, isJsonObject(one) ? jsonSchemaOf(one) : one]),
    )
  return value
}

function withNull(schema: JsonObject): JsonObject {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const type = [schema.type, 'null']
  return Array.isArray(schema.enum) ? { ...schema, type, enum: [...schema.enum, null] } : { ...schema, type }
}
