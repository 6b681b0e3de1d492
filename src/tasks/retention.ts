import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import { type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import type { Store } from '../store/store.ts'

const EVERY_MS = MINUTE_MS
const BATCH = 500
/** Files without rows come of crashes, and there is no hurry; the first look is not part of the start. */
const STRAYS_AFTER_MS = 15 * MINUTE_MS
/** More often than files become strays, so that a copy of this database never has the newer turn while this one serves. */
const STRAYS_EVERY_MS = 3 * HOUR_MS

/** How long a task that its owner deleted can be restored. */
export const RESTORABLE_MS = MINUTE_MS
/** It is purged a little later, so that none goes while it is being restored. */
const PURGE_AFTER_MS = RESTORABLE_MS + 5 * SECOND_MS

/** Two clocks: files go when their time has come, records when theirs has; the ledger stays. And files that belong to nothing. */
export function startRetention(options: {
  store: Store
  assets: Assets
  clock: Clock
  log: Logger
}): () => Promise<void> {
  const { store, assets, clock, log } = options
  let running: Promise<void> | undefined
  let stopped = false
  let straysDueAt = clock.now() + STRAYS_AFTER_MS

  async function sweep(): Promise<void> {
    try {
      // Files that cannot be deleted are among those that it looks at, so it goes on while it deletes any.
      for (let swept = 1; swept > 0 && !stopped; ) swept = await assets.sweep(clock.now(), BATCH)
      await store.purgeDrafts({ now: clock.now() })
      await purgeDeleted()
      await store.purgeSessions({ now: clock.now() })
      for (let purged = 1; purged > 0 && !stopped; ) purged = await store.purgeTasks({ now: clock.now(), limit: BATCH })
    } catch (error) {
      log.error({ err: error }, 'the retention sweep failed; the next one goes on')
    }
  }

  /** Files go first: a file without a row would stay for ever. */
  async function purgeDeleted(): Promise<void> {
    const hiddenBefore = clock.now() - PURGE_AFTER_MS
    for (let found = BATCH; found === BATCH && !stopped; ) {
      const hidden = await store.listHidden({ hiddenBefore, limit: BATCH })
      found = hidden.length
      await assets.deleteStored(hidden.flatMap(({ files }) => files))
      await store.purgeHidden({ ids: hidden.map(({ id }) => id), hiddenBefore })
    }
  }

  async function sweepStrays(): Promise<void> {
    if (clock.now() < straysDueAt || stopped) return
    straysDueAt = clock.now() + STRAYS_EVERY_MS
    try {
      await assets.sweepStrays(clock.now(), () => stopped)
    } catch (error) {
      log.warn({ err: error }, 'files without rows could not be looked for')
    }
  }

  const timer = setInterval(() => {
    running ??= sweep()
      .then(sweepStrays)
      .finally(() => {
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
