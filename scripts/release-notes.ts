import { readFile } from 'node:fs/promises'

/** `node scripts/release-notes.ts VERSION` prints what CHANGELOG.md says of a version. Exit 1 if it says nothing. */

export function notesOf(version: string, changelog: string): string | undefined {
  const [, ...sections] = changelog.split(/^## /m)
  const section = sections.find((one) => (one.split('\n', 1)[0] ?? '').split(' ', 1)[0] === version)
  return section?.slice(section.indexOf('\n')).trim() || undefined
}

if (import.meta.main) {
  const [version = ''] = process.argv.slice(2)
  const notes = notesOf(version, await readFile(new URL('../CHANGELOG.md', import.meta.url), 'utf8'))
  if (notes === undefined) {
    console.error(`CHANGELOG.md says nothing of version ${version}.`)
    process.exitCode = 1
  } else console.log(notes)
}
