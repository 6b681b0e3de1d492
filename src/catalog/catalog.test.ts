import type { TSchema } from 'typebox'
import { describe, expect, it } from 'vitest'
import { findOperation, getOperation, listOperations } from './catalog.ts'
import { filesIn } from './media.ts'
import { readInput } from './read-input.ts'

describe('the catalogue', () => {
  it.each(listOperations().map((operation) => [operation.id, operation] as const))(
    'the operation %s has a valid example and a price',
    (id, operation) => {
      const input = readInput(operation, operation.example)
      expect(input).toMatchObject(operation.example)
      const price = operation.price(input)
      expect(Number.isSafeInteger(price)).toBe(true)
      expect(price).toBeGreaterThan(0)
      expect(id).toBe(`${operation.model}/${operation.taskType}`)
      expect(operation.timeoutMs).toBeGreaterThanOrEqual(60_000)
      expect(operation.title).not.toBe('')
    },
  )

  it.each(listOperations().map((operation) => [operation.id, operation] as const))(
    'the operation %s describes every field, at every depth',
    (_id, operation) => {
      for (const [path, field] of fieldsOf(operation.input)) {
        expect(field, path).toMatchObject({ description: expect.stringMatching(/\.$/) })
      }
    },
  )

  it('no two operations of the catalogue have the same id', () => {
    const ids = listOperations().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each([
    ['suno/music', 400_000],
    ['suno/lyrics', 20_000],
    ['suno/concat', 50_000],
    ['suno/upload', 20_000],
  ])('%s costs %i points', (id, points) => {
    const operation = getOperation(id)
    expect(operation.price({ ...readInput(operation, operation.example) })).toBe(points)
  })

  it('an operation says which task an input follows, and which files it names', () => {
    const clip = '01234567-89ab-4cde-8f01-23456789ab01'
    expect(getOperation('suno/music').follows({ continue_clip_id: clip })).toBe(clip)
    expect(getOperation('suno/music').follows({ continue_clip_id: '' })).toBeUndefined()
    expect(getOperation('suno/concat').follows({ clip_id: clip })).toBe(clip)
    const upload = getOperation('suno/upload')
    expect(filesIn(upload.input, { url: 'https://a.example/b.mp3' })).toEqual([
      { field: 'url', value: 'https://a.example/b.mp3', media: 'audio' },
    ])
    expect(filesIn(getOperation('suno/lyrics').input, { url: 'https://a.example' })).toEqual([])
  })

  it('the catalogue finds no operation under the name of a built-in property of JavaScript', () => {
    for (const id of ['constructor', '__proto__', 'suno/toString', '']) expect(findOperation(id)).toBeUndefined()
    expect(() => getOperation('suno/dance')).toThrow('suno/dance')
  })
})

function fieldsOf(schema: TSchema, at = ''): [string, TSchema][] {
  const { properties = {}, items } = schema as { properties?: Record<string, TSchema>; items?: TSchema }
  const inside = Object.entries(properties).flatMap(([name, field]): [string, TSchema][] => [
    [`${at}${name}`, field],
    ...fieldsOf(field, `${at}${name}.`),
  ])
  return items ? [...inside, ...fieldsOf(items, at)] : inside
}
