import { join } from 'node:path'
import { type Config, DATABASE } from '../config/config.ts'
import { postgresPlace } from '../core/postgres-url.ts'
import { followsRequests } from './address.ts'

/** What a start says of itself. */
export interface StartReport {
  url: string
  docs: string
  /** The database, without its password. */
  store: string
  dataDir: string
  storage: string
  warnings: readonly string[]
}

export function startReport(config: Config, url: string): StartReport {
  const { databaseUrl, dataDir, storageUrl } = config
  return {
    url,
    docs: `${url}/docs`,
    store:
      databaseUrl === undefined
        ? `SQLite in ${join(dataDir, DATABASE)}`
        : `PostgreSQL at ${postgresPlace(databaseUrl)}`,
    dataDir,
    storage: storageUrl,
    warnings: addressWarnings(config, url),
  }
}

/** What is known of a public address before anybody uses it. */
export function addressWarnings(config: Parameters<typeof followsRequests>[0], url: string): string[] {
  if (!followsRequests(config)) return []
  return [
    `URLs in answers begin with the address of each request, but those in webhooks with ${url}, which only this machine reaches: set PUBLIC_URL to the address that callers use. Without it, hosts of MCP can be let in at ${url} alone.`,
  ]
}
