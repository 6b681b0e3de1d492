import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AccountRecord } from '../core/account.ts'
import { HOUR_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { sampleTask } from '../core/task.testing.ts'
import type { Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Accounts, BuiltInAccount, Wish } from './accounts.ts'
import {
  aProvider,
  houseFetch,
  OPERATION,
  openRegistry,
  type Registry,
  SECRET,
  START,
  tenantFetch,
} from './registry.testing.ts'
import { openVault } from './vault.ts'

const EXTEND = 'lumen/extend_video'
const IMAGE = 'prism/text_to_image'

/** Makes videos, and goes on only with its own; it can be probed. */
const LUMEN = aProvider('lumen', { operations: new Set([OPERATION, EXTEND]), probe: async () => {} })
/** The same, and takes the files of others; it cannot be probed. */
const PHOTON = aProvider('photon', { operations: new Set([OPERATION, EXTEND]), adopts: new Set([EXTEND]) })
/** What an account of it performs says its address. */
const PRISM = aProvider('prism', {
  operations: new Set([IMAGE, OPERATION]),
  performs: ({ settings }) => new Set(settings.baseUrl === 'https://pictures.example' ? [IMAGE] : [IMAGE, OPERATION]),
})
const STUDIO: BuiltInAccount = {
  provider: aProvider('studio', { operations: new Set([OPERATION, EXTEND]) }),
  mode: 'live',
  slots: 2,
  isFallback: true,
}
const SANDBOX: BuiltInAccount = {
  provider: aProvider('sandbox', { operations: new Set([OPERATION]) }),
  mode: 'test',
  slots: 9,
}

let registry: Registry
beforeAll(async () => {
  registry = await openRegistry([LUMEN, PHOTON, PRISM])
})
afterEach(() => registry.empty())
afterAll(() => registry?.[Symbol.asyncDispose]())

const wish = (given: Partial<Wish> = {}): Wish => ({
  operation: OPERATION,
  mode: 'live',
  tenantId: 'somebody',
  ...given,
})

function refusalOf(accounts: Accounts, given: Partial<Wish>): PolyphonyError {
  try {
    accounts.route(wish(given))
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('There was a way.')
}

/** Who is offered the tasks of a pool. */
function offered(accounts: Accounts, pool: string, operation = OPERATION): string[] {
  return accounts.offers(pool, [operation]).flatMap((offer) => offer.accounts.map(({ account }) => account))
}

/** A finished task that an account made. */
function madeBy(account: string, given: Partial<Task> = {}): Task {
  const times = { createdAt: START, startedAt: START, endedAt: START }
  const provider = account.split('-')[0] ?? account
  return sampleTask(times, { id: newId(START), operation: OPERATION, status: 'completed', account, provider, ...given })
}

const sealedFor = (id: string, fields: Record<string, string>) => registry.vault.seal(id, fields)

describe('the way of a task', () => {
  it('leads to the house for what the house performs, and by mode', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process({ house: [SANDBOX] })
    expect(accounts.route(wish())).toEqual({ pool: 'live', isFree: false })
    expect(accounts.route(wish({ mode: 'test' })).pool).toBe('test')
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    expect(offered(accounts, 'test')).toEqual(['house:sandbox'])
  })

  it('is refused where nobody performs it, and the message says who is configured', async () => {
    await registry.account('lumen-1')
    const own = await registry.tenant()
    await registry.account('photon-own', { provider: 'photon', tenantId: own })
    const accounts = await registry.process({ house: [SANDBOX] })
    const error = refusalOf(accounts, { operation: IMAGE })
    expect(error.code).toBe('no_provider')
    expect(error.message).toContain(IMAGE)
    expect(error.message).toContain('(configured: sandbox, lumen)')
  })

  it('leads to an account of the house for test keys, if the operator made one', async () => {
    await registry.account('lumen-test', { mode: 'test' })
    const accounts = await registry.process()
    expect(accounts.route(wish({ mode: 'test' })).pool).toBe('test')
    expect(offered(accounts, 'test')).toEqual(['lumen-test'])
    expect(refusalOf(accounts, {}).code).toBe('no_provider')
  })

  it('leads to the tenant’s own accounts first, and nobody else gets there', async () => {
    const [tenantId, other] = [await registry.tenant(), await registry.tenant()]
    await registry.account('lumen-1')
    await registry.account('lumen-own', { tenantId })
    const accounts = await registry.process()
    expect(accounts.route(wish({ tenantId })).pool).toBe(`tenant:${tenantId}`)
    expect(accounts.route(wish({ tenantId: other })).pool).toBe('live')
    expect(offered(accounts, `tenant:${tenantId}`)).toEqual(['lumen-own'])
    expect(offered(accounts, `tenant:${other}`)).toEqual([])
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
  })

  it('leads to the house for what the tenant’s own accounts do not perform, and with test keys', async () => {
    const tenantId = await registry.tenant()
    await registry.account('prism-1', { provider: 'prism' })
    await registry.account('lumen-own', { tenantId })
    const accounts = await registry.process({ house: [SANDBOX] })
    expect(accounts.route(wish({ tenantId, operation: IMAGE })).pool).toBe('live')
    expect(accounts.route(wish({ tenantId, mode: 'test' })).pool).toBe('test')
  })

  it('is what the request says, else what the tenant’s setting says', async () => {
    const [usual, open] = [await registry.tenant(), await registry.tenant({ defaultPool: 'public' })]
    await registry.account('lumen-1')
    await registry.account('lumen-usual', { tenantId: usual })
    await registry.account('lumen-open', { tenantId: open })
    const accounts = await registry.process()
    const poolOf = (tenantId: string, pool?: Wish['pool']) => accounts.route(wish({ tenantId, pool })).pool
    expect([poolOf(usual), poolOf(usual, 'public'), poolOf(usual, 'private')]).toEqual([
      `tenant:${usual}`,
      'live',
      `tenant:${usual}`,
    ])
    expect([poolOf(open), poolOf(open, 'public'), poolOf(open, 'private')]).toEqual(['live', 'live', `tenant:${open}`])
  })

  it('is not the house’s for a private wish, unless the tenant lets it step in', async () => {
    const [strict, lenient] = [await registry.tenant(), await registry.tenant({ fallsBack: true })]
    await registry.account('lumen-1')
    for (const tenantId of [strict, lenient])
      await registry.account(`prism-${tenantId}`, { provider: 'prism', tenantId })
    for (const tenantId of [strict, lenient]) await registry.change(`prism-${tenantId}`, { serves: [IMAGE] })
    const accounts = await registry.process()
    const error = refusalOf(accounts, { tenantId: strict, pool: 'private' })
    expect(error.message).toContain('No account that you connected performs')
    expect(accounts.route(wish({ tenantId: lenient, pool: 'private' })).pool).toBe('live')
  })

  it('costs nothing where no account that may get it costs anything', async () => {
    const [own, lenient] = [await registry.tenant(), await registry.tenant({ fallsBack: true })]
    await registry.account('lumen-own', { tenantId: own, priceFactor: 0 })
    await registry.account('lumen-lenient', { tenantId: lenient, priceFactor: 0 })
    await registry.account('lumen-1', { priceFactor: 0.5 })
    const accounts = await registry.process()
    expect(accounts.route(wish({ tenantId: own })).isFree).toBe(true)
    expect(accounts.route(wish({ tenantId: lenient }))).toEqual({ pool: `tenant:${lenient}`, isFree: false })
    expect(accounts.route(wish()).isFree).toBe(false)
    expect([accounts.factorOf('lumen-own'), accounts.factorOf('lumen-1'), accounts.factorOf('gone')]).toEqual([
      0, 0.5, 1,
    ])
    await registry.account('lumen-2', { tenantId: own, priceFactor: 1 })
    await accounts.refresh()
    expect(accounts.route(wish({ tenantId: own })).isFree).toBe(false)
  })

  it.each<[AccountRecord['serves'], string, boolean]>([
    [null, OPERATION, true],
    [[OPERATION], OPERATION, true],
    [[OPERATION], EXTEND, false],
    [['lumen'], EXTEND, true],
    [['lum'], EXTEND, false],
    [[], OPERATION, false],
  ])('goes by what an account serves: with %j, %s: %s', async (serves, operation, isServed) => {
    await registry.account('lumen-1', { serves })
    const accounts = await registry.process()
    if (isServed) expect(accounts.route(wish({ operation })).pool).toBe('live')
    else expect(refusalOf(accounts, { operation }).code).toBe('no_provider')
    expect(offered(accounts, 'live', operation)).toEqual(isServed ? ['lumen-1'] : [])
  })

  it('goes by what an account itself performs', async () => {
    const id = 'prism-pictures'
    await registry.account(id, {
      provider: 'prism',
      sealed: sealedFor(id, { apiKey: 'k', baseUrl: 'https://pictures.example' }),
    })
    await registry.account('prism-all', { provider: 'prism' })
    const accounts = await registry.process()
    expect(offered(accounts, 'live', IMAGE)).toEqual(['prism-all', id])
    expect(offered(accounts, 'live')).toEqual(['prism-all'])
  })

  it('leads past an account that is switched off, or whose credential cannot be read', async () => {
    await registry.account('lumen-off', { state: 'disabled', reason: 'by hand' })
    await registry.account('lumen-lost', { sealed: openVault('another secret').seal('lumen-lost', { apiKey: 'k' }) })
    const accounts = await registry.process()
    expect(refusalOf(accounts, {}).code).toBe('no_provider')
    await registry.change('lumen-off', { state: 'connected', reason: '' })
    await accounts.refresh()
    expect(accounts.route(wish()).pool).toBe('live')
    expect(offered(accounts, 'live')).toEqual(['lumen-off'])
  })
})

describe('what lives in this process and stands in', () => {
  it('does what nobody else is configured for, and not what somebody is, however unwell', async () => {
    await registry.account('lumen-1', { serves: [OPERATION] })
    const accounts = await registry.process({ house: [STUDIO] })
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    expect(offered(accounts, 'live', EXTEND)).toEqual(['house:studio'])
    await accounts.recordEvent('lumen-1', { kind: 'refused', reason: 'no credit', lacks: 'credit' })
    expect(offered(accounts, 'live')).toEqual([])
    await registry.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    await accounts.refresh()
    expect(offered(accounts, 'live')).toEqual(['house:studio'])
  })

  it('is well whatever happens, and nothing of it is stored', async () => {
    const accounts = await registry.process({ house: [STUDIO] })
    for (let n = 0; n < 5; n++) await accounts.recordEvent('house:studio', { kind: 'broke', reason: 'no answer' })
    expect(offered(accounts, 'live')).toEqual(['house:studio'])
    expect(await registry.store.listAccounts({})).toEqual([])
  })
})

describe('the way of a task that goes on from another', () => {
  const extend = (parent: Task, given: Partial<Wish> = {}) => wish({ operation: EXTEND, parent, ...given })

  it('leads to the account that made it', async () => {
    for (const id of ['lumen-1', 'lumen-2']) await registry.account(id)
    const accounts = await registry.process()
    expect(accounts.route(extend(madeBy('lumen-2')))).toEqual({ pool: 'account:lumen-2', isFree: false })
    expect(offered(accounts, 'account:lumen-2', EXTEND)).toEqual(['lumen-2'])
  })

  it('leads to the tenant’s own account that made it, and no other tenant’s task gets there', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-own', { tenantId })
    const accounts = await registry.process()
    expect(accounts.route(extend(madeBy('lumen-own'), { tenantId })).pool).toBe('own:lumen-own')
    expect(offered(accounts, 'own:lumen-own', EXTEND)).toEqual(['lumen-own'])
    expect(refusalOf(accounts, { operation: EXTEND, parent: madeBy('lumen-own') }).code).toBe('no_provider')
  })

  it('waits for the account that made it while that rests, and is refused once it is switched off or gone', async () => {
    for (const id of ['lumen-1', 'lumen-2']) await registry.account(id)
    const accounts = await registry.process()
    await accounts.recordEvent('lumen-1', { kind: 'limited', reason: 'full', retryAfterMs: null })
    expect(accounts.route(extend(madeBy('lumen-1'))).pool).toBe('account:lumen-1')
    expect(offered(accounts, 'account:lumen-1', EXTEND)).toEqual([])
    await registry.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    await registry.store.removeAccount({ id: 'lumen-2' })
    await accounts.refresh()
    for (const id of ['lumen-1', 'lumen-2']) {
      const parent = madeBy(id)
      const error = refusalOf(accounts, { operation: EXTEND, parent })
      expect(error.code).toBe('no_provider')
      expect(error.message).toContain(`${parent.id} was made by lumen`)
    }
  })

  it('leads to one that takes the files themselves, when the maker cannot go on', async () => {
    await registry.account('lumen-1', { state: 'disabled', reason: 'by hand' })
    await registry.account('photon-1', { provider: 'photon' })
    const accounts = await registry.process()
    expect(accounts.route(extend(madeBy('lumen-1'))).pool).toBe('account:photon-1')
    expect(accounts.route(extend(madeBy('gone'))).pool).toBe('account:photon-1')
  })

  it('leads to all that take the files themselves, when every one that performs it does', async () => {
    for (const id of ['photon-1', 'photon-2']) await registry.account(id, { provider: 'photon' })
    const accounts = await registry.process()
    expect(accounts.route(extend(madeBy('photon-1'))).pool).toBe('live')
  })

  it('does not lead to one that could not go on from it', async () => {
    await registry.account('photon-1', { provider: 'photon' })
    const accounts = await registry.process({ house: [STUDIO] })
    // The studio stands in for nobody here: the accounts of photon do what it does.
    expect(accounts.route(extend(madeBy('house:studio', { provider: 'studio' }))).pool).toBe('live')
    await registry.account('lumen-1')
    await accounts.refresh()
    expect(accounts.route(extend(madeBy('house:studio', { provider: 'studio' }))).pool).toBe('account:house:studio')
    expect(offered(accounts, 'account:house:studio', EXTEND)).toEqual(['house:studio'])
    expect(accounts.route(extend(madeBy('photon-1'))).pool).toBe('account:photon-1')
  })

  it('does not lead to an own account that could not go on from it', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-own', { tenantId })
    const accounts = await registry.process({ house: [STUDIO] })
    const parent = madeBy('house:studio', { provider: 'studio' })
    expect(accounts.route(extend(parent, { tenantId })).pool).toBe('account:house:studio')
    expect(accounts.route(extend(parent)).pool).toBe('live')
  })

  it('is any way where the other had no account', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    expect(accounts.route(extend(madeBy('lumen-1', { account: null }))).pool).toBe('live')
  })
})

