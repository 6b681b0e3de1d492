import { HOUR_MS, MINUTE_MS, SECOND_MS } from './clock.ts'

/**
 * How an account is, as far as its calls tell:
 *
 * - connected:          takes work
 * - limited:            the vendor says that it has had enough for now, or that it has no credit
 * - cooling_down:       several calls in a row did not get through
 * - moderation_strike:  the vendor refused the content of too many tasks in a row; going on may cost the account
 * - expired_credential: the vendor does not take the key
 * - disabled:           switched off by its owner, or not configured any more
 *
 * All but `disabled` end by themselves: at `retryAt` the account is probed, and connected again if that succeeds.
 */
export const ACCOUNT_STATES = [
  'connected',
  'limited',
  'cooling_down',
  'moderation_strike',
  'expired_credential',
  'disabled',
] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]

export interface Health {
  state: AccountState
  /** For a person who wants to do something about it; '' when connected. */
  reason: string
  /** When it is looked at again; null = only its owner can change it. */
  retryAt: number | null
  /** Troubles of one kind in a row: they make the pauses longer. */
  troubles: number
  /** Tasks in a row that were refused by moderation. */
  strikes: number
}

export type Happening =
  /** A call got through, or a probe did. */
  | { kind: 'worked' }
  /** The vendor turned the account away for now. */
  | { kind: 'limited'; reason: string; retryAfterMs: number | null }
  /** No answer, or the answer of a broken server. */
  | { kind: 'broke'; reason: string }
  | { kind: 'refused'; reason: string; lacks: 'credential' | 'credit' }
  | { kind: 'moderated'; reason: string }
  | { kind: 'disabled'; reason: string }
  /** Its owner says that it should work again. */
  | { kind: 'enabled' }

export const HEALTHY: Health = { state: 'connected', reason: '', retryAt: null, troubles: 0, strikes: 0 }

/** Single failures happen; only several in a row say something about the account. */
const BREAKS_UNTIL_COOL = 3
const STRIKES_UNTIL_PAUSE = 20

const PAUSES = {
  limited: { firstMs: 15 * SECOND_MS, lastMs: 10 * MINUTE_MS },
  cooling_down: { firstMs: 10 * SECOND_MS, lastMs: 10 * MINUTE_MS },
  credit: { firstMs: 10 * MINUTE_MS, lastMs: HOUR_MS },
  expired_credential: { firstMs: 5 * MINUTE_MS, lastMs: 6 * HOUR_MS },
  moderation_strike: { firstMs: 15 * MINUTE_MS, lastMs: 6 * HOUR_MS },
}

/** The state after something happened. The same object when nothing changes, so that nothing need be stored. */
export function healthAfter(health: Health, happening: Happening, now: number): Health {
  if (happening.kind === 'enabled') return HEALTHY
  if (happening.kind === 'disabled') return { ...HEALTHY, state: 'disabled', reason: happening.reason }
  if (health.state === 'disabled') return health
  const troubles = health.troubles + 1
  const until = ({ firstMs, lastMs }: { firstMs: number; lastMs: number }, count = troubles) =>
    now + Math.min(lastMs, firstMs * 2 ** Math.max(0, count - 1))
  switch (happening.kind) {
    case 'worked':
      return health.state === 'connected' && health.troubles === 0 && health.strikes === 0 ? health : HEALTHY
    case 'limited': {
      const { reason, retryAfterMs } = happening
      const retryAt = retryAfterMs === null ? until(PAUSES.limited) : now + Math.min(retryAfterMs, HOUR_MS)
      return { ...health, state: 'limited', reason, retryAt, troubles }
    }
    case 'broke': {
      const { reason } = happening
      if (troubles < BREAKS_UNTIL_COOL && health.state === 'connected') return { ...health, reason, troubles }
      const retryAt = until(PAUSES.cooling_down, troubles - BREAKS_UNTIL_COOL + 1)
      return { ...health, state: 'cooling_down', reason, retryAt, troubles }
    }
    case 'refused': {
      const { reason, lacks } = happening
      if (lacks === 'credit') {
        const advice = `${reason} Top up the account at the vendor.`
        return { ...health, state: 'limited', reason: advice, retryAt: until(PAUSES.credit), troubles }
      }
      const advice = `${reason} Give the account a new credential.`
      const retryAt = until(PAUSES.expired_credential)
      return { ...health, state: 'expired_credential', reason: advice, retryAt, troubles }
    }
    case 'moderated': {
      const strikes = health.strikes + 1
      if (strikes < STRIKES_UNTIL_PAUSE) return { ...health, strikes }
      const reason = `${strikes} tasks in a row were refused by moderation, the last with: ${happening.reason}`
      const retryAt = until(PAUSES.moderation_strike, strikes - STRIKES_UNTIL_PAUSE + 1)
      return { ...health, state: 'moderation_strike', reason, retryAt, strikes }
    }
  }
}

/** A vendor account, as it is stored. */
export interface AccountRecord extends Health {
  id: string
  /** null = the house's: part of the public pool. */
  tenantId: string | null
  provider: string
  name: string
  /** The fields, encrypted. null = they stand in the environment. */
  sealed: string | null
  /** Operations, or whole models, that it is used for; null = all that it can perform. */
  serves: string[] | null
  /** How many tasks it runs at once. */
  slots: number
  /** Its share among accounts of one priority. */
  weight: number
  /** The higher one is asked first. */
  priority: number
  /** Tasks that it begins on one UTC day; null = no limit. */
  dailyCap: number | null
  /** What a task on it costs, as a part of the list price. */
  priceFactor: number
  /** It finishes what it has, and begins nothing. */
  isDraining: boolean
  /** Which modes' tasks it takes. */
  mode: 'live' | 'test'
  createdAt: number
  /** Grows with every change: a writer that knows an older one is refused. */
  version: number
}
