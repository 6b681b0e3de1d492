import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvOf, readCsv } from './csv.ts'

const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^['=+@\-",\r\n\t a1]{0,6}$/))

it('every table that is written as CSV is read as it was, without its empty rows', () => {
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (rows) => {
      const kept = rows.filter((row) => row.some((text) => text !== ''))
      expect(readCsv(csvOf(rows)).map(({ cells }) => cells)).toEqual(kept)
    }),
    { numRuns: 2_000 },
  )
})

it.each<[string, [number, string[]][]]>([
  [
    'a,b\n1,2',
    [
      [1, ['a', 'b']],
      [2, ['1', '2']],
    ],
  ],
  ['\ufeffa;b\r\n', [[1, ['a;b']]]],
  [
    'a\n\n"two\nlines"\nlast',
    [
      [1, ['a']],
      [3, ['two\nlines']],
      [5, ['last']],
    ],
  ],
  ['a,\n,', [[1, ['a', '']]]],
  [' a , "b"', []],
])('the CSV %j is read with the numbers of its rows', (text, rows) => {
  if (rows.length === 0) expect(() => readCsv(text)).toThrow('beside a quoted cell')
  else expect(readCsv(text).map(({ row, cells }) => [row, cells])).toEqual(rows)
})

it('no cell that is written begins like a formula of a spreadsheet', () => {
  const cells = csvOf([['=1+1', '+1', '-x', '-1', '@a', "'=x"]])
    .trim()
    .split(',')
  expect(cells).toEqual(["'=1+1", "'+1", "'-x", '-1', "'@a", "''=x"])
})
