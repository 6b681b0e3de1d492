import type { TSchema } from 'typebox'
import { faultOf } from '../catalog/read-input.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { numeralIn } from '../core/sent-values.ts'
import { pathFieldsOf, type Verb } from './verb.ts'

/** The parts of a request, as they arrived. */
export interface RawRequest {
  path: Record<string, string>
  query: Record<string, unknown>
  body: unknown
}

/** A verb as far as its input is read. */
type Reading = Pick<Verb, 'method' | 'path' | 'input'> & Partial<Pick<Verb, 'hasOpenBody' | 'hasOwnChecks'>>

/** The input of a verb out of a request. Throws `malformed_body`, and `invalid_input` naming the field. */
export function inputFrom(verb: Reading, { path, query, body }: RawRequest): JsonObject {
  const inPath = pathFieldsOf(verb)
  const inBody = verb.method === 'GET' ? {} : objectIn(verb, body)
  const inQuery = verb.method === 'GET' ? valuesOf(verb, query) : {}
  for (const name of inPath) {
    if (Object.hasOwn(inBody, name)) throw invalidInput(name, 'is in the path, and must not be in the body')
  }
  const names = Object.fromEntries(inPath.map((name): [string, Json] => [name, path[name] ?? '']))
  return checkInput(verb, { ...inQuery, ...inBody, ...names })
}

/** Throws `invalid_input`, naming the field, for input that the verb does not take. */
export function checkInput(verb: Omit<Reading, 'method' | 'path'>, input: JsonObject): JsonObject {
  if (verb.hasOwnChecks) return input
  const known = Object.keys(verb.input.properties)
  const unknown = Object.keys(input).find((name) => !known.includes(name))
  if (unknown !== undefined && !verb.hasOpenBody) {
    const fields = known.length === 0 ? 'there are none' : `there are: ${known.join(', ')}`
    throw invalidInput(unknown, `is not a field of this (${fields})`)
  }
  const fault = faultOf(verb.input, input)
  if (fault) throw invalidInput(fault.field, fault.rule)
  return input
}

/** A body may be left out where every field of it may be. Verbs without fields in a body read none. */
function objectIn(verb: Reading, body: unknown): JsonObject {
  const inPath = pathFieldsOf(verb)
  const fields = Object.keys(verb.input.properties).filter((name) => !inPath.includes(name))
  if (fields.length === 0 && !verb.hasOpenBody) return {}
  const isOptional = !verb.hasOpenBody && fields.every((name) => !verb.input.required?.includes(name))
  if (body === undefined && isOptional) return {}
  if (!isJsonObject(body)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  return body
}

/** The values of a query, which are texts, in the types of their fields. What has no such type is refused later. */
function valuesOf({ input }: Pick<Verb, 'input'>, query: Record<string, unknown>): JsonObject {
  const entries = Object.entries(query).flatMap(([name, value]): [string, Json][] => {
    if (value === '') return [] // a form sends every field
    const schema = Object.hasOwn(input.properties, name) ? input.properties[name] : undefined
    return [[name, typedValue(schema, value)]]
  })
  return Object.fromEntries(entries)
}

function typedValue(schema: TSchema | undefined, value: unknown): Json {
  const { type } = (schema ?? {}) as { type?: string }
  if (type === 'array') return Array.isArray(value) ? value.map(String) : String(value).split(',')
  if (typeof value !== 'string') return value as Json // a name that was sent twice is an array of texts
  if (type === 'integer' || type === 'number') return numeralIn(value.trim()) ?? value
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}
