import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import { getOperation, listOperations } from './catalog.ts'
import { type Operation, operation } from './operation.ts'
import { readInput } from './read-input.ts'
import { SUNO_VERSIONS, sunoConcat, sunoMusic, sunoUpload } from './suno.ts'

const operations = fc.constantFrom(...listOperations().map(({ id }) => id)).map(getOperation)
const music = sunoMusic

/** JSON with the names that the catalogue knows, the names that JavaScript knows, and others. */
const hostile = (operation: Operation) =>
  fc.dictionary(
    fc.oneof(
      fc.constantFrom(...Object.keys(operation.input.properties)),
      fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', ''),
      fc.string(),
    ),
    fc.jsonValue(),
  )

function read(operation: Operation, raw: unknown): { input: JsonObject } | { error: PolyphonyError } {
  try {
    return { input: readInput(operation, raw, { '': 'input' }) }
  } catch (error) {
    if (error instanceof PolyphonyError) return { error }
    throw error
  }
}

describe('reading an input', () => {
  it('readInput throws nothing but an invalid_input that names its field', () => {
    const anything = operations.chain((operation) =>
      fc.tuple(fc.constant(operation), fc.oneof(hostile(operation), fc.jsonValue(), fc.constant(undefined))),
    )
    fc.assert(
      fc.property(anything, ([operation, raw]) => {
        // As it comes out of a parser: "__proto__" is a name like any other there.
        const outcome = read(operation, raw === undefined ? raw : JSON.parse(JSON.stringify(raw)))
        if ('input' in outcome) return
        expect(outcome.error.code).toBe('invalid_input')
        const { field } = outcome.error.details
        expect(field === 'input' || field?.startsWith('input.')).toBe(true)
        expect(outcome.error.message).toContain(field)
      }),
      { numRuns: 500 },
    )
  })

  it('readInput keeps unknown fields as they came, or refuses one that requests more than is paid for', () => {
    const withExtras = operations.chain((operation) => fc.tuple(fc.constant(operation), hostile(operation)))
    fc.assert(
      fc.property(withExtras, ([operation, given]) => {
        const raw = JSON.parse(
          JSON.stringify({ ...operation.example, ...withoutKnown(operation, given) }),
        ) as JsonObject
        const outcome = read(operation, raw)
        if ('error' in outcome) {
          // One that would make the work dearer is refused, whatever it means to whom.
          expect(outcome.error.message).toContain('has no such field')
          return
        }
        for (const [name, value] of Object.entries(raw)) {
          if (name === '__proto__' || Object.hasOwn(operation.input.properties, name)) continue
          expect(Object.getOwnPropertyDescriptor(outcome.input, name)?.value).toEqual(value)
        }
        expect(outcome.input).toMatchObject(operation.example)
      }),
    )
  })

  it('readInput fills in defaults at every depth, and leaves out known fields that are null', () => {
    const deep = operation({
      model: 'lumen',
      taskType: 'clip',
      title: 'A clip',
      input: Type.Object({
        shots: Type.Array(
          Type.Object({
            seconds: Type.Integer({ default: 3 }),
            note: Type.Optional(Type.String()),
            camera: Type.Object({ pan: Type.Integer({ default: 0 }) }),
          }),
        ),
      }),
      produces: { kind: 'texts', of: () => ({ count: 1 }) },
      price: () => points(1),
      example: {},
    })
    const shots = [{ camera: { pan: null, tilt: null } }, { seconds: 5, note: null, camera: { pan: 1 }, extra: null }]
    expect(readInput(deep, { shots })).toEqual({
      shots: [
        { seconds: 3, camera: { pan: 0, tilt: null } },
        { seconds: 5, camera: { pan: 1 }, extra: null },
      ],
    })
    expect(() => readInput(deep, { shots: [{ camera: {} }, { camera: { pan: 'left' } }] }, { '': 'input' })).toThrow(
      'input.shots.1.camera.pan must be an integer, not "left".',
    )
  })

  it('reading the result of readInput again changes nothing', () => {
    fc.assert(
      fc.property(
        operations.chain((operation) => fc.tuple(fc.constant(operation), hostile(operation))),
        ([operation, raw]) => {
          const outcome = read(operation, raw)
          if ('input' in outcome) expect(readInput(operation, outcome.input)).toEqual(outcome.input)
        },
      ),
    )
  })

  it('readInput does not change the object that it is given', () => {
    const raw = Object.freeze({ prompt: 'la', extra: Object.freeze({ a: 1 }) })
    expect(readInput(music, raw)).toEqual({ prompt: 'la', extra: { a: 1 }, make_instrumental: false, mv: 'chirp-v3-0' })
  })

  it('readInput treats a known field that is null as absent, and keeps null in an unknown field', () => {
    const input = readInput(music, { prompt: 'la', tags: null, mv: null, seed: null, persona: null, valueOf: null })
    expect(input).toEqual({ prompt: 'la', mv: 'chirp-v3-0', make_instrumental: false, persona: null, valueOf: null })
  })

  it('readInput reads every field of a song as a Go client sends it', () => {
    const body = {
      ...{ prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: 'false' },
      ...{ gpt_description_prompt: '', task_id: '', continue_at: 0, continue_clip_id: '', persona_id: '' },
      ...{ infill_start_s: 0, infill_end_s: 0, seed: null, task: '' },
    }
    expect(readInput(music, body)).toEqual({
      ...{ prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: false },
    })
  })

  it.each(['extend', 'upload_extend'])('readInput reads the task "%s" without a clip as a plain song', (task) => {
    const input = readInput(music, { prompt: 'la', task, continue_clip_id: '', continue_at: 0 })
    expect(input).toEqual({ prompt: 'la', mv: 'chirp-v3-0', make_instrumental: false })
    const extension = { prompt: 'la', task, continue_clip_id: 'c', continue_at: 0 }
    expect(readInput(music, extension)).toMatchObject(extension)
  })

  it('a field named like a built-in property of JavaScript changes nothing about the input', () => {
    const input = readInput(music, JSON.parse('{"prompt":"la","__proto__":{"polluted":true}}'))
    expect(input).not.toHaveProperty('polluted')
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype)
  })

  it.each<[unknown, string, string]>([
    [{ prompt: 5 }, 'prompt', 'must be a string, not 5'],
    [{ prompt: { a: 'x'.repeat(100) } }, 'prompt', '…'],
    [{ prompt: 'la', make_instrumental: 'yes' }, 'make_instrumental', 'must be a boolean, not "yes"'],
    [{ prompt: 'la', mv: 'v9' }, 'mv', 'must be one of "chirp-v3-0"'],
    [{ prompt: 'x'.repeat(5_001) }, 'prompt', 'at most 5000 characters'],
    [{ prompt: 'la', seed: 0.5 }, 'seed', 'must be an integer, not 0.5'],
    [{ prompt: 'la', seed: 2 ** 32 }, 'seed', 'must be at most 4294967295'],
    [{ prompt: 'la', continue_at: -1, continue_clip_id: 'x' }, 'continue_at', 'must be at least 0'],
    [{ prompt: '', title: '' }, 'prompt', 'is needed'],
    [{ tags: 'folk', task: 'extend' }, 'continue_clip_id', 'is needed with task "extend"'],
    [{ tags: 'folk', task: 'upload_extend', continue_clip_id: '' }, 'continue_clip_id', 'is needed'],
    [{ prompt: 'la', continue_at: 12 }, 'continue_clip_id', 'is needed with continue_at'],
  ])('readInput refuses %o by the field %s, with the rule', (raw, field, rule) => {
    const outcome = read(music, raw)
    if (!('error' in outcome)) throw new Error('It was accepted.')
    expect(outcome.error.details.field).toBe(`input.${field}`)
    expect(outcome.error.message).toContain(`input.${field} `)
    expect(outcome.error.message).toContain(rule)
    expect(outcome.error.message.length).toBeLessThan(500)
  })

  it('readInput refuses an integer that JSON has rounded, but for a seed, which clients draw from 64 bits', () => {
    const blend = listOperations().find(({ id }) => id === 'midjourney/blend')
    const flux = listOperations().find(({ model, taskType }) => model === 'bfl' && taskType === 'flux-2-pro')
    for (const number of ['9007199254740993', '"9007199254740993"', '1e300']) {
      const images = ['https://1.1.1.1/a.png', 'https://1.1.1.1/b.png']
      const outcome = read(blend as Operation, { image_urls: images, bot_id: JSON.parse(number) })
      expect(outcome).toMatchObject({
        error: {
          details: { field: 'input.bot_id', rule: expect.stringContaining('must be at most 9007199254740991') },
        },
      })
    }
    for (const seed of ['9007199254740991', '18446744073709551615']) {
      const outcome = read(flux as Operation, JSON.parse(`{"prompt":"a fox","seed":${seed}}`))
      expect(outcome).toMatchObject({ input: { seed: Number(seed) } })
    }
  })

  it.each(Object.entries(SUNO_VERSIONS))(
    'readInput applies the limits of its version to %s',
    (mv, { promptLimit, tagLimit }) => {
      const fits = { prompt: 'x'.repeat(promptLimit), tags: 'x'.repeat(tagLimit), mv }
      expect(readInput(music, fits)).toMatchObject(fits)
      for (const over of [{ prompt: `${fits.prompt}x` }, { tags: `${fits.tags}x` }]) {
        const outcome = read(music, { ...fits, ...over })
        if (!('error' in outcome)) throw new Error('It was accepted.')
        expect(outcome.error.details.field).toBe(`input.${Object.keys(over)[0]}`)
      }
    },
  )

  it.each<[string, Operation, unknown, string]>([
    ['no clip', sunoConcat, {}, 'clip_id'],
    ['an empty clip', sunoConcat, { clip_id: '' }, 'clip_id'],
    ['no URL', sunoUpload, { url: 'no url' }, 'url'],
    ['null', sunoUpload, { url: null }, 'url'],
  ])('readInput refuses %s where a value is required', (_what, operation, raw, field) => {
    const outcome = read(operation, raw)
    expect(outcome).toMatchObject({ error: { details: { field: `input.${field}` } } })
  })
})

function withoutKnown(operation: Operation, given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(operation.input.properties, name)))
}

describe('a song with a description and a continuation', () => {
  it('the description of a song applies, and its continuation is kept, but neither checked nor followed', () => {
    const input = readInput(music, { gpt_description_prompt: 'rain', task: 'extend', continue_at: 3, prompt: null })
    expect(input).toMatchObject({ gpt_description_prompt: 'rain', task: 'extend', continue_at: 3 })
    expect(music.follows({ ...input, continue_clip_id: 'a clip that nobody has' })).toBeUndefined()
    expect(music.follows(readInput(music, { prompt: 'la', continue_clip_id: 'a clip' }))).toBe('a clip')
  })
})
