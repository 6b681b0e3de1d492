import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getOperation } from '../catalog/catalog.ts'
import type { JsonObject } from '../core/json.ts'
import { points } from '../core/points.ts'
import type { PriceRule } from '../core/price-rule.ts'
import { type EnvironmentPrice, priceList } from './price-list.ts'
import { timesIn } from './rates.ts'

const OPERATIONS = ['kling/video_generation', 'kling/extend_video', 'suno/music'].map(getOperation)
const NAMES = ['*', 'kling', 'suno', ...OPERATIONS.map(({ id }) => id)]
const VALUES = [1, 2, '1', true]
const amounts = fc.oneof(
  fc.record({ points: fc.nat(1_000).map(points), factor: fc.constant(null), per: fc.constantFrom(null, 'duration') }),
  fc.record({
    points: fc.constant(null),
    factor: fc.double({ min: 0.000_001, max: 10, noNaN: true }),
    per: fc.constant(null),
  }),
)
const conditions = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...VALUES), { maxKeys: 3 })
const scope = fc.constantFrom(
  { tenantId: null, group: null },
  { tenantId: null, group: 'gold' },
  { tenantId: null, group: 'silver' },
  { tenantId: 't1', group: null },
  { tenantId: 't2', group: null },
)
const rule: fc.Arbitrary<PriceRule> = fc
  .record({ id: fc.uuid(), of: fc.constantFrom(...NAMES), conditions, amounts, scope, begunAt: fc.nat(5) })
  .map(({ amounts, scope, ...rest }) => ({ ...rest, ...amounts, ...scope, endedAt: null, madeBy: '', note: '' }))
const environment: fc.Arbitrary<EnvironmentPrice[]> = fc.uniqueArray(
  fc.oneof(
    fc.record({ of: fc.constantFrom(...NAMES), points: fc.nat(1_000).map(points) }),
    fc.record({ of: fc.constantFrom(...NAMES), factor: fc.double({ min: 0.01, max: 10, noNaN: true }) }),
  ),
  { selector: ({ of }) => of, maxLength: 4 },
)
const world = fc.record({
  rules: fc.uniqueArray(rule, { selector: ({ id }) => id, maxLength: 12 }),
  environment,
  operation: fc.constantFrom(...OPERATIONS),
  extra: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...VALUES)),
  tenant: fc.constantFrom('t1', 't2', 't3', null),
  group: fc.constantFrom('gold', 'silver', 'none'),
})

/** What of a rule decides, as numbers that are compared from left to right: the largest applies. */
function strength({ of, conditions, begunAt }: PriceRule, operationId: string): number[] {
  return [of === operationId ? 2 : of === '*' ? 0 : 1, Object.keys(conditions).length, begunAt]
}

function isStronger(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0)
}

describe('which price applies', () => {
  it('of all rules that match, the one of the narrowest scope, then of the narrowest name, conditions and time applies', () => {
    fc.assert(
      fc.property(world, ({ rules, environment, operation, extra, tenant, group }) => {
        const input: JsonObject = { ...operation.example, ...extra }
        const groups = new Map(tenant === null ? [] : [[tenant, group]])
        const { points: price, rule } = priceList({ rules, environment, groups })(operation, input, tenant)

        const matching = rules.filter(
          ({ of, conditions }) =>
            ['*', operation.model, operation.id].includes(of) &&
            Object.entries(conditions).every(([field, value]) => input[field] === value),
        )
        const scopes = [
          tenant === null ? [] : matching.filter(({ tenantId }) => tenantId === tenant),
          tenant === null ? [] : matching.filter(({ group: one }) => one === group),
          matching.filter((one) => one.tenantId === null && one.group === null),
        ]
        const first = scopes.find((some) => some.length > 0)
        if (first) {
          const applied = first.find(({ id }) => id === rule)
          expect(applied).toBeDefined()
          if (!applied) return
          const own = [...strength(applied, operation.id), applied.id]
          for (const other of first) {
            expect(isStronger([...strength(other, operation.id), other.id], own)).toBe(false)
          }
          if (applied.points !== null) {
            const times = applied.per === null ? 1 : timesIn(input[applied.per])
            expect(price).toBe(applied.points * times)
          }
        } else {
          const named = environment.map(({ of }) => of)
          const isSet = ['*', operation.model, operation.id].some((name) => named.includes(name))
          expect(rule).toBe(isSet ? 'environment' : 'list')
          if (!isSet) expect(price).toBe(operation.price(input))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('a factor never makes a task free, and a price is a whole number of points', () => {
    fc.assert(
      fc.property(world, ({ rules, operation, extra, tenant, group }) => {
        const isFree = rules.some(({ points }) => points === 0)
        const groups = new Map(tenant === null ? [] : [[tenant, group]])
        const { points: price } = priceList({ rules, environment: [], groups })(
          operation,
          { ...operation.example, ...extra },
          tenant,
        )
        expect(Number.isSafeInteger(price)).toBe(true)
        if (!isFree) expect(price).toBeGreaterThan(0)
      }),
      { numRuns: 1_000 },
    )
  })
})
