import { type ErrorCode, PolyphonyError } from '../core/errors.ts'

const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : Number.NaN
  return Number.isNaN(code) ? undefined : code & 0xff // the extended codes hold the primary one in the low byte
}

export function isDiskTrouble(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === SQLITE_FULL || code === SQLITE_IOERR
}

/** An error as it is sent from the writer's thread; `cause` is the stack of the original error. */
export interface PlainError {
  code: ErrorCode
  message: string
  cause?: string
}

export function plainErrorOf(error: unknown): PlainError {
  if (error instanceof PolyphonyError) {
    const { code, message, cause } = error
    return { code, message, ...(typeof cause === 'string' ? { cause } : {}) } // as `errorOfPlain` made it
  }
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  switch (sqliteCode(error)) {
    case SQLITE_FULL:
      return { code: 'storage_full', message: 'The disk that holds the database is full; nothing was stored.', cause }
    case SQLITE_BUSY:
    case SQLITE_IOERR:
      return { code: 'store_unavailable', message: 'The database does not answer; nothing was stored.', cause }
    default:
      return { code: 'internal', message: 'The database refused a statement.', cause }
  }
}

export function errorOfPlain({ code, message, cause }: PlainError): PolyphonyError {
  return new PolyphonyError(code, message, cause === undefined ? {} : { cause })
}
