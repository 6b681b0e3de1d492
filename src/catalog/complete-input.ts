import type { TObject, TSchema } from 'typebox'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { sentFile } from '../core/sent-files.ts'
import { booleanIn, isPlaceholder, numeralIn } from '../core/sent-values.ts'
import { sentFilesWithin } from './media.ts'

/**
 * An input as its schema has it, from what clients send: placeholders left out, texts that are numbers read as numbers,
 * files in one spelling, defaults filled in. Nothing is refused here: what does not fit stays as it came, for the validator to name.
 */

/** The words of a schema of the catalogue that decide how a value is read. */
interface Words {
  type?: string
  enum?: Json[]
  anyOf?: TSchema[]
  items?: TSchema
  /** The field without which this one means nothing: where that is absent or 0, a 0 is a placeholder here, too. */
  'x-beside'?: string
}

export function completedObject(schema: TObject, raw: JsonObject): JsonObject {
  const object: JsonObject = {}
  for (const [name, value] of Object.entries(raw)) {
    // JSON.parse creates an own property "__proto__"; an assignment would not.
    if (name === '__proto__') continue
    // Not by the name alone: a caller's field may have the name of a property of every object.
    const known = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (known && mayBeAbsent(schema, name, known) && saysNothing(known, value)) continue
    object[name] = known ? completed(known, value) : value
  }
  for (const { name, beside } of dependentsOf(schema)) {
    if (object[name] === 0 && (object[beside] === 0 || isPlaceholder(object[beside]))) delete object[name]
  }
  for (const [name, value] of defaultsOf(schema)) {
    if (object[name] === undefined) object[name] = typeof value === 'object' ? structuredClone(value) : value
  }
  return object
}

function mayBeAbsent({ required }: TObject, name: string, known: TSchema): boolean {
  return 'default' in known || !required?.includes(name)
}

/**
 * A placeholder, or a known object that has nothing but those, or nothing where it needs members: languages without null send
 * such objects whole. And a list with nothing but null and '', as form builders send it; an object in a list is meant.
 */
function saysNothing(schema: TSchema, value: Json): boolean {
  if (isPlaceholder(value)) return true
  const { items } = schema as Words
  if (Array.isArray(value)) return items !== undefined && value.every((one) => one === null || one === '')
  if (!isJsonObject(value) || !('properties' in schema)) return false
  const members = Object.entries(value)
  const { properties, required = [] } = schema as TObject
  return (
    (members.length > 0 || required.length > 0) &&
    members.every(([name, inner]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!known) return false
      const { 'x-beside': beside } = known as Words
      return saysNothing(known, inner) || (beside !== undefined && isPlaceholder(value[beside]) && isZero(inner))
    })
  )
}

/** 0, or an object that has nothing but zeros and placeholders. */
function isZero(value: Json): boolean {
  return value === 0 || isPlaceholder(value) || (isJsonObject(value) && Object.values(value).every(isZero))
}

function completed(schema: TSchema, value: Json): Json {
  if ('x-media' in schema && typeof value === 'string') return sentFile(value)
  const { items } = schema as Words
  if (Array.isArray(value)) return items ? value.map((one) => completed(items, one)) : value
  if (isJsonObject(value)) {
    const object = 'properties' in schema ? completedObject(schema as TObject, value) : value
    return 'x-media-within' in schema ? sentFilesWithin(object) : object
  }
  return typed(schema as Words, value)
}

/** Text, number or boolean as the type that the schema takes, where it is exactly that in another spelling. */
function typed(words: Words, value: Json): Json {
  if (takes(words, value)) return value
  return inChoice(words, value) ?? ofType(words, value) ?? value
}

/** Whether the schema takes this type, or has this value among its choices: then it stays as it came. */
function takes({ type, enum: choices, anyOf }: Words, value: Json): boolean {
  if (anyOf) return anyOf.some((one) => takes(one as Words, value))
  if (choices) return choices.includes(value)
  return type === 'integer' ? typeof value === 'number' : type === typeof value
}

/** The choice that the value spells: 5 for "5" and the reverse. `2` also spells "2.0", since JSON has one form of it. */
function inChoice({ enum: choices, anyOf }: Words, value: Json): Json | undefined {
  if (anyOf) return anyOf.map((one) => inChoice(one as Words, value)).find((one) => one !== undefined)
  if (!choices) return undefined
  if (typeof value === 'string') {
    const spelt = numeralIn(value) ?? booleanIn(value)
    return choices.find((one) => one === spelt) ?? secondsAmong(choices, spelt)
  }
  if (typeof value !== 'number') return undefined
  const texts = choices.filter((one) => typeof one === 'string')
  return (
    texts.find((one) => one === String(value)) ??
    texts.find((one) => numeralIn(one) === value) ??
    secondsAmong(choices, value)
  )
}

/** 8 for "8s", where all choices are numbers of seconds. */
function secondsAmong(choices: readonly Json[], value: Json | undefined): Json | undefined {
  if (typeof value !== 'number') return undefined
  const areSeconds = choices.every((one) => typeof one === 'string' && /^\d+s$/.test(one))
  return areSeconds ? choices.find((one) => one === `${value}s`) : undefined
}

function ofType({ type, anyOf }: Words, value: Json): Json | undefined {
  if (typeof value !== 'string') return undefined
  if (anyOf) return anyOf.map((one) => ofType(one as Words, value)).find((one) => one !== undefined)
  if (type === 'boolean') return booleanIn(value)
  return type === 'integer' || type === 'number' ? numeralIn(value) : undefined
}

const defaults = new WeakMap<TObject, [name: string, value: Json][]>()

/** The fields of an object with a default. */
function defaultsOf(schema: TObject): [name: string, value: Json][] {
  let found = defaults.get(schema)
  if (!found) {
    found = Object.entries(schema.properties).flatMap(
      ([name, field]): [string, Json][] => ('default' in field ? [[name, field.default as Json]] : []), // a schema's default is JSON
    )
    defaults.set(schema, found)
  }
  return found
}

interface Dependent {
  name: string
  beside: string
}

const dependents = new WeakMap<TObject, Dependent[]>()

/** The fields of an object that mean something only beside another. */
function dependentsOf(schema: TObject): Dependent[] {
  let found = dependents.get(schema)
  if (!found) {
    found = Object.entries(schema.properties).flatMap(([name, field]) => {
      const { 'x-beside': beside } = field as Words
      return beside === undefined ? [] : [{ name, beside }]
    })
    dependents.set(schema, found)
  }
  return found
}
