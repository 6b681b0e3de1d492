import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Accounts } from './accounts.ts'
import {
  type AccountsBench,
  aManifest,
  OPERATION,
  openAccountsBench,
  operatorFetch,
  tenantFetch,
} from './accounts-bench.testing.ts'
import { EXTEND, LUMEN, PHOTON, PRISM, STUDIO } from './fake-providers.testing.ts'
import type { RouteRequest } from './routing.ts'
import { openVault } from './vault.ts'

const REQUEST: RouteRequest = { operation: OPERATION, mode: 'live', tenantId: 'other' }

let bench: AccountsBench
beforeAll(async () => {
  bench = await openAccountsBench([LUMEN, PHOTON, PRISM])
})
afterEach(() => bench.empty())
afterAll(() => bench?.[Symbol.asyncDispose]())

const sealedFor = (id: string, fields: Record<string, string>) => bench.vault.seal(id, fields)

function refusalOf(accounts: Accounts): PolyphonyError {
  try {
    accounts.route(REQUEST)
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('There was a route.')
}

/** The ids of the accounts that are offered the tasks of a pool. */
function offered(accounts: Accounts, pool: string, operation = OPERATION): string[] {
  return accounts.offers(pool, [operation]).flatMap((offer) => offer.accounts.map(({ account }) => account))
}

describe('the accounts of a process', () => {
  it('are found with their credential, the defaults of their provider and the network access of their owner', async () => {
    const tenantId = await bench.tenant()
    await bench.account('lumen-1')
    await bench.account('lumen-own', {
      tenantId,
      sealed: sealedFor('lumen-own', { apiKey: 'k', baseUrl: 'https://own.example' }),
    })
    const accounts = await bench.process()
    expect(accounts.find('lumen-1')).toMatchObject({
      provider: LUMEN,
      account: {
        id: 'lumen-1',
        provider: 'lumen',
        settings: { apiKey: 'the key of lumen-1', baseUrl: 'https://vendor.example' },
        fetch: operatorFetch,
      },
    })
    expect(accounts.find('lumen-own')?.account).toMatchObject({
      settings: { apiKey: 'k', baseUrl: 'https://own.example' },
      fetch: tenantFetch,
    })
    expect([accounts.find('gone'), accounts.isKnown('gone')]).toEqual([undefined, false])
  })

  it('are listed without their secrets', async () => {
    await bench.account('lumen-1', { reason: '' })
    const accounts = await bench.process({ builtIn: [STUDIO] })
    const shown = accounts.list()
    expect(shown.map(({ id }) => id)).toEqual(['house:studio', 'lumen-1'])
    expect(shown[1]).toMatchObject({
      state: 'connected',
      operations: [OPERATION, EXTEND],
      settings: { baseUrl: 'https://vendor.example' },
    })
    expect(JSON.stringify(shown.map(({ settings }) => settings))).not.toContain('the key of')
  })

  it('include one whose credential cannot be opened, listed as disabled with what to do', async () => {
    await bench.account('lumen-1', { sealed: openVault('another secret').seal('lumen-1', { apiKey: 'k' }) })
    const accounts = await bench.process()
    expect([accounts.find('lumen-1'), accounts.isKnown('lumen-1')]).toEqual([undefined, true])
    expect(accounts.list()).toMatchObject([
      { id: 'lumen-1', state: 'disabled', reason: expect.stringContaining('POLYPHONY_SECRET_EARLIER'), settings: {} },
    ])
    expect(accounts.dueForProbe(bench.clock.now() + HOUR_MS)).toEqual([])
    expect((await bench.record('lumen-1')).state).toBe('connected') // the fault is this process's, not the account's
    expect(bench.logged.join()).toContain('an account cannot be used')
  })

  it('include one whose provider’s code cannot be loaded, which is tried again, and all others go on', async () => {
    await bench.account('lumen-1')
    const manifest = aManifest(LUMEN)
    let isBroken = true
    const load = () => (isBroken ? Promise.reject(new Error('The disk does not answer.')) : manifest.load())
    const accounts = await bench.process({ builtIn: [STUDIO], manifests: [{ ...manifest, load }] })
    expect(accounts.list()).toMatchObject([
      { id: 'house:studio', state: 'connected' },
      { id: 'lumen-1', state: 'disabled', reason: expect.stringContaining('The disk does not answer.') },
    ])
    isBroken = false
    await accounts.refresh()
    expect(accounts.find('lumen-1')?.account.settings.apiKey).toBe('the key of lumen-1')
  })

  it('leave out an account of an unknown provider, which is logged', async () => {
    await bench.account('lumiere-1', { provider: 'lumiere' })
    await bench.account('lumen-1')
    const accounts = await bench.process()
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    expect(bench.logged.join()).toContain('an account refers to an unknown provider')
  })

  it('follow changes of other processes from the next refresh on', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await bench.change('lumen-1', { slots: 9, sealed: sealedFor('lumen-1', { apiKey: 'a new key' }) })
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(3)
    await accounts.refresh()
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(9)
    expect(accounts.find('lumen-1')?.account.settings.apiKey).toBe('a new key')
    await bench.store.removeAccount({ id: 'lumen-1' })
    await bench.account('lumen-2')
    await accounts.refresh()
    expect(offered(accounts, 'live')).toEqual(['lumen-2'])
  })

  it('include an account that was removed and added again under its id, although its version is lower', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await bench.change('lumen-1', { slots: 4 })
    await accounts.refresh()
    await bench.store.removeAccount({ id: 'lumen-1' })
    bench.clock.nowMs += 1
    await bench.account('lumen-1', { slots: 7 })
    await accounts.refresh()
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(7)
  })

  it('are no longer used once they are switched off, and are used again once they are switched on', async () => {
    await bench.account('lumen-off', { state: 'disabled', reason: 'by hand' })
    await bench.account('lumen-lost', { sealed: openVault('another secret').seal('lumen-lost', { apiKey: 'k' }) })
    const accounts = await bench.process()
    expect(refusalOf(accounts).code).toBe('no_provider')
    await bench.change('lumen-off', { state: 'connected', reason: '' })
    await accounts.refresh()
    expect(accounts.route(REQUEST).pool).toBe('live')
    expect(offered(accounts, 'live')).toEqual(['lumen-off'])
  })

  it('are found while they drain', async () => {
    await bench.account('lumen-1', { isDraining: true })
    const accounts = await bench.process()
    expect(accounts.find('lumen-1')).toBeDefined()
  })

  it('have the price factors of their records, and 1 where there is no account', async () => {
    await bench.account('lumen-own', { tenantId: await bench.tenant(), priceFactor: 0 })
    await bench.account('lumen-1', { priceFactor: 0.5 })
    const accounts = await bench.process()
    expect([accounts.factorOf('lumen-own'), accounts.factorOf('lumen-1'), accounts.factorOf('gone')]).toEqual([
      0, 0.5, 1,
    ])
  })
})

