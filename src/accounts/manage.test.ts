import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { optional, secret } from '../providers/kit/account-fields.ts'
import type { Provider, ProviderManifest } from '../providers/provider.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { createTenant } from '../tenants/first-tenant.ts'
import { openAccounts, USUAL_ACCOUNT } from './accounts.ts'
import { whyIdle } from './advice.ts'
import { hideSecrets } from './credentials.ts'
import { type AccountAdmin, type AccountDeskOptions, type ManagedAccount, openAccountAdmin } from './manage.ts'
import { openVault } from './vault.ts'

const provider: Provider = {
  id: 'lumen',
  operations: new Set(['lumen/clip', 'lumen/still']),
  submit: () => Promise.reject(new Error('Nothing is submitted here.')),
}

/** One that needs a key and an address, and one that takes either of two keys. */
const lumen: ProviderManifest = {
  id: 'lumen',
  title: 'Lumen',
  fields: [
    secret('LUMEN_API_KEY', 'API key'),
    { name: 'baseUrl', env: 'LUMEN_BASE_URL', title: 'Base address', isSecret: false },
    optional({ name: 'project', env: 'LUMEN_PROJECT', title: 'Project', isSecret: false }),
  ],
  slots: 7,
  load: async () => () => provider,
}
const either: ProviderManifest = {
  id: 'either',
  title: 'Either',
  fields: [optional(secret('ONE', 'One', 'one')), optional(secret('OTHER', 'Other', 'other'))],
  slots: 2,
  load: async () => () => ({ ...provider, id: 'either' }),
}

const FIELDS = { apiKey: 'lumen-secret-key', baseUrl: 'https://lumen.example/v1' }
const body = (given: JsonObject = {}): JsonObject => ({ provider: 'lumen', name: 'main', fields: FIELDS, ...given })

