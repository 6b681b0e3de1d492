import { describe, expect, it } from 'vitest'
import { invalid } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { respelt, spelt } from './spelling.ts'

const SPELLING = { 'elements.*.image_url': 'image_list.*.image', elements: 'image_list', image_url: 'image' }

function told(error: unknown): { field: string | undefined; message: string } {
  const own = respelt(error, SPELLING)
  if (!(own instanceof PolyphonyError)) throw new Error('This is no error of ours.')
  return { field: own.details.field, message: own.message }
}

describe('an error', () => {
  it.each([
    ['image_url', 'must be an http or https URL', 'image', 'image must be an http or https URL.'],
    ['elements.2.image_url', 'is required', 'image_list.2.image', 'image_list.2.image is required.'],
    ['elements', 'has at most 4 elements', 'image_list', 'image_list has at most 4 elements.'],
    ['prompt', 'is needed without image_url', 'prompt', 'prompt is needed without image.'],
    ['prompt', 'must be one of "image_url"', 'prompt', 'prompt must be one of "image_url".'],
    ['image_urls', 'is required', 'image_urls', 'image_urls is required.'],
  ])('of %s that %s names the field as the caller does', (field, rule, own, message) => {
    expect(told(invalid(field, rule))).toEqual({ field: own, message })
  })

  it('keeps its code, its cause and the rest', () => {
    const cause = new Error('why')
    const error = new PolyphonyError('rate_limited', 'image_url: wait.', {
      field: 'image_url',
      retryAfterSeconds: 3,
      cause,
    })
    const own = respelt(error, SPELLING)
    expect(own).toMatchObject({ code: 'rate_limited', message: 'image: wait.', cause })
    expect(own).toMatchObject({ details: { field: 'image', retryAfterSeconds: 3 } })
  })

  it('that names no field, or is none of ours, stays as it is', () => {
    for (const thrown of [new PolyphonyError('internal', 'image_url'), new TypeError('image_url'), 'image_url', null]) {
      expect(respelt(thrown, SPELLING)).toBe(thrown)
    }
  })
})

describe('work', () => {
  const fail = (): never => {
    throw invalid('image_url', 'is required')
  }

  it('fails in the caller’s words, at once or later', async () => {
    expect(() => spelt(SPELLING, fail)).toThrow('image is required.')
    await expect(spelt(SPELLING, async () => fail())).rejects.toThrow('image is required.')
  })

  it('that succeeds gives what it gives', async () => {
    expect(spelt(SPELLING, () => 7)).toBe(7)
    expect(await spelt(SPELLING, async () => 8)).toBe(8)
  })
})
