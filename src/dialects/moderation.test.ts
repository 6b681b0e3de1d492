import { describe, expect, it } from 'vitest'
import { isModerated } from './moderation.ts'

describe('a refusal for content', () => {
  it.each([
    'Refused by content moderation.',
    'Your request was rejected by the safety system.',
    'Possible NSFW content.',
    'The prompt violated the content policy.',
    'content_policy_violation',
  ])('is told by its words: %s', (message) => {
    expect(isModerated({ code: 'vendor_refused', message })).toBe(true)
    expect(isModerated({ code: 'invalid_input', message })).toBe(false)
  })

  it.each(['Out of memory.', 'The picture is too large.', ''])('is not what says: %s', (message) => {
    expect(isModerated({ code: 'vendor_refused', message })).toBe(false)
  })
})
