import { expect, it } from 'vitest'
import { openMixKernel } from './mix-kernel.ts'

it.each([0, 1, 3, 4, 7, 64])(
  'a kernel adds the first %i samples of a sound to another one, and touches no others',
  (count) => {
    const kernel = openMixKernel({ left: 80, near: 70 })
    const { left, near } = kernel.sounds
    near.forEach((_, index) => {
      near[index] = index + 1
    })
    left.fill(1)
    kernel.add('left', 5, 'near', count, 0.5)
    const expected = Array.from({ length: 80 }, (_, at) => (at >= 5 && at < 5 + count ? 1 + 0.5 * (at - 4) : 1))
    expect([...left]).toEqual(expected)
    expect(near[69]).toBe(70)
  },
)
