import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { sampleTask } from '../core/task.testing.ts'
import type { Task } from '../core/task.ts'
import { OPERATION } from './accounts-bench.testing.ts'
import { EXTEND, IMAGE, LUMEN, PHOTON, PRISM, SANDBOX, STUDIO } from './fake-providers.testing.ts'
import { aBuiltIn, aMember, aRoster } from './members.testing.ts'
import {
  available,
  dueForProbe,
  fallback,
  offers,
  type Roster,
  type Route,
  type RouteRequest,
  route,
} from './routing.ts'

const NOW = Date.UTC(2026, 0, 1)

const requestOf = (given: Partial<RouteRequest> = {}): RouteRequest => ({
  operation: OPERATION,
  mode: 'live',
  tenantId: 'other',
  ...given,
})

function refusalOf(roster: Roster, given: Partial<RouteRequest>): PolyphonyError {
  try {
    route(roster, requestOf(given))
  } catch (error) {
    if (error instanceof PolyphonyError) return error
    throw error
  }
  throw new Error('There was a route.')
}

/** The ids of the accounts that are offered an operation of a pool. */
function offered(roster: Roster, pool: string, operation = OPERATION, now = NOW): string[] {
  return offers(roster, pool, [operation], now).flatMap(({ accounts }) => accounts.map(({ account }) => account))
}

/** A finished task that ran on an account. */
function ranOn(account: string | null, provider = account?.split('-')[0] ?? 'lumen'): Task {
  const times = { createdAt: NOW, startedAt: NOW, endedAt: NOW }
  return sampleTask(times, { id: newId(NOW), operation: OPERATION, status: 'completed', account, provider })
}

const operators = aMember(LUMEN, 'lumen-1')
const own = aMember(LUMEN, 'lumen-own', { tenantId: 't' })
const ownPrism = aMember(PRISM, 'prism-own', { tenantId: 't', serves: [IMAGE] })
const imagesOnly = { ...ownPrism, operations: new Set([IMAGE]) }
const sandbox = aBuiltIn(SANDBOX)
const studio = aBuiltIn(STUDIO)
const paid = (pool: string): Route => ({ pool, isFree: false, judgesSizes: false })
const free = (pool: string): Route => ({ pool, isFree: true, judgesSizes: false })

