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
const UNFINISHED_TEXT = inText(UNFINISHED)

/**
 * The parts of a set of statuses of which each has an index in the order of ids: all that are unfinished, and each end by
 * itself.
 */
export function indexedParts(statuses: readonly Status[]): Status[][] {
  const unfinished = statuses.filter((status) => !isTerminal(status))
  const ends = [...new Set(statuses.filter(isTerminal))].map((status) => [status])
  return unfinished.length > 0 ? [unfinished, ...ends] : ends
}

/** The condition of the index on tasks with such statuses, which are all unfinished or all ends. */
export function indexOf(statuses: readonly Status[]): RawBuilder<string>[] {
  return statuses.some(isTerminal) ? ENDED_TEXT : UNFINISHED_TEXT
}
