import type { PolyphonyError } from '../../core/errors.ts'
import { errorBody, errorStatus } from '../shared/relay-errors.ts'

/** Runway's own API has one status for every error in a request, and for a lack of credits. */
const AS_BAD_REQUEST = new Set([402, 413, 415, 422])

/** Runway's own API: a sentence, and the field if one is wrong. */
export function runwayError({ status, message, details }: PolyphonyError): { status: number; body: object } {
  const { field } = details
  const issues = field === undefined ? {} : { issues: [{ path: field.split('.'), message }] }
  return { status: AS_BAD_REQUEST.has(status) ? 400 : status, body: { error: message, ...issues } }
}

/** The reverse format: `code` is a number and `msg` the sentence, in addition to what clients of relays read. */
export function reverseError(error: PolyphonyError): { status: number; body: object } {
  const { message, data, error: shape } = errorBody(error)
  const status = errorStatus(error)
  return { status, body: { code: status, msg: message, message, data, error: shape } }
}

export function webError(error: PolyphonyError): { status: number; body: object } {
  return { status: errorStatus(error), body: errorBody(error) }
}
