import type { FastifyRequest } from 'fastify'
import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import { unknownBody } from './from-task.ts'

/** Where the status differs from the core's: this API knows 400, 402, 403, 422, 429, 500 and 503. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  unauthorized: 403,
  malformed_body: 422,
  invalid_input: 422,
  address_refused: 422,
  parent_not_usable: 422,
  unsupported_media: 422,
  vendor_refused: 500,
  vendor_silent: 503,
  output_unusable: 500,
  timed_out: 503,
  storage_full: 503,
}

export function statusOf({ code, status }: PolyphonyError): number {
  return STATUS[code] ?? status
}

/** `detail` is a sentence, or for a body that breaks a rule the list that FastAPI writes. */
export function errorBody(error: PolyphonyError, request: Pick<FastifyRequest, 'method' | 'query'>) {
  const { code, message } = error
  if (code === 'task_not_found') {
    const { id } = request.query as { id?: unknown }
    return { ...unknownBody(typeof id === 'string' ? id : ''), detail: message }
  }
  if (statusOf(error) !== 422 || code === 'idempotency_mismatch') return { detail: message }
  return { detail: [{ loc: placeOf(error, request.method), msg: message, type: typeOf(error) }] }
}

function placeOf({ details: { field } }: PolyphonyError, method: string): (string | number)[] {
  const where = method === 'GET' ? 'query' : 'body'
  if (field === undefined || field === '') return [where]
  return [where, ...field.split('.').map((name) => (/^\d+$/.test(name) ? Number(name) : name))]
}

function typeOf({ code, details }: PolyphonyError): string {
  if (code === 'malformed_body') return 'json_invalid'
  return details.rule === 'is required' ? 'missing' : 'value_error'
}
