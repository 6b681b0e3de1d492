import { PolyphonyError } from '../../core/errors.ts'

/**
 * The connection broke during a commit, or during a statement that is a transaction by itself: the change is stored whole
 * or not at all, and it is unknown which.
 */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
}

/** The server did not answer within the limit; its connection was destroyed. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

/** No connection could be opened, or none became free in time: nothing was sent. */
export class NoConnection extends Error {
  override name = 'NoConnection'
}

/** A transaction met another one and was rolled back: deadlock, serialization, a lock that was not free in time. */
export function isCollision(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001' || state === '55P03'
}

/**
 * Whether the connection was lost, or none could be opened. A transaction whose commit had not been sent was then rolled
 * back.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof NoAnswer || error instanceof NoConnection) return true
  const state = sqlState(error)
  // pg reports a lost connection as a plain Error without a code; a programming error has a class.
  if (state === undefined) return error instanceof Error && error.constructor === Error
  // Class 08: the connection; 57P: a shutdown or restart; 25P03: silent for too long in a transaction; else the codes
  // of sockets, such as ECONNRESET and EPIPE.
  return /^(08|57P0|25P0[34]|E[A-Z]+$|ERR_STREAM_)/.test(state)
}

/** The server cancelled a statement at its time limit. */
function isTimedOut(error: unknown): boolean {
  return sqlState(error) === '57014'
}

/** The five characters of SQLSTATE, or the code of a system call. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The error for a caller of the store. With `store_unavailable`, the same call may succeed later. */
export function asPolyphonyError(error: unknown): PolyphonyError {
  if (error instanceof PolyphonyError) return error
  if (error instanceof OutcomeUnknown) {
    return new PolyphonyError(
      'store_unavailable',
      'The connection to the database broke during a change; whether the change was stored is not known.',
      { cause: error },
    )
  }
  const state = sqlState(error)
  if (state === '53100') {
    return new PolyphonyError('storage_full', 'The disk that holds the database is full; nothing was stored.', {
      cause: error,
    })
  }
  if (state === '42501') {
    const advice = 'Connect as the owner of the tables, or GRANT the user of DATABASE_URL all rights on them.'
    return new PolyphonyError('store_unavailable', `The database refuses the user of the gateway. ${advice}`, {
      cause: error,
    })
  }
  // A collision in all tries is temporary, too. Class 53 is a lack of resources.
  if (isLost(error) || isCollision(error) || isTimedOut(error) || state?.startsWith('53')) {
    return new PolyphonyError('store_unavailable', 'The database does not answer.', { cause: error })
  }
  return new PolyphonyError('internal', 'The database refused a statement.', { cause: error })
}