describe('routing', () => {
  const charging = (priceFactor: number) => aMember(LUMEN, `lumen-at-${priceFactor}`, { tenantId: 't', priceFactor })

  it.each<[title: string, roster: Roster, given: Partial<RouteRequest>, expected: Route]>([
    ['a live key to the public pool', aRoster([sandbox, operators]), {}, paid('live')],
    ['a test key to the pool of test keys', aRoster([sandbox, operators]), { mode: 'test' }, paid('test')],
    [
      'a test key with an account of the operator for test keys to the pool of test keys',
      aRoster([aMember(LUMEN, 'lumen-test', { mode: 'test' })]),
      { mode: 'test' },
      paid('test'),
    ],
    ['a tenant with an account to its private pool', aRoster([operators, own]), { tenantId: 't' }, paid('tenant:t')],
    ['another tenant to the public pool', aRoster([operators, own]), { tenantId: 'other' }, paid('live')],
    [
      'an operation that the own accounts do not perform to the public pool',
      aRoster([aMember(PRISM, 'prism-1'), own, sandbox]),
      { tenantId: 't', operation: IMAGE },
      paid('live'),
    ],
    [
      'a test key of a tenant with an account to the pool of test keys',
      aRoster([aMember(PRISM, 'prism-1'), own, sandbox]),
      { tenantId: 't', mode: 'test' },
      paid('test'),
    ],
    [
      'a request for the public pool to the public pool',
      aRoster([operators, own]),
      { tenantId: 't', pool: 'public' },
      paid('live'),
    ],
    [
      'a request for the private pool to the private pool',
      aRoster([operators, own]),
      { tenantId: 't', pool: 'private' },
      paid('tenant:t'),
    ],
    [
      'a policy of the public pool to the public pool',
      aRoster([operators, own], { t: { defaultPool: 'public' } }),
      { tenantId: 't' },
      paid('live'),
    ],
    [
      'a policy of the public pool and a request for it to the public pool',
      aRoster([operators, own], { t: { defaultPool: 'public' } }),
      { tenantId: 't', pool: 'public' },
      paid('live'),
    ],
    [
      'a policy of the public pool and a request for the private one to the private pool',
      aRoster([operators, own], { t: { defaultPool: 'public' } }),
      { tenantId: 't', pool: 'private' },
      paid('tenant:t'),
    ],
    [
      'a request for the private pool, whose accounts do not perform it, of a tenant that falls back to the public pool',
      aRoster([operators, imagesOnly], { t: { fallsBack: true } }),
      { tenantId: 't', pool: 'private' },
      paid('live'),
    ],
    [
      'an own account that charges nothing at no charge',
      aRoster([operators, charging(0)]),
      { tenantId: 't' },
      free('tenant:t'),
    ],
    [
      'own accounts of which one charges at a charge',
      aRoster([operators, charging(0), charging(1)]),
      { tenantId: 't' },
      paid('tenant:t'),
    ],
    [
      'an own account that charges nothing, of a tenant that falls back at a charge, as the public pool has one',
      aRoster([operators, charging(0)], { t: { fallsBack: true } }),
      { tenantId: 't' },
      paid('tenant:t'),
    ],
    [
      'an account of the operator at half the price at a charge',
      aRoster([aMember(LUMEN, 'a', { priceFactor: 0.5 })]),
      {},
      paid('live'),
    ],
    [
      'an account of the operator that charges nothing at no charge',
      aRoster([aMember(LUMEN, 'a', { priceFactor: 0 })]),
      {},
      free('live'),
    ],
    [
      'an account that is switched off beside one that works to the public pool',
      aRoster([aMember(LUMEN, 'lumen-off', { state: 'disabled' }), operators]),
      {},
      paid('live'),
    ],
    [
      'an account that drains to the public pool',
      aRoster([aMember(LUMEN, 'a', { isDraining: true })]),
      {},
      paid('live'),
    ],
  ])('routes %s', (_title, roster, given, expected) => {
    expect(route(roster, requestOf(given))).toEqual(expected)
  })

  it.each<[title: string, roster: Roster, given: Partial<RouteRequest>]>([
    ['that only an account for test keys performs', aRoster([aMember(LUMEN, 'a', { mode: 'test' })]), {}],
    ['whose only account is switched off', aRoster([aMember(LUMEN, 'a', { state: 'disabled' })]), {}],
    ['whose only account cannot be used', aRoster([aMember(LUMEN, 'a', { problem: 'no key' })]), {}],
    ['that only another tenant’s account performs', aRoster([own]), {}],
    ['without any account', aRoster([]), {}],
  ])('refuses an operation %s', (_title, roster, given) => {
    expect(refusalOf(roster, given).code).toBe('no_provider')
  })

  it('names the operation and the operator’s providers, not those of tenants, when it refuses', () => {
    const roster = aRoster([sandbox, operators, aMember(PHOTON, 'photon-own', { tenantId: 't' })])
    const error = refusalOf(roster, { operation: IMAGE })
    expect(error.code).toBe('no_provider')
    expect(error.message).toContain(IMAGE)
    expect(error.message).toContain('(configured: sandbox, lumen)')
  })

  it('refuses an input that no account takes, with the provider’s reason, and sends it where one does', () => {
    const refuses = ({ input }: { input: JsonObject }) => (input.fast === true ? 'It has no speed (fast).' : undefined)
    const picky = aBuiltIn({ ...STUDIO, provider: { ...STUDIO.provider, refuses } })
    const fast = { input: { fast: true } }
    const error = refusalOf(aRoster([picky]), fast)
    expect(error).toMatchObject({ code: 'no_provider', message: expect.stringMatching(/^It has no speed \(fast\)\./) })
    expect(route(aRoster([picky]), requestOf({ input: {} }))).toEqual(paid('live'))
    expect(route(aRoster([picky, operators]), requestOf(fast))).toEqual(paid('live'))
  })

  it('refuses a request for the private pool, whose accounts do not perform it, of a tenant that does not fall back', () => {
    const error = refusalOf(aRoster([operators, imagesOnly]), { tenantId: 't', pool: 'private' })
    expect(error.code).toBe('no_provider')
    expect(error.message).toContain('No account that you connected performs')
  })
})