describe('who is offered work', () => {
  it('has the slots, the weight, the priority and the cap that its record says', async () => {
    await registry.account('lumen-1', { slots: 4, weight: 3, priority: 2, dailyCap: 50 })
    const accounts = await registry.process()
    expect(accounts.offers('live', [OPERATION, IMAGE, EXTEND])).toEqual(
      [OPERATION, EXTEND].map((operation) => ({
        operation,
        accounts: [{ account: 'lumen-1', provider: 'lumen', slots: 4, weight: 3, priority: 2, dailyCap: 50 }],
      })),
    )
    expect(accounts.offers('nowhere', [OPERATION])).toEqual([])
  })

  it('is a back-up only when no other one can', async () => {
    await registry.account('lumen-1')
    await registry.account('lumen-backup', { priority: -1 })
    const accounts = await registry.process()
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    await accounts.recordEvent('lumen-1', { kind: 'refused', reason: 'no such key', lacks: 'credential' })
    expect(offered(accounts, 'live')).toEqual(['lumen-backup'])
    await accounts.recordEvent('lumen-1', { kind: 'worked' })
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
  })

  it('is nobody that is being drained, while tasks may still wait for it', async () => {
    await registry.account('lumen-1', { isDraining: true })
    const accounts = await registry.process()
    expect(accounts.route(wish()).pool).toBe('live')
    expect(offered(accounts, 'live')).toEqual([])
    expect(accounts.find('lumen-1')).toBeDefined()
  })

  it('is nobody that rests: not before it was probed, or where it cannot be, before its time', async () => {
    await registry.account('lumen-1')
    await registry.account('photon-1', { provider: 'photon' })
    const accounts = await registry.process()
    for (const id of ['lumen-1', 'photon-1']) {
      await accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: 30_000 })
    }
    registry.clock.nowMs += 29_999
    expect(offered(accounts, 'live')).toEqual([])
    expect(accounts.unwell(registry.clock.now())).toEqual([])
    registry.clock.nowMs += 1
    expect(offered(accounts, 'live')).toEqual(['photon-1'])
    expect(accounts.unwell(registry.clock.now()).map(({ record }) => record.id)).toEqual(['lumen-1', 'photon-1'])
  })
})

