import { expect, it } from 'vitest'
import { openDurations } from './durations.ts'

it('estimates nothing for an operation of which no task has completed', () => {
  const durations = openDurations()
  durations.record('suno/music', 60_000)
  expect(durations.estimate('suno/lyrics')).toBeUndefined()
})

it('estimates as long as the first task of an operation took', () => {
  const durations = openDurations()
  durations.record('suno/lyrics', 4_000)
  expect(durations.estimate('suno/lyrics')).toBe(4_000)
})

it('follows a change of the durations step by step, a fifth of the difference with each task', () => {
  const durations = openDurations()
  for (const ms of [1_000, 2_000]) durations.record('suno/lyrics', ms)
  expect(durations.estimate('suno/lyrics')).toBe(1_200)
  for (let n = 0; n < 50; n++) durations.record('suno/lyrics', 2_000)
  expect(durations.estimate('suno/lyrics')).toBeCloseTo(2_000, 0)
})

it('keeps the durations of different operations apart', () => {
  const durations = openDurations()
  durations.record('suno/lyrics', 1_000)
  durations.record('suno/music', 90_000)
  expect(durations.estimate('suno/lyrics')).toBe(1_000)
  expect(durations.estimate('suno/music')).toBe(90_000)
})

it('tells an operation that takes no time apart from one that was never measured', () => {
  const durations = openDurations()
  durations.record('suno/lyrics', 0)
  expect(durations.estimate('suno/lyrics')).toBe(0)
})
