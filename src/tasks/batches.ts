import type { Logger } from 'pino'
import type { Batch } from '../core/batch.ts'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { WebhookRenderers } from './webhook-renderers.ts'

const AT_ONCE = 100
/** How often batches are looked for whose end no signal told of: another node's that died between the two. */
const SWEEP_MS = MINUTE_MS

/**
 * Tells of ended batches, each once. The end is written with the last task; the telling follows it, and is caught up with
 * after a crash.
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

  async function tell(batch: Batch): Promise<void> {
    const deliveries = webhooksFor(batch)
    await store.addBatchDeliveries({ id: batch.id, deliveries, now: clock.now() })
  }

  async function sweep(): Promise<void> {
    try {
      for (let found = AT_ONCE; found === AT_ONCE; ) {
        const batches = await store.listUnannounced({ limit: AT_ONCE })
        for (const batch of batches) await tell(batch)
        found = batches.length
      }
    } catch (error) {
      log.error({ err: error }, 'ended batches could not be told of; the next sweep tries again')
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

  const deaf = store.onSignal((signal) => {
    if (signal.kind === 'batch' || signal.kind === 'resync') wake()
  })
  const timer = setInterval(wake, SWEEP_MS)
  timer.unref()
  wake()
  return async () => {
    clearInterval(timer)
    deaf()
    await running
  }
}