describe('a private pool', () => {
  it('falls back to the house where the tenant allows it and the house can', async () => {
    const [lenient, strict] = [await registry.tenant({ fallsBack: true }), await registry.tenant()]
    for (const tenantId of [lenient, strict]) await registry.account(`own-${tenantId}`, { tenantId })
    const accounts = await registry.process()
    expect(accounts.fallback(`tenant:${lenient}`, OPERATION)).toBeUndefined() // the house has nobody for it
    await registry.account('lumen-1')
    await accounts.refresh()
    expect(accounts.fallback(`tenant:${lenient}`, OPERATION)).toBe('live')
    expect(accounts.fallback(`tenant:${lenient}`, IMAGE)).toBeUndefined()
    expect(accounts.fallback(`tenant:${strict}`, OPERATION)).toBeUndefined()
    for (const pool of ['live', 'account:lumen-1', `own:own-${lenient}`]) {
      expect(accounts.fallback(pool, OPERATION)).toBeUndefined()
    }
  })

  it('is another from the next look on, when the tenant changes its mind', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-own', { tenantId })
    await registry.account('lumen-1')
    const accounts = await registry.process()
    await registry.store.changeTenant({ id: tenantId, set: { defaultPool: 'public', fallsBack: true } })
    await accounts.refresh()
    expect(accounts.route(wish({ tenantId })).pool).toBe('live')
    expect(accounts.fallback(`tenant:${tenantId}`, OPERATION)).toBe('live')
  })
})

