import { describe, expect, it } from 'vitest'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { tts } from './tts.ts'

const ref_audio = 'https://example.com/voice.wav'

describe.each(tts.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  it.each([
    [1, 250],
    [1_000, 250_000],
    [10_000, 2_500_000],
  ])('speaking %i characters costs %i points', (length, points) => {
    expect(operation.price(readInput(operation, { gen_text: 'x'.repeat(length), ref_audio }))).toBe(points)
  })

  it('spoken sound is as long as its text takes to speak', () => {
    const input = readInput(operation, { gen_text: 'x'.repeat(151), ref_audio, ref_text: '' })
    expect(outputSpecOf(operation.produces, input)).toMatchObject({ count: 1, seconds: 11, mediaType: 'audio/wav' })
  })

  it('speaking needs a text and a voice', () => {
    expect(() => readInput(operation, { gen_text: 'x'.repeat(10_001), ref_audio })).toThrow(
      'gen_text has at most 10000 characters.',
    )
    expect(() => readInput(operation, { gen_text: '', ref_audio })).toThrow('gen_text must not be empty.')
    expect(() => readInput(operation, { gen_text: 'Hello' })).toThrow('ref_audio is required.')
  })
})
