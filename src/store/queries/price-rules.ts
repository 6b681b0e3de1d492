import type { Selectable } from 'kysely'
import type { JsonObject } from '../../core/json.ts'
import type { Points } from '../../core/points.ts'
import { type CostRule, type PriceRule, type RateRule, slotOf } from '../../core/price-rule.ts'
import type { CostRulesTable, PriceRulesTable, RateRulesTable } from '../schema.ts'
import type { ReadVerbs, RuleChange } from '../store.ts'
import type { Tx } from '../tx.ts'
import { raiseRevision } from './price-revision.ts'

type RulesTable = 'price_rules' | 'cost_rules'

export async function changePriceRules(tx: Tx, change: RuleChange<PriceRule>): Promise<boolean> {
  const rows = change.begin.map((rule) => ({ ...rowOf(rule), tenant_id: rule.tenantId, price_group: rule.group }))
  if (!(await endRules(tx, 'price_rules', change, rows))) return false
  await tx.insertMany('price_rules', rows)
  return true
}

export async function changeCostRules(tx: Tx, change: RuleChange<CostRule>): Promise<boolean> {
  const rows = change.begin.map((rule) => ({ ...rowOf(rule), provider: rule.provider, account: rule.account }))
  if (!(await endRules(tx, 'cost_rules', change, rows))) return false
  await tx.insertMany('cost_rules', rows)
  return true
}

async function endRules(
  tx: Tx,
  table: RulesTable,
  { end, revision, now }: Pick<RuleChange<unknown>, 'end' | 'revision' | 'now'>,
  begun: readonly Pick<RateRulesTable, 'slot'>[],
): Promise<boolean> {
  if (!(await raiseRevision(tx, revision))) return false
  const endAll = tx.db.updateTable(table).set({ ended_at: now }).where('ended_at', 'is', null)
  for (const ids of parts(end)) await endAll.where('id', 'in', ids).execute()
  for (const slots of parts(begun.map(({ slot }) => slot))) await endAll.where('slot', 'in', slots).execute()
  return true
}

/** A statement takes a limited number of parameters. */
function parts<Item>(items: readonly Item[], size = 500): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

function rowOf(rule: PriceRule | CostRule) {
  return {
    id: rule.id,
    of: rule.of,
    conditions: JSON.stringify(rule.conditions),
    points: rule.points,
    factor: rule.factor,
    per: rule.per,
    slot: slotOf(rule),
    begun_at: rule.begunAt,
    ended_at: rule.endedAt,
    made_by: rule.madeBy,
    note: rule.note,
  }
}

export async function listPriceRules(tx: Tx, args: Parameters<ReadVerbs['listPriceRules']>[0]): Promise<PriceRule[]> {
  let query = tx.db.selectFrom('price_rules').selectAll().orderBy('begun_at', 'desc').orderBy('id', 'desc')
  if (args.isInForce) query = query.where('ended_at', 'is', null)
  if (args.limit !== undefined) query = query.limit(args.limit)
  return (await query.execute()).map((row: Selectable<PriceRulesTable>) => ({
    ...ruleOf(row),
    tenantId: row.tenant_id,
    group: row.price_group,
  }))
}

export async function listCostRules(tx: Tx, args: Parameters<ReadVerbs['listCostRules']>[0]): Promise<CostRule[]> {
  let query = tx.db.selectFrom('cost_rules').selectAll().orderBy('begun_at', 'desc').orderBy('id', 'desc')
  if (args.isInForce) query = query.where('ended_at', 'is', null)
  if (args.limit !== undefined) query = query.limit(args.limit)
  return (await query.execute()).map((row: Selectable<CostRulesTable>) => ({
    ...ruleOf(row),
    provider: row.provider,
    account: row.account,
  }))
}

function ruleOf(row: Selectable<RateRulesTable>): RateRule {
  return {
    id: row.id,
    of: row.of,
    conditions: JSON.parse(row.conditions) as JsonObject, // as `rowOf` wrote it
    points: row.points as Points | null,
    factor: row.factor,
    per: row.per,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
    madeBy: row.made_by,
    note: row.note,
  }
}

export async function listPriceGroups(tx: Tx): Promise<{ tenantId: string; group: string }[]> {
  const rows = await tx.db
    .selectFrom('tenants')
    .select(['id', 'price_group'])
    .where('price_group', 'is not', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id, price_group }) => ({ tenantId: id, group: price_group ?? '' }))
}
