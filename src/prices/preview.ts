import type { Static } from 'typebox'
import type { Operation } from '../catalog/operation.ts'
import type { PriceRule } from '../core/price-rule.ts'
import { moneyBody, type Preview } from './bodies.ts'
import { LIST_PRICES, type Priced, type PriceList, type PriceRules, priceList } from './price-list.ts'
import { operationsNamed } from './rule-input.ts'
import { type Call, callMeeting, typicalCalls } from './typical-calls.ts'

export interface PreviewRequest {
  tenantId: string | null
  /** An operation, a model, or everything. */
  of: string
  now: PriceRules
  /** All rules that would be in force; absent = nothing is proposed. */
  proposed?: readonly PriceRule[]
}

/** What typical calls cost by the list, now, and as proposed: the example, and calls that differ from it in one of them. */
export function preview({ tenantId, of, now, proposed }: PreviewRequest): Static<typeof Preview> {
  const listed = priceList(LIST_PRICES)
  const current = priceList(now)
  const next = proposed && priceList({ ...now, rules: proposed })
  return operationsNamed(of).flatMap((operation) => {
    const [example, ...others] = callsOf(operation, [...now.rules, ...(proposed ?? [])]).map(({ name, input }) => {
      const priceBy = (list: PriceList) => list(operation, input, tenantId)
      return { name, list: priceBy(listed), now: priceBy(current), proposed: next && priceBy(next) }
    })
    if (!example) return []
    const differing = others.filter(
      (call) =>
        call.list.points !== example.list.points ||
        call.now.points !== example.now.points ||
        call.proposed?.points !== example.proposed?.points,
    )
    return [example, ...differing].map((call) => ({
      operation: operation.id,
      title: operation.title,
      call: call.name,
      list: moneyBody(call.list.points),
      now: pricedBody(call.now),
      ...(call.proposed ? { proposed: pricedBody(call.proposed) } : {}),
    }))
  })
}

/** The typical calls, and those that the rules' conditions describe. */
function callsOf(operation: Operation, rules: readonly PriceRule[]): Call[] {
  const meeting = rules
    .filter(
      ({ of, conditions }) => ['*', operation.model, operation.id].includes(of) && Object.keys(conditions).length > 1,
    )
    .flatMap(({ conditions }) => callMeeting(operation, conditions))
  const byName = new Map([...typicalCalls(operation), ...meeting].map((call) => [call.name, call]))
  return [...byName.values()]
}

function pricedBody({ points, rule }: Priced) {
  return { ...moneyBody(points), rule }
}

/** The calls of an operation that cost something else than its example, after the example. */
export function typicalPrices(operation: Operation, priceOf: PriceList, tenantId: string | null) {
  const [example, ...others] = typicalCalls(operation).map(({ name, input }) => ({
    name,
    ...priceOf(operation, input, tenantId),
  }))
  return example ? [example, ...others.filter(({ points }) => points !== example.points)] : []
}
