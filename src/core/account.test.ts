import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACCOUNT_STATES, type AccountEvent, HEALTHY, type Health, healthAfter } from './account.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './clock.ts'

const NOW = Date.UTC(2026, 0, 1)
const BROKE: AccountEvent = { kind: 'broke', reason: 'no answer' }
const LIMITED: AccountEvent = { kind: 'limited', reason: 'too many', retryAfterMs: null }
const NO_CREDIT: AccountEvent = { kind: 'refused', reason: 'no credit', lacks: 'credit' }
const NO_KEY: AccountEvent = { kind: 'refused', reason: 'no such key', lacks: 'credential' }
const MODERATED: AccountEvent = { kind: 'moderated', reason: 'not this' }
const WORKED: AccountEvent = { kind: 'worked' }

/** The health after events at one moment. */
function healthOf(...events: AccountEvent[]): Health {
  return events.reduce((health, one) => healthAfter(health, one, NOW), HEALTHY)
}

const times = (count: number, one: AccountEvent): AccountEvent[] => Array.from({ length: count }, () => one)

/** The pauses of an account that fails again after each pause. */
function pausesOf(event: AccountEvent, count: number, health: Health = HEALTHY): number[] {
  let now = NOW
  let current = health
  const pauses: number[] = []
  while (pauses.length < count) {
    current = healthAfter(current, event, now)
    if (current.retryAt === null) continue
    pauses.push(current.retryAt - now)
    now = current.retryAt
  }
  return pauses
}

describe('the health of an account', () => {
  it.each<[string, AccountEvent[], Partial<Health>]>([
    ['after nothing but work', [WORKED], HEALTHY],
    ['after one break', [BROKE], { state: 'connected', reason: '', retryAt: null, troubles: 1 }],
    ['after two', times(2, BROKE), { state: 'connected', retryAt: null, troubles: 2 }],
    ['after three in a row', times(3, BROKE), { state: 'cooling_down', reason: 'no answer', troubles: 3 }],
    ['after two and an answer', [...times(2, BROKE), { kind: 'answered' }, BROKE], { state: 'connected', troubles: 1 }],
    ['after being turned away', [LIMITED], { state: 'limited', reason: 'too many', troubles: 1 }],
    ['without credit', [NO_CREDIT], { state: 'limited', reason: 'no credit Top up the account at the vendor.' }],
    [
      'without a valid key',
      [NO_KEY],
      { state: 'expired_credential', reason: 'no such key Give the account a new credential.' },
    ],
    ['after 19 refused tasks', times(19, MODERATED), { state: 'connected', retryAt: null, strikes: 19 }],
    ['after 20', times(20, MODERATED), { state: 'moderation_strike', strikes: 20 }],
    ['after 19, a result and one more', [...times(19, MODERATED), { kind: 'delivered' }, MODERATED], { strikes: 1 }],
    ['after 19, taken work and one more', [...times(19, MODERATED), WORKED, MODERATED], { state: 'moderation_strike' }],
    ['that was switched off', [{ kind: 'disabled', reason: 'by hand' }], { state: 'disabled', reason: 'by hand' }],
    ['that was switched on again', [{ kind: 'disabled', reason: 'by hand' }, { kind: 'enabled' }], HEALTHY],
  ])('the health of an account %s is as expected', (_title, events, expected) => {
    expect(healthOf(...events)).toMatchObject(expected)
  })

  it('the reason of an account that paused for refused tasks names their number and the last reason', () => {
    expect(healthOf(...times(20, MODERATED)).reason).toBe(
      '20 tasks in a row were refused by moderation, the last with: not this',
    )
  })

  it('parallel failures of an account at one moment count once', () => {
    const { retryAt } = healthOf(...times(3, BROKE))
    expect(healthOf(...times(50, BROKE))).toMatchObject({ state: 'cooling_down', retryAt, troubles: 3 })
    expect(healthOf(...times(50, LIMITED))).toEqual(healthOf(LIMITED))
    expect(healthOf(...times(50, NO_KEY))).toEqual(healthOf(NO_KEY))
    expect(healthOf(...times(50, MODERATED))).toEqual(healthOf(...times(20, MODERATED)))
  })

  it('a longer pause of an account is kept when a shorter one would begin', () => {
    expect(healthOf(NO_KEY, ...times(3, BROKE))).toEqual(healthOf(NO_KEY))
    expect(healthOf(NO_CREDIT, LIMITED)).toEqual(healthOf(NO_CREDIT))
  })

  it('a shorter pause of an account is replaced by a longer one', () => {
    expect(healthOf(LIMITED, NO_CREDIT)).toMatchObject({ retryAt: NOW + 10 * MINUTE_MS, troubles: 1 })
    expect(healthOf(...times(3, BROKE), NO_KEY)).toMatchObject({ state: 'expired_credential', troubles: 1 })
    expect(healthOf(LIMITED, ...times(20, MODERATED))).toMatchObject({ state: 'moderation_strike' })
  })

  it('a pause of an account does not end because the vendor reports on running work', () => {
    for (const trouble of [LIMITED, NO_CREDIT, NO_KEY]) {
      expect(healthOf(trouble, { kind: 'answered' }, { kind: 'delivered' })).toEqual(healthOf(trouble))
    }
  })
})