describe('the pool policies of tenants', () => {
  it('decide the route from the next refresh on', async () => {
    const tenantId = await bench.tenant()
    await bench.account('lumen-own', { tenantId })
    await bench.account('lumen-1')
    const accounts = await bench.process()
    expect(accounts.route({ ...REQUEST, tenantId }).pool).toBe(`tenant:${tenantId}`)
    await bench.store.changeTenant({ id: tenantId, set: { defaultPool: 'public', fallsBack: true } })
    await accounts.refresh()
    expect(accounts.route({ ...REQUEST, tenantId }).pool).toBe('live')
    expect(accounts.fallback(`tenant:${tenantId}`, OPERATION)).toBe('live')
    expect([...accounts.available('live', tenantId)].toSorted()).toEqual([EXTEND, OPERATION].toSorted())
  })

  it('are read at the start', async () => {
    const [byDefault, open] = [await bench.tenant(), await bench.tenant({ defaultPool: 'public' })]
    await bench.account('lumen-1')
    for (const tenantId of [byDefault, open]) await bench.account(`lumen-${tenantId}`, { tenantId })
    const accounts = await bench.process()
    expect(accounts.route({ ...REQUEST, tenantId: byDefault }).pool).toBe(`tenant:${byDefault}`)
    expect(accounts.route({ ...REQUEST, tenantId: open }).pool).toBe('live')
  })
})
