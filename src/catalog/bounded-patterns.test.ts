import { describe, expect, it } from 'vitest'
import { boundedPattern } from './bounded-patterns.ts'

const pattern = boundedPattern('^(?:https://[^ ]+|data:[a-z]+/[a-z]+;base64,[A-Za-z0-9+/\\r\\n]+={0,2})$')
const accepts = (text: string): boolean => pattern.test(text)

const LENGTH = 400_000
const PREFIX = 'data:image/png;base64,'

describe('a pattern over a text of hundreds of thousands of characters', () => {
  it.each([0, 1, 2, 3])('accepts base64 of any length, in one line and in several (%i more characters)', (more) => {
    const content = 'A'.repeat(LENGTH + more)
    expect(accepts(`${PREFIX}${content}==`)).toBe(true)
    expect(accepts(`${PREFIX}${content.replaceAll(/.{76}/g, '$&\r\n')}`)).toBe(true)
  })

  it.each([0, 1, 2, 3])('finds another character wherever it is (%i more characters)', (more) => {
    const length = PREFIX.length + LENGTH + more
    const places = [0, 30, 1_020, 1_026, 1_030, length / 2, length - 1_030, length - 1_025, length - 1_024, length - 1]
    for (const place of places.map(Math.floor)) {
      for (const foreign of ['!', '\u0141']) {
        const text = PREFIX + 'A'.repeat(LENGTH + more)
        expect(accepts(text.slice(0, place) + foreign + text.slice(place + 1)), `${foreign} at ${place}`).toBe(false)
      }
    }
  })
})