describe('what can be had', () => {
  it('is what the house performs for that kind of key, and a tenant’s own accounts for that tenant', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-1', { serves: [OPERATION] })
    await registry.account('prism-own', { provider: 'prism', tenantId, serves: [IMAGE] })
    await registry.account('photon-off', { provider: 'photon', state: 'disabled', reason: 'by hand' })
    const accounts = await registry.process({ house: [SANDBOX] })
    expect([...accounts.available('live')]).toEqual([OPERATION])
    expect([...accounts.available('live', 'another')]).toEqual([OPERATION])
    expect([...accounts.available('live', tenantId)].toSorted()).toEqual([OPERATION, IMAGE].toSorted())
    expect([...accounts.available('test', tenantId)]).toEqual([OPERATION])
  })
})

describe('an account', () => {
  it('is found with its credential, its defaults and the way out of its owner', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-1')
    await registry.account('lumen-own', {
      tenantId,
      sealed: sealedFor('lumen-own', { apiKey: 'k', baseUrl: 'https://own.example' }),
    })
    const accounts = await registry.process()
    expect(accounts.find('lumen-1')).toMatchObject({
      provider: LUMEN,
      account: {
        id: 'lumen-1',
        provider: 'lumen',
        settings: { apiKey: 'the key of lumen-1', baseUrl: 'https://vendor.example' },
        fetch: houseFetch,
      },
    })
    expect(accounts.find('lumen-own')?.account).toMatchObject({
      settings: { apiKey: 'k', baseUrl: 'https://own.example' },
      fetch: tenantFetch,
    })
    expect([accounts.find('gone'), accounts.isKnown('gone')]).toEqual([undefined, false])
  })

  it('is shown without what is secret', async () => {
    await registry.account('lumen-1', { reason: '' })
    const accounts = await registry.process({ house: [STUDIO] })
    const shown = accounts.list()
    expect(shown.map(({ id }) => id)).toEqual(['house:studio', 'lumen-1'])
    expect(shown[1]).toMatchObject({
      state: 'connected',
      operations: [OPERATION, EXTEND],
      settings: { baseUrl: 'https://vendor.example' },
    })
    expect(JSON.stringify(shown.map(({ settings }) => settings))).not.toContain('the key of')
  })

  it('that cannot be used as it is set up is known, and shown with what to do', async () => {
    await registry.account('lumen-1', { sealed: openVault('another secret').seal('lumen-1', { apiKey: 'k' }) })
    const accounts = await registry.process()
    expect([accounts.find('lumen-1'), accounts.isKnown('lumen-1')]).toEqual([undefined, true])
    expect(accounts.list()).toMatchObject([
      { id: 'lumen-1', state: 'disabled', reason: expect.stringContaining('POLYPHONY_SECRET_EARLIER'), settings: {} },
    ])
    expect(accounts.unwell(registry.clock.now() + HOUR_MS)).toEqual([])
    expect((await registry.record('lumen-1')).state).toBe('connected') // it is the process that cannot, not the account
    expect(registry.said.join()).toContain('an account cannot be used')
  })

  it('of a provider that there is none of is passed over, and the log says so', async () => {
    await registry.account('lumiere-1', { provider: 'lumiere' })
    await registry.account('lumen-1')
    const accounts = await registry.process()
    expect(offered(accounts, 'live')).toEqual(['lumen-1'])
    expect(registry.said.join()).toContain('an account is of a provider that there is none of')
  })

  it('is used as it was changed by another process, from the next look on', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    await registry.change('lumen-1', { slots: 9, sealed: sealedFor('lumen-1', { apiKey: 'a new key' }) })
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(3)
    await accounts.refresh()
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(9)
    expect(accounts.find('lumen-1')?.account.settings.apiKey).toBe('a new key')
    await registry.store.removeAccount({ id: 'lumen-1' })
    await registry.account('lumen-2')
    await accounts.refresh()
    expect(offered(accounts, 'live')).toEqual(['lumen-2'])
  })

  it('that was removed and made anew is the new one, although its version is lower', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    await registry.change('lumen-1', { slots: 4 })
    await accounts.refresh()
    await registry.store.removeAccount({ id: 'lumen-1' })
    registry.clock.nowMs += 1
    await registry.account('lumen-1', { slots: 7 })
    await accounts.refresh()
    expect(accounts.offers('live', [OPERATION])[0]?.accounts[0]?.slots).toBe(7)
  })
})

