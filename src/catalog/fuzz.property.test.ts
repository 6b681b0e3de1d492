import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { urlsAt } from '../dialects/kit/urls.ts'
import { inputOf as echoOf } from '../dialects/piapi/families.ts'
import { quotedBody } from '../dialects/piapi/from-task.ts'
import { toTask } from '../dialects/piapi/to-task.ts'
import type { Submission } from '../tasks/tasks.ts'
import { anyJson, inputOf, strangeFields } from './arbitrary-input.testing.ts'
import { getOperation, listOperations } from './catalog.ts'
import { filesIn } from './media.ts'
import type { Operation } from './operation.ts'
import { type OutputSpec, outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const RUNS_EACH = 25
const RUNS_OF_ANYTHING = 2_000
const urls = urlsAt(() => 'https://polyphony.example')
const operations = listOperations()

/** As it comes out of a parser: "__proto__" is a name like any other there. */
function parsed(value: unknown): unknown {
  if (isTooDeep(value)) return value // it cannot be written; a parser reads it all the same
  return JSON.parse(JSON.stringify(value))
}

/** Fewer than `JSON.stringify` has room for, which takes the square of the levels to find out. */
const MOST_LEVELS = 2_000

function isTooDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth++) {
    const below: unknown[] = []
    for (const one of level) if (typeof one === 'object' && one !== null) below.push(...Object.values(one))
    level = below
  }
  return level.length > 0
}

/** The outcome, or the error that a caller would get. Any other exception would be a fault of the gateway. */
function outcomeOf<T>(work: () => T): { made: T } | { error: PolyphonyError } {
  try {
    return { made: work() }
  } catch (error) {
    if (!(error instanceof PolyphonyError)) throw error
    expect(error.status).toBeGreaterThanOrEqual(400)
    expect(error.status).toBeLessThan(500)
    return { error }
  }
}

function expectSane(spec: OutputSpec): void {
  if ('widthPx' in spec) {
    for (const sidePx of [spec.widthPx, spec.heightPx]) {
      expect(Number.isInteger(sidePx)).toBe(true)
      expect(sidePx).toBeGreaterThanOrEqual(16)
      expect(sidePx).toBeLessThanOrEqual(16_384)
    }
  }
  if ('seconds' in spec) {
    expect(Number.isFinite(spec.seconds)).toBe(true)
    expect(spec.seconds).toBeGreaterThan(0)
  }
  if ('count' in spec) {
    expect(Number.isInteger(spec.count)).toBe(true)
    expect(spec.count).toBeGreaterThanOrEqual(1)
    expect(spec.count).toBeLessThanOrEqual(16)
  }
  if ('mediaType' in spec)
    expect(spec.mediaType).toMatch(/^(?:image\/(?:png|jpeg|webp|svg\+xml)|audio\/(?:mpeg|wav|flac))$/)
  if (spec.kind === 'pictures') expect(spec.isTransparent && spec.mediaType === 'image/jpeg').toBe(false)
}

function expectUsable(operation: Operation, input: JsonObject): void {
  const price = operation.price(input)
  expect(Number.isSafeInteger(price)).toBe(true)
  expect(price).toBeGreaterThan(0)
  expectSane(outputSpecOf(operation.produces, input))
  expect(['string', 'undefined']).toContain(typeof operation.follows(input))
  for (const { value } of filesIn(operation.input, input)) expect(value).not.toBe('')
  expect(readInput(operation, input)).toEqual(input)
  expect(JSON.parse(JSON.stringify(input))).toEqual(input)
  const { id, taskType } = operation
  expect(() => JSON.stringify(echoOf({ operation: id, taskType, input }, urls))).not.toThrow()
}

/** The example with a field or two as they may be: of inputs of many fields, those that are all random break some rule. */
function nearExample({ input, example }: Operation): fc.Arbitrary<object> {
  return inputOf(input).chain((known) => {
    const fields = Object.entries(known)
    return fc
      .subarray(fields, { maxLength: Math.min(2, fields.length) })
      .map((changed) => ({ ...example, ...Object.fromEntries(changed) }))
  })
}

