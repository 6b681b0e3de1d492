import type { Static } from 'typebox'
import type { Clock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { type CostRule, type PriceRule, slotOf } from '../core/price-rule.ts'
import type { Store } from '../store/store.ts'
import { costBody, type GroupShown, type Margins, type Preview, priceBody } from './bodies.ts'
import type { PriceBook } from './book.ts'
import { margins } from './margins.ts'
import { preview } from './preview.ts'
import { openRuleAdmin, type RuleAdmin, type RuleAdminParts } from './rule-admin.ts'
import { COST_COLUMNS, costEntry, PRICE_COLUMNS, priceEntry, readRules } from './rule-files.ts'
import { checkFields, type KnownNames, readCost, readGroup, readName, readPrice, readTenant } from './rule-input.ts'

/**
 * Sets prices and costs, and reports what tasks earned. Bodies are in the words of the API. Every verb throws
 * `invalid_input`, naming the field, for input that breaks a rule.
 */
export interface PriceAdmin {
  prices: RuleAdmin
  costs: RuleAdmin
  /** What typical calls cost by the list, now, and with the rules that are proposed. */
  preview(body: JsonObject): Promise<Static<typeof Preview>>
  /** Puts a tenant into a group, or out of it. */
  setGroup(body: JsonObject): Promise<Static<typeof GroupShown>>
  margins(body: JsonObject): Promise<Static<typeof Margins>>
}

export interface PriceAdminOptions {
  store: Store
  clock: Clock
  book: Pick<PriceBook, 'refresh' | 'rules'>
  /** The ids of all providers. */
  providers: readonly string[]
}

export function openPriceAdmin({ store, clock, book, providers }: PriceAdminOptions): PriceAdmin {
  const names = (): Promise<KnownNames> => knownNames(store, providers)
  const parts: RuleAdminParts = { store, clock, refresh: book.refresh, names }
  return {
    prices: openRuleAdmin<PriceRule>(parts, {
      list: store.listPriceRules,
      change: store.changePriceRules,
      read: (body, known, begun) => ({ ...begun, ...readPrice(body, known) }),
      show: priceBody,
      entry: priceEntry,
      isOrphaned: ({ tenantId }, { tenants }) => tenantId !== null && !tenants.has(tenantId),
      columns: PRICE_COLUMNS,
      filters: ['of', 'tenant', 'group'],
    }),
    costs: openRuleAdmin<CostRule>(parts, {
      list: store.listCostRules,
      change: store.changeCostRules,
      read: (body, known, begun) => ({ ...begun, ...readCost(body, known) }),
      show: costBody,
      entry: costEntry,
      isOrphaned: ({ account }, { accounts }) => account !== null && !accounts.has(account),
      columns: COST_COLUMNS,
      filters: ['of', 'provider', 'account'],
    }),
    async preview(body) {
      checkFields(body, ['tenant', 'of', 'rules'])
      const known = await names()
      const { of = '*', tenant = null, rules } = body
      await book.refresh()
      const now = book.rules()
      const request = { of: readName(of), tenantId: readTenant(tenant, known), now }
      if (rules === undefined) return preview(request)
      const begun = { begunAt: clock.now(), endedAt: null, madeBy: '' }
      const added = readRules(rules).map((entry) => ({
        id: newId(begun.begunAt),
        ...begun,
        ...readPrice(entry.body, known),
      }))
      const slots = new Set(added.map(slotOf))
      return preview({ ...request, proposed: [...now.rules.filter((rule) => !slots.has(slotOf(rule))), ...added] })
    },
    async setGroup(body) {
      checkFields(body, ['tenant', 'group'])
      const id = readTenant(body.tenant ?? '', await names())
      const group = body.group === undefined || body.group === null ? null : readGroup(body.group)
      if (id === null || !(await store.changeTenant({ id, set: { priceGroup: group } }))) {
        throw new PolyphonyError('not_found', 'The tenant was removed meanwhile.')
      }
      await book.refresh()
      return { tenant: id, group }
    },
    margins: (body) => margins(store, body, clock.now()),
  }
}

async function knownNames(store: Store, providers: readonly string[]): Promise<KnownNames> {
  const [tenants, accounts] = await Promise.all([store.listTenants({}), store.listAccounts({})])
  const byName = Map.groupBy(tenants, ({ name }) => name)
  const named = [...byName].flatMap(([name, [one, second]]): [string, string][] =>
    one && !second ? [[name, one.id]] : [],
  )
  return {
    // Ids last: a tenant that is called like another one's id does not hide it.
    tenants: new Map([...named, ...tenants.map(({ id }): [string, string] => [id, id])]),
    providers,
    accounts: new Map(accounts.map(({ id, provider }) => [id, provider])),
  }
}
