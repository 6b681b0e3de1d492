import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA, PACKAGES } from './build.ts'

/**
 * What package.json is in the published package: without the packages that the bundle has inside it, which would be two thirds
 * of what an installation takes and nothing would load, and without the scripts of a checkout. `npm pack` runs this before
 * (`prepack`) and after (`postpack`). `npm publish` would tell the registry of the manifest in the folder, so a release
 * publishes the packed file.
 */

interface Manifest {
  dependencies: Record<string, string>
  devDependencies?: Record<string, string>
  scripts?: Record<string, string>
}

function publishedManifest({ devDependencies: _, scripts: __, ...manifest }: Manifest): Manifest {
  const stays = ([name]: [string, string]): boolean =>
    [...PACKAGES, ...DATA].some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one))
  return { ...manifest, dependencies: Object.fromEntries(Object.entries(manifest.dependencies).filter(stays)) }
}

/** Puts the published manifest in the place of a project's own. */
export function placePublished(project: string): void {
  placeOwn(project) // what a pack that was ended in the middle has left
  const own = readFileSync(join(project, 'package.json'), 'utf8')
  mkdirSync(join(project, '.cache'), { recursive: true })
  writeFileSync(keptIn(project), own)
  const published = publishedManifest(JSON.parse(own) as Manifest) // as npm takes it
  writeFileSync(join(project, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}

/** Puts a project's own manifest back. */
export function placeOwn(project: string): void {
  if (existsSync(keptIn(project))) renameSync(keptIn(project), join(project, 'package.json'))
}

const keptIn = (project: string): string => join(project, '.cache/package.json')

if (import.meta.main) {
  const project = new URL('..', import.meta.url).pathname
  if (process.argv[2] === 'before') placePublished(project)
  else placeOwn(project)
}
