import { describe, expect, it } from 'vitest'
import { diffrhythm } from './diffrhythm.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const SOUND = 'https://example.com/a.mp3'

describe.each(diffrhythm.map((operation) => [operation.taskType, operation] as const))('%s', (taskType, operation) => {
  it('a DiffRhythm song costs 0.02 USD', () => {
    expect(operation.price(readInput(operation, { style_prompt: 'pop' }))).toBe(200_000)
  })

  it('the length of a DiffRhythm song is that of its task type', () => {
    const seconds = { 'txt2audio-base': 95, 'txt2audio-full': 285 }[taskType]
    expect(outputSpecOf(operation.produces, readInput(operation, operation.example))).toMatchObject({
      count: 1,
      seconds,
    })
  })

  it('a DiffRhythm song needs a style, in words or as a sound', () => {
    expect(() => readInput(operation, { lyrics: '[00:10.00] La' })).toThrow(
      'style_prompt is needed without style_audio.',
    )
    expect(readInput(operation, { style_audio: SOUND })).toEqual({ style_audio: SOUND })
    expect(readInput(operation, { style_prompt: 'pop', lyrics: '' })).toEqual({ style_prompt: 'pop' })
  })
})
