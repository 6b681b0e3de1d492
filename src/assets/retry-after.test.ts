import { expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const now = Date.parse('2026-01-01T00:00:00Z')

it.each([
  ['120', 120],
  ['0', 0],
  [' 7 ', 7],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90],
  ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ['864000', 86_400],
  ['9007199254740991', 86_400],
  ['Fri, 01 Jan 2027 00:00:00 GMT', 86_400],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['', null],
  [undefined, null],
])('the Retry-After header %s means %s seconds', (header, seconds) => {
  expect(parseRetryAfter(header, now)).toBe(seconds)
})
