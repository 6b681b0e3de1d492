import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { framepack } from './framepack.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

describe.each(framepack.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  const read = (input: JsonObject) => readInput(operation, { start_image: 'https://example.com/a.png', ...input })

  it.each([
    [10, 3_000_000],
    [15, 4_500_000],
    [30, 9_000_000],
  ])('a FramePack video of %i seconds costs %i points', (duration, points) => {
    const input = read({ duration })
    expect(operation.price(input)).toBe(points)
    expect(outputSpecOf(operation.produces, input)).toMatchObject({ seconds: duration, widthPx: 848, heightPx: 480 })
  })

  it('a FramePack video needs a first frame, and lasts ten to thirty seconds', () => {
    expect(read({})).toMatchObject({ duration: 10 })
    expect(() => read({ duration: 5 })).toThrow('duration must be at least 10, not 5.')
    expect(() => read({ duration: 31 })).toThrow('duration must be at most 30, not 31.')
    expect(() => readInput(operation, { prompt: 'a' })).toThrow('start_image is required.')
  })
})
