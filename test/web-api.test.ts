import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Document, ROUTES_FILE, routeTypes } from '../scripts/web-api.ts'
import { diagnoseIdle } from '../src/accounts/diagnose.ts'
import type { ManagedAccount } from '../src/accounts/managed-account.ts'
import { listOperations } from '../src/catalog/catalog.ts'
import type { Operation } from '../src/catalog/operation.ts'
import { readInput } from '../src/catalog/read-input.ts'
import { SETTINGS } from '../src/config/settings.ts'
import { ACCOUNT_STATES } from '../src/core/account.ts'
import { ERRORS } from '../src/core/errors.ts'
import type { Json, JsonObject } from '../src/core/json.ts'
import { WEB_PAGES } from '../src/http/web.ts'
import { PROVIDERS } from '../src/providers/providers.ts'
import { translatedBy } from '../web/src/i18n/templates.ts'
import { openGateway, type TestGateway } from './support/gateway.ts'
import { writtenErrors, writtenSentences } from './support/written-messages.ts'

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

  it('what the gateway says to people of accounts, inputs and errors has a Chinese text', async () => {
    const { zhCodes, zhMessages } = await import('../web/src/i18n/zh-messages.ts')
    expect(Object.keys(zhCodes).toSorted()).toEqual(Object.keys(ERRORS).toSorted())
    const said = [
      ...adviceOfAccounts(),
      ...PROVIDERS.flatMap(({ fields }) => fields.map(({ title }) => title)),
      ...refusals(),
    ]
    expect(said.length).toBeGreaterThan(60)
    expect([...new Set(said)].filter((text) => translatedBy(zhMessages, text) === undefined)).toEqual([])
    expect(translatedBy(zhMessages, 'width must be at most 5, not 9.')).toBe('width 不得大于 5，当前为 9。')
  })

  it('what signing in, money, accounts and the operator’s pages are refused with has a Chinese text', async () => {
    const { zhMessages } = await import('../web/src/i18n/zh-messages.ts')
    const rooms = ['people', 'payments', 'accounts', 'admin', 'workspace']
    const written = await Promise.all([
      ...rooms.map(writtenErrors),
      ...['accounts/test-account.ts', 'webhooks/attempt.ts'].map(writtenSentences),
    ])
    const said = [...new Set(written.flat())].filter((text) => !toPrograms(text))
    expect(said.length).toBeGreaterThan(120)
    expect(said.filter((text) => translatedBy(zhMessages, text) === undefined)).toEqual([])
  })

  it('what a vendor says stays as it is, whatever it says', async () => {
    const { zhMessages } = await import('../web/src/i18n/zh-messages.ts')
    const said = [
      'what a vendor says',
      'A valid API key is required',
      'Your request must be less than 5 MB with images',
      'Requests must be at most 5 MB',
      'No task may be begun.',
      'The prompt must not be empty, not even once',
      '.'.repeat(2_000),
      'is required, not 5'.repeat(100),
      'field is required'.padEnd(20_000, '.'),
    ]
    expect(said.filter((text) => translatedBy(zhMessages, text) !== undefined)).toEqual([])
  })

  it('every page where keys of a provider are made belongs to one that there is', async () => {
    const { CONSOLES } = await import('../web/src/pages/accounts/consoles.ts')
    const ids = PROVIDERS.map(({ id }) => id)
    expect(Object.keys(CONSOLES).filter((id) => !ids.includes(id))).toEqual([])
  })

  it('every setting of the gateway has a Chinese text', async () => {
    const { zhSettings } = await import('../web/src/i18n/zh-settings.ts')
    expect(Object.keys(zhSettings)).toEqual(Object.keys(SETTINGS))
    const { zhMessages } = await import('../web/src/i18n/zh-messages.ts')
    // A default of several words is said to people, but for the name of a button.
    const defaults = Object.entries(SETTINGS).flatMap(([name, { shownDefault: text }]) =>
      text.includes(' ') && name !== 'POLYPHONY_OIDC_NAME' ? [text] : [],
    )
    expect(defaults.filter((text) => translatedBy(zhMessages, text) === undefined)).toEqual([])
  })

  it('no Chinese message is of one that the gateway does not say', async () => {
    const { zhMessages } = await import('../web/src/i18n/zh-messages.ts')
    const [{ BASE_ERROR_CODES }, { TWO_FACTOR_ERROR_CODES }] = await Promise.all([
      import('better-auth'),
      import('better-auth/plugins/two-factor'),
    ])
    const folder = new URL('../src/', import.meta.url)
    const files = (await readdir(folder, { recursive: true })).filter((name) =>
      /^(?!engines|store).*(?<!test)\.ts$/.test(name),
    )
    const sources = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
    // A long text is written in parts.
    const written = sources.join('\n').replace(/['`] \+\s+['`]/g, '')
    const all = `${written}${JSON.stringify([BASE_ERROR_CODES, TWO_FACTOR_ERROR_CODES])}`.replaceAll("\\'", "'")
    const parts = zhMessages.flatMap(([english]) => english.split(/\{\w+\}/).map((part) => part.trim()))
    expect(parts.filter((part) => !all.includes(part))).toEqual([])
  })
})

/** Answers to programs alone: the events of Stripe, hosts of MCP, and addresses that no page asks. */
function toPrograms(text: string): boolean {
  return /^(?:The (?:payment|Stripe-Signature|access token) |There is no 5 \/api\/auth|No payments are taken by|This needs an admin key)/.test(
    text,
  )
}

/** Every reason for which an account begins no task. */
function adviceOfAccounts(): string[] {
  const usual = {
    state: 'connected',
    isUsable: true,
    isDraining: false,
    running: 0,
    slots: 2,
    begunToday: 0,
    dailyCap: null,
    operations: ['suno/music'],
    priority: 0,
  }
  const accounts = [
    {},
    ...ACCOUNT_STATES.map((state) => ({ state })),
    { isUsable: false },
    { isDraining: true },
    { operations: [] },
    { running: 2 },
    { dailyCap: 0 },
    { priority: -1 },
  ]
  return accounts.flatMap((one) => diagnoseIdle({ ...usual, ...one } as unknown as ManagedAccount, [])) // what it reads
}

/** What inputs are refused with: of each operation, one that has nothing, and its example with each field of a kind wrong in turn. */
function refusals(): string[] {
  const refusalOf = (operation: Operation, input: JsonObject): string[] => {
    try {
      readInput(operation, input)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  }
  const wrong = [[{}], 'x'.repeat(40_000), -1e9, 1e9, 0.5]
  const seen = new Set<string>()
  const isNew = ([name, schema]: [string, Schema]): boolean => {
    const { description: _, ...kind } = schema
    const before = seen.size
    return seen.add(name + JSON.stringify(kind)).size > before
  }
  return listOperations().flatMap((operation) => [
    ...refusalOf(operation, {}),
    ...Object.entries((operation.input as Schema).properties ?? {})
      .filter(isNew)
      .flatMap(([name]) =>
        wrong.flatMap((value) => refusalOf(operation, { ...operation.example, [name]: value as Json })),
      ),
  ])
}

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
