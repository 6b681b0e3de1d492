import { PolyphonyError } from '../../core/errors.ts'

/** A vendor's answer as it can stand in a line of results. Throws `output_unusable` where it is no JSON. */
export function asOneLine(body: string): string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (cause) {
    throw new PolyphonyError('output_unusable', 'The vendor answers with something that is no JSON.', { cause })
  }
  return /[\r\n]/.test(body) ? JSON.stringify(value) : body
}