describe('the pause of an account', () => {
  it.each<[string, AccountEvent, number[]]>([
    ['that is turned away', LIMITED, [15, 30, 60, 120, 240, 480, 600, 600].map((one) => one * SECOND_MS)],
    ['that does not get through', BROKE, [10, 20, 40, 80, 160, 320, 600, 600].map((one) => one * SECOND_MS)],
    ['without credit', NO_CREDIT, [10, 20, 40, 60, 60].map((one) => one * MINUTE_MS)],
    ['without a valid key', NO_KEY, [5, 10, 20, 40, 80, 160, 320, 360, 360].map((one) => one * MINUTE_MS)],
  ])('the pause of an account %s grows up to a limit', (_title, event, pauses) => {
    expect(pausesOf(event, pauses.length)).toEqual(pauses)
  })

  it('the pause for refused content grows, although the probes in between succeed', () => {
    let health = healthOf(...times(20, MODERATED))
    const pauses: number[] = []
    for (let now = NOW; pauses.length < 7; ) {
      pauses.push((health.retryAt ?? 0) - now)
      now = health.retryAt ?? 0
      health = healthAfter(healthAfter(health, WORKED, now), MODERATED, now)
    }
    expect(pauses).toEqual([15, 30, 60, 120, 240, 360, 360].map((one) => one * MINUTE_MS))
  })

  it.each([
    [7_000, 7_000],
    [0, SECOND_MS],
    [-5, SECOND_MS],
    [10 * HOUR_MS, HOUR_MS],
  ])('the pause of an account is what the vendor requests, within bounds: %i ms become %i', (retryAfterMs, pauseMs) => {
    expect(healthOf({ kind: 'limited', reason: 'wait', retryAfterMs }).retryAt).toBe(NOW + pauseMs)
  })

  it('the pause of an account can be extended by a request of the vendor, but not shortened', () => {
    const requested = (retryAfterMs: number): AccountEvent => ({ kind: 'limited', reason: 'wait', retryAfterMs })
    expect(healthOf(requested(5_000), requested(60_000))).toMatchObject({ retryAt: NOW + 60_000, troubles: 1 })
    expect(healthOf(requested(60_000), requested(5_000))).toMatchObject({ retryAt: NOW + 60_000, troubles: 1 })
  })

  it('the pause of an account starts at its first length for another kind of failure', () => {
    const limited = pausesOf(LIMITED, 5).reduce((sum, one) => sum + one)
    const health: Health = { ...healthOf(LIMITED), troubles: 5, retryAt: NOW + limited }
    expect(healthAfter(health, NO_KEY, NOW + limited)).toMatchObject({
      retryAt: NOW + limited + 5 * MINUTE_MS,
      troubles: 1,
    })
    expect(healthAfter(health, BROKE, NOW + limited)).toMatchObject({
      state: 'cooling_down',
      retryAt: NOW + limited + 10 * SECOND_MS,
    })
  })
})

