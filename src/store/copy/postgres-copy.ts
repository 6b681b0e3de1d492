import { type Kysely, sql } from 'kysely'
import { PolyphonyError } from '../../core/errors.ts'
import { postgresPlace } from '../../core/postgres-url.ts'
import { lockMigrations, migrateTo, requireKnown } from '../migrate.ts'
import { LIMITS, type Limits, MIGRATION_LIMITS } from '../postgres/limits.ts'
import { SILENT } from '../postgres/log.ts'
import { openPool } from '../postgres/pool.ts'
import { waitForDatabase } from '../postgres/start.ts'
import type { Database } from '../schema.ts'
import { storableJson } from '../storable.ts'
import { COUNTED, inOrder, type Snapshot, type TableShape, type Target, type Value } from './snapshot.ts'

const ROWS_AT_ONCE = 500
/** A copy takes as long as it takes, and its transaction idles while the other side works. */
const COPY_LIMITS: Limits = { ...MIGRATION_LIMITS, idleInTransactionMs: 0 }

export interface SnapshotOptions {
  /** Refuse a database that a server uses, and keep everyone from writing until the end. */
  isLocked?: boolean
}

/** Reads a database as it is now. */
export function withPostgresSnapshot<T>(
  url: string,
  { isLocked = false }: SnapshotOptions,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return withConnection(url, async (db) => {
    await requireKnown(db, 'postgres', `the database ${postgresPlace(url)}`)
    const names = await tableNames(db)
    if (isLocked) await refuseServed(db, url)
    return db.transaction().execute(async (trx) => {
      await sql`set transaction isolation level repeatable read`.execute(trx)
      // Before the first query, which takes the snapshot.
      if (isLocked) await sql.raw(`lock table ${names.join(', ')} in share mode`).execute(trx)
      return work(await snapshotOf(trx))
    })
  })
}

/** Makes a database of the schema `schema`, in one transaction. Rejects when the database has tables already. */
export function withPostgresTarget<T>(url: string, schema: string, work: (target: Target) => Promise<T>): Promise<T> {
  return withConnection(url, (db) =>
    db.transaction().execute(async (trx) => {
      await lockMigrations(trx)
      await requireEmptyPostgres(trx, url)
      await migrateTo(trx, 'postgres', schema)
      const target = targetOn(trx, await snapshotOf(trx))
      const result = await work(target)
      await setIdentities(trx)
      return result
    }),
  )
}

/** Rejects when the database has tables already. */
export function checkEmptyPostgres(url: string): Promise<void> {
  return withConnection(url, (db) => requireEmptyPostgres(db, url))
}

async function requireEmptyPostgres(db: Kysely<Database>, url: string): Promise<void> {
  if ((await tableNames(db)).length === 0) return
  throw new PolyphonyError('invalid_input', `The database ${postgresPlace(url)} is not empty; name an empty one.`)
}

async function withConnection<T>(url: string, work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const session = await waitForDatabase({ url, waitMs: 0, limits: LIMITS, log: SILENT })
  const pool = openPool({ ...session, limits: COPY_LIMITS, maxConnections: 1, onBroken() {} })
  try {
    return await work(pool.db)
  } finally {
    await pool.close()
  }
}

/** In PostgreSQL no lock says that a database is served; its servers have sessions, though. */
async function refuseServed(db: Kysely<Database>, url: string): Promise<void> {
  const { rows } = await sql<{ sessions: number }>`select count(*) as sessions from pg_stat_activity
    where datname = current_database() and application_name = 'polyphony' and pid <> pg_backend_pid()`.execute(db)
  if (Number(rows[0]?.sessions ?? 0) === 0) return
  throw new PolyphonyError('store_unavailable', `A server uses the database ${postgresPlace(url)}. Stop it first.`)
}

async function tableNames(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(db)
  return rows.map(({ name }) => name)
}

async function snapshotOf(db: Kysely<Database>): Promise<Snapshot> {
  const schema = await requireKnown(db, 'postgres')
  const tables = await Promise.all((await tableNames(db)).map((name) => shapeOf(db, name)))
  return {
    schema,
    tables: inOrder(tables),
    async *rows({ name, columns, key }) {
      // As SQLite orders text: by its bytes.
      const order = key.map((column) => orderOf(column, tables, name))
      await sql
        .raw(
          `declare copied no scroll cursor for select ${columns.join(', ')} from ${name} order by ${order.join(', ')}`,
        )
        .execute(db)
      for (;;) {
        const { rows } = await sql.raw<Record<string, Value>>(`fetch ${ROWS_AT_ONCE} from copied`).execute(db)
        if (rows.length === 0) break
        yield rows.map((row) => columns.map((column) => safe(row[column] ?? null, name, column)))
      }
      await sql.raw('close copied').execute(db)
    },
  }
}

interface TypedShape extends TableShape {
  texts: ReadonlySet<string>
}

function orderOf(column: string, tables: readonly TypedShape[], name: string): string {
  const isText = tables.find((table) => table.name === name)?.texts.has(column)
  return isText ? `${column} collate "C"` : column
}

async function shapeOf(db: Kysely<Database>, name: string): Promise<TypedShape> {
  const { rows: columns } = await sql<{ name: string; type: string }>`
    select column_name as name, data_type as type from information_schema.columns
    where table_schema = current_schema() and table_name = ${name}`.execute(db)
  const { rows: key } = await sql<{ name: string }>`
    select a.attname as name from pg_index i
    cross join lateral unnest(i.indkey) with ordinality as k(attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = to_regclass(${name}) and i.indisprimary order by k.place`.execute(db)
  return {
    name,
    columns: columns.map((column) => column.name).sort(),
    key: key.map((column) => column.name),
    texts: new Set(columns.filter(({ type }) => type === 'text').map((column) => column.name)),
  }
}

/** An integer beyond 2^53 would lose digits. */
function safe(value: Value, table: string, column: string): Value {
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value
  throw new PolyphonyError('internal', `${table}.${column} has ${value}, which is beyond 2^53.`)
}

function targetOn(db: Kysely<Database>, snapshot: Snapshot): Target {
  let isCleared = false
  return {
    ...snapshot,
    async insert({ name, columns }, rows) {
      if (name === COUNTED && !isCleared) {
        await sql.raw(`delete from ${COUNTED}`).execute(db)
        isCleared = true
      }
      const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])))
      const list = sql.raw(columns.join(', '))
      await sql`insert into ${sql.table(name)} (${list}) overriding system value
        select ${list} from json_populate_recordset(null::${sql.table(name)}, ${storableJson(objects)}::json)`.execute(
        db,
      )
    },
    async setStorage(id) {
      await sql`delete from fingerprints where name = 'storage'`.execute(db)
      if (id !== null) await sql`insert into fingerprints (name, value) values ('storage', ${id})`.execute(db)
    },
  }
}

/** So that the next row does not get a number that a copied one has. */
async function setIdentities(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ name: string; column: string }>`
    select table_name as name, column_name as column from information_schema.columns
    where table_schema = current_schema() and is_identity = 'YES'`.execute(db)
  for (const { name, column } of rows) {
    const [table, identity] = [sql.table(name), sql.ref(column)]
    await sql`select setval(pg_get_serial_sequence(${name}, ${column}), coalesce(max(${identity}), 1), max(${identity}) is not null)
      from ${table}`.execute(db)
  }
}
