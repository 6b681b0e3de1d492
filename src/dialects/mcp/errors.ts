import type { ErrorCode, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ToolResult } from './tool.ts'

/** https://www.jsonrpc.org/specification#error_object; -32000 is the first of those that a server defines. */
const CODES: Partial<Record<ErrorCode, number>> = {
  malformed_body: -32_700,
  invalid_input: -32_602,
  internal: -32_603,
}
const OTHER = -32_000

/** A request that reached no tool: an error of JSON-RPC, beside the HTTP status. `id` is that of the message, if it was read. */
export function errorBody({ code, message, details, status }: PolyphonyError, id: unknown) {
  const { field } = details
  const data = { code, ...(field === undefined ? {} : { field }) }
  const known = typeof id === 'string' || typeof id === 'number' ? id : null
  return { status, body: { jsonrpc: '2.0', id: known, error: { code: CODES[code] ?? OTHER, message, data } } }
}

/** What a tool could not do: a result, which models read and mend (specification 2026-07-28, server/tools, error handling). */
export function errorResult({ code, message, details }: PolyphonyError): ToolResult {
  const { field, retryAfterSeconds } = details
  const error: JsonObject = {
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
  }
  return { content: [{ type: 'text', text: `${code}: ${message}` }], structuredContent: { error }, isError: true }
}
