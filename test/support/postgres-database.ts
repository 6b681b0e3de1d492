import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type {} from './postgres-server.ts' // declares what `inject` gives

let server: Promise<string> | undefined

/** Makes an empty database for one test or one file and returns its URL. It goes when the run ends. */
export async function freshDatabase(): Promise<string> {
  server ??= serverUrl()
  const url = new URL(await server)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onDatabase(url.href, (client) => client.query(`create database ${name}`))
  url.pathname = `/${name}`
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
