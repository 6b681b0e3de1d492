import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { compress } from './compress.ts'
import { LICENCE_FILE, licencesOf, packageFolders } from './licences.ts'

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
      plugins: [carriesLicences],
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

/** Packages whose texts are copied before they are modules: the styles that every page begins with. */
const COPIED = ['tailwindcss'].map((name) => new URL(`../node_modules/${name}`, import.meta.url).pathname)

/** What is minified has lost the texts that copies have to carry. */
const carriesLicences: Plugin = {
  name: 'carries-licences',
  async generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
    // Styles are modules too, but not of a chunk.
    const modules = [...this.getModuleIds(), ...chunks.flatMap(({ moduleIds }) => moduleIds)]
    this.emitFile({
      type: 'asset',
      fileName: LICENCE_FILE,
      source: await licencesOf([...packageFolders(modules.filter((id) => !id.startsWith('\0'))), ...COPIED]),
    })
  },
}

if (import.meta.main) {
  const startedAt = performance.now()
  const files = await buildWeb(new URL('../dist/web', import.meta.url).pathname)
  console.log(`dist/web: ${files} files in ${Math.round(performance.now() - startedAt)} ms`)
}
