import type { Logger } from 'pino'
import type { Call, CallBooking } from '../core/call.ts'
import type { BatchLine } from '../core/call-batch.ts'
import { MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { type Points, points } from '../core/points.ts'
import type { Store } from '../store/store.ts'

/** The outcome of a line of a batch. */
export interface BookedLine {
  outcome: BatchLine
  /** Called when it is on disk, with its call, and when it is given up. */
  stored(): void
}

/** A call that has ended and is not booked yet. */
export interface Ended {
  call: Call
  line: BookedLine | undefined
  /** Of one that the store refuses although it answers: since when, and when it is tried again. */
  refused?: { since: number; retryAt: number }
}

/** What pays for calls. */
type Payer = Pick<CallBooking, 'tenantId' | 'keyId' | 'allowanceId'>

/** Ended calls of one payer. */
export interface EndedPart<From extends Payer> {
  readonly purse: From
  readonly ended: readonly Ended[]
}

export interface BookEndedOptions {
  store: Pick<Store, 'bookCalls'>
  log: Logger
  now: number
  leaseUntil: number
  recordExpiresAt: number
  /** There is no later: what is refused now is given up. */
  isLast: boolean
}

export interface BookEndedResult<From> {
  /** What each payer that was booked for holds now. */
  held: ReadonlyMap<From, Points>
  /** Those that have to be booked later. */
  left: ReadonlySet<Ended>
  /** Why the store could not be asked further; undefined where all were tried. */
  failure: unknown
}

/** How long a call that the store refuses is tried again: what is wrong may be the database, and not the call. */
const GIVE_UP_MS = 10 * MINUTE_MS
const RETRY_MS = 5 * SECOND_MS

/** Temporary, for whatever is stored. */
const UNAVAILABLE: ReadonlySet<string> = new Set(['store_unavailable', 'storage_full', 'overloaded'])

/**
 * Books calls together. Where the store refuses this although it answers, they are booked in halves, down to the call that it
 * refuses: that one keeps no other waiting. It is logged, booked without the items that its vendor keeps, and given up where
 * that is refused for long, too; its hold is then returned with the rest of the allowance. Never throws.
 */
export async function bookEnded<From extends Payer>(
  parts: readonly EndedPart<From>[],
  { store, log, now, leaseUntil, recordExpiresAt, isLast }: BookEndedOptions,
): Promise<BookEndedResult<From>> {
  const held = new Map<From, Points>()
  const left = new Set(parts.flatMap(({ ended }) => ended))

  async function bookTogether(some: readonly EndedPart<From>[]): Promise<void> {
    const amounts = await store.bookCalls({
      bookings: some.map(({ purse: { tenantId, keyId, allowanceId }, ended }) => ({
        tenantId,
        keyId,
        allowanceId,
        calls: ended.map(({ call }) => call),
        lines: ended.flatMap(({ line }) => line?.outcome ?? []),
      })),
      leaseUntil,
      recordExpiresAt,
      now,
    })
    some.forEach(({ purse, ended }, index) => {
      held.set(purse, amounts[index] ?? points(0))
      for (const one of ended) settle(one)
    })
  }

  function settle(one: Ended): void {
    left.delete(one)
    one.line?.stored()
  }

  async function bookInHalves(some: readonly EndedPart<From>[]): Promise<void> {
    if (some.length === 0) return
    try {
      await bookTogether(some)
    } catch (error) {
      if (error instanceof PolyphonyError && UNAVAILABLE.has(error.code)) throw error
      const [part] = some
      const [one] = part?.ended ?? []
      const isAlone = some.length === 1 && part?.ended.length === 1
      if (isAlone && one) await bookRefused(part.purse, one, error)
      else for (const half of halvesOf(some)) await bookInHalves(half)
    }
  }

  async function bookRefused(purse: From, one: Ended, error: unknown): Promise<void> {
    if (!one.refused) {
      log.error({ err: error, call: one.call.id }, 'the database refuses a call; it is booked without its items')
      one.refused = { since: now, retryAt: now + RETRY_MS }
      const { itemIds: _refused, ...bare } = one.call
      one.call = bare
      await bookInHalves([{ purse, ended: [one] }])
    } else if (!isLast && now - one.refused.since < GIVE_UP_MS) {
      one.refused.retryAt = now + RETRY_MS
    } else {
      log.error({ err: error, call: one.call }, 'a call that the database refuses is not booked')
      settle(one) // the line counts as one that was never called
    }
  }

  try {
    await bookInHalves(partsWith(parts, ({ refused }) => !refused))
    for (const { purse, ended } of partsWith(parts, ({ refused }) => refused && (isLast || refused.retryAt <= now)))
      for (const one of ended) await bookInHalves([{ purse, ended: [one] }])
    return { held, left, failure: undefined }
  } catch (failure) {
    return { held, left, failure }
  }
}

function partsWith<From extends Payer>(
  parts: readonly EndedPart<From>[],
  isWanted: (one: Ended) => unknown,
): EndedPart<From>[] {
  return parts
    .map(({ purse, ended }) => ({ purse, ended: ended.filter(isWanted) }))
    .filter(({ ended }) => ended.length > 0)
}

/** By their payers, then by their calls. */
function halvesOf<From extends Payer>(parts: readonly EndedPart<From>[]): EndedPart<From>[][] {
  const [only] = parts
  if (parts.length > 1 || !only) {
    const middle = Math.ceil(parts.length / 2)
    return [parts.slice(0, middle), parts.slice(middle)]
  }
  const { purse, ended } = only
  const middle = Math.ceil(ended.length / 2)
  return [[{ purse, ended: ended.slice(0, middle) }], [{ purse, ended: ended.slice(middle) }]]
}
