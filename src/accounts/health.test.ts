import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AccountEvent } from '../core/account.ts'
import { MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { ERRORS, type ErrorCode, PolyphonyError } from '../core/errors.ts'
import type { Provider } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { Accounts } from './accounts.ts'
import { type AccountsBench, aProvider, openAccountsBench } from './accounts-bench.testing.ts'
import { accountEventOf, probeFailureEvent, watchHealth } from './health.ts'

type Probe = NonNullable<Provider['probe']>

/** What probes do in a test, and the accounts that were probed. */
let probe: Probe
let probed: string[]
let bench: AccountsBench
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  const lumen = aProvider('lumen', {
    probe: (account, signal) => {
      probed.push(account.id)
      return probe(account, signal)
    },
  })
  bench = await openAccountsBench([lumen, aProvider('photon')])
})
beforeEach(() => {
  probed = []
  probe = async () => {}
  // The test decides when a check is due; everything else runs in real time.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(async () => {
  vi.useRealTimers()
  for (const end of ends.splice(0)) await end()
  await bench.empty()
})
afterAll(() => bench?.[Symbol.asyncDispose]())

function watch(accounts: Accounts, given: { onChange?: () => void; store?: Store } = {}): () => Promise<void> {
  const { store, clock, log } = bench
  const end = watchHealth({ accounts, store, clock, log, onChange: () => {}, ...given })
  ends.push(end)
  return end
}

/** Pauses an account for a second. */
async function pause(accounts: Accounts, id: string): Promise<void> {
  await accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: SECOND_MS })
}

const nextCheck = () => vi.advanceTimersByTimeAsync(2 * SECOND_MS)
const stateOf = (id: string) => async () => (await bench.record(id)).state

describe('a paused account', () => {
  it('is probed when its pause is over, and works again when the probe succeeds', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await pause(accounts, 'lumen-1')
    const onChange = vi.fn()
    watch(accounts, { onChange })
    await nextCheck()
    await vi.waitFor(() => expect(onChange).toHaveBeenCalled())
    expect(probed).toEqual([])
    bench.clock.nowMs += SECOND_MS
    onChange.mockClear()
    await nextCheck()
    await expect.poll(stateOf('lumen-1')).toBe('connected')
    expect(probed).toEqual(['lumen-1'])
    await expect.poll(() => accounts.dueForProbe(Number.POSITIVE_INFINITY)).toEqual([])
    expect(onChange).toHaveBeenCalled() // more may be possible than before
  })

  it('is paused for longer each time that the probe fails', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    probe = async () => {
      throw new PolyphonyError('vendor_unreachable', 'no answer')
    }
    for (let n = 0; n < 3; n++) await accounts.recordEvent('lumen-1', { kind: 'broke', reason: 'no answer' })
    watch(accounts)
    const pauses: number[] = []
    for (let n = 1; n <= 3; n++) {
      const { retryAt } = await bench.record('lumen-1')
      bench.clock.nowMs = retryAt ?? 0
      await nextCheck()
      await expect.poll(async () => (await bench.record('lumen-1')).troubles).toBe(3 + n)
      pauses.push(((await bench.record('lumen-1')).retryAt ?? 0) - bench.clock.nowMs)
    }
    expect(pauses).toEqual([20, 40, 80].map((one) => one * SECOND_MS))
    expect(probed).toHaveLength(3)
  })

  it('gets the state that its latest failed probe shows', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await pause(accounts, 'lumen-1')
    probe = async () => {
      throw new PolyphonyError('account_refused', 'no such key', { lacks: 'credential' })
    }
    watch(accounts)
    bench.clock.nowMs += SECOND_MS
    await nextCheck()
    await expect.poll(stateOf('lumen-1')).toBe('expired_credential')
    expect(await bench.record('lumen-1')).toMatchObject({ retryAt: bench.clock.nowMs + 5 * MINUTE_MS })
  })

  it('is not probed when it was switched off, or when its provider has no probe', async () => {
    await bench.account('lumen-1')
    await bench.account('photon-1', { provider: 'photon' })
    const accounts = await bench.process()
    for (const id of ['lumen-1', 'photon-1']) await pause(accounts, id)
    await bench.change('lumen-1', { state: 'disabled', reason: 'by hand', retryAt: null })
    const onChange = vi.fn()
    watch(accounts, { onChange })
    bench.clock.nowMs += MINUTE_MS
    await nextCheck()
    await vi.waitFor(() => expect(onChange).toHaveBeenCalled())
    expect(probed).toEqual([])
    expect(await bench.record('photon-1')).toMatchObject({ state: 'limited' })
  })

  it('is probed once at a time, and a probe that does not answer delays no other account', async () => {
    for (const id of ['lumen-1', 'lumen-2']) await bench.account(id)
    const accounts = await bench.process()
    const answer = Promise.withResolvers<void>()
    probe = ({ id }) => (id === 'lumen-1' ? answer.promise : Promise.resolve())
    await pause(accounts, 'lumen-1')
    watch(accounts)
    bench.clock.nowMs += SECOND_MS
    await nextCheck()
    await vi.waitFor(() => expect(probed).toEqual(['lumen-1']))
    await pause(accounts, 'lumen-2')
    bench.clock.nowMs += SECOND_MS
    await nextCheck()
    await expect.poll(stateOf('lumen-2')).toBe('connected')
    expect(probed).toEqual(['lumen-1', 'lumen-2'])
    answer.resolve()
    await expect.poll(stateOf('lumen-1')).toBe('connected')
  })
})

