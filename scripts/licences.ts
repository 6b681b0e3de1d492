import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The file of a build with the licences of the packages in it. */
export const LICENCE_FILE = 'THIRD-PARTY-LICENSES.txt'

/** The folders of the packages among whose files these are. */
export function packageFolders(files: Iterable<string>): string[] {
  const folders = [...files].flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/**
 * The licences that copies have to carry. Throws for a package whose licence is not one that may be bundled, and for one
 * that names none.
 */
export async function licencesOf(folders: readonly string[]): Promise<string> {
  const parts = folders.map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one))
    const text = file === undefined ? `Licence: ${license}` : await readFile(join(folder, file), 'utf8')
    if (!PERMITTED.has(license))
      throw new Error(`${name} has the licence ${license}, which is not one that may be bundled.`)
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  return (await Promise.all(parts)).join(`\n${'-'.repeat(80)}\n\n`)
}

const PERMITTED = new Set([
  'MIT',
  'MIT-0',
  '(MIT AND Zlib)',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'OFL-1.1',
])
