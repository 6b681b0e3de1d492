import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Document, ROUTES_FILE, routeTypes } from '../scripts/web-api.ts'
import { listOperations } from '../src/catalog/catalog.ts'
import { WEB_PAGES } from '../src/http/web.ts'
import { openGateway, type TestGateway } from './support/gateway.ts'

describe('what the workspace knows of the gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('the types of the routes that it calls are those of the description; `node scripts/web-api.ts` writes them again', async () => {
    const { body } = await gateway.send('GET', '/openapi.json', { key: null })
    expect(await readFile(ROUTES_FILE, 'utf8')).toBe(routeTypes(body as unknown as Document)) // as it describes itself
  })

  it('every page of its router is one that the gateway serves', async () => {
    const router = await readFile(new URL('../web/src/router.tsx', import.meta.url), 'utf8')
    const paths = [...router.matchAll(/path: '([^']+)'/g)].map(([, path = '']) => path)
    const served = WEB_PAGES.map((page) => page.replace(':', '$'))
    const shown = paths.map((path) => (path === '/' ? path : path === '$section' ? `/operator/${path}` : `/${path}`))
    expect(shown.toSorted()).toEqual(served.toSorted())
  })

  it('every text is there in both languages, with the same places to fill', async () => {
    const [{ en }, { zh }] = await Promise.all([import('../web/src/i18n/en.ts'), import('../web/src/i18n/zh.ts')])
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    const different = Object.entries(en).filter(([key, text]) => {
      const other = (zh as Record<string, string>)[key] ?? ''
      return other === '' || places(text).join() !== places(other).join()
    })
    expect(different).toEqual([])
    expect(Object.keys(zh)).toEqual(Object.keys(en))
  })

  it('every operation has a Chinese title, and no Chinese text is of a title or a field that is gone', async () => {
    const { zhCatalog } = await import('../web/src/i18n/zh-catalog.ts')
    const titles = new Set(listOperations().map(({ title }) => title))
    expect([...titles].filter((title) => !zhCatalog[title])).toEqual([])
    const schemas = JSON.stringify(listOperations().map(({ input }) => input))
    const isOfField = (text: string) => schemas.includes(`"description":${JSON.stringify(text)}`)
    expect(Object.keys(zhCatalog).filter((text) => !titles.has(text) && !isOfField(text))).toEqual([])
  })
})
