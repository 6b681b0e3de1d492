import { listOperations } from '../catalog/catalog.ts'
import type { Operation } from '../catalog/operation.ts'
import type { JsonObject } from '../core/json.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import type { Points } from '../core/points.ts'
import { ENVIRONMENT_PRICE, LIST_PRICE, type PriceRule, type PriceSource, type RateRule } from '../core/price-rule.ts'
import { amountOf, NO_RATES, type Rates, rates } from './rates.ts'

/** The price of a task, and what set it. */
export interface Priced {
  points: Points
  rule: PriceSource
}

/** The price of an input for a tenant; null = for everyone. */
export type PriceList = (
  operation: Operation,
  input: JsonObject,
  tenantId: string | null,
  sizes?: PictureSizes,
) => Priced

/** The prices that hold now. Reads no database. */
export interface Prices {
  priceOf: PriceList
  /** Grows with every change of a price. */
  revision(): number
  /** The group by which prices are set for a tenant. */
  groupOf(tenantId: string): string | undefined
}

/** A price of POLYPHONY_PRICES: a factor on the list price, or points per task. */
export interface EnvironmentPrice {
  /** An operation's id, a model, or "*" for everything. */
  of: string
  factor?: number
  points?: Points
}

/** All that the operator set. */
export interface PriceRules {
  /** Those in force. */
  rules: readonly PriceRule[]
  environment: readonly EnvironmentPrice[]
  /** The groups of tenants, by tenant. */
  groups: ReadonlyMap<string, string>
}

export const LIST_PRICES: PriceRules = { rules: [], environment: [], groups: new Map() }

/**
 * A rule for the tenant applies before one for its group, before one for everyone, before POLYPHONY_PRICES, before the list
 * price. The factor of a tenant's or a group's rule multiplies the price for everyone, as a discount does; one for everyone
 * multiplies the list price.
 */
export function priceList({ rules, environment, groups }: PriceRules): PriceList {
  const everyone = rates(rules.filter(({ tenantId, group }) => tenantId === null && group === null))
  const ofEnvironment = rates(environmentRules(environment))
  const ofGroup = ratesBy(rules, ({ tenantId, group }) => (tenantId === null ? group : null))
  const ofTenant = ratesBy(rules, ({ tenantId }) => tenantId)

  function forEveryone(operation: Operation, input: JsonObject, sizes: PictureSizes | undefined): Priced {
    const rule = everyone(operation, input) ?? ofEnvironment(operation, input)
    const listPrice = () => operation.price(input, sizes)
    return rule
      ? { points: amountOf(rule, input, listPrice), rule: rule.id }
      : { points: listPrice(), rule: LIST_PRICE }
  }

  return (operation, input, tenantId, sizes) => {
    if (tenantId === null) return forEveryone(operation, input, sizes)
    const group = groups.get(tenantId)
    const rule =
      ofTenant(tenantId)(operation, input) ?? (group === undefined ? undefined : ofGroup(group)(operation, input))
    if (!rule) return forEveryone(operation, input, sizes)
    return { points: amountOf(rule, input, () => forEveryone(operation, input, sizes).points), rule: rule.id }
  }
}

/** Prices that do not change. */
export function fixedPrices(given: Partial<PriceRules> = {}, revision = 0): Prices {
  const all = { ...LIST_PRICES, ...given }
  return {
    priceOf: priceList(all),
    revision: () => revision,
    groupOf: (tenantId) => all.groups.get(tenantId),
  }
}

function ratesBy(rules: readonly PriceRule[], keyOf: (rule: PriceRule) => string | null): (key: string) => Rates {
  const byKey = Map.groupBy(rules, keyOf)
  const built = new Map([...byKey].map(([key, some]) => [key, rates(some)]))
  return (key) => built.get(key) ?? NO_RATES
}

/** Throws for a price that matches no operation: with a misspelt name the list price would stay in force. */
function environmentRules(environment: readonly EnvironmentPrice[]): RateRule[] {
  const plain = { id: ENVIRONMENT_PRICE, conditions: {}, per: null, begunAt: 0, endedAt: null, madeBy: '', note: '' }
  return environment.map(({ of, factor = null, points = null }) => {
    if (of !== '*' && !listOperations().some(({ id, model }) => of === id || of === model)) {
      throw new Error(`POLYPHONY_PRICES names "${of}", and the catalogue has no such operation or model.`)
    }
    return { ...plain, of, factor, points }
  })
}
