import type { Task } from './task.ts'

/** What the gateway answered in place of a result. `code` is one of docs/errors.md, or `network` without an answer. */
export class PolyphonyError extends Error {
  override readonly name = 'PolyphonyError'
  readonly code: string
  /** The HTTP status; undefined for a task that failed, and without an answer. */
  readonly status: number | undefined
  /** The field that is wrong: `input.prompt`. */
  readonly field: string | undefined
  /** The id of the request in the gateway's log. */
  readonly requestId: string | undefined
  /** The task that failed or was cancelled. */
  readonly task: Task | undefined

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = details.status
    this.field = details.field
    this.requestId = details.requestId
    this.task = details.task
  }
}

export interface ErrorDetails {
  status?: number | undefined
  field?: string | undefined
  requestId?: string | undefined
  task?: Task | undefined
  cause?: unknown
}

/** The error of an answer, whatever its form: a proxy before the gateway may have written it. */
export async function errorOf(response: Response): Promise<PolyphonyError> {
  const { status } = response
  const text = await response.text()
  const { error } = (asObject(text) ?? {}) as { error?: { code?: unknown; message?: unknown; field?: unknown } }
  const code = typeof error?.code === 'string' ? error.code : `http_${status}`
  const message = typeof error?.message === 'string' ? error.message : `The gateway answered ${status}.`
  const field = typeof error?.field === 'string' ? error.field : undefined
  return new PolyphonyError(code, message, {
    status,
    field,
    requestId: response.headers.get('x-request-id') ?? undefined,
  })
}

function asObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined // a page of a proxy
  }
}
