import { describe, expect, it } from 'vitest'
import { fromBase64 } from './base64.ts'

describe('base64 of a caller', () => {
  it.each([
    ['aGVsbG8=', 'hello'],
    ['aGVsbG8', 'hello'],
    ['aGVs\r\nbG8 =\n', 'hello'],
    ['aGk=', 'hi'],
    ['aA==', 'h'],
  ])('is decoded from %j', (text, bytes) => {
    expect(fromBase64(text)?.toString()).toBe(bytes)
  })

  it.each(['', ' ', '=', 'aGVsb', 'aGVs-G8', 'aGVsbG8===', 'aG=k', 'é'])('does not read %j as base64', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })
})