describe('the health of an account after any events', () => {
  const reason = fc.constantFrom('a', 'b')
  const trouble: fc.Arbitrary<AccountEvent> = fc.oneof(
    fc.record({
      kind: fc.constant('limited' as const),
      reason,
      retryAfterMs: fc.option(fc.integer({ min: -1_000, max: 2 * HOUR_MS })),
    }),
    fc.record({ kind: fc.constant('broke' as const), reason }),
    fc.record({
      kind: fc.constant('refused' as const),
      reason,
      lacks: fc.constantFrom('credential' as const, 'credit' as const),
    }),
    fc.record({ kind: fc.constant('moderated' as const), reason }),
  )
  const calm: fc.Arbitrary<AccountEvent> = fc.constantFrom<AccountEvent>(
    { kind: 'worked' },
    { kind: 'answered' },
    { kind: 'delivered' },
  )
  const owner: fc.Arbitrary<AccountEvent> = fc.oneof(
    fc.constant<AccountEvent>({ kind: 'enabled' }),
    fc.record({ kind: fc.constant('disabled' as const), reason }),
  )
  /** Events with the time that passes before each. */
  const story = (...of: fc.Arbitrary<AccountEvent>[]) =>
    fc.array(fc.record({ event: fc.oneof(...of), passesMs: fc.oneof(fc.constant(0), fc.nat(20 * MINUTE_MS)) }), {
      maxLength: 60,
    })

  /** Calls `look` with each step of a story. */
  function tell(
    steps: { event: AccountEvent; passesMs: number }[],
    look: (step: { before: Health; event: AccountEvent; after: Health; now: number }) => void,
  ): void {
    let now = NOW
    let health: Health = HEALTHY
    for (const { event, passesMs } of steps) {
      now += passesMs
      const before = health
      health = healthAfter(before, event, now)
      look({ before, event, after: health, now })
    }
  }

  it('after any events, an account has a known state, and a reason and a next try exactly when it is paused', () => {
    fc.assert(
      fc.property(story(trouble, calm, owner), (steps) =>
        tell(steps, ({ after: { state, reason: why, retryAt, troubles, strikes } }) => {
          expect(ACCOUNT_STATES).toContain(state)
          expect(why !== '').toBe(state !== 'connected')
          expect(retryAt !== null).toBe(state !== 'connected' && state !== 'disabled')
          expect(troubles).toBeGreaterThanOrEqual(0)
          expect(strikes).toBeGreaterThanOrEqual(0)
        }),
      ),
    )
  })

  it('after any events, a pause of an account ends in the future, within six hours', () => {
    fc.assert(
      fc.property(story(trouble, calm, owner), (steps) =>
        tell(steps, ({ before, after: { retryAt }, now }) => {
          if (retryAt === null || retryAt === before.retryAt) return
          expect(retryAt).toBeGreaterThan(now)
          expect(retryAt).toBeLessThanOrEqual(now + 6 * HOUR_MS)
        }),
      ),
    )
  })

  it('after any events, a failure never shortens the pause of an account', () => {
    fc.assert(
      fc.property(story(trouble), (steps) =>
        tell(steps, ({ before, after }) => expect(after.retryAt ?? 0).toBeGreaterThanOrEqual(before.retryAt ?? 0)),
      ),
    )
  })

  it('after any events, pauses never become shorter as failures of one kind repeat', () => {
    const steady = trouble.filter((one) => one.kind !== 'limited' || one.retryAfterMs === null)
    fc.assert(
      fc.property(steady, (one) => {
        const pauses = pausesOf(one, 12, { ...HEALTHY, troubles: 2, strikes: 19 })
        expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
      }),
    )
  })

  it('after any events, accepted work restores an account, unless it is switched off', () => {
    fc.assert(
      fc.property(story(trouble, calm, owner), (steps) =>
        tell(steps, ({ before, event, after }) => {
          if (event.kind !== 'worked' || before.state === 'disabled') return
          expect(after).toEqual({ ...HEALTHY, strikes: before.strikes })
        }),
      ),
    )
  })

  it('after any events, a disabled account stays disabled until its owner enables it', () => {
    fc.assert(
      fc.property(story(trouble, calm), (steps) => {
        const off = healthAfter(HEALTHY, { kind: 'disabled', reason: 'by hand' }, NOW)
        const end = steps.reduce((health, { event }) => healthAfter(health, event, NOW), off)
        expect(end).toBe(off)
        expect(healthAfter(end, { kind: 'enabled' }, NOW)).toEqual(HEALTHY)
      }),
    )
  })

  it('the health of an account is the same object when nothing has to be stored', () => {
    fc.assert(fc.property(story(calm), (steps) => tell(steps, ({ before, after }) => expect(after).toBe(before))))
  })
})
