import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { openPostgres } from '../../src/store/postgres.ts'
import type {} from './postgres-server.ts' // declares what `inject` gives

const TEMPLATE_LOCK = 4_711

let server: Promise<string> | undefined

/** Makes an empty database for one test or one file and returns its URL. It goes when the run ends. */
export async function freshDatabase(): Promise<string> {
  server ??= serverUrl()
  const url = new URL(await server)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onDatabase(url.href, (client) => client.query(`create database ${name}`))
  return at(url, name)
}

/** The same with the current schema: a copy of one that was migrated once in this run, which takes a fraction of the time. */
export async function migratedDatabase(): Promise<string> {
  server ??= serverUrl()
  const url = new URL(await server)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  // Of this run: a server that outlives it may have another of an earlier schema.
  const template = `migrated_${new URL(inject('postgresStarter')).port}`
  await onDatabase(url.href, async (client) => {
    // One worker of the run makes the template, and it is copied while nobody is connected to it.
    await client.query(`select pg_advisory_lock(${TEMPLATE_LOCK})`)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template])
    if (rowCount === 0) {
      await client.query(`create database ${template}`)
      await (await openPostgres({ url: at(url, template) })).close()
    }
    await client.query(`create database ${name} template ${template}`)
  })
  return at(url, name)
}

function at(server: URL, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Runs `work` on a connection of its own: for rows that no verb would write, or to read tables. */
export async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function serverUrl(): Promise<string> {
  const answer = await fetch(inject('postgresStarter'), { signal: AbortSignal.timeout(90_000) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
