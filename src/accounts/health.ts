import type { Logger } from 'pino'
import type { Happening } from '../core/account.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { Accounts } from './accounts.ts'

const LOOK_EVERY_MS = 2 * SECOND_MS
const PROBE_LIMIT_MS = 20 * SECOND_MS

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
  const probing = new Set<string>()
  const underway = new Set<Promise<void>>()

  async function probe(one: ReturnType<Accounts['unwell']>[number]): Promise<void> {
    const { account, provider, record } = one
    if (!provider.probe || probing.has(account.id)) return
    probing.add(account.id)
    try {
      await provider.probe(account, AbortSignal.timeout(PROBE_LIMIT_MS))
      log.info({ account: account.id, was: record.state }, 'an account works again')
      await accounts.happened(account.id, { kind: 'worked' })
    } catch (thrown) {
      await accounts.happened(account.id, happeningOf(thrown))
    } finally {
      probing.delete(account.id)
    }
  }

  async function look(): Promise<void> {
    await accounts.refresh()
    await Promise.all(accounts.unwell(clock.now()).map(probe))
    options.onChange()
  }

  function run(): void {
    const step = look()
      .catch((error: unknown) => log.error({ err: error }, 'the accounts could not be looked at'))
      .finally(() => underway.delete(step))
    underway.add(step)
  }

  const timer = setInterval(() => underway.size === 0 && run(), LOOK_EVERY_MS)
  timer.unref()
  const deaf = store.onSignal((signal) => {
    if (signal.kind === 'accounts') run()
  })
  return async () => {
    clearInterval(timer)
    deaf()
    await Promise.all(underway)
  }
}

/** What a call that failed says about the account that made it. Undefined: nothing. */
export function troubleOf(error: PolyphonyError): Happening | undefined {
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
export function happeningOf(thrown: unknown): Happening {
  const error = thrown instanceof PolyphonyError ? thrown : undefined
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return (error && troubleOf(error)) ?? { kind: 'broke', reason }
}
