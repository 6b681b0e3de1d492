import { MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import type { Task } from '../../core/task.ts'

/** Polls become rarer the longer the work takes: a tenth of its age, within these bounds. */
export const FIRST_POLL_MS = 2 * SECOND_MS
const LAST_POLL_MS = 15 * SECOND_MS
/** How often the provider is asked for the result of a task that failed because no answer came. */
export const LATE_CHECK_MS = 5 * MINUTE_MS

/** Until the next poll of work for which the provider names no interval. */
export function pollIntervalMs({ startedAt }: Pick<Task, 'startedAt'>, now: number): number {
  return Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, Math.round((now - (startedAt ?? now)) / 10)))
}

/** 1 s, 2 s, 4 s … up to a minute, ± 20 %. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ms = Math.min(MINUTE_MS, SECOND_MS * 2 ** (attempt - 1))
  return Math.round(ms * (0.8 + 0.4 * random()))
}