describe('routing of a task that builds on another', () => {
  const lumen2 = aMember(LUMEN, 'lumen-2')
  const photon1 = aMember(PHOTON, 'photon-1')
  const photon2 = aMember(PHOTON, 'photon-2')
  const offLumen = aMember(LUMEN, 'lumen-1', { state: 'disabled', reason: 'by hand' })
  const paused = aMember(LUMEN, 'lumen-1', { state: 'limited', reason: 'full', retryAt: NOW + 1 })
  const madeInStudio = ranOn('house:studio', 'studio')

  it.each<[title: string, roster: Roster, parent: Task, tenantId: string, expected: Route]>([
    [
      'the account that ran the parent',
      aRoster([operators, lumen2]),
      ranOn('lumen-2'),
      'other',
      paid('account:lumen-2'),
    ],
    ['the tenant’s own account that ran the parent', aRoster([own]), ranOn('lumen-own'), 't', paid('own:lumen-own')],
    [
      'the account that ran the parent, also while it is paused',
      aRoster([paused, lumen2]),
      ranOn('lumen-1'),
      'other',
      paid('account:lumen-1'),
    ],
    [
      'an account that takes files of others, when that of the parent is switched off',
      aRoster([offLumen, photon1]),
      ranOn('lumen-1'),
      'other',
      paid('account:photon-1'),
    ],
    [
      'an account that takes files of others, when that of the parent is gone',
      aRoster([offLumen, photon1]),
      ranOn('gone'),
      'other',
      paid('account:photon-1'),
    ],
    [
      'any account, when all take files of others',
      aRoster([photon1, photon2]),
      ranOn('photon-1'),
      'other',
      paid('live'),
    ],
    [
      'any account, when the built-in one that ran it is no longer needed',
      aRoster([studio, photon1]),
      madeInStudio,
      'other',
      paid('live'),
    ],
    [
      'the built-in account that ran it, when another account could not continue its work',
      aRoster([studio, photon1, operators]),
      madeInStudio,
      'other',
      paid('account:house:studio'),
    ],
    [
      'the account that ran it, when another account could not continue its work',
      aRoster([studio, photon1, operators]),
      ranOn('photon-1'),
      'other',
      paid('account:photon-1'),
    ],
    [
      'the built-in account that ran it, when the tenant’s own account could not continue its work',
      aRoster([studio, own]),
      madeInStudio,
      't',
      paid('account:house:studio'),
    ],
    ['any account for another tenant', aRoster([studio, own]), madeInStudio, 'other', paid('live')],
    ['any account, when the parent ran on none', aRoster([operators]), ranOn(null), 'other', paid('live')],
  ])('chooses %s', (_title, roster, parent, tenantId, expected) => {
    expect(route(roster, requestOf({ operation: EXTEND, parent, tenantId }))).toEqual(expected)
  })

  it('refuses another tenant’s parent', () => {
    expect(refusalOf(aRoster([own]), { operation: EXTEND, parent: ranOn('lumen-own') }).code).toBe('no_provider')
  })

  it.each([
    ['switched off', 'lumen-1'],
    ['gone', 'lumen-2'],
  ])('refuses a parent whose account is %s, when no other can continue it', (_title, account) => {
    const parent = ranOn(account)
    const error = refusalOf(aRoster([offLumen]), { operation: EXTEND, parent })
    expect(error.code).toBe('no_provider')
    expect(error.message).toContain(`${parent.id} was made by lumen`)
  })

  it('offers a task of an account’s own pool to that account alone, and not while it is paused', () => {
    expect(offered(aRoster([operators, lumen2]), 'account:lumen-2', EXTEND)).toEqual(['lumen-2'])
    expect(offered(aRoster([operators, own]), 'own:lumen-own', EXTEND)).toEqual(['lumen-own'])
    expect(offered(aRoster([paused, lumen2]), 'account:lumen-1', EXTEND)).toEqual([])
    expect(offered(aRoster([studio, photon1, operators]), 'account:house:studio', EXTEND)).toEqual(['house:studio'])
  })
})

