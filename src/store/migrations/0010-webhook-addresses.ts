import { type Kysely, sql } from 'kysely'
import type { Engine } from '../tx.ts'

/**
 * The address of a webhook is in its column alone. The protocols kept it in `echo` too, and read it there: tasks that have
 * ended, and PiAPI's, had no other place.
 */

/** Where each protocol kept it. */
const ADDRESSES = [
  ['webhook'],
  ['callback_url'],
  ['notify_hook'],
  ['notifyHook'],
  ['webhook_url'],
  ['fal_webhook'],
  ['webhook_config', 'endpoint'],
]

export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const members = ADDRESSES.map((path) =>
    engine === 'sqlite'
      ? sql`nullif(json_extract(echo, ${sql.lit(['$', ...path].join('.'))}), '')`
      : // PostgreSQL refuses a lone surrogate, which a prompt beside the address may have, so none is left an escape.
        sql`nullif(replace(echo, '\\u', '/u')::json #>> ${sql.lit(`{${path.join(',')}}`)}, '')`,
  )
  await sql`update tasks set webhook_url = coalesce(${sql.join(members)})
    where webhook_url is null and echo like '%://%'`.execute(db)
  // By the name of the address Luma's two formats were told apart; the echo of the format of relays had nothing else.
  await sql`update tasks set echo = '{"format":"relay"}'
    where dialect = 'luma' and echo like '{"notify_hook":%'`.execute(db)
  await moveAddressesOfWindows(db)
}

const PAGE = 100

/** In the windows of Midjourney, drafts of tasks, the address has a member beside the echo of the task that is to come. */
async function moveAddressesOfWindows(db: Kysely<unknown>): Promise<void> {
  let last: string | undefined = ''
  while (last !== undefined) {
    const { rows }: { rows: { id: string; body: string }[] } = await sql<{ id: string; body: string }>`
      select id, body from drafts
      where kind = 'midjourney.window' and body like '%"notifyHook":%' and id > ${last}
      order by id limit ${sql.lit(PAGE)}`.execute(db)
    for (const { id, body } of rows) {
      const { echo, ...others } = JSON.parse(body) as { echo: { notifyHook?: string } } // as windows were written
      const { notifyHook, ...rest } = echo
      // As text that `JSON.stringify` wrote: a draft is changed where its body is the one that was read.
      const moved = JSON.stringify({ ...others, echo: rest, notifyHook })
      await sql`update drafts set body = ${moved} where id = ${id}`.execute(db)
    }
    last = rows.length < PAGE ? undefined : rows.at(-1)?.id
  }
}
