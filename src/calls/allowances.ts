import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Call } from '../core/call.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { type Points, points } from '../core/points.ts'
import { spendLimitReached } from '../core/spend-periods.ts'
import type { AllowanceOutcome, Store } from '../store/store.ts'
import { type BookedLine, bookEnded, type Ended } from './book-ended.ts'

/**
 * The money of calls. A hold on disk for each call would cost it a millisecond, so this process holds points for a key (an
 * allowance) and lets its calls take from it in memory. Ended calls are stored and booked together, some times a second.
 */
export interface Allowances {
  /**
   * Sets aside what a call may cost. Resolves at once where the key's allowance has as much; else more is held on disk.
   * Throws `insufficient_points` or `spend_limit_reached`. Each is ended by one `book`.
   */
  reserve(caller: Caller, bound: Points): Reservation | Promise<Reservation>
  /**
   * Ends a reservation with what the call cost, which may be more than was set aside. It is stored soon, and with it the
   * outcome of the line of a batch that it answered.
   */
  book(reservation: Reservation, call: Call, line?: BookedLine): void
  /** Ends a reservation for nothing, and leaves no record of the call. */
  release(reservation: Reservation): void
  /** Stores what has ended. What could not be stored is kept, and stored later. */
  flush(): Promise<void>
  /** Writes what has ended, and gives back what is held. */
  close(): Promise<void>
}

export interface Reservation {
  readonly keyId: string
  readonly bound: Points
}

export interface AllowancesOptions {
  store: Store
  clock: Clock
  log: Logger
  /** Read at each booking: the operator may change it. */
  readonly recordDays: number
}

const BOOK_MS = 100
/** How long an allowance stands after the last call of its key. */
const IDLE_MS = 10 * SECOND_MS
const LEASE_MS = 60 * SECOND_MS
const RENEW_MS = 15 * SECOND_MS
/** How many calls like the one at hand are held for at once. */
const CALLS_AHEAD = 32
/** After a booking that failed: the calls are kept, and sent again. */
const RETRY_MS = 1_000

interface Purse {
  readonly tenantId: string
  readonly keyId: string
  readonly allowanceId: string
  /** What is held on disk, less what ended calls cost. */
  left: number
  /** What calls that are under way have set aside. */
  reserved: number
  ended: Ended[]
  raising: Promise<void> | undefined
  usedAt: number
}

