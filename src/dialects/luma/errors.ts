import type { PolyphonyError } from '../../core/errors.ts'

const UNPROCESSABLE = 422

/**
 * Luma's own API answers with `detail`: a sentence, or a list where a field is wrong. Which status goes with the list is
 * not documented; it is the one that servers of that make use.
 */
export function lumaError({ code, status, message, details }: PolyphonyError): { status: number; body: object } {
  const { field } = details
  if (code !== 'invalid_input' || field === undefined) return { status, body: { detail: message } }
  const one = { type: 'value_error', loc: ['body', ...field.split('.')], msg: message, input: null, ctx: {} }
  return { status: UNPROCESSABLE, body: { detail: [one] } }
}
