import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Writes a text also as Brotli and gzip, beside it. */
export async function compress(path: string): Promise<void> {
  const text = await readFile(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  await Promise.all([
    toBrotli(text, { params }).then((bytes) => writeFile(`${path}.br`, bytes)),
    toGzip(text, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
  ])
}

/** Stores a text as gzip alone, which every browser reads, also over plain HTTP. */
export async function storeCompressed(path: string, text: string): Promise<void> {
  await writeFile(`${path}.gz`, await toGzip(text, { level: 9 }))
}
