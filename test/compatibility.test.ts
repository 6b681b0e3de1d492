import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

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
