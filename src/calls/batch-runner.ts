import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { CallBatch } from '../core/call-batch.ts'
import { MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { type BatchParts, type Halt, runBatch } from './run-batch.ts'

/** Works on batches of calls that no other process works on. */
export interface BatchRunner {
  /** Looks for work at once, after a batch was made; one that was cancelled begins no more lines. */
  wake(batch: CallBatch): void
  /** Begins no more lines, and waits for those that are under way. The next start goes on. */
  stop(graceMs: number): Promise<void>
}

const LEASE_MS = 30 * SECOND_MS
/** How often this process renews what it holds, and looks for batches whose process is gone. */
const LOOK_MS = 2 * SECOND_MS
/** How many batches are worked on side by side: their lines take turns. */
const MAX_BATCHES = 256
const MAX_OF_TENANT = 2
/** After an error of the store or the storage, twice as long each time. */
const AGAIN_MS = 5 * SECOND_MS
const MAX_PAUSE_MS = MINUTE_MS
/** The longest time of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Active {
  halt(why: Halt): void
  cut(): void
  done: Promise<void>
}

export function openBatchRunner(parts: BatchParts): BatchRunner {
  const { store, clock, log, holder } = parts
  const active = new Map<string, Active>()
  let isStopping = false
  let looking: Promise<void> | undefined
  let again = false
  /** The last look failed: an outage is logged once. */
  let isFailing = false
  /** How often batches were interrupted in a row. */
  const interruptions = new LRUCache<string, number>({ max: 10_000 })

  function start(batch: CallBatch): void {
    const halt = new AbortController()
    const cut = new AbortController()
    const expiry = setTimeout(
      () => halt.abort('expired' satisfies Halt),
      Math.min(MAX_TIMER_MS, Math.max(0, batch.expiresAt - clock.now())),
    ).unref()
    if (batch.expiresAt <= clock.now()) halt.abort('expired' satisfies Halt)
    if (batch.status === 'cancelling') halt.abort('cancelled' satisfies Halt)
    const done = runBatch(batch, parts, { halted: halt.signal, cut: cut.signal })
      .then(
        () => void interruptions.delete(batch.id),
        async (error: unknown) => {
          log.error({ err: error, batch: batch.id }, 'a batch of calls was interrupted; it is tried again')
          halt.abort('stopped' satisfies Halt)
          const before = interruptions.get(batch.id) ?? 0
          interruptions.set(batch.id, before + 1)
          await pause(batch.id, Math.min(MAX_PAUSE_MS, AGAIN_MS * 2 ** Math.min(before, 10)))
        },
      )
      .finally(() => {
        clearTimeout(expiry)
        active.delete(batch.id)
        if (!isStopping) wake()
      })
    active.set(batch.id, { halt: (why) => halt.abort(why), cut: () => cut.abort(), done })
  }

  /** Nobody claims it before its lease has run out. What interrupts one batch need not touch the others. */
  async function pause(id: string, leaseMs: number): Promise<void> {
    await store.renewCallBatches({ holder, ids: [id], leaseMs, now: clock.now() }).catch((error: unknown) => {
      log.warn({ err: error, batch: id }, 'the pause of a batch could not be stored; its lease runs out')
    })
  }

  async function look(): Promise<void> {
    const now = clock.now()
    const ids = [...active.keys()]
    const held = new Map(
      (ids.length === 0 ? [] : await store.renewCallBatches({ holder, ids, leaseMs: LEASE_MS, now })).map((batch) => [
        batch.id,
        batch,
      ]),
    )
    for (const id of ids) {
      const batch = held.get(id)
      if (batch?.status === 'cancelling') active.get(id)?.halt('cancelled')
      // Its timer stops while the machine is suspended.
      if (batch && batch.expiresAt <= now) active.get(id)?.halt('expired')
      // Another process took it, while this one was suspended.
      if (!batch) lose(id)
    }
    if (isStopping || active.size >= MAX_BATCHES) return
    const limit = MAX_BATCHES - active.size
    const claimed = await store.claimCallBatches({ holder, leaseMs: LEASE_MS, now, limit, perTenant: MAX_OF_TENANT })
    for (const batch of claimed) if (!active.has(batch.id)) start(batch)
  }

  function lose(id: string): void {
    const one = active.get(id)
    one?.halt('stopped')
    one?.cut()
  }

  function wake(): void {
    again = true
    looking ??= (async () => {
      while (again) {
        again = false
        await look()
      }
    })()
      .then(
        () => {
          isFailing = false
        },
        (error: unknown) => {
          if (!isFailing) log.error({ err: error }, 'batches of calls could not be looked for; it is tried again')
          isFailing = true
        },
      )
      .finally(() => {
        looking = undefined
      })
  }

  const timer = setInterval(wake, LOOK_MS).unref()
  wake()

  return {
    wake(batch) {
      if (batch.status === 'cancelling') active.get(batch.id)?.halt('cancelled')
      wake()
    },
    async stop(graceMs) {
      isStopping = true
      clearInterval(timer)
      await looking
      const all = [...active.values()]
      for (const one of all) one.halt('stopped')
      const done = Promise.all(all.map((one) => one.done))
      await Promise.race([done, delay(graceMs, undefined, { ref: false })])
      for (const one of all) one.cut()
      await done
      if (all.length === 0 && interruptions.size === 0) return
      await store.releaseCallBatches({ which: { holder } }).catch((error: unknown) => {
        log.warn({ err: error }, 'the leases of batches could not be ended; they run out')
      })
    },
  }
}
