import type { Disk } from 'flydrive'
import type { Logger } from 'pino'
import { HOUR_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import { canList, type ListingDriver, othersIn, ownerOf } from './owners.ts'
import { markOf, takeTurn } from './storage-mark.ts'

/** Far longer than a result takes from the writing of its files to its row, with all retries. */
const STRAY_AFTER_MS = 6 * HOUR_MS
const KEY = /^[0-9a-f]{2}\/([0-9a-f-]{36})\.[a-z0-9]{1,8}$/
const DELETES_AT_ONCE = 16
const TAKEN_OVER = 'the mark of this database is no longer in the storage, which a copy may have taken over'
const COPIED =
  'a copy of this database uses the same storage (give it one of its own, or take this one over with "polyphony adopt storage")'

export interface StraysOptions {
  disk: Disk
  store: Pick<Store, 'listTenants' | 'listFingerprints' | 'changeFingerprint' | 'listKnownAssets'>
  log: Logger
}

/**
 * Deletes files without rows, which remain when a process crashes between writing a result's files and settling its task.
 * Only files that are some hours old are deleted. Returns how many. If another database keeps its files in the same place, be
 * it a copy of this one, nothing is deleted, since all of its files would look like strays.
 */
export function openStrays({ disk, store, log }: StraysOptions) {
  let hasWarned = false

  function warnOnce(fields: object, text: string): false {
    if (!hasWarned) log.warn(fields, `${text}, so files without rows stay`)
    hasWarned = true
    return false
  }

  async function isOursAlone(driver: ListingDriver, now: number): Promise<boolean> {
    const owner = await ownerOf(store)
    if (!owner) return false
    if (!(await disk.exists(markOf(owner.storage)))) return warnOnce({}, TAKEN_OVER)
    await driver.enterOwner(owner.name)
    const { copies, strangers } = await othersIn(driver, owner)
    if (copies.length > 0) return warnOnce({ copies }, COPIED)
    if (strangers.length > 0) return warnOnce({ others: strangers }, 'files of other databases are in the storage')
    const turn = await takeTurn({ disk, store, storage: owner.storage, now })
    return turn === 'copy' ? warnOnce({}, COPIED) : turn === 'taken'
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
      if (!canList(driver) || !(await isOursAlone(driver, now))) return 0
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
