import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DATABASE } from '../../src/config/config.ts'
import { openSqlite, type SqliteOptions } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'

/** The bytes of the file, made by the first test of a process that needs them. */
let migrated: Promise<Uint8Array> | undefined

/**
 * Puts an empty database of this version into a data folder. A copy is what the migrations make, and they take a fifth of a
 * second of the processor for each of hundreds of gateways. The tests of the store and of the command line run them anew.
 */
export async function putMigratedDatabase(dataDir: string): Promise<void> {
  await putMigrated(join(dataDir, DATABASE))
}

/** Opens a database that is empty and of this version if there is none at its path. */
export async function openMigratedSqlite(options: SqliteOptions): Promise<Store> {
  if (!existsSync(options.path)) await putMigrated(options.path)
  return openSqlite(options)
}

async function putMigrated(path: string): Promise<void> {
  migrated ??= migratedBytes()
  await writeFile(path, await migrated, { mode: 0o600 })
}

async function migratedBytes(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'polyphony-migrated-'))
  const path = join(folder, DATABASE)
  try {
    await (await openSqlite({ path })).close()
    return await readFile(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}
