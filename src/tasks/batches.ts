import type { Logger } from 'pino'
import type { Batch } from '../core/batch.ts'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { WebhookRenderers } from './webhook-renderers.ts'

const AT_ONCE = 100
/** How often ended batches are looked for that no signal reported: those of another node that died between the two. */
const SWEEP_MS = MINUTE_MS

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

  /** Whether it could be done. A batch whose webhook cannot be written holds up no other. */
  async function addWebhooks(batch: Batch): Promise<boolean> {
    try {
      const deliveries = await webhooksFor(batch)
      await store.addBatchDeliveries({ id: batch.id, deliveries, now: clock.now() })
      return true
    } catch (error) {
      log.error(
        { err: error, batchId: batch.id },
        'the webhook of an ended batch could not be written; it is tried again',
      )
      return false
    }
  }

  async function sweep(): Promise<void> {
    const failed = new Set<string>()
    try {
      for (let isMore = true; isMore; ) {
        const limit = AT_ONCE + failed.size // those that failed come first again
        const batches = await store.listUnannounced({ limit })
        for (const batch of batches) {
          if (!failed.has(batch.id) && !(await addWebhooks(batch))) failed.add(batch.id)
        }
        isMore = batches.length === limit
      }
    } catch (error) {
      log.error({ err: error }, 'ended batches could not be looked for; the next sweep tries again')
    }
  }

  async function sweepAll(): Promise<void> {
    while (again) {
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
    clearInterval(timer)
    unsubscribe()
    await running
  }
}
