import { HOUR_MS, MINUTE_MS, SECOND_MS } from './clock.ts'

/**
 * The state of an account, as its calls show it:
 *
 * - connected:          takes work
 * - limited:            the limit of the account at its vendor is reached, or it has no credit
 * - cooling_down:       several calls in a row failed to get through
 * - moderation_strike:  the vendor refused the content of too many tasks in a row; more may cost the account
 * - expired_credential: the vendor rejects the key
 * - disabled:           switched off by its owner, or no longer configured
 *
 * Every state except `disabled` ends by itself: at `retryAt` the account is probed, and connected if that succeeds.
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
  /** Explains the state to the person who manages the account; '' when connected. */
  reason: string
  /** When the account is tried again; null = only its owner can change the state. */
  retryAt: number | null
  /** Failures of one kind in a row: each makes the next pause longer. */
  troubles: number
  /** Tasks in a row that were refused by moderation. */
  strikes: number
}

export type AccountEvent =
  /** The vendor accepted new work, or a probe succeeded. */
  | { kind: 'worked' }
  /** The vendor reported on running work. It is reachable, but may still refuse new work. */
  | { kind: 'answered' }
  /** A task delivered its result. */
  | { kind: 'delivered' }
  /** The vendor refused new work for now. */
  | { kind: 'limited'; reason: string; retryAfterMs: number | null }
  /** No answer, or a server error. */
  | { kind: 'broke'; reason: string }
  | { kind: 'refused'; reason: string; lacks: 'credential' | 'credit' }
  | { kind: 'moderated'; reason: string }
  | { kind: 'disabled'; reason: string }
  /** Its owner switched it on, which also ends a pause. */
  | { kind: 'enabled' }

export const HEALTHY: Health = { state: 'connected', reason: '', retryAt: null, troubles: 0, strikes: 0 }

/** Single failures happen; only several in a row are the account's fault. */
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
/** Bounds for a pause that the vendor itself requests. */
const REQUESTED_PAUSE = { firstMs: SECOND_MS, lastMs: HOUR_MS }

/** The health after an event. Returns the same object when nothing changes, so that nothing need be stored. */
export function healthAfter(health: Health, event: AccountEvent, now: number): Health {
  const isSwitched = event.kind === 'enabled' || event.kind === 'disabled'
  if (health.state === 'disabled' && !isSwitched) return health
  switch (event.kind) {
    case 'enabled':
      return HEALTHY
    case 'disabled':
      return { ...HEALTHY, state: 'disabled', reason: event.reason }
    case 'worked': {
      const isWell = health.state === 'connected' && health.troubles === 0
      return isWell ? health : { ...HEALTHY, strikes: health.strikes }
    }
    case 'answered':
      return health.state === 'connected' && health.troubles > 0 ? { ...health, troubles: 0 } : health
    case 'delivered':
      return health.strikes > 0 ? { ...health, strikes: 0 } : health
    case 'moderated':
      return afterStrike(health, event.reason, now)
    case 'broke':
      return afterBreak(health, event.reason, now)
    case 'limited': {
      const { reason, retryAfterMs } = event
      if (retryAfterMs === null && isEcho(health, 'limited', now)) return health
      const troubles = troublesAs(health, 'limited', now)
      const waitMs = retryAfterMs === null ? pauseMs(PAUSES.limited, troubles) : within(REQUESTED_PAUSE, retryAfterMs)
      return paused(health, { state: 'limited', reason, retryAt: now + waitMs, troubles }, now)
    }
    case 'refused':
      return afterRefusal(health, event, now)
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

/** Begins a pause, unless a longer one is running: late failures of parallel calls must not shorten it. */
function paused(health: Health, next: Omit<Health, 'strikes'> & { retryAt: number }, now: number): Health {
  const isLonger = isPaused(health, now) && (health.retryAt ?? 0) >= next.retryAt
  return isLonger ? health : { ...health, ...next }
}

/**
 * A duplicate failure during a pause for the same reason, as of parallel calls. If these counted, one moment's failures
 * would pause an account for as long as hours of them.
 */
function isEcho(health: Health, state: AccountState, now: number): boolean {
  return health.state === state && isPaused(health, now)
}

function isPaused({ retryAt }: Health, now: number): boolean {
  return retryAt !== null && retryAt > now
}

/** Failures of this kind in a row, including this one. */
function troublesAs(health: Health, state: AccountState, now: number): number {
  if (health.state !== state) return 1
  return health.troubles + (isPaused(health, now) ? 0 : 1)
}

/** Doubles with each failure in a row. */
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
  /** Operations, or whole models, that it is used for; null = everything that it can perform. */
  serves: string[] | null
  /** How many tasks it runs at once. */
  slots: number
  /** Its share among accounts of the same priority. */
  weight: number
  /** Accounts of higher priority are filled first. */
  priority: number
  /** Tasks that it begins on one UTC day; null = no limit. */
  dailyCap: number | null
  /** What a task on it costs, as a fraction of the list price. */
  priceFactor: number
  /** It finishes its running tasks and begins no new ones. */
  isDraining: boolean
  /** Which modes' tasks it takes. */
  mode: 'live' | 'test'
  createdAt: number
  /** Grows with every change; a write that names an older version is refused. */
  version: number
}

/** The settings of an account whose owner gives none. */
export const DEFAULT_ACCOUNT = {
  serves: null,
  weight: 1,
  priority: 0,
  dailyCap: null,
  priceFactor: 1,
  isDraining: false,
  mode: 'live',
  version: 0,
  ...HEALTHY,
} as const satisfies Partial<AccountRecord>
