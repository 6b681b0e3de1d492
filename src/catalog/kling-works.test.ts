import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { klingSound, klingTryOn } from './kling-works.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const TASK = '01234567-89ab-4cde-8f01-23456789ab00'
const PERSON = 'https://example.com/person.jpg'
const CLOTH = 'https://example.com/cloth.jpg'

describe('Kling try-on', () => {
  it.each([
    [1, 700_000],
    [4, 2_800_000],
  ])('Kling try-on makes %i pictures for %i points', (batch_size, points) => {
    const input = readInput(klingTryOn, { model_input: PERSON, dress_input: CLOTH, batch_size })
    expect(klingTryOn.price(input)).toBe(points)
    expect(outputSpecOf(klingTryOn.produces, input)).toMatchObject({ count: batch_size, mediaType: 'image/png' })
  })

  it.each<[string, JsonObject]>([
    ['a dress', { dress_input: CLOTH }],
    ['both parts', { upper_input: CLOTH, lower_input: CLOTH }],
    ['one part', { upper_input: CLOTH }],
    ['a dress, the others empty', { dress_input: CLOTH, upper_input: '', lower_input: '' }],
  ])('Kling try-on accepts %s', (_what, clothes) => {
    expect(readInput(klingTryOn, { model_input: PERSON, ...clothes })).toMatchObject({
      ...withoutPlaceholders(clothes),
      batch_size: 1,
    })
  })

  it.each<[JsonObject, string]>([
    [{}, 'dress_input is needed without upper_input and lower_input.'],
    [{ dress_input: '' }, 'dress_input is needed without upper_input and lower_input.'],
    [{ dress_input: CLOTH, lower_input: CLOTH }, 'dress_input does not go together with upper_input or lower_input.'],
    [{ dress_input: CLOTH, batch_size: 5 }, 'batch_size must be at most 4, not 5.'],
  ])('Kling try-on refuses %j', (clothes, message) => {
    expect(() => readInput(klingTryOn, { model_input: PERSON, ...clothes })).toThrow(message)
  })
})

describe('Kling sounds', () => {
  it('a Kling sound task makes four sounds of the requested length for one price', () => {
    for (const duration of [5, 10]) {
      const input = readInput(klingSound, { prompt: 'waves', duration })
      expect(outputSpecOf(klingSound.produces, input)).toMatchObject({
        count: 4,
        seconds: duration,
        mediaType: 'audio/mpeg',
      })
      expect(klingSound.price(input)).toBe(700_000)
    }
    expect(outputSpecOf(klingSound.produces, readInput(klingSound, { prompt: 'waves' }))).toMatchObject({ seconds: 10 })
  })

  it('a Kling sound task needs a description or a video, and follows the task of the video', () => {
    expect(() => readInput(klingSound, { prompt: '', origin_task_id: '' })).toThrow(
      'prompt is needed without origin_task_id.',
    )
    expect(klingSound.follows(readInput(klingSound, { origin_task_id: TASK }))).toBe(TASK)
    expect(klingSound.follows(readInput(klingSound, { prompt: 'waves', origin_task_id: '' }))).toBeUndefined()
  })
})
