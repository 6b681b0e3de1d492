import { describe, expect, it } from 'vitest'
import { unusableValue, withWholeCharacters } from './json-values.ts'

describe('a value in JSON that cannot be kept as it was sent', () => {
  it.each([
    ['{"input":{"images":["a",{"seed":1e400}]}}', 'input.images.1.seed', 'must be a number between'],
    ['{"n":-1e999}', 'n', 'must be a number between'],
    ['1e400', '', 'must be a number between'],
    ['{"prompt":"a fox \\ud83d"}', 'prompt', 'half of a surrogate pair'],
    ['["a","\\udc00"]', '1', 'half of a surrogate pair'],
    ['{"a":{"\\ud800":1}}', 'a', 'a member whose name holds half'],
  ])('%s is found in "%s"', (text, field, rule) => {
    expect(unusableValue(JSON.parse(text))).toEqual({ field, rule: expect.stringContaining(rule) })
  })

  it.each(['{"prompt":"a fox \\ud83e\\udd8a","seed":1e308,"none":null,"list":[true,{}]}', '"text"', 'null', '[]'])(
    '%s has none',
    (text) => {
      expect(unusableValue(JSON.parse(text))).toBeUndefined()
    },
  )

  it('is found however deep it is', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}1e400${']'.repeat(100_000)}`)
    expect(unusableValue(deep)?.field).toMatch(/^0\.0\./)
  })

  it('that is half of a surrogate pair becomes U+FFFD in texts, and stays in the names of members', () => {
    const value = JSON.parse('{"lyrics":"la \\ud83d","list":[["\\udc00"],"\\ud83e\\udd8a",1,null],"a":{"\\ud800":"x"}}')
    const mended = { lyrics: 'la \ufffd', list: [['\ufffd'], '\ud83e\udd8a', 1, null], a: { '\ud800': 'x' } }
    expect(withWholeCharacters(value)).toEqual(mended)
    expect(withWholeCharacters('\ud83d')).toBe('\ufffd')
  })
})