describe('account administration', () => {
  let folder: string
  let store: Store
  let tenantId: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyphony-accounts-'))
    store = await openSqlite({ path: join(folder, 'accounts.db') })
    tenantId = (await createTenant({ store, clock: systemClock }, 'a tenant')).id
  })
  afterEach(async () => {
    for (const { id } of await store.listAccounts({})) await store.removeAccount({ id })
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  function open(given: Partial<AccountDeskOptions> = {}): AccountAdmin {
    const parts = {
      store,
      manifests: given.manifests ?? [lumen, either],
      vault: openVault('the secret of the test'),
      clock: systemClock,
      environment: [],
      fetchFor: () => fetch,
      log: pino({ level: 'silent' }),
    }
    return openAccountAdmin({
      ...parts,
      accounts: openAccounts({ ...parts, house: [] }),
      judge: async (url, field) => {
        if (url.includes('10.0.0.1')) throw new PolyphonyError('address_refused', `${field} is private.`, { field })
      },
      operations: new Set(['lumen/clip', 'lumen/still', 'Deep/model/task']),
      tenants: { priceFactor: 0.25, maxAccounts: 3 },
      ...given,
    })
  }

  it('gives an account what its provider and its owner make usual', async () => {
    const accountAdmin = open()
    const usual = { slots: 7, weight: 1, priority: 0, dailyCap: null, serves: null, isDraining: false, mode: 'live' }
    expect(await accountAdmin.add(body(), 'operator')).toMatchObject({ ...usual, tenantId: null, priceFactor: 1 })
    expect(await accountAdmin.add(body(), { tenantId })).toMatchObject({ ...usual, tenantId, priceFactor: 0.25 })
    expect(await accountAdmin.add(body({ tenant: tenantId, name: 'b' }), 'operator')).toMatchObject({
      tenantId,
      priceFactor: 0.25,
    })
    expect(await accountAdmin.add(body({ tenant: null, name: 'c', price_factor: 0 }), 'operator')).toMatchObject({
      priceFactor: 0,
    })
  })

  const refused: [what: string, given: JsonObject, field: string, words: RegExp][] = [
    ['no provider', { provider: null }, 'provider', /lumen, either/],
    ['an unknown provider', { provider: 'none' }, 'provider', /lumen, either/],
    ['a name that is none', { name: '' }, 'name', /1 to 100/],
    ['a name with blanks around it', { name: ' main' }, 'name', /blanks/],
    ['a long name', { name: 'x'.repeat(101) }, 'name', /1 to 100/],
    ['a tenant that there is none of', { tenant: 'nobody' }, 'tenant', /id of a tenant/],
    ['an unknown word', { slot: 3 }, 'slot', /is no field here; there are name, slots/],
    ['no slots', { slots: 0 }, 'slots', /1 to 100000, not 0/],
    ['too many slots', { slots: 100_001 }, 'slots', /100000/],
    ['half a slot', { slots: 1.5 }, 'slots', /whole number/],
    ['slots in words', { slots: '3' }, 'slots', /number/],
    ['no weight', { weight: 0 }, 'weight', /1 to 1000/],
    ['too much weight', { weight: 1_001 }, 'weight', /1 to 1000/],
    ['a low priority', { priority: -101 }, 'priority', /-100 to 100/],
    ['a high priority', { priority: 101 }, 'priority', /-100 to 100/],
    ['a cap of nothing', { daily_cap: 0 }, 'daily_cap', /from 1/],
    ['a price above the list', { price_factor: 1.1 }, 'price_factor', /0 to 1/],
    ['a negative price', { price_factor: -0.1 }, 'price_factor', /0 to 1/],
    ['services that are no list', { serves: 'lumen/clip' }, 'serves', /list/],
    ['services of nothing', { serves: [] }, 'serves', /list/],
    ['an unknown service', { serves: ['lumen/clip', 'lumen/none'] }, 'serves.1', /"lumen\/none"/],
    ['fields that are none', { fields: 'key' }, 'fields', /object/],
    ['no required field', { fields: { baseUrl: FIELDS.baseUrl } }, 'fields.apiKey', /required by Lumen/],
    ['an empty required field', { fields: { ...FIELDS, apiKey: '' } }, 'fields.apiKey', /required/],
    ['an unknown field', { fields: { ...FIELDS, colour: 'red' } }, 'fields.colour', /apiKey, baseUrl, project/],
    ['a field that is no text', { fields: { ...FIELDS, apiKey: 7 } }, 'fields.apiKey', /text/],
    ['a field with a line break', { fields: { ...FIELDS, apiKey: 'a\nb' } }, 'fields.apiKey', /one line/],
    ['a field with blanks around it', { fields: { ...FIELDS, apiKey: ' a' } }, 'fields.apiKey', /blank/],
    ['a field without end', { fields: { ...FIELDS, apiKey: 'x'.repeat(20_000) } }, 'fields.apiKey', /16384/],
    ['an address that is none', { fields: { ...FIELDS, baseUrl: 'lumen' } }, 'fields.baseUrl', /http/],
    ['an address of a file', { fields: { ...FIELDS, baseUrl: 'file:///etc' } }, 'fields.baseUrl', /http/],
    ['a password in an address', { fields: { ...FIELDS, baseUrl: 'http://a:b@c.d' } }, 'fields.baseUrl', /password/],
    ['neither of two keys', { provider: 'either', fields: {} }, 'fields', /one or other/],
  ]
  it.each(refused)('refuses %s, naming the field', async (_what, given, field, words) => {
    const accountAdmin = open()
    await expect(accountAdmin.add(body(given), 'operator')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(words),
      details: { field },
    })
    expect(await store.listAccounts({})).toEqual([])
  })

  it.each(refused.filter(([, given]) => !('provider' in given || 'tenant' in given)))(
    'refuses %s in a change, too, and changes nothing',
    async (_what, given, field) => {
      const accountAdmin = open()
      const { id } = await accountAdmin.add(body(), 'operator')
      const before = await store.listAccounts({})
      // A field that is left out stays as it is; to take it away is to say so.
      const missing = field === 'fields.apiKey' && !JSON.stringify(given).includes('apiKey')
      const change = missing ? { fields: { apiKey: null } } : given
      await expect(accountAdmin.change(id, change, 'operator')).rejects.toMatchObject({
        code: 'invalid_input',
        details: { field },
      })
      expect(await store.listAccounts({})).toEqual(before)
    },
  )

  it.each([
    ['a model by its whole name', ['Deep/model']],
    ['an operation', ['lumen/clip']],
    ['all', null],
  ])('lets an account serve %s', async (_what, serves) => {
    expect(await open().add(body({ serves }), 'operator')).toMatchObject({ serves })
  })

  it('tells accounts of one owner apart by their names', async () => {
    const accountAdmin = open()
    const { id } = await accountAdmin.add(body(), 'operator')
    await accountAdmin.add(body(), { tenantId })
    await expect(accountAdmin.add(body(), 'operator')).rejects.toMatchObject({ details: { field: 'name' } })
    expect(await accountAdmin.change(id, { name: 'main', slots: 2 }, 'operator')).toMatchObject({
      name: 'main',
      slots: 2,
    })
    const other = await accountAdmin.add(body({ name: 'other' }), 'operator')
    await expect(accountAdmin.change(other.id, { name: 'main' }, 'operator')).rejects.toMatchObject({
      details: { field: 'name' },
    })
  })

  it('changes what is named and leaves the rest, within the fields too', async () => {
    const accountAdmin = open()
    const { id } = await accountAdmin.add(body({ slots: 3, serves: ['lumen'], daily_cap: 4 }), 'operator')
    await accountAdmin.change(id, { fields: { project: 'heron' } }, 'operator')
    await accountAdmin.change(id, { serves: null }, 'operator')
    const changed = await accountAdmin.change(id, { daily_cap: null }, 'operator')
    expect(changed).toMatchObject({
      slots: 3,
      serves: null,
      dailyCap: null,
      settings: { ...settingsOf(FIELDS), project: 'heron' },
    })
    const [record] = await store.listAccounts({})
    expect(openVault('the secret of the test').open(id, record?.sealed ?? '')).toEqual({ ...FIELDS, project: 'heron' })
    expect((await accountAdmin.change(id, { fields: { project: null } }, 'operator')).settings).toMatchObject({
      project: '',
    })
    await expect(accountAdmin.change(id, {}, 'operator')).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('judges every address that a tenant gives, and none of the operator’s for the house', async () => {
    const accountAdmin = open()
    const inside = { fields: { ...FIELDS, baseUrl: 'http://10.0.0.1/v1' } }
    await expect(accountAdmin.add(body(inside), { tenantId })).rejects.toMatchObject({ code: 'address_refused' })
    await expect(accountAdmin.add(body({ ...inside, tenant: tenantId }), 'operator')).rejects.toMatchObject({
      code: 'address_refused',
    })
    expect((await accountAdmin.add(body(inside), 'operator')).settings.baseUrl).toBe('http://10.0.0.1/v1')
    const { id } = await accountAdmin.add(body(), { tenantId })
    await expect(accountAdmin.change(id, inside, { tenantId })).rejects.toMatchObject({
      code: 'address_refused',
      details: { field: 'fields.baseUrl' },
    })
  })

  it('tries again when the account changed meanwhile, and gives up when it keeps changing', async () => {
    let conflicts = 1
    const racing: Store = {
      ...store,
      async changeAccount(change) {
        if (conflicts-- > 0) {
          await store.changeAccount({ ...change, set: { reason: 'something happened' } })
        }
        return store.changeAccount(change)
      },
    }
    const accountAdmin = open({ store: racing })
    const { id } = await accountAdmin.add(body(), 'operator')
    expect(await accountAdmin.drain(id, 'operator')).toMatchObject({ isDraining: true, reason: 'something happened' })
    conflicts = 2
    await expect(accountAdmin.resume(id, 'operator')).rejects.toMatchObject({
      code: 'store_unavailable',
      retry: 'again',
    })
  })

  it('cannot test an account whose provider has no call for it, and says so', async () => {
    const accountAdmin = open()
    const { id } = await accountAdmin.add(body(), 'operator')
    expect(await accountAdmin.test(id, 'operator')).toMatchObject({
      works: null,
      says: expect.stringContaining('next task'),
    })
  })

  it('shows and removes an account of a provider that is gone', async () => {
    const { id } = await open().add(body(), 'operator')
    const accountAdmin = open({ manifests: [either] })
    expect(await accountAdmin.get(id, 'operator')).toMatchObject({
      isUsable: false,
      reason: 'There is no provider "lumen".',
      operations: [],
    })
    expect(await accountAdmin.test(id, 'operator')).toMatchObject({
      works: false,
      says: 'There is no provider "lumen".',
    })
    expect((await accountAdmin.debug(id, 'operator')).advice).toEqual([expect.stringContaining('cannot be used')])
    await accountAdmin.remove(id, 'operator')
    expect(await accountAdmin.list('operator')).toEqual([])
  })

  it('leaves a disabled account disabled when it is given a new credential', async () => {
    const accountAdmin = open()
    const { id } = await accountAdmin.add(body(), { tenantId })
    expect(await accountAdmin.disable(id, { tenantId })).toMatchObject({
      state: 'disabled',
      reason: 'Its owner switched it off.',
    })
    const changed = await accountAdmin.change(id, { fields: { apiKey: 'another-secret-key' } }, { tenantId })
    expect(changed).toMatchObject({ state: 'disabled' })
  })
})

describe('the advice about an account', () => {
  const well: ManagedAccount = {
    ...USUAL_ACCOUNT,
    id: 'a',
    tenantId: null,
    provider: 'lumen',
    name: 'main',
    slots: 7,
    createdAt: 0,
    credential: 'stored',
    settings: {},
    operations: ['lumen/clip'],
    isUsable: true,
    running: 0,
    begunToday: 0,
  }
  const waiting = [{ operation: 'lumen/clip' }]

  it('is none while it works, and while nobody asks for anything', () => {
    expect(whyIdle(well, waiting)).toEqual([])
    expect(whyIdle(well, [])).toEqual([expect.stringMatching(/no task waits/)])
  })

  it.each<[Partial<ManagedAccount>, RegExp]>([
    [{ state: 'limited' }, /no more for now/],
    [{ state: 'cooling_down' }, /did not get through/],
    [{ state: 'moderation_strike' }, /refused the content/],
    [{ state: 'expired_credential' }, /new one/],
    [{ state: 'disabled' }, /Enable/],
    [{ isUsable: false, state: 'limited' }, /as it is set up/],
    [{ isDraining: true }, /Resume/],
    [{ operations: [] }, /performs nothing/],
    [{ running: 7 }, /7 slots are taken/],
    [{ dailyCap: 2, begunToday: 2 }, /today/],
    [{ priority: -1 }, /back-up/],
  ])('says why it is idle with %o', (given, words) => {
    expect(whyIdle({ ...well, ...given }, waiting)).toEqual([expect.stringMatching(words)])
  })
})

it('hides what is secret in a text, and no short word', () => {
  expect(hideSecrets('Key lumen-secret-key of heron is wrong', lumen, { ...FIELDS, project: 'heron' })).toBe(
    'Key … of heron is wrong',
  )
  expect(hideSecrets('Key a is wrong', lumen, { apiKey: 'a' })).toBe('Key a is wrong')
})

function settingsOf({ baseUrl }: typeof FIELDS): Record<string, string> {
  return { baseUrl }
}
