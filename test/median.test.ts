import { expect, it } from 'vitest'
import { medianOf } from '../bench/median.ts'

it('the median of measurements is the middle one, or lies between the middle two', () => {
  expect([[5], [3, 1], [9, 1, 5], [4, 1, 100, 2]].map(medianOf)).toEqual([5, 2, 5, 3])
  expect(medianOf([])).toBeNaN()
})
