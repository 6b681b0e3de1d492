import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Disk } from 'flydrive'
import { DAY_MS } from '../core/clock.ts'
import { DurableFiles } from './durable-files.ts'

/** What this module makes; other parts of the gateway have names of their own in that folder. */
const NAME = /^polyphony-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Writes a file whose length is not known before. A bucket must be told the length with the first byte, so for one the file
 * is written to this machine's folder for temporary files first.
 */
export async function putStream(disk: Disk, key: string, contents: Readable, contentType: string): Promise<void> {
  if (disk.driver instanceof DurableFiles) return disk.putStream(key, contents, { contentType })
  const path = join(tmpdir(), `polyphony-${randomUUID()}`)
  try {
    await pipeline(contents, createWriteStream(path, { mode: 0o600 }))
    const { size: contentLength } = await stat(path)
    await disk.putStream(key, createReadStream(path), { contentType, contentLength })
  } finally {
    await rm(path, { force: true })
  }
}

/**
 * Removes what gateways of this user that were killed have left of files on their way to a bucket: nothing is on its way for
 * a day. `now`: milliseconds since 1970, by the system's clock, as the times of files are. Returns how many.
 */
export async function removeLeftParts(disk: Disk, now: number, folder = tmpdir()): Promise<number> {
  if (disk.driver instanceof DurableFiles) return 0
  let removed = 0
  for (const name of await readdir(folder)) {
    if (!NAME.test(name)) continue
    const path = join(folder, name)
    // Not followed: anybody may put a link into the temporary folder.
    const found = await lstat(path).catch(() => undefined) // its gateway has just removed it
    if (!found?.isFile() || now - found.mtimeMs < DAY_MS) continue
    if (process.getuid !== undefined && found.uid !== process.getuid()) continue
    await rm(path, { force: true })
    removed++
  }
  return removed
}
