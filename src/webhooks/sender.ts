import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import type { Delivery } from '../core/delivery.ts'
import type { Store } from '../store/store.ts'
import { attemptDelivery } from './attempt.ts'
import { Lanes } from './lanes.ts'

/**
 * The loop that sends webhooks.
 *
 * What a receiver sees: a POST with `content-type: application/json` and the three headers of Standard Webhooks.
 * Any 2xx within 15 seconds accepts it, and the answer's body is not read. 410 ends the delivery. Everything else,
 * redirects included, is a failed attempt: it is sent again after 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h,
 * 24 h and 24 h, each ±20 %, or later if a 429 or 503 asks for it by `Retry-After`. Every attempt has the same
 * `webhook-id` and the same body, byte for byte; timestamp and signature are new. A webhook can come twice (after a
 * lost answer or a crash) and out of order: a receiver recognises repetitions by `webhook-id`.
 */
export interface Sender {
  start(): void
  /** Waits for the attempts under way, then ends those that take too long: they are sent again after the next start. */
  stop(): Promise<void>
  /** Looks for due deliveries now. */
  kick(): void
}

export interface SenderOptions {
  store: Pick<Store, 'claimDeliveries' | 'recordAttempt' | 'nextDeliveryAt' | 'onSignal'>
  egress: Egress
  /** The secret that signs a delivery, `whsec_…`: its tenant's, for the mode of its task. */
  secretOf(delivery: Pick<Delivery, 'tenantId' | 'taskId'>): Promise<string>
  clock: Clock
  log: Logger
  /** Attempts at once, over all receivers. */
  concurrency?: number
  random?: () => number
  /** How long `stop` waits. */
  stopMs?: number
}

/** How long a delivery stays with a process that died: short enough for it to be sent within half a minute. */
export const DELIVERY_LEASE_MS = 25 * SECOND_MS
/** A delivery with less than this left of its lease is not begun: the attempt (15 s at most) has to fit in. */
const ATTEMPT_ROOM_MS = 17 * SECOND_MS
const SWEEP_MS = SECOND_MS
const SLOTS_PER_HOST = 8
/** How many deliveries at once are claimed to find some for other hosts, behind those of a host that is busy. */
const LOOK_AHEAD = 256
const MAX_WAITING = 1_000

/**
 * Deliveries are claimed in the order in which they are due, a free slot each. One host gets eight slots, so when
 * deliveries of a busy host wait for all the others, the loop looks ahead: it claims a bigger batch, starts what is for
 * other hosts and keeps the rest waiting. A full batch says that there is a long line; then the next look ahead comes
 * a second later, so that a busy but healthy host empties its line in order. What finds no room to wait, or waits
 * until its lease gets short, is set aside: its lease runs out and it is claimed again, behind the others.
 */
export function openSender(options: SenderOptions): Sender {
  const {
    store,
    egress,
    secretOf,
    clock,
    log,
    concurrency = 64,
    random = Math.random,
    stopMs = 5 * SECOND_MS,
  } = options
  const lanes = new Lanes<Delivery>({ slots: concurrency, slotsPerLane: SLOTS_PER_HOST, maxWaiting: MAX_WAITING })
  const underWay = new Set<Promise<void>>()
  const halt = new AbortController()
  let running = false
  let turn: Promise<void> | undefined
  let wokenMeanwhile = false
  /** More may be due than was claimed: an attempt that ends makes room to claim again. */
  let moreDue = false
  /** Set after a look ahead that found a long line: the next one waits for it. */
  let rest: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  let stopListening: (() => void) | undefined

  function wake(): void {
    if (!running) return
    if (turn) {
      wokenMeanwhile = true
      return
    }
    turn = sendDue().finally(() => {
      turn = undefined
      if (!wokenMeanwhile) return
      wokenMeanwhile = false
      wake()
    })
  }

  /** Starts what is due and may start, and sets the timer. Never rejects. */
  async function sendDue(): Promise<void> {
    clearTimeout(timer)
    let waitMs = SWEEP_MS
    startWaiting() // what waited too long is set aside, even when no attempt ends
    try {
      let nextAt = await store.nextDeliveryAt({})
      while (running && nextAt !== null && nextAt <= clock.now() && (await claim())) {
        nextAt = await store.nextDeliveryAt({})
      }
      const untilDueMs = nextAt === null ? SWEEP_MS : nextAt - clock.now()
      // Due and not claimed: there is no room now.
      if (untilDueMs > 0) waitMs = Math.min(untilDueMs, SWEEP_MS)
    } catch (error) {
      log.error({ err: error }, 'The webhooks that are due could not be claimed; trying again')
    }
    if (running) timer = setTimeout(wake, waitMs)
  }

  /** True when more should be claimed at once. */
  async function claim(): Promise<boolean> {
    const room = lanes.freeSlots - lanes.waiting
    const looksAhead = lanes.waiting > 0 && room < concurrency / 4
    moreDue = true
    if (lanes.freeSlots === 0 || (looksAhead && rest)) return false
    const limit = looksAhead ? LOOK_AHEAD : room
    const due = await store.claimDeliveries({ limit, leaseMs: DELIVERY_LEASE_MS, now: clock.now() })
    for (const delivery of due) lanes.offer(hostOf(delivery), delivery)
    startWaiting()
    moreDue = due.length === limit
    if (!looksAhead || !moreDue) return moreDue
    rest = setTimeout(() => {
      rest = undefined
      wake()
    }, SWEEP_MS)
    return false
  }

  function startWaiting(): void {
    while (running) {
      const next = lanes.take()
      if (!next) return
      if (next.item.dueAt - clock.now() < ATTEMPT_ROOM_MS) lanes.done(next.name)
      else start(next.name, next.item)
    }
  }

  function start(lane: string, delivery: Delivery): void {
    const work = send(delivery).finally(() => {
      underWay.delete(work)
      lanes.done(lane)
      startWaiting()
      if (moreDue) wake()
    })
    underWay.add(work)
  }

  /** One attempt, written down. Never rejects: what was not written down is sent again when the lease runs out. */
  async function send(delivery: Delivery): Promise<void> {
    const { id, claim, taskId } = delivery
    const about = { delivery: id, task: taskId }
    try {
      const secret = await secretOf(delivery)
      const outcome = await attemptDelivery(delivery, { egress, secret, clock, random, signal: halt.signal })
      const held = await store.recordAttempt({ id, claim, ...outcome })
      const { error } = outcome.attempt
      if (!held) log.warn(about, 'A webhook was sent after its lease was lost; it may come twice')
      else if (outcome.status === 'failed') log.warn({ ...about, error }, 'A webhook was given up')
      else if (error !== null) log.info({ ...about, error, nextAt: outcome.dueAt }, 'A webhook was not accepted')
    } catch (error) {
      if (halt.signal.aborted) log.info(about, 'A webhook was interrupted by the stop; it will be sent again')
      else log.error({ ...about, err: error }, 'An attempt could not be made or written down; it will be repeated')
    }
  }

  return {
    start() {
      if (running) return
      running = true
      stopListening = store.onSignal(({ kind }) => {
        if (kind === 'delivery') wake()
      })
      wake()
    },

    kick: wake,

    async stop() {
      running = false
      stopListening?.()
      clearTimeout(timer)
      await turn
      clearTimeout(timer)
      clearTimeout(rest)
      const impatience = setTimeout(() => halt.abort(), stopMs)
      await Promise.all(underWay)
      clearTimeout(impatience)
    },
  }
}

function hostOf({ url }: Delivery): string {
  return URL.parse(url)?.host ?? url
}
