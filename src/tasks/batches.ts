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

  async function addWebhooks(batch: Batch): Promise<void> {
    const deliveries = await webhooksFor(batch)
    await store.addBatchDeliveries({ id: batch.id, deliveries, now: clock.now() })
  }

  async function sweep(): Promise<void> {
    try {
      for (let found = AT_ONCE; found === AT_ONCE; ) {
        const batches = await store.listUnannounced({ limit: AT_ONCE })
        for (const batch of batches) await addWebhooks(batch)
        found = batches.length
      }
    } catch (error) {
      log.error({ err: error }, 'the webhooks of ended batches could not be written; the next sweep tries again')
    }
  }

  function wake(): void {
    again = true
    running ??= (async () => {
      while (again) {
        again = false
        await sweep()
      }
    })().finally(() => {
      running = undefined
    })
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
