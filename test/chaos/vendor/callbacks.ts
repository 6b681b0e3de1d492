import { setTimeout as delay } from 'node:timers/promises'
import type { Order } from './order.ts'
import type { Deliver } from './vendor.ts'

/** Sends the callbacks of an order as its behaviour says, and records the statuses. Never rejects. */
export async function callAbout(
  order: Order,
  bodyOf: () => string,
  deliver: Deliver,
  ending: AbortSignal,
): Promise<void> {
  const { callback, behaviour } = order
  if (!callback) return
  const { times, everyMs, tries, firstAfterMs } = behaviour.callbacks
  try {
    await delay(firstAfterMs ?? Math.max(0, order.doneAt - Date.now()), undefined, { signal: ending })
    // A callback that is not accepted is repeated, as vendors do.
    for (let count = 0; count < times || (count < tries && !order.called.some(isAccepted)); count++) {
      if (count > 0) await delay(everyMs, undefined, { signal: ending })
      if (order.cancelled && behaviour.callbacks.ofCancelled !== true) return
      order.called.push(await call())
    }
  } catch {
    // The suite is over.
  }

  async function call(): Promise<number> {
    const body = bodyOf()
    return callback ? deliver(callback.url, callback.headers(body), body) : 0
  }
}

export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300
}
