import type { Disk } from 'flydrive'
import type { Logger } from 'pino'
import { HOUR_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'

/** A driver that can list its files. Keys come in pages of some hundreds. */
export interface ListingDriver {
  /** Keys of files that were last written before an instant. */
  filesBefore(before: number): AsyncIterable<string[]>
  /** Records that the database `id` keeps files here, and returns the ids of all databases that do. */
  enterOwner(id: string): Promise<string[]>
}

/** Far longer than a result takes from the writing of its files to its row, with all retries. */
const STRAY_AFTER_MS = 6 * HOUR_MS
const KEY = /^[0-9a-f]{2}\/([0-9a-f-]{36})\.[a-z0-9]{1,8}$/
const DELETES_AT_ONCE = 16

export interface StraysOptions {
  disk: Disk
  store: Pick<Store, 'listTenants' | 'listKnownAssets'>
  log: Logger
}

/**
 * Deletes files without rows, which remain when a process crashes between writing a result's files and settling its task.
 * Only files that are some hours old are deleted. Returns how many. If another database keeps its files in the same place,
 * nothing is deleted, since all of its files would look like strays.
 */
export function openStrays({ disk, store, log }: StraysOptions) {
  let hasWarned = false

  async function isOursAlone(driver: ListingDriver): Promise<boolean> {
    const [first] = await store.listTenants({ limit: 1 })
    if (!first) return false
    const owners = await driver.enterOwner(first.id)
    if (owners.length <= 1) return true
    const others = owners.filter((one) => one !== first.id)
    if (!hasWarned) log.warn({ others }, 'files of other databases are in the storage, so files without rows stay')
    hasWarned = true
    return false
  }

  async function remove(keys: readonly string[]): Promise<number> {
    let gone = 0
    for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
      const outcomes = await Promise.allSettled(keys.slice(at, at + DELETES_AT_ONCE).map((key) => disk.delete(key)))
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') gone++
        else log.error({ err: outcome.reason }, 'a file without a row could not be deleted')
      }
    }
    return gone
  }

  return {
    async sweep(now: number, isStopped: () => boolean = () => false): Promise<number> {
      const { driver } = disk
      if (!canList(driver) || !(await isOursAlone(driver))) return 0
      let gone = 0
      for await (const keys of driver.filesBefore(now - STRAY_AFTER_MS)) {
        if (isStopped()) break
        const byId = new Map(keys.flatMap((key) => idsIn(key).map((id) => [id, key] as const)))
        for (const id of await store.listKnownAssets({ ids: [...byId.keys()] })) byId.delete(id)
        gone += await remove([...byId.values()])
      }
      if (gone > 0) log.info({ files: gone }, 'deleted files without rows')
      return gone
    },
  }
}

function idsIn(key: string): string[] {
  return KEY.exec(key)?.slice(1, 2) ?? []
}

function canList(driver: object): driver is ListingDriver {
  return 'filesBefore' in driver && 'enterOwner' in driver
}
