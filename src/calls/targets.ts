import type { PoolPolicy } from '../core/tenant.ts'
import type { ModelPrice } from '../core/usage.ts'
import type { CallMember } from './calls.ts'
import { listPriceOf } from './list-prices.ts'
import { scaled, TOOL_FEES } from './model-price.ts'
import type { ModelRoute, Target } from './routing.ts'

/**
 * The targets in the pools that the tenant uses, as for tasks: its own accounts where it has some for the model, those of the
 * operator after them only if it lets its work fall back.
 */
export function inPool(
  targets: readonly Target<CallMember>[],
  { defaultPool, fallsBack }: PoolPolicy = { defaultPool: 'private', fallsBack: false },
): readonly Target<CallMember>[] {
  const own = targets.filter(({ member }) => member.record.tenantId !== null)
  if (own.length === 0) return targets
  const others = targets.filter(({ member }) => member.record.tenantId === null)
  if (defaultPool === 'public') return others
  return fallsBack ? [...own, ...others] : own
}

/**
 * What the operator set, else the vendor's list price, times the account's factor and that of batches; undefined for a model of a vendor whose
 * price is unknown.
 */
export function priceOf(
  { price }: ModelRoute<CallMember>,
  { member, model }: Target<CallMember>,
  batchFactor = 1,
): ModelPrice | undefined {
  const { priceFactor } = member.record
  if (priceFactor === 0) return {}
  const whole = price ?? listPriceOf(model) ?? (member.side.isUnpriced ? {} : undefined)
  return whole && scaled(scaled(whole, batchFactor, TOOL_FEES), priceFactor)
}
