import pg from 'pg'
import { forNodePostgres } from '../../core/postgres-url.ts'
import type { Limits } from './limits.ts'

const BIGINT_OID = 20
/** After this long without traffic, the kernel probes the other side of a connection. */
const KEEP_ALIVE_MS = 5_000

/** How connections are opened. */
export interface SessionOptions {
  url: string
  /**
   * Whether limits may be set when a connection is opened, so that they apply to every statement. PgBouncer refuses
   * parameters that it does not track, and a `set` would reach whichever server connection is next. Behind it, only
   * transactions have them, by `set local` (see `beginWith`); single statements have the time limit of the client.
   */
  takesLimits: boolean
}

export function clientConfig({ url, takesLimits }: SessionOptions, limits: Limits): pg.ClientConfig {
  return {
    connectionString: forNodePostgres(url),
    fallback_application_name: 'polyphony',
    types: { getTypeParser },
    connectionTimeoutMillis: limits.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...(takesLimits && {
      statement_timeout: limits.statementMs,
      lock_timeout: limits.lockMs,
      idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    }),
  }
}

/** Begins a transaction with its limits, in one round trip. They end with the transaction, so they work through any pooler. */
export function beginWith({ statementMs, lockMs, idleInTransactionMs }: Limits): string {
  return [
    'begin',
    `set local statement_timeout = ${statementMs}`,
    `set local lock_timeout = ${lockMs}`,
    `set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  ].join('; ')
}

/** Instants and points stay below 2^53, so they may be numbers. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser
