import { existsSync, statSync } from 'node:fs'
import { PolyphonyError } from '../../core/errors.ts'
import { takeServeLock } from '../serve-lock.ts'
import type { Snapshot, Target } from './snapshot.ts'

/** Where a database is: a file, or a PostgreSQL server. */
export type Place = { engine: 'sqlite'; path: string } | { engine: 'postgres'; url: string }

/** Reads one consistent state of a database. With `isLocked`, no server may use it until the end. */
export async function withSnapshot<T>(
  place: Place,
  options: { isLocked?: boolean },
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  if (place.engine === 'postgres') {
    const { withPostgresSnapshot } = await import('./postgres-copy.ts')
    return withPostgresSnapshot(place.url, options, work)
  }
  const { withSqliteSnapshot } = await import('./sqlite-copy.ts')
  if (!hasContent(place.path)) throw new PolyphonyError('not_found', `There is no database ${place.path}.`)
  const lock = options.isLocked ? takeServeLock(place.path) : undefined
  try {
    return await withSqliteSnapshot(place.path, work)
  } finally {
    lock?.close()
  }
}

/** Makes a database, which is there when `work` is done; when it fails, nothing is. Rejects unless the place is empty. */
export async function withTarget<T>(place: Place, schema: string, work: (target: Target) => Promise<T>): Promise<T> {
  await requireEmpty(place)
  if (place.engine === 'postgres') {
    const { withPostgresTarget } = await import('./postgres-copy.ts')
    return withPostgresTarget(place.url, schema, work)
  }
  const { withSqliteTarget } = await import('./sqlite-copy.ts')
  return withSqliteTarget(place.path, schema, work)
}

/** Rejects when there is a database, also one of another program. */
export async function requireEmpty(place: Place): Promise<void> {
  if (place.engine === 'postgres') {
    const { checkEmptyPostgres } = await import('./postgres-copy.ts')
    return checkEmptyPostgres(place.url)
  }
  const found = [place.path, `${place.path}-wal`].find(hasContent)
  if (found)
    throw new PolyphonyError(
      'invalid_input',
      `There is a database already: ${found}. Move it away, or name another place.`,
    )
}

function hasContent(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0
}
