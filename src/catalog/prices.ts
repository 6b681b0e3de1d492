import type { JsonObject } from '../core/json.ts'
import { type Points, points } from '../core/points.ts'
import { listOperations } from './catalog.ts'
import type { Operation } from './operation.ts'

/** An operator's change of list prices: a factor, or fixed points per task. */
export interface PriceRule {
  /** An operation's id, a model, or "*" for everything; the most specific rule applies. */
  of: string
  factor?: number
  points?: Points
}

/** The price of a task, in points. */
export type PriceList = (operation: Operation, input: JsonObject) => Points

/** Throws for a rule that matches no operation: with a misspelt name the list price would stay in force. */
export function priceList(rules: readonly PriceRule[]): PriceList {
  for (const { of } of rules) {
    if (of !== '*' && !listOperations().some(({ id, model }) => of === id || of === model)) {
      throw new Error(`POLYPHONY_PRICES names "${of}", and the catalogue has no such operation or model.`)
    }
  }
  const byName = new Map(rules.map((rule) => [rule.of, rule]))
  return (operation, input) => {
    const rule = byName.get(operation.id) ?? byName.get(operation.model) ?? byName.get('*')
    if (rule?.points !== undefined) return rule.points
    const listed = operation.price(input)
    // Rounded up: a factor below one must not make a task free.
    return rule?.factor === undefined ? listed : points(Math.ceil(listed * rule.factor))
  }
}
