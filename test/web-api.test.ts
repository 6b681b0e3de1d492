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

  it('every operation and every field of one has its Chinese texts, and none is of what is gone', async () => {
    const [{ zhTitles }, { zhDescriptions, zhLabels }, { en }] = await Promise.all([
      import('../web/src/i18n/zh-catalog/titles.ts'),
      import('../web/src/i18n/zh-catalog/fields.ts'),
      import('../web/src/i18n/en.ts'),
    ])
    const titles = new Set(listOperations().map(({ title }) => title))
    const fields = listOperations().flatMap(({ input }) => fieldsIn(input))
    const descriptions = new Set(fields.flatMap(({ description }) => description ?? []))
    // A name that has an English text has its Chinese one beside that.
    const names = new Set(fields.flatMap(({ name }) => (name === undefined || `field.${name}` in en ? [] : name)))
    const inChinese = Object.entries({ ...zhTitles, ...zhDescriptions, ...zhLabels })
    expect(inChinese.filter(([, text]) => text === '')).toEqual([])
    expect(Object.keys(zhTitles).toSorted()).toEqual([...titles].toSorted())
    expect(Object.keys(zhDescriptions).toSorted()).toEqual([...descriptions].toSorted())
    expect(Object.keys(zhLabels).toSorted()).toEqual([...names].toSorted())
  })
})

interface Schema {
  description?: string
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}

/** All that the form of a schema may show, with the names that it has there. */
function fieldsIn(schema: Schema, name?: string): { name?: string; description?: string }[] {
  const { description, properties = {}, items, anyOf = [] } = schema
  return [
    { ...(name !== undefined && { name }), ...(description !== undefined && { description }) },
    ...Object.entries(properties).flatMap(([key, value]) => fieldsIn(value, key)),
    ...[...anyOf, ...(items ? [items] : [])].flatMap((one) => fieldsIn(one)),
  ]
}
