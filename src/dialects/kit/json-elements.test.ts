import { expect, it } from 'vitest'
import { elementsOf } from './json-elements.ts'

const LIMITS = { elementBytes: 100, elements: 4 }

/** The body in pieces of so many bytes. */
async function read(text: string, bytes: number) {
  async function* pieces() {
    const body = Buffer.from(text)
    for (let at = 0; at < body.length; at += bytes) yield body.subarray(at, at + bytes)
  }
  const elements = elementsOf(pieces(), 'requests', LIMITS)
  const found: unknown[] = []
  for (;;) {
    const { done, value } = await elements.next()
    if (done) return { found, ...value }
    found.push(JSON.parse(value.toString()))
  }
}

const GOOD: [string, unknown[], unknown][] = [
  ['{"requests":[]}', [], { requests: null }],
  [
    ' { "requests" : [ {"a":1} , {"b":[1,2,{"c":"]},{"}]} ] } ',
    [{ a: 1 }, { b: [1, 2, { c: ']},{' }] }],
    { requests: null },
  ],
  [
    '{"x":[{"requests":[1]}],"requests":["é\\"]",2],"y":"ü"}',
    ['é"]', 2],
    { x: [{ requests: [1] }], requests: null, y: 'ü' },
  ],
  ['{"x":"\\\\","requests":[null]}', [null], { x: '\\', requests: null }],
]

it.each(GOOD)('reads the elements of %s, however the body is cut', async (text, found, rest) => {
  for (const bytes of [1, 2, 3, 7, 1_000]) expect(await read(text, bytes)).toEqual({ found, rest, hasList: true })
})

it.each(['{"requests":7}', '{"x":{"requests":[1]}}', '{}'])('finds no list in %s', async (text) => {
  expect(await read(text, 3)).toMatchObject({ found: [], hasList: false })
})

it.each([
  '',
  '[',
  '[1]',
  'x',
  '{"requests":[1,]}',
  '{"requests":[,1]}',
  '{"requests":[1',
  '{"requests":[1]',
  '{"requests":[1]]',
])('refuses %s as malformed', async (text) => {
  await expect(read(text, 4)).rejects.toMatchObject({ code: 'malformed_body' })
})

it('refuses elements that are too long or too many', async () => {
  await expect(read(`{"requests":["${'x'.repeat(100)}"]}`, 7)).rejects.toMatchObject({ code: 'payload_too_large' })
  await expect(read('{"requests":[1,2,3,4,5]}', 7)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(read(`{"x":"${'x'.repeat(70_000)}"}`, 999)).rejects.toMatchObject({ code: 'payload_too_large' })
})
