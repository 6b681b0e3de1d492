import { expect, it } from 'vitest'
import { linesOf } from './jsonl.ts'

async function read(text: string, bytes: number, maxBytes = 100) {
  const body = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(body.length / bytes) }, (_, at) =>
    body.subarray(at * bytes, (at + 1) * bytes),
  )
  const lines: [number, number, string][] = []
  for await (const { index, number, bytes: line } of linesOf(pieces, maxBytes)) {
    lines.push([index, number, line.toString()])
  }
  return lines
}

it('reads lines however the file is cut, without blanks, empty lines and the mark of its encoding', async () => {
  const text = '\uFEFF{"é":1}\r\n\n  \n {"b":2}\t\n{"c":3}'
  for (const bytes of [1, 2, 3, 5, 1_000]) {
    expect(await read(text, bytes)).toEqual([
      [0, 1, '{"é":1}'],
      [1, 4, '{"b":2}'],
      [2, 5, '{"c":3}'],
    ])
  }
  expect(await read('', 1)).toEqual([])
  expect(await read('a\n', 1)).toEqual([[0, 1, 'a']])
})

it('refuses a line that is too long, by its number', async () => {
  await expect(read(`a\n${'x'.repeat(200)}`, 50)).rejects.toThrow('Line 2 has more than 100 bytes.')
})
