import type { Logger } from 'pino'
import type { Egress } from '../assets/egress.ts'
import { type Clock, SECOND_MS } from '../core/clock.ts'
import type { Delivery, DeliveryStatus } from '../core/delivery.ts'
import type { Standing } from '../core/receiver.ts'
import type { CallEnd, Tracer } from '../core/tracer.ts'
import type { Store } from '../store/store.ts'
import { attemptDelivery, type Outcome } from './attempt.ts'
import { openAttemptLog } from './attempt-log.ts'
import type { InHand } from './slots.ts'

/** The attempts under way in this process. */
export interface Attempts {
  /** Ids of deliveries, until the attempt is written down. */
  ids(): string[]
  /** Attempts that occupy slots. */
  inSlots(): InHand[]
  begin(delivery: Delivery, standing: Standing): void
  /** Resolves when every attempt has ended. */
  settled(): Promise<void>
}

export interface AttemptsOptions {
  store: Pick<Store, 'recordAttempts'>
  egress: Egress
  secretOf(delivery: Pick<Delivery, 'tenantId' | 'taskId'>): Promise<string>
  clock: Clock
  /** What receivers compare with their clocks. */
  wallClock: Clock
  log: Logger
  random: () => number
  /** Ends what is under way. */
  signal: AbortSignal
  onSlotFree: () => void
  tracer?: Pick<Tracer, 'delivery'> | undefined
  /** Is told the outcome of each attempt, for metrics. */
  onAttempt?: ((status: DeliveryStatus) => void) | undefined
}

/** A delivery with less than this left of its lease is not begun: the attempt (15 s at most) has to fit in. */
const ATTEMPT_ROOM_MS = 17 * SECOND_MS

export function openAttempts(options: AttemptsOptions): Attempts {
  const { egress, secretOf, clock, wallClock, log, random, signal, onSlotFree, onAttempt, tracer } = options
  const records = openAttemptLog(options.store)
  const inHand = new Set<string>()
  /** By the delivery's id. */
  const slots = new Map<string, InHand>()
  const underWay = new Set<Promise<void>>()

  function freeSlot(id: string): void {
    if (slots.delete(id)) onSlotFree()
  }

  /** One attempt, written down. Never rejects: what was not written down is sent again when the lease runs out. */
  async function send(delivery: Delivery): Promise<void> {
    const { id, claim, taskId, tenantId, host } = delivery
    const about = { delivery: id, task: taskId }
    try {
      const secret = await secretOf(delivery)
      if (delivery.dueAt - clock.now() < ATTEMPT_ROOM_MS) {
        log.warn(about, 'a webhook was not sent, since its lease would run out meanwhile; it will be claimed again')
        return
      }
      const context = { egress, secret, clock, wallClock, random, signal }
      const outcome = await (tracer
        ? tracer.delivery(delivery, (traceparent) => attemptDelivery(delivery, { ...context, traceparent }), endOf)
        : attemptDelivery(delivery, context))
      // The next one need not wait for this one's commit. Without an answer it does: the circuit may open.
      if (outcome.attempt.httpStatus !== null) freeSlot(id)
      const held = await records.record({ id, claim, tenantId, host, ...outcome })
      const { error } = outcome.attempt
      onAttempt?.(outcome.status)
      if (!held) log.warn(about, 'a webhook was sent after its lease was lost; it may come twice')
      else if (outcome.status === 'failed') log.warn({ ...about, error }, 'a webhook was given up')
      else if (error !== null) log.info({ ...about, error, nextAt: outcome.dueAt }, 'a webhook was not accepted')
    } catch (error) {
      if (signal.aborted) log.info(about, 'a webhook was interrupted by the stop; it will be sent again')
      else log.error({ ...about, err: error }, 'an attempt could not be made or written down; it will be repeated')
    }
  }

  return {
    ids: () => [...inHand],
    inSlots: () => [...slots.values()],
    begin(delivery, standing) {
      const { id, tenantId, host } = delivery
      inHand.add(id)
      slots.set(id, { tenantId, host, standing, startedAt: clock.now() })
      const work = send(delivery).finally(() => {
        underWay.delete(work)
        inHand.delete(id)
        freeSlot(id)
      })
      underWay.add(work)
    },
    async settled() {
      await Promise.all(underWay)
    },
  }
}

function endOf({ attempt: { httpStatus: status, error } }: Outcome): CallEnd {
  return { status, error }
}
