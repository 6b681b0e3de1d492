import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { findOperation } from '../src/catalog/catalog.ts'
import pages from './support/reference-pages.json' with { type: 'json' }

const PROJECT = new URL('../', import.meta.url)

interface Citation {
  journey: string
  title: string
}

/** The tests that the last column of docs/compatibility.md cites: a file of test/journeys, and titles in it. */
async function citations(): Promise<Citation[]> {
  const text = await readFile(new URL('docs/compatibility.md', PROJECT), 'utf8')
  return [...text.matchAll(/ \| `([\w-]+)`: (.+) \|$/gm)].flatMap(([, journey = '', titles = '']) =>
    titles.split('; ').map((title) => ({ journey, title })),
  )
}

/** The titles of a file: of each `describe`, of each `it`, and both together; "…" is what a table of cases fills in. */
async function titlesOf(journey: string): Promise<Set<string>> {
  const source = await readFile(new URL(`test/journeys/${journey}.test.ts`, PROJECT), 'utf8')
  const literals = [...source.matchAll(/\((?:'((?:[^'\n\\]|\\.)+)'|"((?:[^"\n\\]|\\.)+)"),|^\s+'([^'\n]+)',$/gm)]
  const titles = literals.map((found) => (found[1] ?? found[2] ?? found[3] ?? '').replaceAll(/%[sdij]/g, '…'))
  return new Set([...titles, ...titles.flatMap((first) => titles.map((second) => `${first} ${second}`))])
}

describe('the tests that docs/compatibility.md cites', async () => {
  const all = await citations()

  it('are cited for most rows', () => {
    expect(all.length).toBeGreaterThan(90)
  })

  it.each(all)('include one in $journey.test.ts with the title "$title"', async ({ journey, title }) => {
    expect(await titlesOf(journey)).toContain(title)
  })
})

/** The first cells of the table below a heading, and the whole rows. */
async function rowsBelow(heading: string): Promise<{ page: string; row: string }[]> {
  const text = await readFile(new URL('docs/compatibility.md', PROJECT), 'utf8')
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const lines = section.split('\n## ', 1)[0]?.split('\n') ?? []
  return lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| page ') && !line.startsWith('| ---'))
    .map((row) => ({ row, page: /^\| ((?:\\\||[^|])+) \|/.exec(row)?.[1]?.replaceAll('\\|', '|') ?? row }))
}

describe.each([
  ['Every page of PiAPI’s reference', pages.piapi],
  ['Every page of a relay’s reference', pages.relay],
])('the table "%s" of docs/compatibility.md', async (heading, titles) => {
  const rows = await rowsBelow(heading)

  it('has one row for each page of the sidebar, in its order, and no other', () => {
    expect(rows.map(({ page }) => page)).toEqual(titles.map((path) => path.join(' › ')))
  })

  it('says of each page what serves it, or that nothing does', () => {
    for (const { row } of rows)
      expect(row).toMatch(/^\| .+ \| .+ \| (?:test keys|works|sandbox|as in|not |GPT|PiAPI’s own).* \|$/)
  })

  it('names operations that the catalogue has', () => {
    const ids = rows.flatMap(({ row }) => [...row.matchAll(/`((?:[\w.-]+\/)+[\w.-]+)`/g)].map(([, id = '']) => id))
    expect(ids.filter((id) => !findOperation(id))).toEqual([])
  })
})
