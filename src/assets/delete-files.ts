import type { Disk } from 'flydrive'
import type { Logger } from 'pino'
import type { Asset } from '../core/asset.ts'

/** Deletes files in the storage, and leaves their rows. Never throws: a file that stays is logged. */
export interface DeleteFiles {
  /** False when the file may still be there. */
  one(asset: Asset): Promise<boolean>
  /** Returns the ids of the files that are certainly gone. */
  all(assets: readonly Asset[]): Promise<string[]>
}

/** How many files are deleted side by side: in a bucket, each one is a round trip. */
const DELETES_AT_ONCE = 16

export function openDeleteFiles({ disk, log }: { disk: Disk; log: Logger }): DeleteFiles {
  async function one(asset: Asset): Promise<boolean> {
    try {
      await disk.delete(storageKey(asset))
      return true
    } catch (error) {
      log.error({ err: error, asset: asset.id, task: asset.taskId }, 'a file could not be deleted')
      return false
    }
  }

  return {
    one,
    async all(assets) {
      const gone: string[] = []
      for (let at = 0; at < assets.length; at += DELETES_AT_ONCE) {
        const some = assets.slice(at, at + DELETES_AT_ONCE)
        const removed = await Promise.all(some.map(one))
        gone.push(...some.flatMap(({ id }, index) => (removed[index] ? [id] : [])))
      }
      return gone
    },
  }
}

/** Spread over folders by the first byte of the id, since a folder of a million files is slow on many file systems. */
export function storageKey({ id, extension }: Pick<Asset, 'id' | 'extension'>): string {
  return `${id.slice(0, 2)}/${id}.${extension}`
}
