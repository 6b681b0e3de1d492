import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'

/** Builds the workspace (`web/`) into a folder, each text also as Brotli and gzip. Resolves with the number of files. */
export async function buildWeb(into: string): Promise<number> {
  await rm(into, { recursive: true, force: true })
  const { NODE_ENV } = process.env
  // A test runner sets another one, with which React's development build would be taken: larger, and several times slower.
  process.env.NODE_ENV = 'production'
  try {
    await build({
      configFile: new URL('../web/vite.config.ts', import.meta.url).pathname,
      logLevel: 'warn',
      build: { outDir: into, emptyOutDir: true },
    })
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
  const files = (await readdir(into, { recursive: true })).filter((name) => /\.(html|js|css|svg|json)$/.test(name))
  await Promise.all(files.map((name) => compress(join(into, name))))
  return files.length
}

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

async function compress(path: string): Promise<void> {
  const text = await readFile(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  await Promise.all([
    toBrotli(text, { params }).then((bytes) => writeFile(`${path}.br`, bytes)),
    toGzip(text, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
  ])
}

if (import.meta.main) {
  const startedAt = performance.now()
  const files = await buildWeb(new URL('../dist/web', import.meta.url).pathname)
  console.log(`dist/web: ${files} files in ${Math.round(performance.now() - startedAt)} ms`)
}
