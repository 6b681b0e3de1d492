import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { MINUTE_MS } from '../core/clock.ts'
import { RETENTION_SETTINGS, type Retention, type RetentionBasis, retentionOf } from '../core/retention.ts'
import type { Store } from '../store/store.ts'

/** What the settings say of how long things are kept. */
export function retentionBasis({
  recordDays,
  mediaDays,
  uploadHours,
  batches,
  shown,
}: Pick<Config, 'recordDays' | 'mediaDays' | 'uploadHours' | 'batches' | 'shown'>): RetentionBasis {
  const basisOf = (setting: string, value: number) => ({
    value,
    isGiven: shown.some(({ name, from }) => name === setting && from !== 'default'),
  })
  return {
    recordDays: basisOf(RETENTION_SETTINGS.recordDays, recordDays),
    mediaDays: basisOf(RETENTION_SETTINGS.mediaDays, mediaDays),
    uploadHours: basisOf(RETENTION_SETTINGS.uploadHours, uploadHours),
    callFileDays: basisOf(RETENTION_SETTINGS.callFileDays, batches.fileDays),
  }
}

/** Signals of other processes may get lost, and a command that opens the database itself sends none. */
const CHECK_EVERY_MS = MINUTE_MS

/** The times in force, in memory: members of an object whose values follow what the operator stores. */
export async function openRetentionTimes({
  store,
  basis,
  log,
}: {
  store: Pick<Store, 'getRetention' | 'onSignal'>
  basis: RetentionBasis
  log: Logger
}): Promise<{ times: Retention; close(): void }> {
  let current = retentionOf(basis, await store.getRetention({}))
  let isClosed = false
  const read = async (): Promise<void> => {
    try {
      current = retentionOf(basis, await store.getRetention({}))
    } catch (error) {
      if (!isClosed) log.error({ err: error }, 'the retention could not be read; the earlier one holds')
    }
  }
  const timer = setInterval(() => void read(), CHECK_EVERY_MS).unref()
  const unsubscribe = store.onSignal(({ kind }) => {
    if (kind === 'retention' || kind === 'resync') void read()
  })
  return {
    times: {
      get recordDays() {
        return current.recordDays
      },
      get mediaDays() {
        return current.mediaDays
      },
      get uploadHours() {
        return current.uploadHours
      },
      get callFileDays() {
        return current.callFileDays
      },
    },
    close() {
      isClosed = true
      clearInterval(timer)
      unsubscribe()
    },
  }
}
