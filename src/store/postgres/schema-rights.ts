import { type Kysely, sql } from 'kysely'
import { PolyphonyError } from '../../core/errors.ts'
import type { Database } from '../schema.ts'

/**
 * Since PostgreSQL 15 only the owner of a database may make tables in it. Looked at before a migration, whose own error
 * would be that of a transaction that has failed already. Rejects with `store_unavailable` and what to do.
 */
export async function requireTableRights(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ user: string; database: string; schema: string | null; may: boolean | null }>`
    select current_user as "user", current_database() as database, current_schema() as schema,
      has_schema_privilege(current_schema(), 'create') as may`.execute(db)
  const [row] = rows
  if (!row || row.may === true) return
  const { user, database, schema } = row
  const message =
    schema === null
      ? `The search_path of "${user}" names no schema of the database "${database}". Correct it, such as by ALTER ROLE "${user}" SET search_path = public.`
      : `"${user}" may not make tables in the schema "${schema}" of the database "${database}". Make it the owner (ALTER DATABASE "${database}" OWNER TO "${user}"), or GRANT CREATE ON SCHEMA "${schema}" TO "${user}".`
  throw new PolyphonyError('store_unavailable', message)
}