export function openAllowances(options: AllowancesOptions): Allowances {
  const { store, clock, log } = options
  const holder = randomUUID()
  const purses = new Map<string, Purse>()
  /** Allowances that are not used any more and not ended yet. */
  let unused: string[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  function purseOf({ keyId, tenantId }: Pick<Caller, 'keyId' | 'tenantId'>): Purse {
    let purse = purses.get(keyId)
    if (!purse) {
      const allowanceId = newId(clock.now())
      purse = { tenantId, keyId, allowanceId, left: 0, reserved: 0, ended: [], raising: undefined, usedAt: 0 }
      purses.set(keyId, purse)
    }
    return purse
  }

  function take(purse: Purse, bound: Points): Reservation | undefined {
    if (purse.left - purse.reserved < bound) return undefined
    purse.reserved += bound
    purse.usedAt = clock.now()
    return { keyId: purse.keyId, bound }
  }

  async function raise(purse: Purse, bound: Points): Promise<void> {
    const { allowanceId: id, tenantId, keyId } = purse
    const now = clock.now()
    const lacks = points(Math.max(0, bound - (purse.left - purse.reserved)))
    const held = await store.holdAllowance({
      allowance: { id, tenantId, keyId, holder },
      least: lacks,
      wanted: points(Math.max(lacks, bound * CALLS_AHEAD)),
      leaseUntil: now + LEASE_MS,
      now,
    })
    if (held.outcome === 'held') purse.left += held.amount
    else throw refusal(held, bound, now)
  }

  async function reserveMore(caller: Caller, bound: Points): Promise<Reservation> {
    for (;;) {
      const purse = purseOf(caller)
      const taken = take(purse, bound)
      if (taken) return taken
      // One at a time for a key: the calls that wait look again at what the first has brought.
      if (purse.raising)
        await purse.raising.catch(() => {}) // the caller that raised it gets the error
      else {
        purse.raising = raise(purse, bound).finally(() => {
          purse.raising = undefined
        })
        purse.usedAt = clock.now()
        // Also where the answer was lost: the points may be held all the same, and an idle allowance is given back.
        await purse.raising.finally(begin)
      }
    }
  }

  function begin(): void {
    timer ??= setTimeout(() => void write(), BOOK_MS).unref()
  }

  /** Books what has ended, and ends the allowances that are not used any more. One at a time. */
  function write(isLast = false): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(() => writeEnded(isLast))
    return writing
  }

  async function writeEnded(isLast: boolean): Promise<void> {
    const now = clock.now()
    const busy = [...purses.values()].filter(({ ended }) => ended.length > 0)
    const parts = busy.map((purse) => ({ purse, ended: purse.ended.splice(0) }))
    const { held, left, failure } = await bookEnded(parts, {
      ...{ store, log, now, isLast },
      leaseUntil: now + LEASE_MS,
      recordExpiresAt: now + Math.round(options.recordDays * DAY_MS),
    })
    // A booking that was stored all the same is not stored twice.
    for (const { purse, ended } of parts) purse.ended.unshift(...ended.filter((one) => left.has(one)))
    for (const [purse, amount] of held) follow(purse, amount)
    try {
      if (failure !== undefined) throw failure
      await endIdle(isLast ? Number.POSITIVE_INFINITY : now - IDLE_MS, now)
    } catch (error) {
      log.error({ err: error, calls: left.size }, 'calls were not booked')
      if (isLast) throw error
      timer ??= setTimeout(() => void write(), RETRY_MS).unref()
      return
    }
    if ((purses.size > 0 || unused.length > 0) && !isLast) timer ??= setTimeout(() => void write(), BOOK_MS).unref()
  }

  /** Takes over what is held on disk: another process may have ended the allowance of one that was paused for long. */
  function follow(purse: Purse, held: Points): void {
    if (purse.raising) return
    purse.left = held - purse.ended.reduce((sum, { call }) => sum + call.pricePoints, 0)
  }

  async function endIdle(usedBefore: number, now: number): Promise<void> {
    const idle = [...purses.values()].filter(
      ({ reserved, ended, raising, usedAt }) =>
        reserved === 0 && ended.length === 0 && !raising && usedAt <= usedBefore,
    )
    for (const { keyId, allowanceId } of idle) {
      purses.delete(keyId)
      unused.push(allowanceId)
    }
    if (unused.length === 0) return
    await store.endAllowances({ which: { ids: unused }, now })
    unused = []
  }

  // Calls that take longer than a lease keep what they set aside.
  const renewal = setInterval(() => {
    if (purses.size === 0) return
    store.renewAllowances({ holder, leaseUntil: clock.now() + LEASE_MS }).catch((error: unknown) => {
      log.warn({ err: error }, 'what is held for calls was not renewed')
    })
  }, RENEW_MS).unref()

  return {
    reserve(caller, bound) {
      if (caller.mode === 'test' || bound === 0) return { keyId: caller.keyId, bound: points(0) }
      return take(purseOf(caller), bound) ?? reserveMore(caller, bound)
    },
    book({ bound }, call, line) {
      const purse = purseOf(call)
      purse.reserved -= bound
      purse.left -= call.pricePoints
      purse.ended.push({ call, line })
      purse.usedAt = clock.now()
      begin()
    },
    release({ keyId, bound }) {
      const purse = purses.get(keyId)
      if (!purse) return // of a bound of nothing
      purse.reserved -= bound
      begin()
    },
    flush: () => write(),
    async close() {
      clearInterval(renewal)
      await write(true)
      clearTimeout(timer)
    },
  }
}

function refusal(refused: Exclude<AllowanceOutcome, { outcome: 'held' }>, bound: Points, now: number): PolyphonyError {
  if (refused.outcome === 'spend_limit_reached') return spendLimitReached(refused.period, now)
  return new PolyphonyError(
    'insufficient_points',
    `The call may cost ${bound} points, and the account has ${refused.available}.`,
  )
}
