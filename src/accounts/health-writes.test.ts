import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { SECOND_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { Accounts } from './accounts.ts'
import { type AccountsBench, OPERATION, openAccountsBench } from './accounts-bench.testing.ts'
import { LUMEN, PHOTON, PRISM, STUDIO } from './fake-providers.testing.ts'

let bench: AccountsBench
beforeAll(async () => {
  bench = await openAccountsBench([LUMEN, PHOTON, PRISM])
})
afterEach(() => bench.empty())
afterAll(() => bench?.[Symbol.asyncDispose]())

/** The ids of the accounts that are offered the tasks of a pool. */
function offered(accounts: Accounts, pool: string, operation = OPERATION): string[] {
  return accounts.offers(pool, [operation]).flatMap((offer) => offer.accounts.map(({ account }) => account))
}

describe('an event of an account', () => {
  const broke = { kind: 'broke', reason: 'no answer' } as const
  const refused = { kind: 'refused', reason: 'no such key', lacks: 'credential' } as const

  it('counts in its process at once, and is stored for the others', async () => {
    await bench.account('lumen-1')
    const [here, there] = [await bench.process(), await bench.process()]
    await here.recordEvent('lumen-1', refused)
    expect(offered(here, 'live')).toEqual([])
    expect(offered(there, 'live')).toEqual(['lumen-1'])
    await there.refresh()
    expect(offered(there, 'live')).toEqual([])
    expect(await bench.record('lumen-1')).toMatchObject({ state: 'expired_credential', version: 1 })
  })

  it('is not stored when it changes nothing', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    const changeAccount = vi.spyOn(bench.store, 'changeAccount')
    for (const kind of ['worked', 'answered', 'delivered'] as const) await accounts.recordEvent('lumen-1', { kind })
    expect(changeAccount).not.toHaveBeenCalled()
    changeAccount.mockRestore()
  })

  it('counts each time when it is recorded many times at once', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await Promise.all([accounts.recordEvent('lumen-1', broke), accounts.recordEvent('lumen-1', broke)])
    expect(await bench.record('lumen-1')).toMatchObject({ state: 'connected', troubles: 2, version: 2 })
    await Promise.all(
      Array.from({ length: 19 }, () => accounts.recordEvent('lumen-1', { kind: 'moderated', reason: 'no' })),
    )
    expect(await bench.record('lumen-1')).toMatchObject({ strikes: 19, troubles: 2 })
  })

  it('counts each time when two processes record it at once', async () => {
    await bench.account('lumen-1')
    const other = await bench.openStore()
    const [here, there] = [await bench.process(), await bench.process({ store: other })]
    await Promise.all([here.recordEvent('lumen-1', broke), there.recordEvent('lumen-1', broke)])
    expect(await bench.record('lumen-1')).toMatchObject({ troubles: 2 })
    await Promise.all([here.recordEvent('lumen-1', broke), there.recordEvent('lumen-1', refused)])
    // Whichever comes first, the worse of the two remains.
    expect(await bench.record('lumen-1')).toMatchObject({ state: 'expired_credential' })
    await Promise.all([here.refresh(), there.refresh()])
    expect([here, there].flatMap((one) => one.list())).toMatchObject([
      { state: 'expired_credential' },
      { state: 'expired_credential' },
    ])
  })

  it('is not lost when a refresh read the account before it', async () => {
    await bench.account('lumen-1')
    let reading: Promise<void> = Promise.resolve()
    const slow: Store = {
      ...bench.store,
      async listAccounts(args) {
        const found = await bench.store.listAccounts(args)
        await reading
        return found
      },
    }
    const accounts = await bench.process({ store: slow })
    const read = Promise.withResolvers<void>()
    reading = read.promise
    const refresh = accounts.refresh()
    await accounts.recordEvent('lumen-1', refused)
    read.resolve()
    await refresh
    expect(offered(accounts, 'live')).toEqual([])
  })

  it('does not undo a change that the owner made in the meantime', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await bench.change('lumen-1', { slots: 9 })
    await accounts.recordEvent('lumen-1', refused)
    expect(await bench.record('lumen-1')).toMatchObject({ slots: 9, state: 'expired_credential' })
    await bench.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    await accounts.recordEvent('lumen-1', { kind: 'worked' })
    expect(await bench.record('lumen-1')).toMatchObject({ state: 'disabled', reason: 'by hand' })
    expect(offered(accounts, 'live')).toEqual([])
  })

  it('counts in its process although the database is unavailable, and throws nothing', async () => {
    await bench.account('lumen-1')
    const gone: Store = { ...bench.store, changeAccount: () => Promise.reject(new Error('The database went away.')) }
    const accounts = await bench.process({ store: gone })
    await expect(accounts.recordEvent('lumen-1', refused)).resolves.toBeUndefined()
    expect(offered(accounts, 'live')).toEqual([])
    expect(bench.logged.join()).toContain('could not be stored')
  })

  it('is ignored for an account that does not exist', async () => {
    const accounts = await bench.process()
    await expect(accounts.recordEvent('gone', refused)).resolves.toBeUndefined()
    expect(await bench.store.listAccounts({})).toEqual([])
  })

  it('is ignored for a built-in account, of which nothing is stored', async () => {
    const accounts = await bench.process({ builtIn: [STUDIO] })
    for (let n = 0; n < 5; n++) await accounts.recordEvent('house:studio', { kind: 'broke', reason: 'no answer' })
    expect(offered(accounts, 'live')).toEqual(['house:studio'])
    expect(await bench.store.listAccounts({})).toEqual([])
  })

  it('hands the work of an account to its back-up, until it works again', async () => {
    await bench.account('lumen-1')
    await bench.account('lumen-backup', { priority: -1 })
    const accounts = await bench.process()
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    await accounts.recordEvent('lumen-1', refused)
    expect(offered(accounts, 'live')).toEqual(['lumen-backup'])
    await accounts.recordEvent('lumen-1', { kind: 'worked' })
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
  })

  it('hands work to a fallback only once the configured account is switched off, not while it is paused', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process({ builtIn: [STUDIO] })
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    await accounts.recordEvent('lumen-1', { kind: 'refused', reason: 'no credit', lacks: 'credit' })
    expect(offered(accounts, 'live')).toEqual([])
    await bench.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    await accounts.refresh()
    expect(offered(accounts, 'live')).toEqual(['house:studio'])
  })

  it('makes an account due for a probe when its pause is over, for every owner, unless it is switched off', async () => {
    const tenantId = await bench.tenant()
    await bench.account('lumen-1')
    await bench.account('lumen-own', { tenantId })
    await bench.account('lumen-off')
    const accounts = await bench.process()
    for (const id of ['lumen-1', 'lumen-own', 'lumen-off']) {
      await accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: SECOND_MS })
    }
    await accounts.recordEvent('lumen-off', { kind: 'disabled', reason: 'by hand' })
    const due = (ms: number) => accounts.dueForProbe(bench.clock.now() + ms).map(({ record }) => record.id)
    expect(due(SECOND_MS - 1)).toEqual([])
    expect(due(SECOND_MS)).toEqual(['lumen-1', 'lumen-own'])
  })

  it('that pauses an account lets a task try it after the pause, if its provider has no probe', async () => {
    await bench.account('lumen-1')
    await bench.account('photon-1', { provider: 'photon' })
    const accounts = await bench.process()
    for (const id of ['lumen-1', 'photon-1']) {
      await accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: 30_000 })
    }
    bench.clock.nowMs += 29_999
    expect(offered(accounts, 'live')).toEqual([])
    expect(accounts.dueForProbe(bench.clock.now())).toEqual([])
    bench.clock.nowMs += 1
    expect(offered(accounts, 'live')).toEqual(['photon-1'])
    expect(accounts.dueForProbe(bench.clock.now()).map(({ record }) => record.id)).toEqual(['lumen-1', 'photon-1'])
  })
})
