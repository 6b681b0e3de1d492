import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../core/clock.ts'
import { postgresPlace } from '../core/postgres-url.ts'
import { isCurrent } from './migrate.ts'
import { kyselyOn } from './node-sqlite.ts'
import { requireTableRights } from './postgres/schema-rights.ts'

/** A database as it is. Nothing is made or upgraded in the course of looking. */
export interface Inspection {
  /** Where it is, without its password. */
  where: string
  /** It has the schema of this version, and can be opened without a migration. */
  isCurrent: boolean
}

/** An embedded database that exists. Throws for a file that is none, and for one that a newer version has upgraded. */
export async function inspectSqlite(path: string): Promise<Inspection> {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return { where: `SQLite in ${path}`, isCurrent: await isCurrent(kyselyOn(database).db, 'sqlite') }
  } finally {
    database.close()
  }
}

/** A PostgreSQL database, and by how many milliseconds its clock is ahead of ours. Tries once. Throws as a start would. */
export async function inspectPostgres(url: string): Promise<Inspection & { aheadMs: number }> {
  const [{ waitForDatabase }, { openPool }, { LIMITS }, { SILENT }] = await Promise.all([
    import('./postgres/start.ts'),
    import('./postgres/pool.ts'),
    import('./postgres/limits.ts'),
    import('./postgres/log.ts'),
  ])
  const session = await waitForDatabase({ url, waitMs: 0, limits: LIMITS, log: SILENT })
  const pool = openPool({ ...session, limits: LIMITS, maxConnections: 1, onBroken() {} })
  try {
    const current = await isCurrent(pool.db, 'postgres')
    if (!current) await requireTableRights(pool.db)
    const sentAt = systemClock.now()
    const text = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now'
    const [row] = (await pool.query({ name: 'polyphony_inspect', text, values: [], isRepeatable: true })) as [
      { now: number }, // one row, as the statement says
    ]
    const aheadMs = row.now - (sentAt + systemClock.now()) / 2
    return { where: `PostgreSQL at ${postgresPlace(url)}`, isCurrent: current, aheadMs }
  } finally {
    await pool.close()
  }
}
