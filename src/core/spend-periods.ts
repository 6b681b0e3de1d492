import { DAY_MS } from './clock.ts'
import { PolyphonyError } from './errors.ts'
import { type Points, ZERO_POINTS } from './points.ts'

/** The periods in which the spending of a key is counted: days and months of UTC. */
export type SpendPeriod = 'day' | 'month'

/** What a key has spent in the latest day and the latest month in which it spent anything. */
export interface PeriodSpending {
  /** Whole UTC days since 1970. */
  day: number
  dayPoints: Points
  /** Months since the year 0. */
  month: number
  monthPoints: Points
}

export const NOTHING_SPENT: PeriodSpending = { day: 0, dayPoints: ZERO_POINTS, month: 0, monthPoints: ZERO_POINTS }

/** Whole UTC days since 1970: daily caps are counted by them. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_MS)
}

export function utcMonth(at: number): number {
  const date = new Date(at)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** What counts now. An earlier period has passed; a later one is that of a clock that is a little ahead. */
export function spentNow(
  { day, dayPoints, month, monthPoints }: PeriodSpending,
  now: number,
): Record<SpendPeriod, Points> {
  return {
    day: day >= utcDay(now) ? dayPoints : ZERO_POINTS,
    month: month >= utcMonth(now) ? monthPoints : ZERO_POINTS,
  }
}

/** When the period of this instant ends, in milliseconds UTC. */
export function endOfPeriod(period: SpendPeriod, now: number): number {
  if (period === 'day') return (utcDay(now) + 1) * DAY_MS
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** The error of a request that would exceed a limit of its key: of a period, or of all that it may spend. */
export function spendLimitReached(period: SpendPeriod | undefined, now: number): PolyphonyError {
  if (period === undefined) {
    return new PolyphonyError(
      'spend_limit_reached',
      'The spend limit of this API key does not allow this. An administrator of the key can raise its limit.',
    )
  }
  const until = new Date(endOfPeriod(period, now)).toISOString().slice(0, 16)
  return new PolyphonyError(
    'spend_limit_reached',
    `What this API key may spend in a ${period} does not allow this. A new ${period} begins at ${until}Z; an administrator of the key can raise its limit.`,
  )
}
