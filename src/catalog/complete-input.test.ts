import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../core/json.ts'
import { completedObject } from './complete-input.ts'

const Frame = Type.Object({ url: Type.String(), weight: Type.Optional(Type.Number()) })
const Input = Type.Object({
  prompt: Type.String(),
  count: Type.Integer({ default: 1 }),
  strength: Type.Optional(Type.Number()),
  loop: Type.Optional(Type.Boolean()),
  style: Type.String({ default: 'plain' }),
  seconds: Type.Optional(Type.Enum([5, 10])),
  length: Type.Optional(Type.Enum(['5', '10', 'auto'])),
  version: Type.Optional(Type.Enum(['1.6', '2.0'])),
  any: Type.Optional(Type.Union([Type.Integer(), Type.Enum(['auto'])])),
  zoom: Type.Optional(Type.Union([Type.Number(), Type.String()])),
  sizes: Type.Optional(Type.Array(Type.Integer())),
  frame: Type.Optional(Frame),
  frames: Type.Array(Frame),
  more: Type.Optional(Type.Array(Frame)),
  clip: Type.Optional(Type.String()),
  at: Type.Optional(Type.Number({ 'x-beside': 'clip' })),
})
const DEFAULTS = { count: 1, style: 'plain' }
const NEEDED = { prompt: 'a', frames: [] }
const read = (fields: JsonObject) => completedObject(Input, fields)

describe('an input as its schema has it', () => {
  it.each(['count', 'strength', 'loop', 'style', 'seconds', 'length', 'any', 'zoom', 'sizes', 'frame', 'clip'])(
    'holds no placeholder in %s, which may be left out',
    (field) => {
      for (const value of [null, '', []])
        expect(read({ ...NEEDED, [field]: value })).toEqual({ ...NEEDED, ...DEFAULTS })
    },
  )

  it.each<[string, Json]>([
    ['prompt', null],
    ['prompt', ''],
    ['frames', null],
    ['frames', ''],
  ])('keeps what is sent in %s, which is required: %j', (field, value) => {
    expect(read({ ...NEEDED, [field]: value })).toMatchObject({ [field]: value })
  })

  it('keeps placeholders in fields that the schema does not know', () => {
    expect(read({ ...NEEDED, mine: '', yours: null, theirs: [] })).toMatchObject({ mine: '', yours: null, theirs: [] })
  })

  it('holds no object and no list that have nothing but placeholders, and no empty object that needs members', () => {
    expect(read({ ...NEEDED, frame: { url: '', weight: null } })).not.toHaveProperty('frame')
    expect(read({ ...NEEDED, frame: { url: '', weight: 0 } })).toMatchObject({ frame: { url: '', weight: 0 } })
    expect(read({ ...NEEDED, frame: { url: '', mine: null } })).toMatchObject({ frame: { url: '', mine: null } })
    expect(read({ ...NEEDED, frame: {} })).not.toHaveProperty('frame')
    for (const nothing of [[''], [null], [null, '']]) expect(read({ ...NEEDED, sizes: nothing })).toEqual(read(NEEDED))
    for (const more of [[{}], [{ url: '' }], ['', { url: 'u' }]])
      expect(read({ ...NEEDED, more })).toMatchObject({ more })
    for (const frames of [[''], [{ url: '' }]]) expect(read({ ...NEEDED, frames })).toMatchObject({ frames })
  })

  it.each<[string, Json, Json]>([
    ['count', '3', 3],
    ['strength', '0.4', 0.4],
    ['strength', '-1e-2', -0.01],
    ['loop', 'true', true],
    ['loop', 'false', false],
    ['seconds', '10', 10],
    ['length', 10, '10'],
    ['version', 1.6, '1.6'],
    ['version', 2, '2.0'],
    ['any', '7', 7],
    ['sizes', ['1', 2, '3'], [1, 2, 3]],
    ['frame', { url: 'u', weight: '0.5' }, { url: 'u', weight: 0.5 }],
    ['frames', [{ url: 'u', weight: '1' }], [{ url: 'u', weight: 1 }]],
  ])('reads %s %j as %j', (field, sent, value) => {
    expect(read({ ...NEEDED, [field]: sent })).toEqual({ ...NEEDED, ...DEFAULTS, [field]: value })
  })

  it.each<[string, Json]>([
    ['prompt', '3'],
    ['prompt', 'true'],
    ['prompt', 3],
    ['style', '7'],
    ['clip', 7],
    ['count', '3 pictures'],
    ['count', true],
    ['loop', 1],
    ['loop', 'yes'],
    ['seconds', '7'],
    ['length', 7],
    ['length', '5'],
    ['any', 'auto'],
    ['any', 'long'],
    ['zoom', '1.5'],
    ['sizes', 'many'],
  ])('leaves %s %j as it came', (field, value) => {
    expect(read({ ...NEEDED, [field]: value })).toMatchObject({ [field]: value })
  })

  it('holds no 0 in a field that means something only beside another, where that one is empty', () => {
    expect(read({ ...NEEDED, at: 0 })).not.toHaveProperty('at')
    expect(read({ ...NEEDED, at: '0', clip: '' })).toEqual({ ...NEEDED, ...DEFAULTS })
    expect(read({ ...NEEDED, at: 0, clip: 'c' })).toMatchObject({ at: 0, clip: 'c' })
    expect(read({ ...NEEDED, at: 12 })).toMatchObject({ at: 12 })
  })

  it('holds no object of zeros beside nothing', () => {
    const Camera = Type.Object({
      type: Type.String(),
      config: Type.Object({ pan: Type.Integer() }, { 'x-beside': 'type' }),
    })
    const Film = Type.Object({ camera: Type.Optional(Camera) })
    expect(completedObject(Film, { camera: { type: '', config: { pan: 0 } } })).toEqual({})
    for (const camera of [
      { type: 'simple', config: { pan: 0 } },
      { type: '', config: { pan: 1 } },
    ]) {
      expect(completedObject(Film, { camera })).toEqual({ camera })
    }
  })

  it('is the same when it is read again', () => {
    const once = read({ ...NEEDED, count: '3', length: 5, any: '7', frame: { url: '' }, at: 0 })
    expect(read(once)).toEqual(once)
  })
})
