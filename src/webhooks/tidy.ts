import type { Logger } from 'pino'
import { type Clock, DAY_MS, MINUTE_MS } from '../core/clock.ts'
import { GIVE_UP_AFTER_MS, LONGEST_SILENCE_MS } from '../core/receiver.ts'
import type { Store } from '../store/store.ts'

const GIVEN_UP_AT_ONCE = 100
const TIDY_MS = MINUTE_MS
/** A receiver that was not used for so long has to prove itself again. */
const FORGET_AFTER_MS = DAY_MS

/**
 * Once a minute, however often it is called: gives up what waits for a receiver that has not answered for days, and
 * forgets unused receivers.
 */
export function openTidy(options: {
  store: Pick<Store, 'giveUpDeliveries' | 'forgetReceivers'>
  clock: Clock
  log: Logger
}): () => Promise<void> {
  const { store, clock, log } = options
  let tidiedAt = Number.NEGATIVE_INFINITY
  return async () => {
    const now = clock.now()
    if (now - tidiedAt < TIDY_MS) return
    const since = { dueBefore: now - GIVE_UP_AFTER_MS, failedAfter: now - LONGEST_SILENCE_MS }
    const givenUp = await store.giveUpDeliveries({ ...since, limit: GIVEN_UP_AT_ONCE, now })
    for (const { id, taskId } of givenUp) {
      log.warn({ delivery: id, task: taskId }, 'a webhook was given up, since its receiver has not answered for days')
    }
    if (givenUp.length === GIVEN_UP_AT_ONCE) return // more at the next turn
    await store.forgetReceivers({ usedBefore: now - FORGET_AFTER_MS })
    tidiedAt = now
  }
}
