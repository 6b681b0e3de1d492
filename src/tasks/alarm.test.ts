import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { openAlarm } from './alarm.ts'

const START = Date.UTC(2026, 0, 1)

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function startedAlarm() {
  const alarm = openAlarm(systemClock)
  const ring = vi.fn()
  alarm.start(ring)
  return { alarm, ring }
}

it('rings once, when its instant has come', () => {
  const { alarm, ring } = startedAlarm()
  alarm.at(START + 1_000)
  vi.advanceTimersByTime(999)
  expect(ring).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(ring).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(10_000)
  expect(ring).toHaveBeenCalledTimes(1)
})

it('rings at once for an instant that has passed', () => {
  const { alarm, ring } = startedAlarm()
  alarm.at(START - 1_000)
  vi.advanceTimersByTime(0)
  expect(ring).toHaveBeenCalledTimes(1)
})

it.each([
  ['earlier first', [1_000, 3_000]],
  ['later first', [3_000, 1_000]],
])('rings for the earliest instant only, whichever was set first (%s)', (_order, instants) => {
  const { alarm, ring } = startedAlarm()
  for (const ms of instants) alarm.at(START + ms)
  vi.advanceTimersByTime(1_000)
  expect(ring).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(10_000)
  expect(ring).toHaveBeenCalledTimes(1)
})

it('can be set again while it rings', () => {
  const alarm = openAlarm(systemClock)
  const rungAt: number[] = []
  alarm.start(() => {
    rungAt.push(Date.now() - START)
    if (rungAt.length === 1) alarm.at(START + 5_000)
  })
  alarm.at(START + 1_000)
  vi.advanceTimersByTime(10_000)
  expect(rungAt).toEqual([1_000, 5_000])
})

it('does not ring before it was started', () => {
  const alarm = openAlarm(systemClock)
  const ring = vi.fn()
  alarm.at(START)
  alarm.start(ring)
  vi.advanceTimersByTime(10_000)
  expect(ring).not.toHaveBeenCalled()
})

it('does not ring after it was stopped, even if it is set again', () => {
  const { alarm, ring } = startedAlarm()
  alarm.at(START + 1_000)
  alarm.stop()
  alarm.at(START + 500)
  vi.advanceTimersByTime(10_000)
  expect(ring).not.toHaveBeenCalled()
})
