import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { expect, it } from 'vitest'
import { inputOf } from '../catalog/arbitrary-input.testing.ts'
import { listOperations } from '../catalog/catalog.ts'
import { validatorOf } from '../catalog/read-input.ts'
import type { JsonObject } from '../core/json.ts'
import { fileOf, PRICE_COLUMNS, priceEntry, readFile } from './rule-files.ts'
import { MAX_NOTE_LENGTH, readPrice } from './rule-input.ts'

const NAMES = { tenants: new Map([['t1', 't1']]), providers: [], accounts: new Map() }
const BEGUN = { id: 'r', begunAt: 0, endedAt: null, madeBy: '' }

/** Some fields are of any form to the schema, and checked later. */
function isCondition(schema: TSchema | undefined, value: unknown): boolean {
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value)
  return isScalar && schema !== undefined && validatorOf(schema).Check(value)
}

/** A rule about an operation, with conditions that its schema accepts. */
const rule = fc.constantFrom(...listOperations()).chain(({ id, input }) =>
  fc.record({
    of: fc.constant(id),
    when: inputOf(input).map((body) =>
      Object.fromEntries(
        Object.entries(body as JsonObject).filter(([name, value]) => isCondition(input.properties[name], value)),
      ),
    ),
    amount: fc.oneof(
      fc.record({ points: fc.nat(10_000_000) }),
      fc.record({ factor: fc.double({ min: 1e-9, max: 1_000, noNaN: true }) }),
    ),
    note: fc.oneof(
      fc.string({ maxLength: MAX_NOTE_LENGTH, unit: 'grapheme' }).filter((one) => one.length <= MAX_NOTE_LENGTH),
      fc.constantFrom("'=a", '-5', '5', ' two ', 'a;b=c', '"', 'a\r\nb', '{'),
    ),
    scope: fc.constantFrom<JsonObject>({}, { tenant: 't1' }, { group: 'gold; "x"' }),
  }),
)

it.each(['csv', 'json'] as const)('prices that are exported as %s are the same when they are imported', (format) => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), (rules) => {
      const stored = rules.map(({ of, when, amount, note, scope }) => ({
        ...BEGUN,
        ...readPrice({ of, when, note, ...amount, ...scope }, NAMES),
      }))
      const read = readFile(fileOf(stored.map(priceEntry), PRICE_COLUMNS, format), format, PRICE_COLUMNS)
      expect(read.map(({ body }) => ({ ...BEGUN, ...readPrice(body, NAMES) }))).toEqual(stored)
    }),
    { numRuns: 100 },
  )
})
