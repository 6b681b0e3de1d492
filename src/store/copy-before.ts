import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { PolyphonyError } from '../core/errors.ts'

/**
 * Keeps the database as it is before a migration, beside it, such as in `polyphony.db.before-0011`. Only the last copy is kept.
 * Throws when it cannot be written: then nothing is migrated.
 */
export function copyBefore(database: DatabaseSync, path: string, migration: string): void {
  const copy = `${path}.before-${migration.slice(0, 4)}`
  const part = `${copy}.part`
  try {
    rmSync(part, { force: true })
    const file = openSync(part, 'wx', 0o600) // SQLite would create it with the modes of the umask
    try {
      database.prepare('vacuum into ?').run(part)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(part, copy)
  } catch (cause) {
    rmSync(part, { force: true })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new PolyphonyError('store_unavailable', `It could not be copied to ${copy} before the upgrade: ${why}.`, {
      cause,
    })
  }
  for (const name of readdirSync(dirname(path))) {
    const isEarlier = name.startsWith(`${basename(path)}.before-`) && name !== basename(copy)
    if (isEarlier) rmSync(join(dirname(path), name), { force: true })
  }
}
