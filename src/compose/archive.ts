import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract, type Pack } from 'tar-stream'
import { PolyphonyError } from '../core/errors.ts'

/** A backup is a tar archive under gzip: any `tar` can list and unpack it. */

export interface Member {
  name: string
  sizeBytes: number
  /** Must be read to its end before the next member comes. */
  content: AsyncIterable<Uint8Array>
}

/** Adds a member to an archive; only its owner may read it once it is unpacked. Rejects for content of another size. */
export async function addMember(
  archive: Pack,
  { name, sizeBytes, modifiedAt }: { name: string; sizeBytes: number; modifiedAt: number },
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const added = Promise.withResolvers<void>()
  const header = { name, size: sizeBytes, mode: 0o600, mtime: new Date(modifiedAt) }
  added.promise.catch(() => {}) // it is awaited below, and may reject before
  const entry = archive.entry(header, (error) => (error ? added.reject(error) : added.resolve()))
  entry.on('error', added.reject)
  for await (const chunk of content) {
    if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), added.promise])
  }
  entry.end(undefined)
  await added.promise
}

/** The members of an archive, in their order. Throws for one that cannot be read, and for a name that leads elsewhere. */
export async function* membersOf(file: string): AsyncGenerator<Member> {
  const archive = extract()
  // A failure of each destroys the next with the same error, and so reaches the one who reads.
  pipeline(createReadStream(file), createGunzip(), archive, () => {})
  for await (const entry of archive) {
    const { name, size, type } = entry.header
    if (type !== 'file' || !isPlain(name)) {
      throw new PolyphonyError('invalid_input', `It has a member that no backup has: "${name}".`)
    }
    yield { name, sizeBytes: size, content: entry as AsyncIterable<Uint8Array> }
  }
}

function isPlain(name: string): boolean {
  return /^[\w./-]+$/.test(name) && name.split('/').every((part) => part !== '' && !part.startsWith('..'))
}
