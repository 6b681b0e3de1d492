import { type RawBuilder, sql } from 'kysely'
import { isTerminal, RUNNING, STATUSES, type Status } from '../../core/task.ts'

/**
 * Statuses as part of the statement's text, in the order of the state machine. SQLite uses a partial index only where
 * the text of the condition is the index's own: a bound value could be anything when the statement is prepared.
 */
export function inText(statuses: readonly Status[]): RawBuilder<string>[] {
  return STATUSES.filter((status) => statuses.includes(status)).map((status) => sql.lit<string>(status))
}

export const PENDING = sql.lit<string>('pending')
export const STAGED = sql.lit<string>('staged')
export const UNSTARTED = inText(['staged', 'pending'])
export const RUNNING_TEXT = inText(RUNNING)
export const ENDED_TEXT = inText(STATUSES.filter(isTerminal))
export const UNFINISHED = STATUSES.filter((status) => !isTerminal(status))
