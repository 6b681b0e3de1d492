import { DAY_MS } from '../../core/clock.ts'

/** Whole UTC days since 1970: daily caps are counted by them. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_MS)
}
