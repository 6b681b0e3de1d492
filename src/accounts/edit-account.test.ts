import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { Store } from '../store/store.ts'
import { type AdminBench, body, FIELDS, openAdminBench } from './admin-bench.testing.ts'
import { openVault } from './vault.ts'

let bench: AdminBench
let store: Store
let tenantId: string
beforeAll(async () => {
  bench = await openAdminBench()
  ;({ store, tenantId } = bench)
})
afterEach(() => bench.empty())
afterAll(() => bench?.[Symbol.asyncDispose]())

describe('adding and changing accounts', () => {
  it('gives a new account the slots of its provider, and the price factor of its owner', async () => {
    const accountAdmin = bench.open()
    const defaults = { slots: 7, weight: 1, priority: 0, dailyCap: null, serves: null, isDraining: false, mode: 'live' }
    expect(await accountAdmin.add(body(), 'operator')).toMatchObject({ ...defaults, tenantId: null, priceFactor: 1 })
    expect(await accountAdmin.add(body(), { tenantId })).toMatchObject({ ...defaults, tenantId, priceFactor: 0.25 })
    expect(await accountAdmin.add(body({ tenant: tenantId, name: 'b' }), 'operator')).toMatchObject({
      tenantId,
      priceFactor: 0.25,
    })
    expect(await accountAdmin.add(body({ tenant: null, name: 'c', price_factor: 0 }), 'operator')).toMatchObject({
      priceFactor: 0,
    })
  })

  const refused: [title: string, given: JsonObject, field: string, words: RegExp][] = [
    ['no provider', { provider: null }, 'provider', /lumen, either/],
    ['an unknown provider', { provider: 'none' }, 'provider', /lumen, either/],
    ['an empty name', { name: '' }, 'name', /1 to 100/],
    ['a name with spaces around it', { name: ' main' }, 'name', /leading or trailing spaces/],
    ['a long name', { name: 'x'.repeat(101) }, 'name', /1 to 100/],
    ['an unknown tenant', { tenant: 'unknown' }, 'tenant', /id of a tenant/],
    ['an unknown field', { slot: 3 }, 'slot', /is not a known field; allowed: name, slots/],
    ['no slots', { slots: 0 }, 'slots', /1 to 100000, not 0/],
    ['too many slots', { slots: 100_001 }, 'slots', /100000/],
    ['half a slot', { slots: 1.5 }, 'slots', /whole number/],
    ['slots as a string', { slots: '3' }, 'slots', /number/],
    ['no weight', { weight: 0 }, 'weight', /1 to 1000/],
    ['too much weight', { weight: 1_001 }, 'weight', /1 to 1000/],
    ['a low priority', { priority: -101 }, 'priority', /-100 to 100/],
    ['a high priority', { priority: 101 }, 'priority', /-100 to 100/],
    ['a cap of nothing', { daily_cap: 0 }, 'daily_cap', /from 1/],
    ['a price above the list', { price_factor: 1.1 }, 'price_factor', /0 to 1/],
    ['a negative price', { price_factor: -0.1 }, 'price_factor', /0 to 1/],
    ['services that are not a list', { serves: 'lumen/clip' }, 'serves', /list/],
    ['an empty list of services', { serves: [] }, 'serves', /list/],
    ['an unknown service', { serves: ['lumen/clip', 'lumen/none'] }, 'serves.1', /"lumen\/none"/],
    ['fields that are not an object', { fields: 'key' }, 'fields', /object/],
    [
      'a missing field of the credential',
      { fields: { baseUrl: FIELDS.baseUrl } },
      'fields.apiKey',
      /required by Lumen/,
    ],
    ['an empty field of the credential', { fields: { ...FIELDS, apiKey: '' } }, 'fields.apiKey', /required/],
    [
      'an unknown field of the credential',
      { fields: { ...FIELDS, colour: 'red' } },
      'fields.colour',
      /apiKey, baseUrl, project/,
    ],
    ['a field that is not a string', { fields: { ...FIELDS, apiKey: 7 } }, 'fields.apiKey', /string/],
    ['a field with a line break', { fields: { ...FIELDS, apiKey: 'a\nb' } }, 'fields.apiKey', /one line/],
    ['a field with spaces around it', { fields: { ...FIELDS, apiKey: ' a' } }, 'fields.apiKey', /space/],
    ['a field that is too long', { fields: { ...FIELDS, apiKey: 'x'.repeat(20_000) } }, 'fields.apiKey', /16384/],
    ['an address that is not a URL', { fields: { ...FIELDS, baseUrl: 'lumen' } }, 'fields.baseUrl', /http/],
    ['an address of a file', { fields: { ...FIELDS, baseUrl: 'file:///etc' } }, 'fields.baseUrl', /http/],
    ['a password in an address', { fields: { ...FIELDS, baseUrl: 'http://a:b@c.d' } }, 'fields.baseUrl', /password/],
    ['neither of two keys', { provider: 'either', fields: {} }, 'fields', /one or other/],
  ]
  it.each(refused)('refuses to add an account with %s, naming the field', async (_title, given, field, words) => {
    const accountAdmin = bench.open()
    await expect(accountAdmin.add(body(given), 'operator')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(words),
      details: { field },
    })
    expect(await store.listAccounts({})).toEqual([])
  })

  it.each(refused.filter(([, given]) => !('provider' in given || 'tenant' in given)))(
    'refuses to change an account to %s, and changes nothing',
    async (_title, given, field) => {
      const accountAdmin = bench.open()
      const { id } = await accountAdmin.add(body(), 'operator')
      const before = await store.listAccounts({})
      // In a change, a field that is left out stays as it is; null removes it.
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
    expect(await bench.open().add(body({ serves }), 'operator')).toMatchObject({ serves })
  })

  it('refuses a name that another account of the same owner has', async () => {
    const accountAdmin = bench.open()
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

  it('changes only what a body names, also within the fields of the credential', async () => {
    const accountAdmin = bench.open()
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

  it('checks every address of a tenant’s account, and none of an operator’s', async () => {
    const accountAdmin = bench.open()
    const privateAddress = { fields: { ...FIELDS, baseUrl: 'http://10.0.0.1/v1' } }
    await expect(accountAdmin.add(body(privateAddress), { tenantId })).rejects.toMatchObject({
      code: 'address_refused',
    })
    await expect(accountAdmin.add(body({ ...privateAddress, tenant: tenantId }), 'operator')).rejects.toMatchObject({
      code: 'address_refused',
    })
    expect((await accountAdmin.add(body(privateAddress), 'operator')).settings.baseUrl).toBe('http://10.0.0.1/v1')
    const { id } = await accountAdmin.add(body(), { tenantId })
    await expect(accountAdmin.change(id, privateAddress, { tenantId })).rejects.toMatchObject({
      code: 'address_refused',
      details: { field: 'fields.baseUrl' },
    })
  })

  it('tries again when an account changed at the same time, and reports a conflict when it keeps changing', async () => {
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
    const accountAdmin = bench.open({ store: racing })
    const { id } = await accountAdmin.add(body(), 'operator')
    expect(await accountAdmin.drain(id, 'operator')).toMatchObject({ isDraining: true, reason: 'something happened' })
    conflicts = 2
    await expect(accountAdmin.resume(id, 'operator')).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      retry: 'never',
    })
  })

  it('leaves a disabled account disabled when its credential is changed', async () => {
    const accountAdmin = bench.open()
    const { id } = await accountAdmin.add(body(), { tenantId })
    expect(await accountAdmin.disable(id, { tenantId })).toMatchObject({
      state: 'disabled',
      reason: 'Its owner switched it off.',
    })
    const changed = await accountAdmin.change(id, { fields: { apiKey: 'another-secret-key' } }, { tenantId })
    expect(changed).toMatchObject({ state: 'disabled' })
  })

  it('an import adds an account that was switched off, and none of its states is another', async () => {
    const accountAdmin = bench.open()
    const created = vi.spyOn(store, 'createAccount')
    const imported = { id: newId(1), isDisabled: true }
    const off = { state: 'disabled', reason: 'The operator switched it off.' }
    expect(await accountAdmin.add(body({ name: 'off' }), 'operator', imported)).toMatchObject({
      id: imported.id,
      ...off,
    })
    expect(created.mock.calls).toMatchObject([[{ account: off }]])
    created.mockRestore()
  })

  it('reads the accounts of their owner only', async () => {
    const scans: unknown[] = []
    const watched: Store = {
      ...store,
      listAccounts(args) {
        scans.push(args)
        return store.listAccounts(args)
      },
    }
    // Loading the accounts of the process reads all of them; the checks need only those of one owner.
    await bench.open({ store: watched }).add(body(), { tenantId })
    expect(scans.filter((args) => JSON.stringify(args) !== '{}')).toEqual([{ tenantId }, { tenantId }])
  })
})

function settingsOf({ baseUrl }: typeof FIELDS): Record<string, string> {
  return { baseUrl }
}
