import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'

/** By the name in Content-Encoding (https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1). */
const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
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