describe('what happens at an account', () => {
  const broke = { kind: 'broke', reason: 'no answer' } as const
  const refused = { kind: 'refused', reason: 'no such key', lacks: 'credential' } as const

  it('counts here at once, and is stored for the others', async () => {
    await registry.account('lumen-1')
    const [here, there] = [await registry.process(), await registry.process()]
    await here.recordEvent('lumen-1', refused)
    expect(offered(here, 'live')).toEqual([])
    expect(offered(there, 'live')).toEqual(['lumen-1'])
    await there.refresh()
    expect(offered(there, 'live')).toEqual([])
    expect(await registry.record('lumen-1')).toMatchObject({ state: 'expired_credential', version: 1 })
  })

  it('is not stored when it is nothing new', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    const changeAccount = vi.spyOn(registry.store, 'changeAccount')
    for (const kind of ['worked', 'answered', 'delivered'] as const) await accounts.recordEvent('lumen-1', { kind })
    expect(changeAccount).not.toHaveBeenCalled()
    changeAccount.mockRestore()
  })

  it('counts in full when it happens many times at once', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    await Promise.all([accounts.recordEvent('lumen-1', broke), accounts.recordEvent('lumen-1', broke)])
    expect(await registry.record('lumen-1')).toMatchObject({ state: 'connected', troubles: 2, version: 2 })
    await Promise.all(
      Array.from({ length: 19 }, () => accounts.recordEvent('lumen-1', { kind: 'moderated', reason: 'no' })),
    )
    expect(await registry.record('lumen-1')).toMatchObject({ strikes: 19, troubles: 2 })
  })

  it('counts in full when it happens in two processes at once', async () => {
    await registry.account('lumen-1')
    const other = await registry.openStore()
    const [here, there] = [await registry.process(), await registry.process({ store: other })]
    await Promise.all([here.recordEvent('lumen-1', broke), there.recordEvent('lumen-1', broke)])
    expect(await registry.record('lumen-1')).toMatchObject({ troubles: 2 })
    await Promise.all([here.recordEvent('lumen-1', broke), there.recordEvent('lumen-1', refused)])
    // Whichever came first, the worse of the two is what stands.
    expect(await registry.record('lumen-1')).toMatchObject({ state: 'expired_credential' })
    await Promise.all([here.refresh(), there.refresh()])
    expect([here, there].flatMap((one) => one.list())).toMatchObject([
      { state: 'expired_credential' },
      { state: 'expired_credential' },
    ])
  })

  it('is not forgotten for what a look had read before', async () => {
    await registry.account('lumen-1')
    let reading: Promise<void> = Promise.resolve()
    const slow: Store = {
      ...registry.store,
      async listAccounts(args) {
        const found = await registry.store.listAccounts(args)
        await reading
        return found
      },
    }
    const accounts = await registry.process({ store: slow })
    const read = Promise.withResolvers<void>()
    reading = read.promise
    const look = accounts.refresh()
    await accounts.recordEvent('lumen-1', refused)
    read.resolve()
    await look
    expect(offered(accounts, 'live')).toEqual([])
  })

  it('does not undo what the owner changed meanwhile', async () => {
    await registry.account('lumen-1')
    const accounts = await registry.process()
    await registry.change('lumen-1', { slots: 9 })
    await accounts.recordEvent('lumen-1', refused)
    expect(await registry.record('lumen-1')).toMatchObject({ slots: 9, state: 'expired_credential' })
    await registry.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    await accounts.recordEvent('lumen-1', { kind: 'worked' })
    expect(await registry.record('lumen-1')).toMatchObject({ state: 'disabled', reason: 'by hand' })
    expect(offered(accounts, 'live')).toEqual([])
  })

  it('counts here although the database is away, and breaks nothing', async () => {
    await registry.account('lumen-1')
    const gone: Store = { ...registry.store, changeAccount: () => Promise.reject(new Error('The database went away.')) }
    const accounts = await registry.process({ store: gone })
    await expect(accounts.recordEvent('lumen-1', refused)).resolves.toBeUndefined()
    expect(offered(accounts, 'live')).toEqual([])
    expect(registry.said.join()).toContain('could not be stored')
  })

  it('is nothing for an account that is gone', async () => {
    const accounts = await registry.process()
    await expect(accounts.recordEvent('gone', refused)).resolves.toBeUndefined()
    expect(await registry.store.listAccounts({})).toEqual([])
  })
})

