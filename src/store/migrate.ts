import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { PolyphonyError } from '../core/errors.ts'
import * as initial from './migrations/0001-initial.ts'
import * as batches from './migrations/0002-batches.ts'
import * as drafts from './migrations/0003-drafts.ts'
import * as accounts from './migrations/0004-accounts.ts'
import * as taskVersions from './migrations/0005-task-versions.ts'
import * as deliveryHosts from './migrations/0006-delivery-hosts.ts'
import * as modesOfFiles from './migrations/0007-modes-of-files.ts'
import * as postgresFunctions from './migrations/0008-postgres-functions.ts'
import * as taskColumns from './migrations/0009-task-columns.ts'
import * as webhookAddresses from './migrations/0010-webhook-addresses.ts'
import * as fingerprints from './migrations/0011-fingerprints.ts'
import * as requestIds from './migrations/0012-request-ids.ts'
import * as administration from './migrations/0013-administration.ts'
import * as prices from './migrations/0014-prices.ts'
import * as notices from './migrations/0015-notices.ts'
import * as cancelRequests from './migrations/0016-cancel-requests.ts'
import * as calls from './migrations/0017-calls.ts'
import * as callBatches from './migrations/0018-call-batches.ts'
import * as keyLimits from './migrations/0019-key-limits.ts'
import * as answers from './migrations/0020-answers.ts'
import * as people from './migrations/0021-people.ts'
import * as library from './migrations/0022-library.ts'
import * as moneyAndAnnouncements from './migrations/0023-money-and-announcements.ts'
import * as retention from './migrations/0024-retention.ts'
import * as connectedClients from './migrations/0025-connected-clients.ts'
import * as endedTasks from './migrations/0026-ended-tasks.ts'
import * as waitingWithRoom from './migrations/0027-waiting-with-room.ts'
import * as libraryByStatement from './migrations/0028-library-by-statement.ts'
import * as storedResponses from './migrations/0029-stored-responses.ts'
import * as keptItems from './migrations/0030-kept-items.ts'
import * as expiredTasks from './migrations/0032-expired-tasks.ts'
import { requireTableRights } from './postgres/schema-rights.ts'
import type { Database } from './schema.ts'
import type { Engine } from './tx.ts'

const MIGRATIONS = {
  '0001-initial': initial,
  '0002-batches': batches,
  '0003-drafts': drafts,
  '0004-accounts': accounts,
  '0005-task-versions': taskVersions,
  '0006-delivery-hosts': deliveryHosts,
  '0007-modes-of-files': modesOfFiles,
  '0008-postgres-functions': postgresFunctions,
  '0009-task-columns': taskColumns,
  '0010-webhook-addresses': webhookAddresses,
  '0011-fingerprints': fingerprints,
  '0012-request-ids': requestIds,
  '0013-administration': administration,
  '0014-prices': prices,
  '0015-notices': notices,
  '0016-cancel-requests': cancelRequests,
  '0017-calls': calls,
  '0018-call-batches': callBatches,
  '0019-key-limits': keyLimits,
  '0020-answers': answers,
  '0021-people': people,
  '0022-library': library,
  '0023-money-and-announcements': moneyAndAnnouncements,
  '0024-retention': retention,
  '0025-connected-clients': connectedClients,
  '0026-ended-tasks': endedTasks,
  '0027-waiting-with-room': waitingWithRoom,
  '0028-library-by-statement': libraryByStatement,
  '0029-stored-responses': storedResponses,
  '0030-kept-items': keptItems,
  '0032-expired-tasks': expiredTasks,
}

const NAMES = Object.keys(MIGRATIONS).sort()
/** The last migration that this version knows. */
export const LATEST_SCHEMA = NAMES.at(-1) ?? ''

/** The lock that Kysely takes for migrations, so that a node of an earlier version waits for this migration. */
const LOCK_ID = '3853314791062309107'

/**
 * Brings the schema up to date. Safe to call from many processes at once on PostgreSQL; SQLite's caller holds a lock.
 * Rejects with `store_unavailable` when a newer version has changed the schema.
 */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<void> {
  await schemaState(db, engine)
  await migrateTo(db, engine, LATEST_SCHEMA)
}

/** Brings the schema to a migration of this version, such as that of a backup. */
export async function migrateTo(db: Kysely<Database>, engine: Engine, name: string): Promise<void> {
  refuseUnknown([name])
  if (engine === 'postgres') await requireTableRights(db)
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, { up }]) => [name, { up: (on: Kysely<unknown>) => up(on, engine) }]),
  )
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateTo(name)
  if (error) throw new Error('The database schema could not be brought up to date.', { cause: error })
}

/**
 * All migrations in one transaction, with a lock that ends with it: a lock of the session would stay in PgBouncer, and every
 * later start would wait for it.
 */
export async function migratePostgres(db: Kysely<Database>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    await migrate(trx, 'postgres')
  })
}

/** Until the end of the transaction, no other process migrates. */
export async function lockMigrations(trx: Kysely<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(BigInt(LOCK_ID))})`.execute(trx)
}

/** Whether the schema is up to date. Rejects like `migrate` when a newer version has changed the schema. */
export async function isCurrent(db: Kysely<Database>, engine: Engine): Promise<boolean> {
  return (await schemaState(db, engine)).pending.length === 0
}

/** The migrations that were applied, and those that `migrate` would apply. Rejects as it does. */
export async function schemaState(
  db: Kysely<Database>,
  engine: Engine,
): Promise<{ applied: string[]; pending: string[] }> {
  const applied = await appliedMigrations(db, engine)
  refuseUnknown(applied)
  return { applied, pending: NAMES.filter((name) => !applied.includes(name)) }
}

/** The migrations after this one. */
export function migrationsAfter(schema: string): string[] {
  return NAMES.filter((name) => name > schema)
}

/** The last migration that was applied. Rejects for a database without any, and for one that a newer version has changed. */
export async function requireKnown(db: Kysely<Database>, engine: Engine, place?: string): Promise<string> {
  await requireSchema(db, engine, place)
  const { applied } = await schemaState(db, engine)
  return applied.at(-1) ?? ''
}

/** Rejects with `not_found` when no migration was applied yet: the database is empty, or another program's. */
export async function requireSchema(db: Kysely<Database>, engine: Engine, place = 'it'): Promise<void> {
  if ((await appliedMigrations(db, engine)).length > 0) return
  throw new PolyphonyError(
    'not_found',
    `No Polyphony in ${place}; set DATA_DIR or DATABASE_URL. "polyphony serve" makes one.`,
  )
}

export function isKnownSchema(name: string): boolean {
  return NAMES.includes(name)
}

function refuseUnknown(applied: string[]): void {
  const unknown = applied.filter((name) => !(name in MIGRATIONS))
  if (unknown.length === 0) return
  throw new PolyphonyError(
    'store_unavailable',
    `This database was upgraded by a newer Polyphony: it has ${unknown.join(', ')}, which this version does not know; the last that it knows is ${LATEST_SCHEMA}. Start the newer version, or restore a backup from before the upgrade.`,
  )
}

async function appliedMigrations(db: Kysely<Database>, engine: Engine): Promise<string[]> {
  const isThere =
    engine === 'postgres'
      ? sql`select 1 where to_regclass('kysely_migration') is not null`
      : sql`select 1 from sqlite_schema where name = 'kysely_migration'`
  if ((await isThere.execute(db)).rows.length === 0) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}
