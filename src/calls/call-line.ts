import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Call } from '../core/call.ts'
import { type BatchLine, type CallBatch, lineCallId } from '../core/call-batch.ts'
import type { Caller } from '../core/caller.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { Allowances, Reservation } from './allowances.ts'
import type { BatchFormat, LineEnd } from './batch-format.ts'
import type { CallAnswer, Calls } from './calls.ts'
import { parsedLine } from './check-batch.ts'
import type { Line } from './jsonl.ts'
import type { LineSlots } from './line-slots.ts'

export interface LineParts {
  calls: Calls
  allowances: Allowances
  slots: LineSlots
  priceFactor: number
  clock: Clock
  log: Logger
}

/** A batch as its lines are called. */
export interface LineBatch {
  readonly batch: CallBatch
  readonly format: BatchFormat
  /** Rejects for a key that was revoked or has expired. */
  callerNow(): Promise<Caller>
  /** Ends when no more lines are to be begun. */
  readonly halted: AbortSignal
  /** Ends when lines that are under way are to be given up, without an outcome. */
  readonly cut: AbortSignal
  /** Takes the outcome of a line, with its call where there was one, to store it. */
  ended(outcome: BatchLine, booking: Booking | undefined): void
}

export interface Booking {
  reservation: Reservation
  call: Call
}

/** How often a line is tried at vendors that cannot be reached. */
const MAX_TRIES = 5
/** What passes, however long it takes, until the time of the batch is over: limits of vendors, and troubles of our own. */
const WAITED_FOR: ReadonlySet<string> = new Set(['account_busy', 'store_unavailable', 'overloaded'])
const MAX_PAUSE_MS = MINUTE_MS

/**
 * Calls one line, and again as long as that may help, and stores its outcome. It has a slot of its tenant, which it gives
 * back. Without an outcome it ends where it was given up.
 */
export async function callLine(line: Line, of: LineBatch, parts: LineParts): Promise<void> {
  const { batch, halted, cut } = of
  const { slots, allowances } = parts
  let hasSlot = true
  try {
    const json = parsedLine(line.bytes)
    let tries = 0
    for (let pauses = 1; ; pauses++) {
      const { end, booking } = await callOnce(json, line.index, of, parts)
      if (cut.aborted) {
        if (booking) allowances.release(booking.reservation)
        return
      }
      if (end.kind === 'refused' && end.error.code === 'vendor_unreachable') tries++
      const pauseMs = pauseAfter(end, { tries, pauses, isCalled: booking !== undefined, batch })
      if (pauseMs === undefined) {
        of.ended({ batchId: batch.id, index: line.index, ...resultOf(json, end, of, parts) }, booking)
        return
      }
      if (booking) allowances.release(booking.reservation)
      slots.release(batch.tenantId)
      hasSlot = false
      if (!(await waited(pauseMs, halted))) return
      hasSlot = await slots.take(batch.tenantId, halted).then(
        () => true,
        () => false, // no more lines are begun
      )
      if (!hasSlot) return
    }
  } finally {
    if (hasSlot) slots.release(batch.tenantId)
  }
}

/** A result that cannot be written is an error of its line: calling it again would cost again. */
function resultOf(
  json: JsonObject,
  end: LineEnd,
  { format, batch }: LineBatch,
  { log, clock }: LineParts,
): { text: string; isSuccess: boolean } {
  try {
    return format.resultOf(json, end)
  } catch (cause) {
    const isKnown = cause instanceof PolyphonyError
    if (!isKnown) log.error({ err: cause, batch: batch.id }, 'the result of a line could not be written')
    const error = isKnown
      ? cause
      : new PolyphonyError('internal', 'The result of the line could not be written.', { cause })
    return format.resultOf(json, { kind: 'refused', error, requestId: newId(clock.now()) })
  }
}

async function callOnce(
  json: JsonObject,
  index: number,
  of: LineBatch,
  { calls, priceFactor, clock, log }: LineParts,
): Promise<{ end: LineEnd; booking: Booking | undefined }> {
  const { batch, format, cut } = of
  const requestId = newId(clock.now())
  const { promise: booked, resolve } = Promise.withResolvers<Booking>()
  let booking: Booking | undefined
  // A signal of its own: each call leaves a listener at the one that it gets, and `cut` lives as long as the batch.
  const leaving = new AbortController()
  const leave = (): void => leaving.abort(cut.reason)
  if (cut.aborted) leave()
  cut.addEventListener('abort', leave, { once: true })
  try {
    const caller = await of.callerNow()
    const answer = await calls.answer({
      ...(await format.requestOf(json, batch, caller)),
      caller,
      requestId,
      query: '',
      isStreamed: false,
      batched: {
        batchId: batch.id,
        callId: lineCallId(batch.id, index),
        priceFactor,
        ended(reservation, call) {
          booking = { reservation, call }
          resolve(booking)
        },
      },
      signal: leaving.signal,
    })
    const body = await textOf(answer)
    return { end: { kind: 'answered', status: answer.status, body, requestId }, booking: await booked }
  } catch (error) {
    const isKnown = error instanceof PolyphonyError
    if (!isKnown) log.error({ err: error, batch: batch.id, line: index }, 'a line of a batch failed')
    const known = isKnown ? error : new PolyphonyError('internal', 'The line could not be called.', { cause: error })
    return { end: { kind: 'refused', error: known, requestId }, booking }
  } finally {
    cut.removeEventListener('abort', leave)
  }
}

async function textOf({ body }: CallAnswer): Promise<string> {
  if (typeof body === 'string') return body
  return Buffer.isBuffer(body) ? body.toString() : text(body)
}

/** How long to wait before the line is called again; undefined where that does not help. A test key waits for no vendor. */
export function pauseAfter(
  end: LineEnd,
  { tries, pauses, isCalled, batch }: { tries: number; pauses: number; isCalled: boolean; batch: CallBatch },
): number | undefined {
  if (end.kind !== 'refused') return undefined
  const { code, details } = end.error
  const askedMs = SECOND_MS * (details.retryAfterSeconds ?? 0)
  // Refused before the call: by the key's own limit of tokens, which fills again all the time.
  if (code === 'rate_limited' && !isCalled) return Math.max(SECOND_MS, askedMs)
  if (batch.mode === 'test') return undefined
  if (!WAITED_FOR.has(code) && (code !== 'vendor_unreachable' || tries >= MAX_TRIES)) return undefined
  const backOff = SECOND_MS * 2 ** Math.min(pauses - 1, 6)
  return Math.min(MAX_PAUSE_MS, Math.max(backOff, askedMs))
}

/** False when the wait was ended. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false)
}
