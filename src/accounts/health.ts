import type { Logger } from 'pino'
import type { AccountEvent } from '../core/account.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { Accounts } from './accounts.ts'

const LOOK_EVERY_MS = 2 * SECOND_MS
const PROBE_LIMIT_MS = 20 * SECOND_MS

type Unwell = ReturnType<Accounts['unwell']>[number]

/**
 * Brings accounts back: probes those whose time has come, and hears of what other processes changed. Returns the function
 * that ends it.
 */
export function watchHealth(options: {
  accounts: Accounts
  store: Store
  clock: Clock
  log: Logger
  /** Called when more work may be possible than before. */
  onChange: () => void
}): () => Promise<void> {
  const { accounts, store, clock, log } = options
  const stopping = new AbortController()
  const probing = new Map<string, Promise<void>>()

  async function probe({ account, provider, record }: Unwell): Promise<void> {
    try {
      await provider.probe?.(account, AbortSignal.any([stopping.signal, AbortSignal.timeout(PROBE_LIMIT_MS)]))
    } catch (thrown) {
      if (stopping.signal.aborted) return // it was we who ended it
      return accounts.recordEvent(account.id, happeningOf(thrown))
    }
    log.info({ account: account.id, was: record.state }, 'an account works again')
    await accounts.recordEvent(account.id, { kind: 'worked' })
  }

  /** Not waited for: an account that does not answer must not keep the others from being looked at. */
  function beginProbe(one: Unwell): void {
    const { id } = one.account
    if (!one.provider.probe || probing.has(id)) return
    probing.set(
      id,
      probe(one).finally(() => probing.delete(id)),
    )
  }

  let looking: Promise<void> | undefined
  let again = false

  /** However often it is called to meanwhile, it looks once more. */
  async function look(): Promise<void> {
    do {
      again = false
      try {
        await accounts.refresh()
        if (stopping.signal.aborted) break
        for (const one of accounts.unwell(clock.now())) beginProbe(one)
        options.onChange()
      } catch (error) {
        log.error({ err: error }, 'the accounts could not be looked at')
      }
    } while (again)
    looking = undefined
  }

  function call(): void {
    again = true
    looking ??= look()
  }

  const timer = setInterval(call, LOOK_EVERY_MS)
  timer.unref()
  const deaf = store.onSignal((signal) => {
    if (signal.kind === 'accounts') call()
  })
  return async () => {
    clearInterval(timer)
    deaf()
    stopping.abort()
    await looking
    await Promise.all(probing.values())
  }
}

/** What a call that failed says about the account that made it. Undefined: nothing. */
export function accountEventOf(error: PolyphonyError): AccountEvent | undefined {
  const reason = error.message
  switch (error.code) {
    case 'account_busy': {
      const seconds = error.details.retryAfterSeconds
      return { kind: 'limited', reason, retryAfterMs: seconds === undefined ? null : seconds * SECOND_MS }
    }
    case 'account_refused':
      return { kind: 'refused', reason, lacks: error.details.lacks ?? 'credential' }
    case 'vendor_unreachable':
    case 'vendor_silent':
      return { kind: 'broke', reason }
    case 'content_moderated':
      return { kind: 'moderated', reason }
    default:
      return undefined
  }
}

/** What a probe that failed says: whatever it is, the account does not work. */
export function happeningOf(thrown: unknown): AccountEvent {
  const error = thrown instanceof PolyphonyError ? thrown : undefined
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return (error && accountEventOf(error)) ?? { kind: 'broke', reason }
}
