import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import { delayed, OTHERS_FIRST_MS } from '../core/delayed.ts'
import type { Delivery, DeliveryStatus } from '../core/delivery.ts'
import type { Standing } from '../core/receiver.ts'
import type { Tracer } from '../core/tracer.ts'
import type { Store } from '../store/store.ts'
import { type Attempts, openAttempts } from './attempts.ts'
import { grantSlots, type SlotLimits, slotLimits, withoutRoom } from './slots.ts'
import { openTidy } from './tidy.ts'

/**
 * The loop that sends webhooks.
 *
 * What a receiver sees: a POST with `content-type: application/json` and the three headers of Standard Webhooks.
 * Any 2xx within 15 seconds accepts it, and the answer's body is not read. 307 and 308 are followed to addresses that are
 * allowed as the first one is. 410 ends the delivery. Everything else, other redirects included, is a failed attempt: it is sent again after 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h,
 * 24 h and 24 h, each ±20 %, or later if a 429 or 503 asks for it by `Retry-After`. Every attempt has the same
 * `webhook-id` and the same body, byte for byte; timestamp and signature are new. A webhook can come twice (after a
 * lost answer or a crash) and out of order: a receiver recognises repetitions by `webhook-id`.
 *
 * While a receiver does not answer at all, its deliveries wait, and one of them is tried now and then
 * (`src/core/receiver.ts`); the others lose no attempt by that.
 */
export interface Sender {
  start(): void
  /**
   * Begins nothing more, waits up to `graceMs` for the attempts under way, then ends those that take longer: they are sent
   * again after the next start. May be called more than once, and at the same time as other stops.
   */
  stop(graceMs?: number): Promise<void>
  /** Looks for due deliveries now. */
  kick(): void
}

export interface SenderOptions {
  store: Pick<
    Store,
    | 'queueDeliveries'
    | 'listDueReceivers'
    | 'claimDeliveries'
    | 'recordAttempts'
    | 'nextDeliveryAt'
    | 'giveUpDeliveries'
    | 'forgetReceivers'
    | 'onSignal'
  >
  egress: Egress
  tracer?: Pick<Tracer, 'delivery'> | undefined
  /** Is told the outcome of each attempt, for metrics. */
  onAttempt?: (status: DeliveryStatus) => void
  /** The secret that signs a delivery, `whsec_…`: its tenant's, for the mode of its task. */
  secretOf(delivery: Pick<Delivery, 'tenantId' | 'taskId'>): Promise<string>
  clock: Clock
  /** What receivers compare with their clocks. The default: `clock`. */
  wallClock?: Clock
  log: Logger
  /** Attempts at once, over all receivers. */
  concurrency?: number
  random?: () => number
}

/** How long a delivery stays with a process that died: short enough for it to be sent within half a minute. */
export const DELIVERY_LEASE_MS = 25 * SECOND_MS
const GRACE_MS = 5 * SECOND_MS
const SWEEP_MS = SECOND_MS
/** Until a claim is tried again that found its receivers locked by another process. */
const LOCKED_MS = 50
/** New deliveries that are put into their queues at once: some milliseconds of the database's time, in which others wait. */
const QUEUED_AT_ONCE = 200
/** More than there are hosts that can be full: what has no room must not hide what has. */
const RECEIVERS_PER_TENANT = 16

/**
 * A turn puts what is new into the queues of its receivers, asks which receivers have something due, shares the free slots
 * out among them (`slots.ts`) and claims that many deliveries of each. What is claimed is begun at once, so nothing that
 * waits is in memory, and what can have no slot now costs nothing but its row.
 */
