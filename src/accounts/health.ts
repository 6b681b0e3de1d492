import type { Logger } from 'pino'
import type { AccountEvent } from '../core/account.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { Accounts } from './accounts.ts'
import type { UsableAccount } from './member.ts'

const CHECK_EVERY_MS = 2 * SECOND_MS
const PROBE_TIMEOUT_MS = 20 * SECOND_MS

export interface HealthWatchOptions {
  accounts: Accounts
  store: Store
  clock: Clock
  log: Logger
  /** Called when more work may be possible than before. */
  onChange: () => void
}

/**
 * Brings accounts back: probes those whose pause is over, and reads what other processes changed. Returns the function
 * that stops it.
 */
export function watchHealth(options: HealthWatchOptions): () => Promise<void> {
  const { accounts, store, clock, log, onChange } = options
  const stopping = new AbortController()
  const probes = openProbes(accounts, log, stopping.signal)
  let checking: Promise<void> | undefined
  let again = false

  /** However often it is requested meanwhile, it checks once more. */
  async function check(): Promise<void> {
    do {
      again = false
      try {
        await accounts.refresh()
        if (stopping.signal.aborted) break
        for (const one of accounts.dueForProbe(clock.now())) probes.begin(one)
        onChange()
      } catch (error) {
        log.error({ err: error }, 'the accounts could not be read')
      }
    } while (again)
    checking = undefined
  }

  function requestCheck(): void {
    again = true
    checking ??= check()
  }

  const timer = setInterval(requestCheck, CHECK_EVERY_MS)
  timer.unref()
  const unsubscribe = store.onSignal((signal) => {
    if (signal.kind === 'accounts') requestCheck()
  })
  return async () => {
    clearInterval(timer)
    unsubscribe()
    stopping.abort()
    await checking
    await probes.ended()
  }
}

/** Probes run beside each other, one for each account: an account that does not answer must not hold up the others. */
function openProbes(accounts: Accounts, log: Logger, stopped: AbortSignal) {
  const running = new Map<string, Promise<void>>()

  async function probe({ account, provider, record }: UsableAccount): Promise<void> {
    try {
      await provider.probe?.(account, AbortSignal.any([stopped, AbortSignal.timeout(PROBE_TIMEOUT_MS)]))
    } catch (thrown) {
      if (stopped.aborted) return // the probe failed because we stopped it
      return accounts.recordEvent(account.id, probeFailureEvent(thrown))
    }
    log.info({ account: account.id, was: record.state }, 'an account works again')
    await accounts.recordEvent(account.id, { kind: 'worked' })
  }

  return {
    begin(one: UsableAccount): void {
      const { id } = one.account
      if (!one.provider.probe || running.has(id)) return
      running.set(
        id,
        probe(one).finally(() => running.delete(id)),
      )
    },
    ended: () => Promise.all(running.values()),
  }
}

/** What a failed call says about the account that made it; undefined = nothing. */
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

/** What a failed probe says about its account: whatever was thrown, the account does not work. */
export function probeFailureEvent(thrown: unknown): AccountEvent {
  const error = thrown instanceof PolyphonyError ? thrown : undefined
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return (error && accountEventOf(error)) ?? { kind: 'broke', reason }
}
