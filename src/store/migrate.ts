import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import * as initial from './migrations/0001-initial.ts'
import * as batches from './migrations/0002-batches.ts'
import * as drafts from './migrations/0003-drafts.ts'
import * as accounts from './migrations/0004-accounts.ts'
import * as deliveryHosts from './migrations/0006-delivery-hosts.ts'
import type { Database } from './schema.ts'
import type { Engine } from './tx.ts'

const MIGRATIONS = {
  '0001-initial': initial,
  '0002-batches': batches,
  '0003-drafts': drafts,
  '0004-accounts': accounts,
  '0006-delivery-hosts': deliveryHosts,
}

/** Brings the schema up to date. Safe to call from many processes at once on PostgreSQL; SQLite's caller holds a lock. */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, { up }]) => [name, { up: (on: Kysely<unknown>) => up(on, engine) }]),
  )
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('The database schema could not be brought up to date.', { cause: error })
}
