/**
 * The part of the tar format (POSIX ustar) that a backup needs: files with short names, one after another. It reads only what
 * it writes, and refuses everything else, so no archive can name a place outside. Any `tar` can list and unpack a backup.
 */

const BLOCK = 512
const MAX_NAME = 100
/** The largest size that twelve octal digits hold with their end; GNU's binary form is used beyond. */
const MAX_OCTAL = 8 ** 11 - 1

export interface TarMember {
  name: string
  sizeBytes: number
  /** Must be read to its end before the next member comes. */
  content: AsyncIterable<Uint8Array>
}

export class TarError extends Error {
  override name = 'TarError'
}

/** The header of a member. Its content and `paddingOf` follow. */
export function headerOf(name: string, sizeBytes: number, modifiedAt: number): Uint8Array {
  if (!/^[\w./-]+$/.test(name) || name.length > MAX_NAME) throw new TarError(`"${name}" is no name for a member.`)
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0)
  block.write('0000600\0', 100) // rw for its owner only, as the backup itself
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  if (sizeBytes <= MAX_OCTAL) block.write(octal(sizeBytes, 11), 124)
  else {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(sizeBytes), 128)
  }
  block.write(octal(Math.floor(modifiedAt / 1_000), 11), 136)
  block.write('0', 156) // a file
  block.write('ustar\x0000', 257)
  block.write(`${octal(sumOf(block), 6)} `, 148)
  return block
}

export function paddingOf(sizeBytes: number): Uint8Array {
  return Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK)
}

/** Two empty blocks: without them, an archive was cut off. */
export const END = Buffer.alloc(2 * BLOCK)

/** The members of an archive. Throws a TarError when it is cut off or not written by this module. */
export async function* membersIn(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const reader = new Reader(archive)
  for (;;) {
    const block = await reader.take(BLOCK)
    if (block.every((byte) => byte === 0)) {
      if ((await reader.take(BLOCK)).some((byte) => byte !== 0)) throw new TarError('There is something after the end.')
      await reader.expectEnd()
      return
    }
    const { name, sizeBytes } = memberIn(block)
    let left = sizeBytes
    async function* content(): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const part = await reader.takeUpTo(left)
        left -= part.byteLength
        yield part
      }
    }
    yield { name, sizeBytes, content: content() }
    if (left > 0) throw new Error(`The member ${name} was not read to its end.`)
    await reader.take(paddingOf(sizeBytes).byteLength)
  }
}

function memberIn(block: Buffer): { name: string; sizeBytes: number } {
  const text = (from: number, length: number): string =>
    block
      .toString('latin1', from, from + length)
      .split('\0', 1)
      .join()
  const sum = Number.parseInt(text(148, 7), 8)
  if (sum !== sumOf(block)) throw new TarError('The header of a member is damaged.')
  const name = text(0, MAX_NAME)
  if (
    text(156, 1) !== '0' ||
    !/^[\w./-]+$/.test(name) ||
    name.split('/').some((part) => part === '' || part.startsWith('..'))
  ) {
    throw new TarError(`It has a member that no backup has: "${name}".`)
  }
  const sizeBytes = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 11), 8)
  if (!Number.isSafeInteger(sizeBytes)) throw new TarError('The header of a member is damaged.')
  return { name, sizeBytes }
}

/** The sum of all bytes, those of the sum itself counted as blanks. */
function sumOf(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`
}

class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  async takeUpTo(count: number): Promise<Buffer> {
    if (this.#rest.byteLength === 0 && !(await this.#more())) throw new TarError('It is cut off.')
    const part = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(part.byteLength)
    return part
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = count; left > 0; ) {
      const part = await this.takeUpTo(left)
      parts.push(part)
      left -= part.byteLength
    }
    return Buffer.concat(parts)
  }

  async expectEnd(): Promise<void> {
    if (this.#rest.byteLength > 0 || (await this.#more())) throw new TarError('There is something after the end.')
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      if (value.byteLength === 0) continue
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      return true
    }
  }
}
