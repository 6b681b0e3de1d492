import type { PolyphonyError } from '../../core/errors.ts'

/** The status and code of docs/errors.md; `field` where one is wrong. */
export function errorBody({ code, status, message, details }: PolyphonyError): { status: number; body: object } {
  const { field } = details
  return { status, body: { error: { code, message, ...(field === undefined ? {} : { field }) } } }
}
