import { Readable } from 'node:stream'
import { Disk } from 'flydrive'
import type { DriverContract } from 'flydrive/types'
import { systemClock } from '../core/clock.ts'
import { DurableFiles } from './durable-files.ts'
import { s3Place, type Variable } from './s3-place.ts'
import { pathOf, schemeOf } from './storage-url.ts'

/** A driver that can read a part of a file without the rest. */
interface RangeDriver extends DriverContract {
  getRange(key: string, range: { start: number; end: number }): Promise<Readable>
}

/**
 * The disk behind a STORAGE_URL: `file:/srv/polyphony`, `file:///srv/polyphony` or, from the working directory,
 * `file:./data/files`; or `s3://bucket/folder?region=…&endpoint=…&force_path_style=true`, which is tested at once, with the
 * credentials that `variable` finds under Amazon's names. Throws an Error that says what can be configured.
 */
export async function openDisk(url: string, variable: Variable = () => undefined): Promise<Disk> {
  switch (schemeOf(url)) {
    case 'file': {
      const files = new DurableFiles({ root: pathOf(url) })
      files.prepare(systemClock.now())
      return new Disk(files)
    }
    case 's3': {
      const place = s3Place(url, variable)
      const { S3Files } = await import('./s3-files.ts') // large, and needed only with a bucket
      const files = new S3Files(place)
      await files.check()
      return new Disk(files)
    }
    default:
      throw unknownScheme(url)
  }
}

/** Throws what `openDisk` would throw for a URL that is written wrong; opens nothing. */
export function checkStorageUrl(url: string, variable: Variable): void {
  switch (schemeOf(url)) {
    case 'file':
      return void pathOf(url)
    case 's3':
      return void s3Place(url, variable)
    default:
      throw unknownScheme(url)
  }
}

function unknownScheme(url: string): Error {
  return new Error(`STORAGE_URL must begin with "file:" or "s3:", as in file:/srv/polyphony; it is "${url}".`)
}

/** Writes and deletes a small test file, if the driver supports it; a bucket would charge for each try. */
export async function tryDisk({ driver }: Disk): Promise<void> {
  if (driver instanceof DurableFiles) await driver.tryWrite()
}

/** Bytes `start` to `end` of a stored file, both included. A driver without ranges reads from the beginning. */
export async function readRange(disk: Disk, key: string, range: { start: number; end: number }): Promise<Readable> {
  const { driver } = disk
  if (hasRanges(driver)) return driver.getRange(key, range)
  return Readable.from(cut(await disk.getStream(key), range), { objectMode: false })
}

function hasRanges(driver: DriverContract): driver is RangeDriver {
  return 'getRange' in driver
}

async function* cut(whole: Readable, { start, end }: { start: number; end: number }): AsyncGenerator<Uint8Array> {
  let offset = 0
  for await (const chunk of whole as AsyncIterable<Uint8Array>) {
    // a driver's stream has no encoding, so it is bytes
    const wanted = chunk.subarray(Math.max(0, start - offset), Math.max(0, end + 1 - offset))
    if (wanted.byteLength > 0) yield wanted
    offset += chunk.byteLength
    if (offset > end) return
  }
}