export function openSender(options: SenderOptions): Sender {
  const { store, egress, secretOf, clock, wallClock = clock, log, concurrency = 64, onAttempt, tracer } = options
  const { random = Math.random } = options
  const limits = slotLimits(concurrency)
  const halt = new AbortController()
  const { signal } = halt
  const attempts = openAttempts({
    store,
    egress,
    secretOf,
    clock,
    wallClock,
    log,
    random,
    signal,
    onSlotFree: claimMore,
    onAttempt,
    tracer,
  })
  const tidy = openTidy({ store, clock, log })
  let running = false
  let turn: Promise<void> | undefined
  let wokenMeanwhile = false
  /** More may be due than was claimed: an attempt that ends makes room to claim again. */
  let moreDue = false
  /** Something new may wait to be put into its queue: after a signal, and at every sweep. */
  let mayBeNew = true
  let timer: NodeJS.Timeout | undefined
  let stopListening: (() => void) | undefined

  function lookForNew(): void {
    mayBeNew = true
    wake()
  }

  const lookElsewhere = delayed(OTHERS_FIRST_MS, lookForNew)

  function wake(): void {
    if (!running) return
    if (turn) {
      wokenMeanwhile = true
      return
    }
    turn = takeTurn().finally(() => {
      turn = undefined
      if (!wokenMeanwhile) return
      wokenMeanwhile = false
      wake()
    })
  }

  /** Starts what is due and may start, and sets the timer. Never rejects. */
  async function takeTurn(): Promise<void> {
    clearTimeout(timer)
    let waitMs = SWEEP_MS
    try {
      waitMs = await sendDue()
      if (running) await tidy()
    } catch (error) {
      log.error({ err: error }, 'the webhooks that are due could not be claimed; trying again')
    }
    if (running) timer = setTimeout(lookForNew, waitMs)
  }

  /** Returns how long there is nothing to do, in milliseconds. */
  async function sendDue(): Promise<number> {
    let idleMs = moreDue ? 0 : await untilDueMs()
    moreDue = true // an attempt that ends in the meantime may make the room that is missing
    while (running && idleMs <= 0) {
      const isAllQueued = (await queueNew()) < QUEUED_AT_ONCE
      const { granted, claimed } = await claim()
      if (!isAllQueued) continue
      if (claimed > 0 && claimed === granted) return SWEEP_MS // there is no more room
      idleMs = await untilDueMs()
      if (idleMs <= 0 && claimed === 0) return granted > 0 ? LOCKED_MS : SWEEP_MS
    }
    moreDue = false
    return Math.min(idleMs, SWEEP_MS)
  }

  async function untilDueMs(): Promise<number> {
    const nextAt = await store.nextDeliveryAt({})
    return nextAt === null ? SWEEP_MS : nextAt - clock.now()
  }

  async function queueNew(): Promise<number> {
    if (!mayBeNew) return 0
    mayBeNew = false // before the look: a signal meanwhile means another
    const queued = await store.queueDeliveries({ limit: QUEUED_AT_ONCE, now: clock.now() })
    if (queued === QUEUED_AT_ONCE) mayBeNew = true
    return queued
  }

  /** How many deliveries the receivers were granted slots for, and how many were due and begun. */
  async function claim(): Promise<{ granted: number; claimed: number }> {
    const { granted, deliveries } = await claimDeliveries(store, attempts, limits, clock.now())
    for (const { delivery, standing } of deliveries) {
      if (!running) break // the lease runs out, or is released by the next start
      attempts.begin(delivery, standing)
    }
    return { granted, claimed: deliveries.length }
  }

  function claimMore(): void {
    if (moreDue) wake()
  }

  return {
    start() {
      if (running) return
      running = true
      stopListening = store.onSignal(({ kind }, isOwn) => {
        if (kind !== 'delivery') return
        if (isOwn) lookForNew()
        else lookElsewhere()
      })
      wake()
    },

    kick: lookForNew,

    async stop(graceMs = GRACE_MS) {
      running = false
      stopListening?.()
      lookElsewhere.cancel()
      clearTimeout(timer)
      const impatience = setTimeout(() => halt.abort(), graceMs)
      await turn
      clearTimeout(timer)
      await attempts.settled()
      clearTimeout(impatience)
    },
  }
}

/** Shares the free slots out among the receivers with something due, and claims that many deliveries of each. */
async function claimDeliveries(
  store: SenderOptions['store'],
  attempts: Attempts,
  limits: SlotLimits,
  now: number,
): Promise<{ granted: number; deliveries: { delivery: Delivery; standing: Standing }[] }> {
  const { standings, except } = withoutRoom(attempts.inSlots(), limits, now)
  const due = await store.listDueReceivers({ standings, perTenant: RECEIVERS_PER_TENANT, except, now })
  const receivers = grantSlots(due, attempts.inSlots(), limits, now)
  if (receivers.length === 0) return { granted: 0, deliveries: [] }
  const lease = { inHand: attempts.ids(), leaseMs: DELIVERY_LEASE_MS, now }
  const claimed = await store.claimDeliveries({ receivers, ...lease })
  const standingOf = new Map(receivers.map(({ tenantId, host, standing }) => [`${tenantId}\n${host}`, standing]))
  const deliveries = claimed.map((delivery) => {
    return { delivery, standing: standingOf.get(`${delivery.tenantId}\n${delivery.host}`) ?? 'new' }
  })
  return { granted: receivers.reduce((sum, { limit }) => sum + limit, 0), deliveries }
}