describe('a start', () => {
  const LUMEN_OUTSIDE = { provider: 'lumen', settings: { apiKey: 'from outside' }, slots: 5, priority: 2 }
  const ENVIRONMENT = [LUMEN_OUTSIDE]

  it('gives an account of the environment its row, once, and no credential into it', async () => {
    for (let n = 0; n < 2; n++) await registry.process({ environment: ENVIRONMENT })
    expect(await registry.store.listAccounts({})).toMatchObject([
      { id: 'env:lumen', tenantId: null, provider: 'lumen', slots: 5, priority: 2, sealed: null, version: 0 },
    ])
    const accounts = await registry.process({ environment: ENVIRONMENT })
    expect(accounts.find('env:lumen')?.account.settings).toEqual({
      apiKey: 'from outside',
      baseUrl: 'https://vendor.example',
    })
  })

  it('gives it its row when several processes start at once', async () => {
    const other = await registry.openStore()
    const starts = [registry.store, other, registry.store, other]
    const started = await Promise.all(starts.map((store) => registry.process({ store, environment: ENVIRONMENT })))
    expect(await registry.store.listAccounts({})).toHaveLength(1)
    expect(started.map((accounts) => offered(accounts, 'live'))).toEqual(starts.map(() => ['env:lumen']))
  })

  it('takes over what the environment says now, and keeps how the account is', async () => {
    const first = await registry.process({ environment: ENVIRONMENT })
    await first.recordEvent('env:lumen', { kind: 'refused', reason: 'no credit', lacks: 'credit' })
    await registry.process({ environment: [{ ...LUMEN_OUTSIDE, slots: 8, priority: 1 }] })
    expect(await registry.record('env:lumen')).toMatchObject({ state: 'limited', slots: 8, priority: 1 })
  })

  it('without the key that was there leaves the account known and unused, until the key is back', async () => {
    await registry.process({ environment: ENVIRONMENT })
    const accounts = await registry.process()
    expect(refusalOf(accounts, {}).code).toBe('no_provider')
    expect(accounts.isKnown('env:lumen')).toBe(true)
    expect(accounts.list()).toMatchObject([
      { state: 'disabled', reason: 'Its key does not stand in the environment any more.' },
    ])
    expect(offered(await registry.process({ environment: ENVIRONMENT }), 'live')).toEqual(['env:lumen'])
  })

  it('seals anew what an earlier secret sealed, and leaves what no secret opens', async () => {
    await registry.account('lumen-1')
    await registry.account('lumen-lost', { sealed: openVault('a lost secret').seal('lumen-lost', { apiKey: 'k' }) })
    const lost = await registry.record('lumen-lost')
    const accounts = await registry.process({ vault: openVault('the next secret', [SECRET]) })
    expect(accounts.find('lumen-1')?.account.settings.apiKey).toBe('the key of lumen-1')
    const { sealed } = await registry.record('lumen-1')
    expect(openVault('the next secret').open('lumen-1', sealed ?? '')).toEqual({ apiKey: 'the key of lumen-1' })
    expect(await registry.record('lumen-lost')).toEqual(lost)
    expect(registry.said.join()).toContain('could not be sealed anew')
    // The next start needs the earlier secret no more.
    const next = await registry.process({ vault: openVault('the next secret') })
    expect(offered(next, 'live')).toEqual(['lumen-1'])
  })
})

describe('a probe’s time', () => {
  it('comes for every account that rests, whoever’s it is, and for none that is switched off', async () => {
    const tenantId = await registry.tenant()
    await registry.account('lumen-1')
    await registry.account('lumen-own', { tenantId })
    await registry.account('lumen-off')
    const accounts = await registry.process()
    for (const id of ['lumen-1', 'lumen-own', 'lumen-off']) {
      await accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: SECOND_MS })
    }
    await accounts.recordEvent('lumen-off', { kind: 'disabled', reason: 'by hand' })
    const due = (ms: number) => accounts.unwell(registry.clock.now() + ms).map(({ record }) => record.id)
    expect(due(SECOND_MS - 1)).toEqual([])
    expect(due(SECOND_MS)).toEqual(['lumen-1', 'lumen-own'])
  })
})
