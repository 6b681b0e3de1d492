import { folderOf } from '../../assets/storage-url.ts'
import { openStorage } from '../../compose/storage.ts'
import type { Config } from '../../config/config.ts'
import { type Finding, fault, ok, reasonOf } from './finding.ts'
import { checkFolder, checkSpace } from './machine.ts'

/** Whether files can be stored. In a bucket, a small file is written and deleted; a folder is only looked at. */
export async function checkStorage(config: Config): Promise<Finding[]> {
  const { storageUrl } = config
  const folder = folderOf(storageUrl)
  if (folder !== undefined) return [await checkFolder('files', folder), checkSpace('disk', folder)]
  try {
    await openStorage(config)
    return [ok('files', `${storageUrl} can be written`)]
  } catch (error) {
    return [fault('files', reasonOf(error))]
  }
}
