import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'

/** Bodies made from one that is right, by the schema that describes it: at every depth of what the body has. */

interface Words {
  type?: string
  enum?: Json[]
  anyOf?: JsonObject[]
  properties?: Record<string, JsonObject>
  required?: string[]
  items?: JsonObject
  default?: Json
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
}

/** Calls `change` with the fields of every object in the body that the schema knows. */
function eachObject(schema: Words, value: Json, change: (fields: JsonObject, schema: Words) => JsonObject): Json {
  const { properties, items } = schema
  if (Array.isArray(value)) return items ? value.map((one) => eachObject(items, one, change)) : value
  if (!isJsonObject(value) || !properties) return value
  const within = Object.entries(value).map(([name, one]): [string, Json] => [
    name,
    Object.hasOwn(properties, name) ? eachObject(properties[name] ?? {}, one, change) : one,
  ])
  return change(Object.fromEntries(within), schema)
}

const optionalIn = ({ properties = {}, required = [] }: Words) =>
  Object.entries(properties).filter(([name]) => !required.includes(name))

/** The body without the fields that may be left out. */
export function withoutOptional(schema: Words, body: JsonObject): JsonObject {
  return eachObject(schema, body, (fields, words) => {
    const optional = new Set(optionalIn(words).map(([name]) => name))
    return Object.fromEntries(Object.entries(fields).filter(([name]) => !optional.has(name)))
  }) as JsonObject // an object stays an object
}

/** The body with a placeholder in every field that it leaves out, and how many there are. */
export function withPlaceholders(
  schema: Words,
  body: JsonObject,
  placeholder: Json,
): { body: JsonObject; count: number } {
  let count = 0
  const filled = eachObject(schema, body, (fields, words) => {
    const absent = optionalIn(words).filter(([name]) => !Object.hasOwn(fields, name))
    count += absent.length
    return { ...fields, ...Object.fromEntries(absent.map(([name]) => [name, placeholder])) }
  })
  return { body: filled as JsonObject, count }
}

/** The top-level numbers and booleans that the body leaves out, each with a value that it takes. */
export function absentScalars(schema: Words, body: JsonObject): [name: string, value: Json][] {
  return optionalIn(schema).flatMap(([name, field]): [string, Json][] => {
    const value = Object.hasOwn(body, name) ? undefined : scalarOf(field)
    return value === undefined ? [] : [[name, value]]
  })
}

function scalarOf({
  type,
  enum: choices,
  anyOf,
  minimum,
  maximum,
  exclusiveMinimum,
  ...words
}: Words): Json | undefined {
  if (anyOf) return undefined
  if (choices) return choices.find((one) => typeof one === 'number' || typeof one === 'boolean')
  if (typeof words.default === 'number' || typeof words.default === 'boolean') return words.default
  if (type === 'boolean') return true
  if (type !== 'integer' && type !== 'number') return undefined
  return minimum ?? maximum ?? (exclusiveMinimum === undefined ? 1 : exclusiveMinimum + 1)
}

/** The body with its documented numbers and booleans as texts, and how many there are. */
export function asTexts(schema: Words, body: JsonObject): { body: JsonObject; count: number } {
  let count = 0
  const written = eachObject(schema, body, (fields, { properties = {} }) => {
    const entries = Object.entries(fields).map(([name, value]): [string, Json] => {
      const isScalar = typeof value === 'number' || typeof value === 'boolean'
      if (!isScalar || !takesScalar(properties[name] ?? {})) return [name, value]
      count++
      return [name, String(value)]
    })
    return Object.fromEntries(entries)
  })
  return { body: written as JsonObject, count }
}

/** Whether the field takes a number or boolean, and no text. */
function takesScalar({ type, enum: choices, anyOf }: Words): boolean {
  if (anyOf) return !anyOf.some((one) => (one as Words).type === 'string' && !('enum' in one))
  return choices
    ? choices.every((one) => typeof one !== 'string')
    : ['integer', 'number', 'boolean'].includes(type ?? '')
}
