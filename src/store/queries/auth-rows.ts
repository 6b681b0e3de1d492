import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { DAY_MS } from '../../core/clock.ts'
import type { AuthCondition, AuthRow, AuthTable, PeopleReads, PeopleWrites } from '../people-verbs.ts'
import type { Tx } from '../tx.ts'
import { purgeConnections } from './connections.ts'

/**
 * Rows of the login. Its package builds conditions by names of columns, so these queries are not typed by the schema. Names
 * come from the package's own tables, values are parameters.
 */

// biome-ignore lint/suspicious/noExplicitAny: columns are named by their texts
type Any = any

/** Tables whose rows processes remember: changes are announced. */
const REMEMBERED: ReadonlySet<AuthTable> = new Set(['people', 'sessions', 'oauth_access_tokens'])
/** How long a verification is kept after its end: the package reads expired ones to say so. */
const KEPT_MS = DAY_MS

function untyped({ db }: Tx): Kysely<Any> {
  return db as unknown as Kysely<Any>
}

function holds(where: AuthCondition[]) {
  return (eb: ExpressionBuilder<Any, Any>): Any => {
    const all = where.filter(({ connector }) => connector !== 'OR').map((one) => condition(eb, one))
    const some = where.filter(({ connector }) => connector === 'OR').map((one) => condition(eb, one))
    return eb.and([...all, ...(some.length === 0 ? [] : [eb.or(some)])])
  }
}

const COMPARISONS = { eq: '=', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function condition(eb: ExpressionBuilder<Any, Any>, { column, operator, value }: AuthCondition): Any {
  switch (operator) {
    case 'in':
    case 'not_in': {
      const values = Array.isArray(value) ? value : [value]
      if (values.length === 0) return operator === 'in' ? eb.val(false) : eb.val(true)
      return eb(column, operator === 'in' ? 'in' : 'not in', values)
    }
    case 'contains':
      return eb(column, 'like', sql`${`%${escaped(value)}%`} escape '!'`)
    case 'starts_with':
      return eb(column, 'like', sql`${`${escaped(value)}%`} escape '!'`)
    case 'ends_with':
      return eb(column, 'like', sql`${`%${escaped(value)}`} escape '!'`)
    default:
      if (value === null && operator === 'eq') return eb(column, 'is', null)
      if (value === null && operator === 'ne') return eb(column, 'is not', null)
      return eb(column, COMPARISONS[operator], value)
  }
}

function escaped(value: AuthCondition['value']): string {
  return String(value).replaceAll(/[!%_]/g, '!$&')
}

export async function findAuthRows(
  tx: Tx,
  { table, where, limit, offset = 0, sort }: Parameters<PeopleReads['findAuthRows']>[0],
): Promise<AuthRow[]> {
  const query = untyped(tx).selectFrom(table).selectAll().where(holds(where)).limit(limit).offset(offset)
  return (await (sort ? query.orderBy(sort.column, sort.direction) : query).execute()) as AuthRow[]
}

export async function countAuthRows(
  tx: Tx,
  { table, where }: Parameters<PeopleReads['countAuthRows']>[0],
): Promise<number> {
  const query = untyped(tx).selectFrom(table).where(holds(where))
  const { count } = await query.select((eb) => eb.fn.countAll<number | string>().as('count')).executeTakeFirstOrThrow()
  return Number(count)
}

export async function insertAuthRow(
  tx: Tx,
  { table, row }: Parameters<PeopleWrites['insertAuthRow']>[0],
): Promise<void> {
  await untyped(tx).insertInto(table).values(row).execute()
}

export async function updateAuthRows(
  tx: Tx,
  { table, where, set, add = {}, one = false }: Parameters<PeopleWrites['updateAuthRows']>[0],
): Promise<AuthRow[]> {
  if (Object.keys(set).length + Object.keys(add).length === 0) {
    return findAuthRows(tx, { table, where, limit: one ? 1 : 1_000 })
  }
  const sums = Object.fromEntries(
    Object.entries(add).map(([column, amount]) => [column, sql`coalesce(${sql.ref(column)}, 0) + ${amount}`]),
  )
  const rows = await untyped(tx)
    .updateTable(table)
    .set({ ...set, ...sums })
    .where(target(table, where, one))
    .returningAll()
    .execute()
  if (REMEMBERED.has(table)) tx.signal({ kind: 'people' })
  return rows as AuthRow[]
}

export async function deleteAuthRows(
  tx: Tx,
  { table, where, one = false }: Parameters<PeopleWrites['deleteAuthRows']>[0],
): Promise<AuthRow[]> {
  const rows = await untyped(tx)
    .deleteFrom(table)
    .where(target(table, where, one))
    .returningAll()
    .execute()
  if (REMEMBERED.has(table)) tx.signal({ kind: 'people' })
  return rows as AuthRow[]
}

/** One of the rows, or all. The conditions are checked again where the row was waited for, so only one of two deletes it. */
function target(table: AuthTable, where: AuthCondition[], one: boolean) {
  return (eb: ExpressionBuilder<Any, Any>): Any => {
    if (!one) return holds(where)(eb)
    const first = eb.selectFrom(table).select('id').where(holds(where)).orderBy('id').limit(1)
    return eb.and([eb('id', '=', first), holds(where)(eb)])
  }
}

export async function purgeSessions(tx: Tx, { now }: { now: number }): Promise<number> {
  const sessions = await tx.db.deleteFrom('sessions').where('expires_at', '<=', now).executeTakeFirst()
  const others = await tx.db
    .deleteFrom('verifications')
    .where('expires_at', '<=', now - KEPT_MS)
    .executeTakeFirst()
  await purgeConnections(tx, { now })
  await tx.db.deleteFrom('sign_in_attempts').where('full_at', '<=', now).execute()
  return Number(sessions.numDeletedRows + others.numDeletedRows)
}
