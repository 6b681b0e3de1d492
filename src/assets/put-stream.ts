import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Disk } from 'flydrive'
import { DurableFiles } from './durable-files.ts'

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
