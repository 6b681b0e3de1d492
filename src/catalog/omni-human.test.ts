import { describe, expect, it } from 'vitest'
import { filesIn } from './media.ts'
import { omniHuman } from './omni-human.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const IMAGE = 'https://example.com/a.png'
const SOUND = 'https://example.com/a.mp3'

describe.each(omniHuman.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  it('OmniHuman makes a video of a picture and a recording, for the price of a default length', () => {
    const input = readInput(operation, { image_url: IMAGE, audio_url: SOUND, prompt: '' })
    expect(filesIn(operation.input, input).map(({ field }) => field)).toEqual(['image_url', 'audio_url'])
    expect(operation.price(input)).toBe(14_000_000)
    expect(outputSpecOf(operation.produces, input)).toMatchObject({ count: 1, seconds: 10, hasSound: true })
  })

  it('OmniHuman needs a picture and a recording', () => {
    expect(() => readInput(operation, { image_url: IMAGE })).toThrow('audio_url is required.')
    expect(() => readInput(operation, { audio_url: SOUND })).toThrow('image_url is required.')
  })
})
