import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'

const EVERY_MS = MINUTE_MS
const BATCH = 500

/** Two clocks: files go when their time has come, records when theirs has; the ledger stays. */
export function startRetention(options: {
  store: Store
  assets: Assets
  clock: Clock
  log: Logger
}): () => Promise<void> {
  const { store, assets, clock, log } = options
  let running: Promise<void> | undefined
  let stopped = false

  async function sweep(): Promise<void> {
    try {
      for (let swept = BATCH; swept === BATCH && !stopped; ) swept = await assets.sweep(clock.now(), BATCH)
      await store.purgeDrafts({ now: clock.now() })
      // The purge looks at the oldest records only, so it goes on while it finds any.
      for (let purged = 1; purged > 0 && !stopped; ) purged = await store.purgeTasks({ now: clock.now(), limit: BATCH })
    } catch (error) {
      log.error({ err: error }, 'the retention sweep stumbled; it goes on')
    }
  }

  const timer = setInterval(() => {
    running ??= sweep().finally(() => {
      running = undefined
    })
  }, EVERY_MS)
  timer.unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await running
  }
}
