import { folderOf } from '../assets/storage-url.ts'
import type { Config } from '../config/config.ts'

/** The folders whose disks may become full. */
export function foldersOf({ dataDir, storageUrl }: Pick<Config, 'dataDir' | 'storageUrl'>): Record<string, string> {
  const files = folderOf(storageUrl)
  return { data: dataDir, ...(files === undefined ? {} : { files }) }
}
