import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** One name, so that crashes leave one file at most. */
const NAME = '.writable'
/** A disk that is full still takes some bytes now and then. */
const TRIED_BYTES = 64 * 1_024

/** Writes a small file in the folder, waits for the disk, and deletes it. Throws what the file system throws. */
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
