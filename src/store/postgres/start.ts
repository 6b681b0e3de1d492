import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { postgresPlace } from '../../core/postgres-url.ts'
import { sqlState } from './errors.ts'
import type { Limits } from './limits.ts'
import type { StoreLog } from './log.ts'
import { clientConfig, type SessionOptions } from './session.ts'

const TRY_EVERY_MS = 500
const REPORT_EVERY_MS = 5 * SECOND_MS

export interface StartOptions {
  url: string
  /** How long to wait for a database that does not answer. 0 = one try. */
  waitMs: number
  limits: Limits
  log: StoreLog
}

/**
 * Waits until the database accepts a connection, and finds out which session options it allows. Rejects with `store_unavailable`:
 * at once when waiting cannot help (a wrong password, no such database), else after `waitMs`.
 */
export async function waitForDatabase(options: StartOptions): Promise<SessionOptions> {
  const { url, waitMs, limits, log } = options
  const startedAt = performance.now()
  let reportedAt = Number.NEGATIVE_INFINITY
  for (;;) {
    try {
      return await findSession(url, limits)
    } catch (error) {
      const waitedMs = performance.now() - startedAt
      const refusal = refusalOf(error, url)
      if (refusal) throw refusal
      if (waitedMs + TRY_EVERY_MS > waitMs) throw noAnswer(error, url, waitedMs)
      if (performance.now() - reportedAt >= REPORT_EVERY_MS) {
        reportedAt = performance.now()
        const details = { database: postgresPlace(url), cause: messageOf(error), waitedSeconds: seconds(waitedMs) }
        log.warn(details, 'the database does not answer; waiting for it')
      }
      await delay(TRY_EVERY_MS)
    }
  }
}

async function findSession(url: string, limits: Limits): Promise<SessionOptions> {
  try {
    return await opened({ url, takesLimits: true }, limits)
  } catch (error) {
    // PgBouncer's message; PostgreSQL itself knows these parameters in every supported version.
    if (!/unsupported startup parameter/i.test(messageOf(error))) throw error
    return await opened({ url, takesLimits: false }, limits)
  }
}

async function opened(session: SessionOptions, limits: Limits): Promise<SessionOptions> {
  const client = new pg.Client(clientConfig(session, limits))
  client.on('error', () => {}) // `connect` rejects as well
  await client.connect()
  await client.end()
  return session
}

/** The error for a fault that waiting cannot fix, with what to do; undefined for other faults. */
function refusalOf(error: unknown, url: string): PolyphonyError | undefined {
  const advice = adviceOf(error)
  if (advice === undefined) return undefined
  return new PolyphonyError('store_unavailable', `The database ${postgresPlace(url)} cannot be used. ${advice}`, {
    cause: error,
  })
}

function adviceOf(error: unknown): string | undefined {
  switch (sqlState(error)) {
    case '28P01':
      return 'Check the user and the password in DATABASE_URL.'
    case '28000':
      return "Check the user in DATABASE_URL, and the server's pg_hba.conf."
    case '3D000':
      return 'Create the database, or correct its name in DATABASE_URL.'
    case '42501':
      return 'Give the user of DATABASE_URL the right to connect.'
    case '08P01': // PgBouncer's code for everything that it refuses, also with the message of the server behind it
      return /no such (database|user)|does not exist|authentication failed|not permitted/i.test(messageOf(error))
        ? 'Check DATABASE_URL and PgBouncer.'
        : undefined
    default: // the message tells more than the code
  }
  if (isOfFile(error)) return 'Check the files that DATABASE_URL names (sslrootcert, sslcert, sslkey).'
  const message = messageOf(error)
  if (/does not support SSL/i.test(message))
    return 'It has no TLS: leave sslmode out of DATABASE_URL, or set it to disable.'
  if (/certificate|altnames/i.test(message)) {
    return 'In DATABASE_URL, sslrootcert=FILE names the authority of its certificate; sslmode=no-verify encrypts, and trusts any certificate.'
  }
  return /SASL|password must be/i.test(message) ? 'Check the password in DATABASE_URL.' : undefined
}

/** A socket that is not there is a server that does not run: that is waited for. */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'open'
}

function noAnswer(error: unknown, url: string, waitedMs: number): PolyphonyError {
  const within = waitedMs < SECOND_MS / 2 ? '' : ` within ${seconds(waitedMs)} s`
  const message = `The database ${postgresPlace(url)} did not answer${within}. Check that it runs, and DATABASE_URL.`
  return new PolyphonyError('store_unavailable', message, { cause: error })
}

/** A host with several addresses fails with an error for each, and no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

const seconds = (ms: number): number => Math.round(ms / SECOND_MS)
