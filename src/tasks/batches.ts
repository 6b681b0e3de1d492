import type { Logger } from 'pino'
import type { Batch } from '../core/batch.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { WebhookRenderers } from './webhook-renderers.ts'

const AT_ONCE = 100
/** How often ended batches are looked for that no signal reported: those of another node that died between the two. */
const SWEEP_MS = MINUTE_MS
/** A webhook that cannot be written is tried again after a minute, then two, four, and so on up to this. */
const LONGEST_WAIT_MS = HOUR_MS

/**
 * Writes the webhooks of ended batches, each once. The end is written with the last task; the webhooks follow it, and are
 * caught up with after a crash.
 */
export function startBatches(options: {
  store: Store
  webhooksFor: WebhookRenderers['batch']
  clock: Clock
  log: Logger
}): () => Promise<void> {
  const { store, webhooksFor, clock, log } = options
  let running: Promise<void> | undefined
  let again = false
  /** Batches whose webhooks could not be written, each with the time of its next attempt. They hold up no other. */
  const failures = new Map<string, { attempts: number; retryAt: number }>()
  let isClosing = false

  /** Rejects while the store cannot be used, which says nothing of the batch. */
  async function addWebhooks(batch: Batch): Promise<void> {
    try {
      const deliveries = await webhooksFor(batch)
      await store.addBatchDeliveries({ id: batch.id, deliveries, now: clock.now() })
      failures.delete(batch.id)
    } catch (error) {
      if (error instanceof PolyphonyError && error.code === 'store_unavailable') throw error
      const attempts = (failures.get(batch.id)?.attempts ?? 0) + 1
      const waitMs = Math.min(LONGEST_WAIT_MS, SWEEP_MS * 2 ** (attempts - 1))
      failures.set(batch.id, { attempts, retryAt: clock.now() + waitMs })
      log.error(
        { err: error, batchId: batch.id, attempts, waitMs },
        'the webhook of an ended batch could not be written; it is tried again',
      )
    }
  }

  const isDue = ({ id }: Batch): boolean => (failures.get(id)?.retryAt ?? 0) <= clock.now()

  async function sweep(): Promise<void> {
    const seen = new Set<string>()
    try {
      for (let isMore = true; isMore; ) {
        const limit = AT_ONCE + failures.size // those that failed come first again
        const batches = await store.listUnannounced({ limit })
        for (const batch of batches) {
          if (isClosing) return
          seen.add(batch.id)
          if (isDue(batch)) await addWebhooks(batch)
        }
        isMore = batches.length === limit
      }
      for (const id of failures.keys()) if (!seen.has(id)) failures.delete(id) // another process wrote it
    } catch (error) {
      log.error({ err: error }, 'the webhooks of ended batches could not be written; the next sweep tries again')
    }
  }

  async function sweepAll(): Promise<void> {
    while (again && !isClosing) {
      again = false
      await sweep()
    }
    // In the same turn as the last look at `again`, or a call between the two would wait for the next sweep.
    running = undefined
  }

  function wake(): void {
    again = true
    running ??= sweepAll()
  }

  const unsubscribe = store.onSignal((signal) => {
    if (signal.kind === 'batch' || signal.kind === 'resync') wake()
  })
  const timer = setInterval(wake, SWEEP_MS)
  timer.unref()
  wake()
  return async () => {
    isClosing = true
    clearInterval(timer)
    unsubscribe()
    await running
  }
}
