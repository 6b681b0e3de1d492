import { describe, expect, it } from 'vitest'
import { fromBase64, plainBytes, standardBase64 } from './base64.ts'

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

  it.each(['', ' ', '=', 'aGVsb', 'aGVs.G8', 'aGVsbG8===', 'aG=k', 'é'])('does not read %j as base64', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })
})

describe('base64 in any spelling', () => {
  const bytes = Buffer.from('fbff3ee0fb', 'hex')
  const standard = '+/8+4Ps='

  it.each([standard, '-_8-4Ps=', '-_8-4Ps', '+/8+4Ps', ' +/8+\r\n4Ps=\n', '-_8-\n4Ps'])(
    '%j has the same bytes',
    (text) => {
      expect(fromBase64(text)).toEqual(bytes)
      expect(standardBase64(text)).toBe(standard)
    },
  )

  it('is left alone where it is none', () => {
    expect(standardBase64('a word, then another')).toBe('a word, then another')
  })
})

describe('base64 without padding and white space', () => {
  it('is told from every text with another character in it, wherever that is', () => {
    const told: string[] = []
    for (let code = 0; code < 2 ** 16; code++) {
      const one = String.fromCharCode(code)
      for (const text of [`${one}AAA`, `AA${one}A`, `AAA${one}`, `${'A'.repeat(37)}${one}${'A'.repeat(26)}`])
        if ((plainBytes(text) !== undefined) !== /^[A-Za-z0-9+/_-]+$/.test(text)) told.push(JSON.stringify(text))
    }
    expect(told).toEqual([])
  })

  it('has a length that base64 can have', () => {
    expect(['A', 'AAAAA'].map(plainBytes)).toEqual([undefined, undefined])
    expect(['AA', 'AAA', 'AAAA'].map((text) => plainBytes(text)?.length)).toEqual([1, 2, 3])
  })
})
