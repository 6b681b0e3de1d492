import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { addressOf, type Place } from '../scripts/guide/links.ts'
import { type Page, readPages } from '../scripts/guide/pages.ts'
import { PROTOCOLS } from '../scripts/guide/protocols.ts'
import { type Rendered, render } from '../scripts/guide/render.ts'
import { ERRORS } from '../src/core/errors.ts'
import { dialects } from '../src/dialects/dialects.ts'

const ROOT = new URL('../', import.meta.url)

let pages: Page[]
let rendered: Map<string, Rendered>
beforeAll(async () => {
  pages = await readPages()
  const addresses = new Set(pages.map(addressOf))
  const isPage = (place: Place) => addresses.has(addressOf(place))
  rendered = new Map(pages.map((page) => [addressOf(page), render(page, isPage)]))
})

describe('the guide', () => {
  it('every link of its pages leads to a heading of a page, or names a file of the project', () => {
    const broken = [...rendered].flatMap(([address, { targets }]) =>
      targets.flatMap((target) => {
        if (target.kind === 'elsewhere') return []
        if (target.kind === 'file') return existsSync(new URL(target.path, ROOT)) ? [] : [`${address}: ${target.path}`]
        const found = rendered.get(addressOf(target.place))
        const anchor = target.hash.slice(1)
        const isThere = anchor === '' || found?.sections.some((section) => section.anchor === anchor)
        return isThere ? [] : [`${address}: ${addressOf(target.place)}${target.hash}`]
      }),
    )
    expect(broken).toEqual([])
    expect([...rendered.values()].flatMap(({ targets }) => targets).length).toBeGreaterThan(200)
  })

  it('every protocol that clients speak has a page of its own, in both languages', () => {
    const covered = PROTOCOLS.flatMap((one) => one.dialects)
    expect(covered.toSorted()).toEqual(dialects.map(({ id }) => id).toSorted())
    for (const language of ['en', 'zh'] as const) {
      for (const { slug } of PROTOCOLS) expect(rendered.has(`${language}/protocols/${slug}`)).toBe(true)
    }
  })

  it('has all that callers need in Chinese, too', () => {
    const slugs = (language: string) =>
      pages.filter((page) => page.language === language && page.part === 'calling').map(({ slug }) => slug)
    expect(slugs('zh')).toEqual(slugs('en'))
  })

  it('a Chinese page has the code of the English one, in the same order', () => {
    const blocksOf = ({ markdown }: Page) => [...markdown.matchAll(/^```.*?^```$/gms)].map(String)
    const english = new Map(pages.filter(({ language }) => language === 'en').map((page) => [page.slug, page]))
    for (const page of pages.filter(({ language }) => language === 'zh')) {
      const original = english.get(page.slug)
      const originals = original ? blocksOf(original) : []
      const places = blocksOf(page).map((block) => originals.indexOf(block))
      expect({ slug: page.slug, places }).toEqual({ slug: page.slug, places: places.toSorted((a, b) => a - b) })
      expect({ slug: page.slug, missing: places.includes(-1) }).toEqual({ slug: page.slug, missing: false })
    }
  })

  it('says of every error what to do, and the same in Chinese of status and repetition', async () => {
    const english = await readFile(new URL('docs/errors.md', ROOT), 'utf8')
    const [, toDo = ''] = english.split('## What to do')
    const rows = [...toDo.matchAll(/^\| `(\w+)` \| (.{10,}) \|$/gm)].map(([, code]) => code)
    expect(rows).toEqual(Object.keys(ERRORS))
    const chinese = await readFile(new URL('docs/zh/errors.md', ROOT), 'utf8')
    const cells = [...chinese.matchAll(/^\| `(\w+)` \| (\d+) \| (\w+) \| .+ \| .+ \|$/gm)].map(([, ...row]) => row)
    expect(cells).toEqual(Object.entries(ERRORS).map(([code, { status, retry }]) => [code, String(status), retry]))
  })
})
