import { expect, it } from 'vitest'
import { backoffMs, pollIntervalMs } from './timing.ts'

it.each([
  [null, 100_000, 2_000],
  [100_000, 100_000, 2_000],
  [0, 20_000, 2_000],
  [0, 50_000, 5_000],
  [0, 150_000, 15_000],
  [0, 3_600_000, 15_000],
])('polls after a tenth of the age, from 2 to 15 s (started at %o, now %i: %i ms)', (startedAt, now, expected) => {
  expect(pollIntervalMs({ startedAt }, now)).toBe(expected)
})

it.each([
  [1, 1_000],
  [2, 2_000],
  [5, 16_000],
  [7, 60_000],
  [20, 60_000],
])('backs off twice as long with each attempt, up to a minute, ± 20 %% (attempt %i: %i ms)', (attempt, middleMs) => {
  expect(backoffMs(attempt, () => 0)).toBe(0.8 * middleMs)
  expect(backoffMs(attempt, () => 0.5)).toBe(middleMs)
  expect(backoffMs(attempt, () => 1)).toBe(1.2 * middleMs)
})
