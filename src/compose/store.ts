import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { type Config, DATABASE } from '../config/config.ts'
import type { Place } from '../store/copy/place.ts'
import type { Store } from '../store/store.ts'

export interface StoreOptions {
  /** A server, which makes the database and is alone on an embedded one; a command opens what is there, beside a server. */
  exclusive: boolean
  log?: Logger
  /** A ceiling of the embedded database's size: a disk that is full beyond it. */
  maxPages?: number
  /** The thread that writes to an embedded database, where it was started earlier. Another engine ends it. */
  writer?: Worker
}

/** Where the database of the configuration is. */
export function placeOf({ databaseUrl, dataDir }: Config): Place {
  return databaseUrl === undefined
    ? { engine: 'sqlite', path: join(dataDir, DATABASE) }
    : { engine: 'postgres', url: databaseUrl }
}

/** Opens the store that the configuration names. */
export async function openStore(config: Config, options: StoreOptions): Promise<Store> {
  const open = await loadStore(config)
  return open(options)
}

/** Loads the engine that the configuration names, and no other. Opening it begins at once when the result is called. */
export async function loadStore(config: Config): Promise<(options: StoreOptions) => Promise<Store>> {
  const { databaseUrl: url } = config
  if (url !== undefined) {
    const { openPostgres } = await import('../store/postgres.ts')
    // Who runs a command sees the error; a server may be started before its database.
    return async ({ exclusive, log, writer }) => {
      await writer?.terminate()
      const waitMs = exclusive ? config.databaseWaitMs : 0
      return openPostgres({ url, waitMs, mustExist: !exclusive, ...(log && { log }) })
    }
  }
  const { openSqlite } = await import('../store/sqlite.ts')
  const path = join(config.dataDir, DATABASE)
  return ({ exclusive, maxPages, writer }) =>
    openSqlite({
      path,
      exclusive,
      mustExist: !exclusive,
      ...(maxPages === undefined ? {} : { maxPages }),
      ...(writer && { writer }),
    })
}
