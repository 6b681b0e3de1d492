import { describe, expect, it } from 'vitest'
import { hug } from './hug.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

describe.each(hug.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  it('the hug operation makes a video of one picture for 0.20 USD', () => {
    const input = readInput(operation, { image_url: 'https://example.com/two.jpg' })
    expect(operation.price(input)).toBe(2_000_000)
    expect(outputSpecOf(operation.produces, input)).toMatchObject({ count: 1, seconds: 5 })
    expect(() => readInput(operation, {})).toThrow('image_url is required.')
  })
})
