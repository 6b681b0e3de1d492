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

export type AccountEvent =
  /** New work was taken, or a probe got through. */
  | { kind: 'worked' }
  /** The vendor answered about work that it has. That shows that it can be reached, and not that it would take more. */
  | { kind: 'answered' }
  /** A task came to a result. */
  | { kind: 'delivered' }
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

interface Pause {
  firstMs: number
  lastMs: number
}

const PAUSES = {
  limited: { firstMs: 15 * SECOND_MS, lastMs: 10 * MINUTE_MS },
  cooling_down: { firstMs: 10 * SECOND_MS, lastMs: 10 * MINUTE_MS },
  credit: { firstMs: 10 * MINUTE_MS, lastMs: HOUR_MS },
  expired_credential: { firstMs: 5 * MINUTE_MS, lastMs: 6 * HOUR_MS },
  moderation_strike: { firstMs: 15 * MINUTE_MS, lastMs: 6 * HOUR_MS },
} satisfies Record<string, Pause>
/** What a vendor asks for, within reason. */
const ASKED_PAUSE = { firstMs: SECOND_MS, lastMs: HOUR_MS }

/** The state after something happened. The same object when nothing changes, so that nothing need be stored. */
export function healthAfter(health: Health, happening: AccountEvent, now: number): Health {
  if (happening.kind === 'enabled') return HEALTHY
  if (happening.kind === 'disabled') return { ...HEALTHY, state: 'disabled', reason: happening.reason }
  if (health.state === 'disabled') return health
  switch (happening.kind) {
    case 'worked': {
      const isWell = health.state === 'connected' && health.troubles === 0
      return isWell ? health : { ...HEALTHY, strikes: health.strikes }
    }
    case 'answered':
      return health.state === 'connected' && health.troubles > 0 ? { ...health, troubles: 0 } : health
    case 'delivered':
      return health.strikes > 0 ? { ...health, strikes: 0 } : health
    case 'moderated':
      return afterStrike(health, happening.reason, now)
    case 'broke':
      return afterBreak(health, happening.reason, now)
    case 'limited': {
      const { reason, retryAfterMs } = happening
      if (retryAfterMs === null && isEcho(health, 'limited', now)) return health
      const troubles = troublesAs(health, 'limited', now)
      const waitMs = retryAfterMs === null ? pauseMs(PAUSES.limited, troubles) : within(ASKED_PAUSE, retryAfterMs)
      return paused(health, { state: 'limited', reason, retryAt: now + waitMs, troubles }, now)
    }
    case 'refused':
      return afterRefusal(health, happening, now)
  }
}

function afterBreak(health: Health, reason: string, now: number): Health {
  if (isEcho(health, 'cooling_down', now)) return health
  const isCounting = health.state === 'connected' || health.state === 'cooling_down'
  const troubles = isCounting ? health.troubles + 1 : BREAKS_UNTIL_COOL
  if (health.state === 'connected' && troubles < BREAKS_UNTIL_COOL) return { ...health, troubles }
  const retryAt = now + pauseMs(PAUSES.cooling_down, troubles - BREAKS_UNTIL_COOL + 1)
  return paused(health, { state: 'cooling_down', reason, retryAt, troubles }, now)
}

function afterRefusal(health: Health, refusal: AccountEvent & { kind: 'refused' }, now: number): Health {
  const lacksCredit = refusal.lacks === 'credit'
  const state = lacksCredit ? 'limited' : 'expired_credential'
  if (!lacksCredit && isEcho(health, state, now)) return health
  const advice = lacksCredit ? 'Top up the account at the vendor.' : 'Give the account a new credential.'
  const troubles = troublesAs(health, state, now)
  const retryAt = now + pauseMs(lacksCredit ? PAUSES.credit : PAUSES.expired_credential, troubles)
  return paused(health, { state, reason: `${refusal.reason} ${advice}`, retryAt, troubles }, now)
}

function afterStrike(health: Health, why: string, now: number): Health {
  if (isEcho(health, 'moderation_strike', now)) return health
  const strikes = health.strikes + 1
  if (strikes < STRIKES_UNTIL_PAUSE) return { ...health, strikes }
  const reason = `${strikes} tasks in a row were refused by moderation, the last with: ${why}`
  const retryAt = now + pauseMs(PAUSES.moderation_strike, strikes - STRIKES_UNTIL_PAUSE + 1)
  return { ...paused(health, { state: 'moderation_strike', reason, retryAt, troubles: 0 }, now), strikes }
}

/** The account with a pause. One that lasts longer goes on: calls that were under way report their own failures. */
function paused(health: Health, next: Omit<Health, 'strikes'> & { retryAt: number }, now: number): Health {
  const goesOn = isResting(health, now) && (health.retryAt ?? 0) >= next.retryAt
  return goesOn ? health : { ...health, ...next }
}

/**
 * Trouble of the kind for which the account rests already: from calls that were under way, many at once perhaps. Counted,
 * a moment's trouble would rest an account for as long as hours of it.
 */
function isEcho(health: Health, state: AccountState, now: number): boolean {
  return health.state === state && isResting(health, now)
}

function isResting({ retryAt }: Health, now: number): boolean {
  return retryAt !== null && retryAt > now
}

/** Troubles of this kind in a row, with this one. */
function troublesAs(health: Health, state: AccountState, now: number): number {
  if (health.state !== state) return 1
  return health.troubles + (isResting(health, now) ? 0 : 1)
}

/** Twice as long with each trouble of a row. */
function pauseMs(pause: Pause, troubles: number): number {
  return within(pause, pause.firstMs * 2 ** (troubles - 1))
}

function within({ firstMs, lastMs }: Pause, ms: number): number {
  return Math.min(lastMs, Math.max(firstMs, ms))
}

/** A vendor account, as it is stored. */
export interface AccountRecord extends Health {
  id: string
  /** null = the operator's: part of the public pool. */
  tenantId: string | null
  provider: string
  name: string
  /** The fields, encrypted. null = they are in the environment. */
  sealed: string | null
  /** Operations, or whole models, that it is used for; null = all that it can perform. */
  serves: string[] | null
  /** How many tasks it runs at once. */
  slots: number
  /** Its share among accounts of one priority. */
  weight: number
  /** The higher one gets tasks first. */
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