describe('any valid input', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'any input of %s has a price, an output spec and an echo, or is refused by a field that the message names',
    (_id, operation) => {
      let taken = 0
      fc.assert(
        fc.property(fc.oneof(inputOf(operation.input), nearExample(operation)), strangeFields, (known, strange) => {
          const raw = parsed({ ...strange, ...known }) as JsonObject // an object stays an object
          const outcome = outcomeOf(() => readInput(operation, raw, { '': 'input' }))
          if ('error' in outcome) {
            const { code, message, details } = outcome.error
            expect({ code, field: details.field }).toEqual({
              code: 'invalid_input',
              field: expect.stringMatching(/^input\./),
            })
            expect(message).toContain(details.field)
            return
          }
          taken += 1
          const input = outcome.made
          for (const [name, value] of Object.entries(raw)) {
            if (name === '__proto__' || Object.hasOwn(operation.input.properties, name)) continue
            expect(Object.getOwnPropertyDescriptor(input, name)?.value).toEqual(value)
          }
          expectUsable(operation, input)
        }),
        { numRuns: RUNS_EACH },
      )
      expect(taken).toBeGreaterThan(0)
    },
  )
})

describe('any JSON value', () => {
  const operation = fc.constantFrom(...operations.map(({ id }) => id)).map(getOperation)

  it('any JSON value as an input is read, or refused by a field', () => {
    fc.assert(
      fc.property(operation, fc.oneof(anyJson, strangeFields), fc.boolean(), (one, given, isBesideExample) => {
        const raw = parsed(isBesideExample ? { ...one.example, ...(given as object) } : given)
        const outcome = outcomeOf(() => readInput(one, raw, { '': 'input' }))
        if ('made' in outcome) return expectUsable(one, outcome.made)
        expect(outcome.error).toMatchObject({
          code: 'invalid_input',
          details: { field: expect.stringMatching(/^input/) },
        })
      }),
      { numRuns: RUNS_OF_ANYTHING },
    )
  })

  it('any JSON value as the body of a request becomes a task, or is refused', () => {
    const body = operation.chain(({ model, taskType, example }) =>
      fc.oneof(
        anyJson,
        fc.record(
          {
            model: fc.oneof(fc.constantFrom(model, 'music-s', 'suno', 'constructor', '__proto__', 'i2v-01'), anyJson),
            task_type: fc.oneof(
              fc.constantFrom(taskType, 'generate_music', 'generate_music_custom', 'toString'),
              anyJson,
            ),
            input: fc.oneof(fc.constant(example), anyJson, strangeFields),
            config: fc.oneof(
              fc.constantFrom({}, { service_mode: 'public', webhook_config: { endpoint: 'https://client.example' } }),
              anyJson,
              fc.record({ service_mode: anyJson, webhook_config: anyJson }, { requiredKeys: [] }),
            ),
            auto_upload_assets: fc.oneof(fc.boolean(), anyJson),
          },
          { requiredKeys: [] },
        ),
        strangeFields.map((strange) => ({ ...strange, model, task_type: taskType, input: { ...example, ...strange } })),
      ),
    )
    fc.assert(
      fc.property(body, (given) => {
        const outcome = outcomeOf((): Submission => toTask(parsed(given)))
        if ('error' in outcome) return
        expectUsable(outcome.made.operation, outcome.made.input)
        const quote = { pricePoints: outcome.made.operation.price(outcome.made.input), isAffordable: true }
        const text = JSON.stringify(quotedBody(outcome.made, { ...quote, availablePoints: quote.pricePoints }, urls))
        expect(JSON.parse(text)).toMatchObject({ code: 200, data: { dry_run: true } })
      }),
      { numRuns: RUNS_OF_ANYTHING },
    )
  })
})

describe('a field of another operation', () => {
  it.each<[string, JsonObject]>([
    ['midjourney/inpaint', { aspect_ratio: 169 }],
    ['midjourney/blend', { prompt: { toString: 1 } }],
    ['midjourney/pan', { aspect_ratio: [], prompt: '--ar 0:0' }],
  ])('a field of another operation does not change what %s makes', (id, strange) => {
    const operation = getOperation(id)
    const input = readInput(operation, { ...operation.example, ...strange })
    expect(input).toMatchObject(strange)
    const byDefault = outputSpecOf(operation.produces, readInput(operation, operation.example))
    expect(outputSpecOf(operation.produces, input)).toEqual(byDefault)
  })
})

describe('a file of ten megabytes in the input', () => {
  const image = getOperation('Qubico/image-toolkit/background-remove')
  const base64 = 'A'.repeat(Math.ceil((10 * 2 ** 20) / 3) * 4)

  it.each([
    ['bare', base64],
    ['in a data URI', `data:image/png;base64,${base64}`],
  ])('a file of ten megabytes is accepted %s', (_how, text) => {
    expect(readInput(image, { image: text })).toEqual({ image: text })
  })
})
