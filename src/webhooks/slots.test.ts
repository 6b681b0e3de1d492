import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STANDINGS, type Standing } from '../core/receiver.ts'
import type { DueReceiver } from '../store/store.ts'
import { grantSlots, type InHand, slotLimits, withoutRoom } from './slots.ts'

const NOW = 1_000_000
const limits = slotLimits(64)

const due = (tenantId: string, host: string, standing: Standing = 'quick', nextAt = NOW): DueReceiver => ({
  tenantId,
  host,
  standing,
  nextAt,
})
const attempts = (count: number, tenantId: string, host: string, standing: Standing, startedAt = NOW): InHand[] =>
  Array.from({ length: count }, () => ({ tenantId, host, standing, startedAt }))
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

function granted(receivers: DueReceiver[], inHand: InHand[] = []): Record<string, number> {
  const grants = grantSlots(receivers, inHand, limits, NOW)
  return Object.fromEntries(grants.map(({ tenantId, host, limit }) => [`${tenantId} ${host}`, limit]))
}

const total = (grants: Record<string, number>): number => Object.values(grants).reduce((sum, count) => sum + count, 0)

describe('grantSlots', () => {
  it.each([
    ['quick', 16],
    ['slow', 6],
    ['new', 1],
    ['failing', 1],
  ] as const)('one receiver that is %s gets %i slots at most', (standing, count) => {
    expect(granted([due('t', 'h', standing)])).toEqual({ 't h': count })
  })

  it('slots go to a quick receiver, however many of one tenant hang', () => {
    const hanging = many(100, (n) => due('t', `dead-${n}`, n % 2 ? 'failing' : 'new', NOW - 60_000))
    const first = grantSlots(hanging, [], limits, NOW)
    const inHand = first.flatMap(({ host, standing, limit }) => attempts(limit, 't', host, standing, NOW - 10_000))
    expect(granted([...hanging, due('t', 'alive')], inHand)).toEqual({ 't alive': 16 })
  })

  it('slots go to a receiver that nothing is known of, although others do not answer', () => {
    const hanging = many(10, (n) => attempts(1, 't', `dead-${n}`, 'new', NOW - 10_000)).flat()
    expect(granted([due('t', 'alive', 'new')], hanging)).toEqual({ 't alive': 1 })
  })

  it('slots leave room for the next tenant, when one tenant or several want all', () => {
    const greedy = ['t1', 't2', 't3'].flatMap((tenantId) =>
      many(100, (n) => due(tenantId, `${tenantId}-${n}`, STANDINGS[n % 4])),
    )
    for (const tenants of [1, 2, 3]) {
      const wanted = greedy.filter(({ tenantId }) => Number(tenantId.slice(1)) <= tenants)
      const inHand = grantSlots(wanted, [], limits, NOW).flatMap(({ tenantId, host, standing, limit }) =>
        attempts(limit, tenantId, host, standing),
      )
      for (const standing of STANDINGS) {
        expect(granted([...wanted, due('late', 'own', standing)], inHand)).toMatchObject({
          'late own': expect.any(Number),
        })
      }
    }
  })

  it('slots are shared evenly by tenants with much and tenants with little', () => {
    const grants = granted([
      ...many(50, (n) => due('busy', `h${n}`, 'quick', NOW - 60_000)),
      ...many(3, (n) => due('calm', `c${n}`)),
    ])
    const calm = Object.entries(grants).filter(([name]) => name.startsWith('calm'))
    expect(calm.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(20)
  })

  it('slots at a host that tenants share are not all taken by those that do not get answers', () => {
    const failing = many(20, (n) => due(`t${n}`, 'shared', 'failing'))
    const grants = granted(failing)
    expect(total(grants)).toBe(6)
    const inHand = failing.slice(0, 6).flatMap(({ tenantId }) => attempts(1, tenantId, 'shared', 'failing'))
    expect(granted([...failing, due('good', 'shared')], inHand)).toEqual({ 'good shared': 10 })
  })

  it('slots are not added to a quick receiver whose attempts have begun to hang, beyond those of a slow one', () => {
    expect(granted([due('t', 'h')], attempts(5, 't', 'h', 'quick', NOW - 500))).toEqual({ 't h': 11 })
    const lagging = many(8, (n) => attempts(6, `t${n}`, `h${n}`, 'slow')).flat() // 48: the share of those that are not quick
    expect(granted([due('t', 'h')], [...lagging, ...attempts(1, 't', 'h', 'quick', NOW - 5_000)])).toEqual({})
  })

  it('slots go first to the tenant with the fewest attempts under way, then to what is due the longest', () => {
    const small = slotLimits(4)
    const receivers = [
      due('a', 'x', 'quick', NOW - 9),
      due('b', 'y', 'quick', NOW - 5),
      due('b', 'z', 'quick', NOW - 7),
    ]
    const grants = grantSlots(receivers, attempts(1, 'a', 'w', 'quick'), small, NOW)
    expect(grants[0]).toMatchObject({ tenantId: 'b', host: 'z' })
  })

  const receiver = fc.record({
    tenantId: fc.constantFrom('a', 'b', 'c', 'd'),
    host: fc.constantFrom('h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9', 'h10', 'h11', 'h12'),
    standing: fc.constantFrom(...STANDINGS),
    nextAt: fc.integer({ min: NOW - 10_000, max: NOW }),
  })
  const distinct = fc.uniqueArray(receiver, { selector: ({ tenantId, host }) => `${tenantId} ${host}`, maxLength: 48 })

  it('slots are never more than there are, in any order of grants and ends', () => {
    const rounds = fc.array(fc.record({ receivers: distinct, ends: fc.nat(64) }), { maxLength: 8 })
    fc.assert(
      fc.property(rounds, (steps) => {
        let inHand: InHand[] = []
        for (const { receivers, ends } of steps) {
          const grants = grantSlots(receivers, inHand, limits, NOW)
          inHand = [
            ...inHand,
            ...grants.flatMap(({ tenantId, host, standing, limit }) => attempts(limit, tenantId, host, standing)),
          ]
          const count = (which: (one: InHand) => boolean) => inHand.filter(which).length
          expect(inHand.length).toBeLessThanOrEqual(limits.slots)
          expect(count(({ standing }) => standing !== 'quick')).toBeLessThanOrEqual(limits.notQuick)
          expect(count(({ standing }) => standing === 'failing')).toBeLessThanOrEqual(limits.failing)
          for (const host of new Set(inHand.map((one) => one.host))) {
            expect(count((one) => one.host === host)).toBeLessThanOrEqual(limits.perHost)
          }
          inHand = inHand.slice(ends)
        }
      }),
    )
  })

  it('slots are never withheld from a quick receiver of an idle tenant at an idle host', () => {
    fc.assert(
      fc.property(distinct, (receivers) => {
        const inHand = grantSlots(receivers, [], limits, NOW).flatMap(({ tenantId, host, standing, limit }) =>
          attempts(limit, tenantId, host, standing, NOW - 15_000),
        )
        expect(granted([...receivers, due('idle', 'idle')], inHand)).toMatchObject({ 'idle idle': expect.any(Number) })
      }),
    )
  })
})

describe('withoutRoom', () => {
  it('looks for every receiver that could get a slot, and for no other', () => {
    const receiver = fc.record({
      tenantId: fc.constantFrom('a', 'b', 'c'),
      host: fc.constantFrom('h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9'),
      standing: fc.constantFrom(...STANDINGS),
    })
    const under = fc.array(fc.record({ one: receiver, count: fc.integer({ min: 1, max: 8 }), ageMs: fc.nat(3_000) }))
    fc.assert(
      fc.property(under, fc.array(receiver), (running, wanted) => {
        const inHand = running.flatMap(({ one, count, ageMs }) =>
          attempts(count, one.tenantId, one.host, one.standing, NOW - ageMs),
        )
        const { standings, except } = withoutRoom(inHand, limits, NOW)
        for (const { tenantId, host, standing } of wanted) {
          const isLeftOut =
            !standings.includes(standing) ||
            except.tenants.includes(tenantId) ||
            except.hosts.includes(host) ||
            except.receivers.some(
              (one) => one.tenantId === tenantId && one.host === host && isSame(inHand, one, standing),
            )
          if (isLeftOut) expect(granted([due(tenantId, host, standing)], inHand)).toEqual({})
        }
      }),
    )
  })
})

/** The stored standing of a receiver and that of its attempts can differ only for a moment; here it never does. */
function isSame(inHand: readonly InHand[], key: { tenantId: string; host: string }, standing: Standing): boolean {
  return inHand.every((one) => one.tenantId !== key.tenantId || one.host !== key.host || one.standing === standing)
}
