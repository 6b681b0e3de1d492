import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
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

export function isGiven(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null
}

/** Text that may be left out; `null` and '' count as left out. Throws `invalid_input`. */
export function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalidInput(field, 'must be a string')
  return value
}

/** A field as a member of an object; nothing where it is absent or `null`. */
export function given(name: string, value: Json | undefined): JsonObject {
  return isGiven(value) ? { [name]: value } : {}
}

/** The fields that have a value: clients send `null` for what they do not use. */
export function withoutNulls(fields: Record<string, Json | undefined>): JsonObject {
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
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
  const rule = `must be a whole number from ${minimum} to ${maximum}`
  throw invalidInput(name, typeof text === 'string' ? `${rule}, not ${JSON.stringify(text.slice(0, 60))}` : rule)
}
