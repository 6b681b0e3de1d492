import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** Deeper than this, only what a schema requires is made, and a schema that requires itself for ever is given up. */
const OPTIONAL_DEPTH = 4
const MAX_DEPTH = 24

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date-time', '2026-01-01T00:00:00Z'],
  ['date', '2026-01-01'],
  ['time', '00:00:00Z'],
  ['email', 'sandbox@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['hostname', 'example.com'],
])

/**
 * The same value each time for a JSON schema, and one that fits it: types, enumerations, limits, required fields, unions
 * and references within the schema. A `pattern` is not followed.
 */
export function fittingValue(schema: Json): Json {
  return valueFor(schema, { root: schema, depth: 0, name: 'value' })
}

interface Place {
  root: Json
  depth: number
  /** Of the field, as which texts are recognized. */
  name: string
}

function valueFor(schema: Json | undefined, place: Place): Json {
  if (!isJsonObject(schema) || place.depth > MAX_DEPTH) return null
  if (typeof schema.$ref === 'string') return valueFor(referred(schema.$ref, place.root), deeper(place))
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0] as Json // not empty
  const union = schema.anyOf ?? schema.oneOf
  if (Array.isArray(union)) return valueFor(merged(schema, chosen(union)), deeper(place))
  if (Array.isArray(schema.allOf)) {
    const whole = schema.allOf.reduce<JsonObject>((sum, one) => merged(sum, resolved(one, place.root)), { ...schema })
    return valueFor({ ...whole, allOf: null }, deeper(place))
  }
  return ofType(typeIn(schema), schema, place)
}

function ofType(type: string, schema: JsonObject, place: Place): Json {
  switch (type) {
    case 'object':
      return objectFor(schema, place)
    case 'array':
      return listFor(schema, place)
    case 'string':
      return textFor(schema, place.name)
    case 'integer':
    case 'number':
      return numberFor(schema, type === 'integer')
    case 'boolean':
      return true
    default:
      return null
  }
}

function typeIn(schema: JsonObject): string {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  if (typeof type === 'string') return type
  if (isJsonObject(schema.properties)) return 'object'
  return schema.items === undefined ? 'string' : 'array'
}

function objectFor(schema: JsonObject, place: Place): JsonObject {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : []
  const names = place.depth < OPTIONAL_DEPTH ? [...new Set([...Object.keys(properties), ...required])] : required
  return Object.fromEntries(names.map((name) => [name, valueFor(properties[name] ?? {}, { ...deeper(place), name })]))
}

function listFor(schema: JsonObject, place: Place): Json[] {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems.map((one) => valueFor(one, deeper(place))) : []
  const atLeast = numberIn(schema.minItems) ?? (place.depth < OPTIONAL_DEPTH ? 1 : 0)
  const wanted = Math.min(Math.max(atLeast, first.length), numberIn(schema.maxItems) ?? Infinity, 100)
  const rest = Array.from({ length: Math.max(0, wanted - first.length) }, () =>
    valueFor(schema.items ?? {}, deeper(place)),
  )
  return [...first, ...rest]
}

function textFor(schema: JsonObject, name: string): string {
  const text = FORMATS.get(typeof schema.format === 'string' ? schema.format : '') ?? `sandbox ${name}`
  const padded = text.padEnd(Math.min(numberIn(schema.minLength) ?? 0, 100_000), '.')
  return padded.slice(0, numberIn(schema.maxLength) ?? padded.length)
}

function numberFor(schema: JsonObject, isWhole: boolean): number {
  const step = numberIn(schema.multipleOf) ?? (isWhole ? 1 : 0.5)
  const above = numberIn(schema.exclusiveMinimum)
  const below = numberIn(schema.exclusiveMaximum)
  const least = Math.max(numberIn(schema.minimum) ?? -Infinity, above === undefined ? -Infinity : above + step)
  const most = Math.min(numberIn(schema.maximum) ?? Infinity, below === undefined ? Infinity : below - step)
  const near = Math.min(Math.max(step, least), most)
  const rounded = Math.ceil(near / step) * step
  return rounded > most ? Math.floor(most / step) * step : rounded
}

/** The first member that is not null: a field that may be null is filled. */
function chosen(union: readonly Json[]): JsonObject {
  const member = union.find((one) => isJsonObject(one) && one.type !== 'null') ?? union[0]
  return isJsonObject(member) ? member : {}
}

function merged(schema: JsonObject, other: JsonObject): JsonObject {
  const { anyOf, oneOf, allOf, ...own } = schema
  const properties = { ...objectOr(own.properties), ...objectOr(other.properties) }
  const required = [...listOr(own.required), ...listOr(other.required)]
  return {
    ...own,
    ...other,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  }
}

function resolved(schema: Json, root: Json): JsonObject {
  const target = isJsonObject(schema) && typeof schema.$ref === 'string' ? referred(schema.$ref, root) : schema
  return isJsonObject(target) ? target : {}
}

/** A reference within the schema: `#/$defs/Song`. */
function referred(reference: string, root: Json): Json | undefined {
  let value: Json | undefined = root
  for (const step of reference.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return reference.startsWith('#') ? value : undefined
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 }
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function listOr(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}
