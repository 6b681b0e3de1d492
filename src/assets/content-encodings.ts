import { Transform, type TransformCallback } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type Inflate,
  type InflateRaw,
} from 'node:zlib'

/** By the name in Content-Encoding (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1). */
const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: () => new Deflated(),
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** As an error names them. */
export const KNOWN_ENCODINGS = 'gzip, br, deflate or zstd'

/** A decoder for one encoding; undefined for one that is not known, and for several at once. */
export function decoderOf(encoding: string): Transform | undefined {
  const name = encoding.trim().toLowerCase()
  return Object.hasOwn(DECODERS, name) ? DECODERS[name]?.() : undefined
}

/** The method "deflate" in the first byte of zlib's header (https://www.rfc-editor.org/rfc/rfc1950#section-2.2). */
const ZLIB_METHOD = 8

/**
 * `deflate` is zlib's format; some clients leave out its header and its checksum, which RFC 9110 mentions. The first byte of
 * what they send has other low bits: 8 would be an uncompressed block with padding that is not zero.
 */
class Deflated extends Transform {
  #decoder: Inflate | InflateRaw | undefined

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    if (chunk.length === 0) done()
    else this.#opened(chunk[0]).write(chunk, encoding, done)
  }

  override _flush(done: TransformCallback): void {
    this.#opened(undefined).once('end', done).end()
  }

  override _read(size: number): void {
    this.#decoder?.resume()
    super._read(size)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#decoder?.destroy()
    done(error)
  }

  #opened(firstByte: number | undefined): Inflate | InflateRaw {
    if (this.#decoder) return this.#decoder
    const hasHeader = firstByte === undefined || (firstByte & 15) === ZLIB_METHOD
    const decoder = hasHeader ? createInflate() : createInflateRaw()
    decoder.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) decoder.pause() // until what was decoded is read
    })
    decoder.on('end', () => this.push(null)) // also before the input ends, where something follows the data
    decoder.on('error', (error) => this.destroy(error))
    this.#decoder = decoder
    return decoder
  }
}
