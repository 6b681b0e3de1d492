import type { NewTask } from '../../core/new-task.ts'
import { points } from '../../core/points.ts'
import type { PeriodSpending } from '../../core/spend-periods.ts'
import { type AdmissionState, placeOf } from '../admission.ts'
import { storableJson } from '../storable.ts'
import type { Tx } from '../tx.ts'

interface KnownRow {
  tenant_id: string
  mode: string
  idempotency_key: string
  id: string
  fingerprint: string | null
}

interface KeyRow {
  id: string
  spent: number
  spendLimit: number | null
  day: number
  daySpent: number
  dayLimit: number | null
  month: number
  monthSpent: number
  monthLimit: number | null
  heldForCalls: number
  active: number
  staged: number
  limit: number | null
}

interface TenantRow {
  id: string
  available: number
  active: number
  staged: number
  limit: number | null
  maxStaged: number
  parkedSingles: number
}

/** Reads the data on which the admission of tasks depends; locks nothing. */
export async function readAdmissionState(tx: Tx, tasks: readonly NewTask[]): Promise<AdmissionState> {
  const keyIds = unique(tasks.map((task) => task.keyId))
  const tenantIds = unique(tasks.map((task) => task.tenantId))
  const keyed = tasks.filter((task) => task.idempotency)
  const places = keyed.map(({ tenantId, mode, idempotency }) => ({ t: tenantId, m: mode, k: idempotency?.key }))
  const texts = tx.engine === 'postgres' ? ON_SERVER : HERE
  const known = places.length === 0 ? [] : await tx.run<KnownRow>(texts.known, [storableJson(places)], READ)
  const keys = await tx.run<KeyRow>(texts.keys, [JSON.stringify(keyIds)], READ)
  const tenants = await tx.run<TenantRow>(texts.tenants, [JSON.stringify(tenantIds)], READ)
  return {
    known: new Map(known.map((row) => [placeOf(row.tenant_id, row.mode, row.idempotency_key), row])),
    keys: new Map(
      keys.map((key) => [key.id, { ...key, spending: spendingOf(key), heldForCalls: Number(key.heldForCalls) }]),
    ),
    tenants: new Map(tenants.map((tenant) => [tenant.id, { ...tenant, parkedSingles: Number(tenant.parkedSingles) }])),
  }
}

const READ = { isRead: true }

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}

function spendingOf({ day, daySpent, month, monthSpent }: KeyRow): PeriodSpending {
  return { day, dayPoints: points(daySpent), month, monthPoints: points(monthSpent) }
}

// What is held for calls is summed up only where a limit asks for it.
const KEYS = `
  select id, spent, spend_limit as "spendLimit", active, staged, max_concurrent as "limit", day_limit as "dayLimit",
    month_limit as "monthLimit", spend_day as day, day_spent as "daySpent", spend_month as month,
    month_spent as "monthSpent", case when day_limit is null and month_limit is null then 0 else
      coalesce((select sum(a.held) from allowances a where a.key_id = api_keys.id), 0) end as "heldForCalls"
  from api_keys`
// Parked tasks are counted only if there are any.
const TENANTS = `
  select b.tenant_id as id, b.available, b.active, b.staged, t.max_concurrent as "limit", t.max_staged as "maxStaged",
    case when b.staged = 0 then 0 else (select count(*) from tasks k
      where k.tenant_id = b.tenant_id and k.status = 'staged' and k.lane = 0) end as "parkedSingles"
  from balances b join tenants t on t.id = b.tenant_id`
const KNOWN = 'select t.tenant_id, t.mode, t.idempotency_key, t.id, t.fingerprint from tasks t'

const HERE = {
  keys: `${KEYS} where id in (select value from json_each(?))`,
  tenants: `${TENANTS} where b.tenant_id in (select value from json_each(?))`,
  known: `${KNOWN} join json_each(?) j on t.tenant_id = json_extract(j.value, '$.t')
    and t.mode = json_extract(j.value, '$.m') and t.idempotency_key = json_extract(j.value, '$.k')`,
}

const ON_SERVER = {
  keys: `${KEYS} where id in (select json_array_elements_text($1::json))`,
  tenants: `${TENANTS} where b.tenant_id in (select json_array_elements_text($1::json))`,
  known: `${KNOWN} join json_to_recordset($1::json) as j(t text, m text, k text)
    on t.tenant_id = j.t and t.mode = j.m and t.idempotency_key = j.k`,
}
