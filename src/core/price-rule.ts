import type { JsonObject } from './json.ts'
import type { Points } from './points.ts'

/** What a rule about money says of the tasks that it applies to, whether it is a price or a cost. */
export interface RateRule {
  id: string
  /** An operation's id, a model, or "*" for everything. */
  of: string
  /** Values that fields of the input must have for the rule to apply. */
  conditions: JsonObject
  /** The amount for a task; null = `factor` applies. */
  points: Points | null
  /** A factor on another amount: see `src/prices/rates.ts`. Null = `points` applies. */
  factor: number | null
  /** A numeric field of the input that multiplies `points`, such as `duration`. */
  per: string | null
  begunAt: number
  /** Null = in force. A rule is never changed: its successor begins when it ends. */
  endedAt: number | null
  /** Who set it: a key, or the command line. */
  madeBy: string
  note: string
}

/** A price that the operator set: for one tenant, for the tenants of a group, or (both null) for everyone. */
export interface PriceRule extends RateRule {
  tenantId: string | null
  group: string | null
}

/** What the vendor takes from the operator: for one account, or (null) for all accounts of the provider. */
export interface CostRule extends RateRule {
  provider: string
  account: string | null
}

/** Which set a task's price: a rule's id, POLYPHONY_PRICES, or the catalogue. */
export type PriceSource = string
export const LIST_PRICE = 'list'
export const ENVIRONMENT_PRICE = 'environment'

/**
 * Where the cost of a task comes from: reported by the vendor, computed by a cost rule, or `free` where no vendor bills the
 * operator (work in this process, or on a tenant's own account).
 */
export const COST_SOURCES = ['vendor', 'rule', 'free'] as const
export type CostSource = (typeof COST_SOURCES)[number]

/** What a task cost the operator; null where it is unknown. */
export interface TaskCost {
  costPoints: Points | null
  costSource: CostSource | null
}

export const UNKNOWN_COST: TaskCost = { costPoints: null, costSource: null }

/** What a rule is about, as text: of two rules for the same thing only one is in force. */
export function slotOf(rule: PriceRule | CostRule): string {
  const scope = 'provider' in rule ? [rule.provider, rule.account] : [rule.tenantId, rule.group]
  const conditions = Object.entries(rule.conditions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([...scope, rule.of, conditions])
}
