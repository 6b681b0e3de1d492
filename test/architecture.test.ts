import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

const PROJECT = new URL('../', import.meta.url)

/** The steps of docs/architecture.md: a file, and what to read in it. */
async function steps(): Promise<{ file: string; name: string }[]> {
  const text = await readFile(new URL('docs/architecture.md', PROJECT), 'utf8')
  const [, section = ''] = /^## One request, file by file\n(.*?)^## /ms.exec(text) ?? []
  return [...section.matchAll(/^\d+\. `(\S+)` `(\w+)`/gm)].map(([, file = '', name = '']) => ({ file, name }))
}

describe('the way of a request in docs/architecture.md', async () => {
  const all = await steps()

  it('has the steps of a creation, of the work and of a read', () => {
    expect(all.length).toBeGreaterThan(20)
  })

  it.each(all)('names $file, which exports $name', async ({ file, name }) => {
    const source = await readFile(new URL(file, PROJECT), 'utf8')
    expect(source).toMatch(new RegExp(`^export (?:async )?(?:function|const) ${name}\\b`, 'm'))
  })
})
