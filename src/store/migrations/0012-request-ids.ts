import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/** The request by which a task was submitted, so that a line of the log leads to the task and back; and its trace. */

const OLD_COLUMNS = 'webhook_url, external_id'
const NEW_COLUMNS = `${OLD_COLUMNS}, request_id, traceparent`

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema.alterTable('tasks').addColumn('request_id', 'text').execute()
  await db.schema.alterTable('tasks').addColumn('traceparent', 'text').execute()
  if (engine === 'postgres') await storeColumns(db)
}

/** The function that stores tasks names their columns twice: where it inserts, and where it reads what is inserted. */
async function storeColumns(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ text: string }>`
    select pg_get_functiondef('polyphony_submit(json, json, json)'::regprocedure) as text`.execute(db)
  const text = rows[0]?.text ?? ''
  if (text.includes(NEW_COLUMNS)) return
  const parts = text.split(OLD_COLUMNS)
  if (parts.length !== 3) throw new Error('polyphony_submit does not name its columns as expected.')
  await sql.raw(parts.join(NEW_COLUMNS)).execute(db)
}
