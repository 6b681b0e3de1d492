import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../../core/errors.ts'
import { Anything, Id, readAnswer, readHandle, readIfFits, Text } from './read-wire.ts'

const Video = Type.Object({ url: Text, seconds: Type.Optional(Type.Number()) })
const Task = Type.Object({
  id: Text,
  progress: Type.Optional(Type.Number()),
  videos: Type.Optional(Type.Array(Video)),
  error: Type.Optional(Type.Object({ message: Text })),
  output: Type.Optional(Anything),
})

const read = (body: unknown) => readAnswer(Task, body, 'Lumen')

describe('an answer read by its schema', () => {
  it('has the fields that the schema names, and no others', () => {
    expect(read({ id: 'a', progress: 4, more: true, output: { any: ['thing'] } })).toEqual({
      id: 'a',
      progress: 4,
      output: { any: ['thing'] },
    })
  })

  it('lacks an optional field that is null or of another type', () => {
    expect(read({ id: 'a', progress: '4', videos: null, error: { message: '' } })).toEqual({ id: 'a' })
  })

  it('lacks the elements of a list that have another form', () => {
    expect(
      read({ id: 'a', videos: [{ url: 'x', seconds: 'two' }, { url: 7 }, null, { url: 'y', seconds: 2 }] }),
    ).toEqual({ id: 'a', videos: [{ url: 'x' }, { url: 'y', seconds: 2 }] })
  })

  it('does not take members of every object for fields of the answer', () => {
    expect(readIfFits(Type.Object({ constructor: Type.Optional(Anything) }), {})).toEqual({})
  })

  it.each([
    [{}, 'Lumen returned an answer without a usable "id".'],
    [{ id: '' }, 'Lumen returned an answer without a usable "id".'],
    [[], 'Lumen returned something other than a JSON object.'],
    [null, 'Lumen returned something other than a JSON object.'],
    ['<html>', 'Lumen returned something other than a JSON object.'],
  ])('is refused as unreadable when it is %j', (body, message) => {
    expect(() => read(body)).toThrow(new PolyphonyError('vendor_unreachable', message))
    expect(readIfFits(Task, body)).toBeUndefined()
  })

  it('leaves open whether the work began when a paid call is answered with something unreadable', () => {
    expect(() => readAnswer(Task, {}, 'Lumen', { isPaid: true })).toThrow(
      new PolyphonyError('vendor_silent', 'Lumen returned an answer without a usable "id".'),
    )
  })

  it('names the path of a nested field that is missing', () => {
    const schema = Type.Object({ data: Type.Object({ id: Id }) })
    expect(() => readAnswer(schema, { data: { id: true } }, 'Lumen')).toThrow('without a usable "data.id"')
    expect(readAnswer(schema, { data: { id: 7 } }, 'Lumen')).toEqual({ data: { id: 7 } })
  })
})

describe('a stored handle read by its schema', () => {
  const Handle = Type.Object({ id: Type.String() })

  it('is returned as it is, with fields of a later version', () => {
    expect(readHandle(Handle, { id: 'a', later: 1 }, 'Lumen')).toEqual({ id: 'a', later: 1 })
  })

  it('is refused when it has another form', () => {
    expect(() => readHandle(Handle, { id: 7 }, 'Lumen')).toThrow(
      new PolyphonyError('internal', 'The stored handle is not a valid Lumen handle.'),
    )
  })
})
