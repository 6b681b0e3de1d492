import { describe, expect, it } from 'vitest'
import { findOperation, getOperation, listOperations } from './catalog.ts'
import { readInput } from './read-input.ts'

describe('the catalogue', () => {
  it.each(listOperations().map((operation) => [operation.id, operation] as const))(
    '%s has a valid example and a price',
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
    '%s describes every field',
    (_id, operation) => {
      for (const [name, field] of Object.entries(operation.input.properties)) {
        expect(field, name).toMatchObject({ description: expect.stringMatching(/\.$/) })
      }
    },
  )

  it.each(listOperations().map((operation) => [operation.id, operation] as const))(
    '%s has defaults only where they are filled in: at the top',
    (_id, operation) => {
      for (const [name, field] of Object.entries(operation.input.properties)) {
        const { default: _filledIn, ...rest } = field as { default?: unknown }
        expect(JSON.stringify(rest), name).not.toContain('"default"')
      }
    },
  )

  it('has each id once', () => {
    const ids = listOperations().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each([
    ['suno/music', 400_000],
    ['suno/lyrics', 20_000],
    ['suno/concat', 50_000],
    ['suno/upload', 20_000],
  ])('sells %s for %i points', (id, points) => {
    const operation = getOperation(id)
    expect(operation.price({ ...readInput(operation, operation.example) })).toBe(points)
  })

  it('says what an input builds on, and which URLs it names', () => {
    const clip = '01234567-89ab-4cde-8f01-23456789ab01'
    expect(getOperation('suno/music').follows({ continue_clip_id: clip })).toBe(clip)
    expect(getOperation('suno/music').follows({ continue_clip_id: '' })).toBeUndefined()
    expect(getOperation('suno/concat').follows({ clip_id: clip })).toBe(clip)
    expect(getOperation('suno/upload').urls({ url: 'https://a.example/b.mp3' })).toEqual([
      { field: 'url', url: 'https://a.example/b.mp3' },
    ])
    expect(getOperation('suno/lyrics').urls({})).toEqual([])
  })

  it('finds nothing under a name that JavaScript knows', () => {
    for (const id of ['constructor', '__proto__', 'suno/toString', '']) expect(findOperation(id)).toBeUndefined()
    expect(() => getOperation('suno/dance')).toThrow('suno/dance')
  })
})
