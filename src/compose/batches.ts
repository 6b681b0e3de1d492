import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import type { Allowances } from '../calls/allowances.ts'
import type { BatchFormat } from '../calls/batch-format.ts'
import { openBatchRunner } from '../calls/batch-runner.ts'
import { type CallBatches, openCallBatches } from '../calls/batches.ts'
import { type CallFiles, openCallFiles } from '../calls/call-files.ts'
import type { Calls } from '../calls/calls.ts'
import { openLineSlots } from '../calls/line-slots.ts'
import type { Config } from '../config/config.ts'
import { type Clock, MINUTE_MS } from '../core/clock.ts'
import type { Retention } from '../core/retention.ts'
import type { Urls } from '../dialects/kit/urls.ts'
import type { Store } from '../store/store.ts'
import type { Keys } from '../tenants/keys.ts'

const PURGE_MS = MINUTE_MS
const PURGED_AT_ONCE = 500

export interface ComposedBatches {
  files: CallFiles
  batches: CallBatches
  /** Before the calls are closed: it books lines. */
  close(): Promise<void>
}

/** The APIs in which batches are made. Each is loaded with the first batch in it, as its routes are with the first request. */
function formatsWith(files: CallFiles, urls: Urls): (id: string) => Promise<BatchFormat | undefined> {
  return async (id) => {
    switch (id) {
      case 'openai':
        return (await import('../dialects/openai/batch-format.ts')).openaiBatchFormat({ files })
      case 'anthropic':
        return (await import('../dialects/anthropic/batch-format.ts')).anthropicBatchFormat({ files })
      case 'gemini':
        return (await import('../dialects/gemini/batch-format.ts')).geminiBatchFormat({ files, urls })
      default:
        return undefined
    }
  }
}

/** Files for calls, and batches of calls with the process that works on them. */
export async function composeBatches(
  config: Config,
  parts: {
    store: Store
    assets: Assets
    calls: Calls
    allowances: Allowances
    keys: Pick<Keys, 'callerById'>
    clock: Clock
    log: Logger
    retention: Retention
    /** Where this gateway's own files are. */
    urls: Urls
    /** How long a stop waits for lines that are asked. */
    graceMs: number
  },
): Promise<ComposedBatches> {
  const { store, assets, calls, keys, clock, log, retention, graceMs } = parts
  const { linesAtOnce, priceFactor, fileMaxBytes } = config.batches
  // No other process uses an embedded database, so what is leased is a dead one's.
  if (store.exclusive) await store.releaseCallBatches({ which: { all: true } })
  const files = openCallFiles({
    store,
    assets,
    clock,
    maxBytes: fileMaxBytes,
    get keptDays() {
      return retention.callFileDays
    },
  })
  const runner = openBatchRunner({
    store,
    assets,
    calls,
    allowances: parts.allowances,
    formatOf: formatsWith(files, parts.urls),
    slots: openLineSlots({ total: linesAtOnce, liveCalls: calls.underWay }),
    callerOf: keys.callerById,
    priceFactor,
    get keptMs() {
      return files.keptMs
    },
    holder: randomUUID(),
    clock,
    log,
  })
  const purge = setInterval(() => {
    store.purgeCallFiles({ now: clock.now(), limit: PURGED_AT_ONCE }).catch((error: unknown) => {
      log.error({ err: error }, 'expired files and batches of calls were not removed')
    })
  }, PURGE_MS).unref()
  return {
    files,
    batches: openCallBatches({
      store,
      clock,
      get recordDays() {
        return retention.recordDays
      },
      wake: runner.wake,
    }),
    async close() {
      clearInterval(purge)
      await runner.stop(graceMs)
    },
  }
}
