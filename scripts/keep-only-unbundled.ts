import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DATA, PACKAGES } from './build.ts'

/**
 * Removes from `node_modules` what the bundle has inside it: two thirds of an image. What stays is the packages that are not
 * bundled, with all that they need, and those whose files are read. Only for a copy that runs `dist`; `npm ci` brings the others back.
 */

const MODULES = new URL('../node_modules', import.meta.url).pathname

/** The folders of all packages, nested ones too. */
function foldersIn(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => {
      const folder = join(modules, name)
      if (name.startsWith('@')) return readdirSync(folder).map((inner) => join(folder, inner))
      return [folder]
    })
    .flatMap((folder) => {
      const nested = join(folder, 'node_modules')
      return [folder, ...(existsSync(nested) ? foldersIn(nested) : [])]
    })
}

/** As Node finds it: the nearest `node_modules` upwards that has the package. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; at.startsWith(dirname(MODULES)); at = dirname(at)) {
    const found = join(at, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
  }
  return undefined // an optional one, of another platform
}

const kept = new Set<string>()

function keep(folder: string): void {
  if (kept.has(folder)) return
  kept.add(folder)
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const found = folderOf(name, folder)
    if (found !== undefined) keep(found)
  }
}

const all = foldersIn(MODULES)
const names = new Map(all.map((folder) => [folder, folder.slice(MODULES.length + 1)]))
for (const [folder, name] of names) {
  if ([...PACKAGES, ...DATA].some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one))) keep(folder)
}
const removed = all.filter((folder) => !kept.has(folder) && ![...kept].some((one) => one.startsWith(`${folder}/`)))
for (const folder of removed) rmSync(folder, { recursive: true, force: true })

/** Read by compilers, browsers and people; the program reads fonts as WOFF. Texts of licences stay. */
const NOT_RUN = /\.(?:d\.[cm]?ts|map|md|css|scss|woff2)$/
const LICENCE = /^(?:licen[cs]e|notice|copying)/i
for (const folder of kept) {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || LICENCE.test(file.name) || !NOT_RUN.test(file.name)) continue
    rmSync(join(file.parentPath, file.name))
  }
}
console.log(`node_modules: ${kept.size} packages kept, ${removed.length} removed`)
