import { describe, expect, it } from 'vitest'
import { booleanIn, isPlaceholder, numeralIn } from './sent-values.ts'

describe('a value as clients send it', () => {
  it.each([undefined, null, '', []])('%j is a placeholder', (value) => {
    expect(isPlaceholder(value)).toBe(true)
  })

  it.each([0, false, ' ', 'null', {}, [null], ['']])('%j is no placeholder', (value) => {
    expect(isPlaceholder(value)).toBe(false)
  })

  it.each([
    ['3', 3],
    ['-1', -1],
    ['0.50', 0.5],
    ['.5', 0.5],
    ['5.0', 5],
    ['1e3', 1_000],
    ['007', 7],
  ])('the text "%s" is the number %d', (text, number) => {
    expect(numeralIn(text)).toBe(number)
  })

  it.each(['', ' 3', '3 ', '3s', '1_000', '1,5', '0x10', '٣', '+3', '5.', '1e999', 'NaN', 'Infinity', '9'.repeat(41)])(
    'the text "%s" is no number',
    (text) => {
      expect(numeralIn(text)).toBeUndefined()
    },
  )

  it('the texts "true" and "false" are booleans, and no other text is', () => {
    expect(booleanIn('true')).toBe(true)
    expect(booleanIn('false')).toBe(false)
    for (const text of ['True', 'FALSE', 'yes', '1', '0', '', ' true']) expect(booleanIn(text)).toBeUndefined()
  })
})
