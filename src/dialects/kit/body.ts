import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'

/** A request's body as a JSON object. Throws `malformed_body`. */
export function objectIn(body: unknown): JsonObject {
  if (!isJsonObject(body)) throw new PolyphonyError('malformed_body', 'The body must be a JSON object.')
  return body
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
