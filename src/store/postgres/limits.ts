import { MINUTE_MS, SECOND_MS } from '../../core/clock.ts'

/** Time limits of a connection, in milliseconds. 0 = no limit. */
export interface Limits {
  /** The server cancels a statement (`statement_timeout`). */
  statementMs: number
  /** The server ends a wait for a lock (`lock_timeout`). */
  lockMs: number
  /** The server ends a session that is idle in a transaction: its node is frozen or gone. */
  idleInTransactionMs: number
  /** A statement without an answer: the connection is destroyed. Longer than `statementMs`, so that the server reports the reason. */
  answerMs: number
  /** A transaction from `begin` to the answer to `commit`: the connection is destroyed. */
  transactionMs: number
  /** Opening a connection, or waiting for a free one. */
  connectMs: number
  /** A call of a verb, including all retries. */
  verbMs: number
}

/**
 * A node that is frozen in the middle of a transaction keeps the others from its rows for `idleInTransactionMs`, and those
 * that wait give up after `lockMs` and try again, so an outage of one node costs the others seconds.
 */
export const LIMITS: Limits = {
  statementMs: 4 * SECOND_MS,
  lockMs: 2 * SECOND_MS,
  idleInTransactionMs: 2 * SECOND_MS,
  answerMs: 5 * SECOND_MS,
  transactionMs: 8 * SECOND_MS,
  connectMs: 3 * SECOND_MS,
  verbMs: 10 * SECOND_MS,
}

/** For verbs that read or write whole tables. */
export const MAINTENANCE_LIMITS: Limits = {
  ...LIMITS,
  statementMs: 10 * MINUTE_MS,
  lockMs: 10 * SECOND_MS,
  answerMs: 10 * MINUTE_MS,
  transactionMs: 20 * MINUTE_MS,
  verbMs: 20 * MINUTE_MS,
}

/** For migrations: one may rewrite a large table, and the other nodes wait for it. */
export const MIGRATION_LIMITS: Limits = {
  ...LIMITS,
  statementMs: 0,
  lockMs: 0,
  answerMs: 0,
  transactionMs: 0,
  verbMs: 0,
}
