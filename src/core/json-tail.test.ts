import { describe, expect, it } from 'vitest'
import { objectAtEnd } from './json-tail.ts'

const find = (value: unknown) => objectAtEnd(Buffer.from(JSON.stringify(value, null, 1)), 'usage')
const USAGE = { input: 3, details: { cached: 1 } }
const LONG = 'x'.repeat(100_000)

describe('objectAtEnd', () => {
  it.each([
    ['as the last member', { data: LONG, usage: USAGE }],
    ['before other members', { data: LONG, usage: USAGE, user: 'né "x" {', metadata: { a: [1] } }],
    ['as the only member', { usage: USAGE }],
  ])('finds a member of the outermost object %s', (_where, value) => {
    expect(find(value)).toEqual(USAGE)
  })

  it.each([
    ['in an object within', { content: [{ input: { usage: USAGE } }] }],
    ['in a list', [{ usage: USAGE }]],
    ['as text', { content: JSON.stringify({ usage: USAGE }) }],
    ['as a value', { content: 'usage' }],
    ['with another value than an object', { usage: 5 }],
    ['far from the end', { usage: USAGE, data: LONG }],
    ['nowhere', {}],
  ])('finds nothing where the name stands %s', (_where, value) => {
    expect(find(value)).toBeUndefined()
  })

  it('finds nothing in a text that is cut', () => {
    const text = JSON.stringify({ usage: USAGE, user: 'a' })
    for (let end = 0; end < text.length; end++)
      expect(objectAtEnd(Buffer.from(text.slice(0, end)), 'usage')).toBeUndefined()
  })
})