describe('a check of the accounts', () => {
  it('follows every change that a process signals', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    watch(accounts)
    await bench.change('lumen-1', { isDraining: true })
    await vi.waitFor(() => expect(accounts.find('lumen-1')?.record.isDraining).toBe(true))
    await bench.account('lumen-2')
    await vi.waitFor(() => expect(accounts.isKnown('lumen-2')).toBe(true))
  })

  it('finds changes without a signal, such as those of a command beside the server', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    watch(accounts)
    const beside = await bench.openStore()
    await beside.changeAccount({ id: 'lumen-1', version: 0, set: { slots: 8 } })
    expect(accounts.find('lumen-1')?.record.slots).toBe(3)
    await nextCheck()
    await vi.waitFor(() => expect(accounts.find('lumen-1')?.record.slots).toBe(8))
  })

  it('is repeated after it failed', async () => {
    await bench.account('lumen-1')
    let isAway = false
    const store: Store = {
      ...bench.store,
      listAccounts: (args) =>
        isAway ? Promise.reject(new Error('The database went away.')) : bench.store.listAccounts(args),
    }
    const accounts = await bench.process({ store })
    watch(accounts)
    isAway = true
    await bench.change('lumen-1', { slots: 8 })
    await nextCheck()
    await vi.waitFor(() => expect(bench.logged.join()).toContain('the accounts could not be read'))
    isAway = false
    await nextCheck()
    await vi.waitFor(() => expect(accounts.find('lumen-1')?.record.slots).toBe(8))
  })
})

describe('the end of the health watch', () => {
  it('aborts a running probe without changing the state of the account', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    await pause(accounts, 'lumen-1')
    probe = (_account, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const end = watch(accounts)
    bench.clock.nowMs += SECOND_MS
    await nextCheck()
    await vi.waitFor(() => expect(probed).toEqual(['lumen-1']))
    const before = await bench.record('lumen-1')
    await end()
    expect(await bench.record('lumen-1')).toEqual(before)
  })

  it('stops the checks of the accounts', async () => {
    await bench.account('lumen-1')
    const accounts = await bench.process()
    const end = watch(accounts)
    await end()
    await bench.change('lumen-1', { slots: 8 })
    await nextCheck()
    expect(accounts.find('lumen-1')?.record.slots).toBe(3)
  })
})

describe('the account event of a failed call', () => {
  const failing = (code: ErrorCode, details = {}) => new PolyphonyError(code, 'the reason', details)
  const cases: [string, PolyphonyError, AccountEvent | undefined][] = [
    ['too many', failing('account_busy'), { kind: 'limited', reason: 'the reason', retryAfterMs: null }],
    [
      'too many for some seconds',
      failing('account_busy', { retryAfterSeconds: 7 }),
      { kind: 'limited', reason: 'the reason', retryAfterMs: 7_000 },
    ],
    ['refused', failing('account_refused'), { kind: 'refused', reason: 'the reason', lacks: 'credential' }],
    [
      'refused for want of credit',
      failing('account_refused', { lacks: 'credit' }),
      { kind: 'refused', reason: 'the reason', lacks: 'credit' },
    ],
    ['unreachable', failing('vendor_unreachable'), { kind: 'broke', reason: 'the reason' }],
    ['silent', failing('vendor_silent'), { kind: 'broke', reason: 'the reason' }],
    ['moderated', failing('content_moderated'), { kind: 'moderated', reason: 'the reason' }],
  ]

  it.each(cases)('follows from the error: %s', (_title, error, event) => {
    expect(accountEventOf(error)).toEqual(event)
    expect(probeFailureEvent(error)).toEqual(event)
  })

  const conclusive = ['account_busy', 'account_refused', 'vendor_unreachable', 'vendor_silent', 'content_moderated']
  it.each(Object.keys(ERRORS).filter((code) => !conclusive.includes(code)) as ErrorCode[])(
    'does not exist for %s, while a probe that fails with it counts as a break',
    (code) => {
      expect(accountEventOf(failing(code))).toBeUndefined()
      expect(probeFailureEvent(failing(code))).toEqual({ kind: 'broke', reason: 'the reason' })
    },
  )

  it('is a break for anything else that a probe throws', () => {
    expect(probeFailureEvent(new TypeError('fetch failed'))).toEqual({ kind: 'broke', reason: 'fetch failed' })
    expect(probeFailureEvent('a word')).toEqual({ kind: 'broke', reason: 'a word' })
  })
})
