import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { mmaudio } from './mmaudio.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

describe.each(mmaudio.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  const read = (input: JsonObject) =>
    readInput(operation, { prompt: 'rain', video: 'https://example.com/rain.mp4', ...input })

  it('an MMAudio task holds the price of thirty seconds, the most that is billed', () => {
    expect(operation.price(read({}))).toBe(150_000)
    expect(outputSpecOf(operation.produces, read({}))).toMatchObject({ count: 1, mediaType: 'audio/mpeg' })
  })

  it('MMAudio accepts the seed under both of its names', () => {
    expect(read({ seed: 7 })).toMatchObject({ seed: 7, steps: 25 })
    expect(read({ seeds: 7, steps: 20, negative_prompt: '' })).toMatchObject({ seeds: 7, steps: 20 })
  })

  it.each<[JsonObject, string]>([
    [{ steps: 19 }, 'steps must be at least 20, not 19.'],
    [{ steps: 51 }, 'steps must be at most 50, not 51.'],
    [{ prompt: '' }, 'prompt must not be empty.'],
    [{ prompt: 'x'.repeat(501) }, 'prompt has at most 500 characters.'],
    [{ negative_prompt: 'x'.repeat(201) }, 'negative_prompt has at most 200 characters.'],
    [{ video: 'rain.mp4' }, 'video must be an http or https URL, a data URI or base64'],
  ])('MMAudio refuses %j', (input, message) => {
    expect(() => read(input)).toThrow(message)
  })
})
