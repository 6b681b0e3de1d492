import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import type { Accounts } from './accounts.ts'
import { type AccountsBench, OPERATION, openAccountsBench, SECRET } from './accounts-bench.testing.ts'
import { LUMEN, PHOTON, PRISM } from './fake-providers.testing.ts'
import { openVault } from './vault.ts'

let bench: AccountsBench
beforeAll(async () => {
  bench = await openAccountsBench([LUMEN, PHOTON, PRISM])
})
afterEach(() => bench.empty())
afterAll(() => bench?.[Symbol.asyncDispose]())

function refusalOf(accounts: Accounts): PolyphonyError {
  try {
    accounts.route({ operation: OPERATION, mode: 'live', tenantId: 'other' })
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

describe('the start of a process', () => {
  const LUMEN_OUTSIDE = { provider: 'lumen', settings: { apiKey: 'from outside' }, slots: 5, priority: 2 }
  const ENVIRONMENT = [LUMEN_OUTSIDE]

  it('stores one row for an account of the environment, without its credential', async () => {
    for (let n = 0; n < 2; n++) await bench.process({ environment: ENVIRONMENT })
    expect(await bench.store.listAccounts({})).toMatchObject([
      { id: 'env:lumen', tenantId: null, provider: 'lumen', slots: 5, priority: 2, sealed: null, version: 0 },
    ])
    const accounts = await bench.process({ environment: ENVIRONMENT })
    expect(accounts.find('env:lumen')?.account.settings).toEqual({
      apiKey: 'from outside',
      baseUrl: 'https://vendor.example',
    })
  })

  it('stores one row when several processes start at once', async () => {
    const other = await bench.openStore()
    const starts = [bench.store, other, bench.store, other]
    const started = await Promise.all(starts.map((store) => bench.process({ store, environment: ENVIRONMENT })))
    expect(await bench.store.listAccounts({})).toHaveLength(1)
    expect(started.map((accounts) => offered(accounts, 'live'))).toEqual(starts.map(() => ['env:lumen']))
  })

  it('updates slots and priority from the environment, and keeps the health of the account', async () => {
    const first = await bench.process({ environment: ENVIRONMENT })
    await first.recordEvent('env:lumen', { kind: 'refused', reason: 'no credit', lacks: 'credit' })
    await bench.process({ environment: [{ ...LUMEN_OUTSIDE, slots: 8, priority: 1 }] })
    expect(await bench.record('env:lumen')).toMatchObject({ state: 'limited', slots: 8, priority: 1 })
  })

  it('leaves an account whose key is no longer in the environment known and unused, until the key is back', async () => {
    await bench.process({ environment: ENVIRONMENT })
    const accounts = await bench.process()
    expect(refusalOf(accounts).code).toBe('no_provider')
    expect(accounts.isKnown('env:lumen')).toBe(true)
    expect(accounts.list()).toMatchObject([{ state: 'disabled', reason: 'Its key is no longer in the environment.' }])
    expect(offered(await bench.process({ environment: ENVIRONMENT }), 'live')).toEqual(['env:lumen'])
  })

  it('re-encrypts credentials sealed under an earlier secret, and leaves those that no secret opens', async () => {
    await bench.account('lumen-1')
    await bench.account('lumen-lost', { sealed: openVault('a lost secret').seal('lumen-lost', { apiKey: 'k' }) })
    const lost = await bench.record('lumen-lost')
    const accounts = await bench.process({ vault: openVault('the next secret', [SECRET]) })
    expect(accounts.find('lumen-1')?.account.settings.apiKey).toBe('the key of lumen-1')
    const { sealed } = await bench.record('lumen-1')
    expect(openVault('the next secret').open('lumen-1', sealed ?? '')).toEqual({ apiKey: 'the key of lumen-1' })
    expect(await bench.record('lumen-lost')).toEqual(lost)
    expect(bench.logged.join()).toContain('could not be re-encrypted')
    // The next start no longer needs the earlier secret.
    const next = await bench.process({ vault: openVault('the next secret') })
    expect(offered(next, 'live')).toEqual(['lumen-1'])
  })
})
