import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { booleanIn, isPlaceholder, numeralIn } from '../../core/sent-values.ts'
import type { Submission } from '../../tasks/tasks.ts'

/** What all protocols read of bodies and queries in the same way. */

/** A request's body as a JSON object. Throws `malformed_body`. */
export function objectIn(body: unknown): JsonObject {
  if (!isJsonObject(body)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  return body
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** Whether a field that may be left out says something: `null`, '' and an empty list are what clients send for nothing. */
export function isGiven(value: Json | undefined): value is Exclude<Json, null> {
  return !isPlaceholder(value)
}

/** Text that may be left out. Throws `invalid_input`. */
export function optionalText(value: Json | undefined, field: string): string | undefined {
  if (!isGiven(value)) return undefined
  if (typeof value !== 'string') throw invalidInput(field, 'must be a string')
  return value
}

/** A boolean that may be left out, also as the text "true" or "false". Throws `invalid_input`. */
export function optionalFlag(value: Json | undefined, field: string): boolean | undefined {
  if (!isGiven(value)) return undefined
  const flag = typeof value === 'string' ? booleanIn(value) : value
  if (typeof flag !== 'boolean') throw invalidInput(field, `must be a boolean, not ${shown(value)}`)
  return flag
}

/** A number that may be left out, also as text. Throws `invalid_input`. */
export function optionalNumber(value: Json | undefined, field: string): number | undefined {
  if (!isGiven(value)) return undefined
  const number = typeof value === 'string' ? numeralIn(value) : value
  if (typeof number !== 'number') throw invalidInput(field, `must be a number, not ${shown(value)}`)
  return number
}

/** A value in an error message. Objects are not written out: they may be nested more deeply than a stack can follow. */
export function shown(value: Json): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 60) : value).slice(0, 64)
}

/** A field as a member of an object; nothing where it holds a placeholder. */
export function given(name: string, value: Json | undefined): JsonObject {
  return isGiven(value) ? { [name]: value } : {}
}

/** The fields that have a value. */
export function withoutPlaceholders(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((one): one is [string, Json] => isGiven(one[1])))
}

/** A URL to be notified at, under the field's own name. Throws `invalid_input`. */
export function webhookIn(field: string, value: Json | undefined): Pick<Submission, 'webhook'> {
  const url = optionalText(value, field)
  return url === undefined ? {} : { webhook: { field, url } }
}

/** The ids of a list in a body; what is not a string is the id of no task. Throws `invalid_input`. */
export function idsIn(ids: Json | undefined, most: number): string[] {
  if (!isGiven(ids)) return []
  if (!Array.isArray(ids)) throw invalidInput('ids', 'must be an array of task ids')
  if (ids.length > most) throw invalidInput('ids', `has at most ${most} ids, not ${ids.length}`)
  return ids.filter((id) => typeof id === 'string')
}

/** A whole number of a query. A name that was sent twice is an array, which is not a number. Throws `invalid_input`. */
export function wholeNumberIn(
  query: unknown,
  name: string,
  { minimum, maximum, fallback }: { minimum: number; maximum: number; fallback: number },
): number {
  const { [name]: text } = query as Record<string, unknown> // as Fastify parses it
  if (text === undefined || text === '') return fallback
  const value = typeof text === 'string' ? numeralIn(text.trim()) : undefined
  if (value !== undefined && Number.isInteger(value) && value >= minimum && value <= maximum) return value
  const rule = `must be a whole number from ${minimum} to ${maximum}`
  throw invalidInput(name, typeof text === 'string' ? `${rule}, not ${JSON.stringify(text.slice(0, 60))}` : rule)
}
