import type { Insertable, Selectable } from 'kysely'
import type { AccountRecord, AccountState } from '../../core/account.ts'
import { accountPool } from '../../core/pools.ts'
import { utcDay } from '../../core/spend-periods.ts'
import type { AccountsTable } from '../schema.ts'
import type { AccountChange, ReadVerbs, WriteVerbs } from '../store.ts'
import type { Tx } from '../tx.ts'
import { UNSTARTED } from './statuses.ts'

/** Several processes may create the same account as they start: the first one is kept, the others change nothing. */
export async function createAccount(tx: Tx, { account }: Parameters<WriteVerbs['createAccount']>[0]): Promise<void> {
  const { id, tenantId, provider, createdAt, version, ...rest } = account
  const columns = columnsOf(rest) as Omit<Insertable<AccountsTable>, 'id' | 'provider' | 'created_at' | 'version'>
  const created = await tx.db
    .insertInto('accounts')
    .values({ id, tenant_id: tenantId, provider, created_at: createdAt, version, ...columns }) // a record has them all
    .onConflict((oc) => oc.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (created) tx.signal({ kind: 'accounts' })
}

export async function changeAccount(
  tx: Tx,
  { id, version, set }: Parameters<WriteVerbs['changeAccount']>[0],
): Promise<boolean> {
  const row = await tx.db
    .updateTable('accounts')
    .set({ ...columnsOf(set), version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  if (row) tx.signal({ kind: 'accounts' })
  return row !== undefined
}

export async function removeAccount(tx: Tx, { id }: Parameters<WriteVerbs['removeAccount']>[0]): Promise<boolean> {
  const load = tx.db.selectFrom('account_loads').select('running').where('account', '=', id)
  const running = await (tx.engine === 'postgres' ? load.forUpdate() : load).executeTakeFirst()
  if ((running?.running ?? 0) > 0) return false
  const account = await getAccount(tx, { id })
  if (account && (await isAwaited(tx, accountPool(account)))) return false
  await tx.db.deleteFrom('accounts').where('id', '=', id).execute()
  tx.signal({ kind: 'accounts' })
  return true
}

/** Whether tasks wait in a pool, parked ones included: they follow up work that the account did. */
async function isAwaited(tx: Tx, pool: string): Promise<boolean> {
  const task = await tx.db
    .selectFrom('tasks')
    .select('id')
    .where('status', 'in', UNSTARTED)
    .where('pool', '=', pool)
    .limit(1)
    .executeTakeFirst()
  return task !== undefined
}

export async function getAccount(
  tx: Tx,
  { id }: Parameters<ReadVerbs['getAccount']>[0],
): Promise<AccountRecord | undefined> {
  const row = await tx.db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && accountOfRow(row)
}

export async function listAccounts(
  tx: Tx,
  { tenantId }: Parameters<ReadVerbs['listAccounts']>[0],
): Promise<AccountRecord[]> {
  let query = tx.db.selectFrom('accounts').selectAll().orderBy('created_at').orderBy('id')
  if (tenantId === null) query = query.where('tenant_id', 'is', null)
  else if (tenantId !== undefined) query = query.where('tenant_id', '=', tenantId)
  return (await query.execute()).map(accountOfRow)
}

export async function listLoads(
  tx: Tx,
  { now }: Parameters<ReadVerbs['listLoads']>[0],
): ReturnType<ReadVerbs['listLoads']> {
  const today = utcDay(now)
  const rows = await tx.db.selectFrom('account_loads').selectAll().execute()
  return rows.map(({ account, running, day, begun }) => ({ account, running, begunToday: day === today ? begun : 0 }))
}

/** The columns of the members that are present. */
function columnsOf(given: AccountChange): Partial<Insertable<AccountsTable>> {
  const { dailyCap, priceFactor, isDraining, retryAt, serves, ...same } = given
  return {
    ...same,
    ...(dailyCap === undefined ? {} : { daily_cap: dailyCap }),
    ...(priceFactor === undefined ? {} : { price_factor: priceFactor }),
    ...(isDraining === undefined ? {} : { draining: isDraining ? 1 : 0 }),
    ...(retryAt === undefined ? {} : { retry_at: retryAt }),
    ...(serves === undefined ? {} : { serves: serves === null ? null : JSON.stringify(serves) }),
  }
}

function accountOfRow(row: Selectable<AccountsTable>): AccountRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    provider: row.provider,
    name: row.name,
    sealed: row.sealed,
    serves: row.serves === null ? null : (JSON.parse(row.serves) as string[]), // as this file wrote it
    mode: row.mode as AccountRecord['mode'],
    slots: row.slots,
    weight: row.weight,
    priority: row.priority,
    dailyCap: row.daily_cap,
    priceFactor: row.price_factor,
    isDraining: row.draining === 1,
    state: row.state as AccountState,
    reason: row.reason,
    retryAt: row.retry_at,
    troubles: row.troubles,
    strikes: row.strikes,
    createdAt: row.created_at,
    version: row.version,
  }
}