describe('offers', () => {
  it('name the accounts of the pool’s owner and mode', () => {
    const roster = aRoster([sandbox, operators, own])
    expect(offered(roster, 'live')).toEqual(['lumen-1'])
    expect(offered(roster, 'test')).toEqual(['house:sandbox'])
    expect(offered(roster, 'tenant:t')).toEqual(['lumen-own'])
    expect(offered(roster, 'tenant:other')).toEqual([])
    expect(offered(aRoster([aMember(LUMEN, 'lumen-test', { mode: 'test' })]), 'test')).toEqual(['lumen-test'])
  })

  it('have the slots, weight, priority and cap of the record, and leave out operations that no account performs', () => {
    const limits = { slots: 4, weight: 3, priority: 2, dailyCap: 50 }
    const roster = aRoster([aMember(LUMEN, 'lumen-1', limits)])
    expect(offers(roster, 'live', [OPERATION, IMAGE, EXTEND], NOW)).toEqual(
      [OPERATION, EXTEND].map((operation) => ({
        operation,
        accounts: [{ account: 'lumen-1', provider: 'lumen', ...limits }],
      })),
    )
    expect(offers(roster, 'nowhere', [OPERATION], NOW)).toEqual([])
  })

  it('name a back-up only when no other account can take the operation', () => {
    const backup = aMember(LUMEN, 'lumen-backup', { priority: -1 })
    const expired = aMember(LUMEN, 'lumen-1', { state: 'expired_credential', retryAt: NOW + 1 })
    expect(offered(aRoster([operators, backup]), 'live')).toEqual(['lumen-1'])
    expect(offered(aRoster([expired, backup]), 'live')).toEqual(['lumen-backup'])
  })

  it('name no account that drains, is switched off or cannot be used', () => {
    expect(offered(aRoster([aMember(LUMEN, 'a', { isDraining: true })]), 'live')).toEqual([])
    expect(offered(aRoster([aMember(LUMEN, 'a', { state: 'disabled' })]), 'live')).toEqual([])
    expect(offered(aRoster([aMember(LUMEN, 'a', { problem: 'no key' })]), 'live')).toEqual([])
  })

  it('name a paused account after its pause, if its provider has no probe that would end it', () => {
    const pause = { state: 'limited', reason: 'full', retryAt: NOW + 30_000 } as const
    const roster = aRoster([aMember(LUMEN, 'lumen-1', pause), aMember(PHOTON, 'photon-1', pause)])
    expect(offered(roster, 'live', OPERATION, NOW + 29_999)).toEqual([])
    expect(offered(roster, 'live', OPERATION, NOW + 30_000)).toEqual(['photon-1'])
  })

  it('name a fallback only for operations that no other account is configured for, however unwell that is', () => {
    const configured = { ...operators, operations: new Set([OPERATION]) }
    const unwell = aMember(LUMEN, 'lumen-1', { state: 'limited', retryAt: NOW + 1 })
    const off = aMember(LUMEN, 'lumen-1', { state: 'disabled' })
    expect(offered(aRoster([studio, configured]), 'live')).toEqual(['lumen-1'])
    expect(offered(aRoster([studio, configured]), 'live', EXTEND)).toEqual(['house:studio'])
    expect(offered(aRoster([studio, unwell]), 'live')).toEqual([])
    expect(offered(aRoster([studio, off]), 'live')).toEqual(['house:studio'])
  })
})

describe('the fallback of a private pool', () => {
  const lenient = { t: { fallsBack: true } }

  it.each<[title: string, roster: Roster, pool: string, operation: string, expected: string | undefined]>([
    [
      'is the public pool, when the tenant allows it',
      aRoster([own, operators], lenient),
      'tenant:t',
      OPERATION,
      'live',
    ],
    ['does not exist without an account of the operator', aRoster([own], lenient), 'tenant:t', OPERATION, undefined],
    ['does not exist for another operation', aRoster([own, operators], lenient), 'tenant:t', IMAGE, undefined],
    [
      'does not exist when the tenant does not allow it',
      aRoster([own, operators], { t: {} }),
      'tenant:t',
      OPERATION,
      undefined,
    ],
    ['does not exist for the public pool', aRoster([own, operators], lenient), 'live', OPERATION, undefined],
    [
      'does not exist for the pool of an operator’s account',
      aRoster([own, operators], lenient),
      'account:lumen-1',
      OPERATION,
      undefined,
    ],
    [
      'does not exist for the pool of a tenant’s account',
      aRoster([own, operators], lenient),
      'own:lumen-own',
      OPERATION,
      undefined,
    ],
  ])('%s', (_title, roster, pool, operation, expected) => {
    expect(fallback(roster, pool, operation)).toBe(expected)
  })
})

describe('the available operations', () => {
  it('are those of the operator’s accounts for the mode of the key, and of the tenant’s own accounts', () => {
    const configured = { ...operators, operations: new Set([OPERATION]) }
    const off = aMember(PHOTON, 'photon-off', { state: 'disabled', reason: 'by hand' })
    const roster = aRoster([sandbox, configured, imagesOnly, off])
    expect([...available(roster, 'live')]).toEqual([OPERATION])
    expect([...available(roster, 'live', 'another')]).toEqual([OPERATION])
    expect([...available(roster, 'live', 't')].toSorted()).toEqual([OPERATION, IMAGE].toSorted())
    expect([...available(roster, 'test', 't')]).toEqual([OPERATION])
  })
})

describe('the accounts due for a probe', () => {
  it('are those of every owner whose pause is over, and none that is switched off or cannot be used', () => {
    const pause = { state: 'limited', reason: 'full', retryAt: NOW + 1_000 } as const
    const roster = aRoster([
      aMember(LUMEN, 'lumen-1', pause),
      aMember(LUMEN, 'lumen-own', { ...pause, tenantId: 't' }),
      aMember(PHOTON, 'photon-1', pause),
      aMember(LUMEN, 'lumen-off', { state: 'disabled', reason: 'by hand' }),
      aMember(LUMEN, 'lumen-lost', { ...pause, problem: 'no key' }),
    ])
    const due = (now: number) => dueForProbe(roster, now).map(({ record }) => record.id)
    expect(due(NOW + 999)).toEqual([])
    expect(due(NOW + 1_000)).toEqual(['lumen-1', 'lumen-own', 'photon-1'])
  })
})
