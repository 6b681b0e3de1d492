import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** When a cancel was requested of a task whose call has no known outcome yet. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema
    .alterTable('tasks')
    .addColumn('cancel_requested_at', engine === 'postgres' ? 'bigint' : 'integer')
    .execute()
  if (engine === 'postgres') await writeColumn(db)
}

/** The function that writes moves names its columns. Earlier migrations may have changed other parts of it. */
async function writeColumn(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    text: string
  }>`select pg_get_functiondef('polyphony_apply(json, json)'::regprocedure) as text`.execute(db)
  const text = rows[0]?.text ?? ''
  const old = 'heard_at = w.heard_at, '
  const changed = `${old}cancel_requested_at = w.cancel_requested_at, `
  if (text.includes(changed)) return // as after an undo in a test, which drops columns only
  if (text.split(old).length !== 2) throw new Error('polyphony_apply does not name its columns as expected.')
  await sql.raw(text.replace(old, changed)).execute(db)
}
