import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Always the same name, so that crashes leave at most one file. */
const NAME = '.writable'
/** Large enough that a full disk refuses it: a few bytes may still fit. */
const TRIED_BYTES = 64 * 1_024

/** Writes a small file in the folder, waits for the disk, and deletes it. Throws the error of the file system. */
export async function tryWrite(folder: string): Promise<void> {
  const path = join(folder, NAME)
  try {
    const file = await open(path, 'w', 0o600)
    try {
      await file.writeFile(Buffer.alloc(TRIED_BYTES, 1))
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true })
  }
}
