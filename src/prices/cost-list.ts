import { findOperation } from '../catalog/catalog.ts'
import type { Points } from '../core/points.ts'
import type { CostRule } from '../core/price-rule.ts'
import type { Task } from '../core/task.ts'
import { amountOf, NO_RATES, rates } from './rates.ts'

/** What the vendor takes for a task by the operator's rules; null = no rule applies. */
export type CostList = (task: Pick<Task, 'operation' | 'input' | 'provider' | 'account'>) => Points | null

/** A rule for the account applies before one for its provider. A factor multiplies the list price. */
export function costList(rules: readonly CostRule[]): CostList {
  const byAccount = Map.groupBy(rules, ({ account }) => account)
  const ofAccounts = new Map([...byAccount].map(([account, some]) => [account, rates(some)]))
  const everywhere = Map.groupBy(byAccount.get(null) ?? [], ({ provider }) => provider)
  const ofProviders = new Map([...everywhere].map(([provider, some]) => [provider, rates(some)]))
  return ({ operation: id, input, provider, account }) => {
    const operation = findOperation(id)
    if (!operation || provider === null || account === null) return null
    const ofAccount = ofAccounts.get(account) ?? NO_RATES
    const ofProvider = ofProviders.get(provider) ?? NO_RATES
    const rule = ofAccount(operation, input) ?? ofProvider(operation, input)
    return rule ? amountOf(rule, input, () => operation.price(input)) : null
  }
}
