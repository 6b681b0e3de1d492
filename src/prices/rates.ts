import type { Operation } from '../catalog/operation.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { type Points, points } from '../core/points.ts'
import type { RateRule } from '../core/price-rule.ts'

/**
 * What rules of prices and of costs share: which of several rules applies, and the amount that it gives. Of the rules of
 * one scope the most specific applies: one for the operation before one for its model before "*"; of these, the one with
 * more conditions; of these, the newest.
 */
export type Rates = (operation: Operation, input: JsonObject) => RateRule | undefined

/** The rule that applies, for any operation and input. */
export function rates(rules: readonly RateRule[]): Rates {
  const byName = Map.groupBy([...rules].sort(byStrength), ({ of }) => of)
  return ({ id, model }, input) => {
    for (const name of [id, model, '*']) {
      const found = byName.get(name)?.find(({ conditions }) => isMet(conditions, input))
      if (found) return found
    }
    return undefined
  }
}

export const NO_RATES: Rates = () => undefined

/** The stronger one first, of two for the same name. */
function byStrength(a: RateRule, b: RateRule): number {
  const [more, fewer] = [Object.keys(a.conditions).length, Object.keys(b.conditions).length]
  return fewer - more || b.begunAt - a.begunAt || (a.id < b.id ? 1 : -1)
}

function isMet(conditions: JsonObject, input: JsonObject): boolean {
  return Object.entries(conditions).every(([field, value]) => Object.hasOwn(input, field) && input[field] === value)
}

/** The amount for a task; a factor multiplies `base`. Rounded up, so that no factor makes a task free. */
export function amountOf({ points: fixed, factor, per }: RateRule, input: JsonObject, base: () => Points): Points {
  if (fixed === null) return roundedUp(base() * (factor ?? 1))
  return per === null ? fixed : roundedUp(fixed * timesIn(input[per]))
}

/** Digits beyond the precision of a product are no reason to round up: 400,000 times 1.1 is 440,000. */
function roundedUp(value: number): Points {
  return points(Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(Number(value.toPrecision(15)))))
}

/** A number of seconds or of outputs, also as text ("10", "10s"); 1 where the input has none. */
export function timesIn(value: Json | undefined): number {
  const number = typeof value === 'string' && /^\d+(\.\d+)?s?$/.test(value) ? Number.parseFloat(value) : value
  return typeof number === 'number' && number > 0 ? number : 1
}
