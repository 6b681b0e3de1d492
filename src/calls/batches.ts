import { type CallBatch, hasEnded } from '../core/call-batch.ts'
import type { CallFile } from '../core/call-file.ts'
import { type Caller, isOwn, scopeOf } from '../core/caller.ts'
import { type Clock, DAY_MS, HOUR_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Store } from '../store/store.ts'

export interface NewCallBatch
  extends Pick<CallBatch, 'format' | 'endpoint' | 'metadata' | 'headers' | 'outputSeconds'> {
  input: CallFile
  /** Of lines, where they have been counted. */
  total?: number
}

/** Batches of calls, as their clients see them. */
export interface CallBatches {
  /** Throws `forbidden` for a frozen tenant, and `not_found` where the input is gone. */
  create(batch: NewCallBatch, caller: Caller): Promise<CallBatch>
  /** Throws `not_found` for an unknown batch, and for one of another tenant, mode or format. */
  get(id: string, format: string, caller: Caller): Promise<CallBatch>
  list(
    format: string,
    caller: Caller,
    page: { limit: number; beforeId?: string; afterId?: string },
  ): Promise<CallBatch[]>
  /** Lines that are under way end, and are paid. Throws `not_found`, and `conflict` for one that has ended. */
  cancel(id: string, format: string, caller: Caller): Promise<CallBatch>
  /** Throws `not_found`, and `conflict` for an unfinished one. */
  remove(id: string, format: string, caller: Caller): Promise<void>
}

export interface CallBatchesOptions {
  store: Store
  clock: Clock
  recordDays: number
  /** Called with a batch that was made or cancelled. */
  wake(batch: CallBatch): void
}

/** The only window that clients can name. */
const WINDOW_MS = DAY_MS
/** The last lines may take so long beyond the window. */
const LAST_LINES_MS = HOUR_MS

export function openCallBatches(options: CallBatchesOptions): CallBatches {
  const { store, clock, wake } = options
  async function get(id: string, format: string, caller: Caller): Promise<CallBatch> {
    const batch = await store.getCallBatch({ id })
    if (!batch || !isOwn(caller, batch) || batch.format !== format) throw unknown()
    return batch
  }

  return {
    get,
    async create({ input, total = 0, ...given }, caller) {
      if (caller.isFrozen) throw new PolyphonyError('forbidden', 'The account is frozen.')
      const now = clock.now()
      const expiresAt = now + WINDOW_MS
      const batch: CallBatch = {
        id: newId(now),
        ...scopeOf(caller),
        keyId: caller.keyId,
        ...given,
        status: 'validating',
        inputFileId: input.id,
        inputAssetId: input.assetId,
        total,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
        expired: 0,
        faults: [],
        outputFileId: null,
        errorFileId: null,
        createdAt: now,
        expiresAt,
        startedAt: null,
        cancellingAt: null,
        finalizingAt: null,
        endedAt: null,
        recordExpiresAt: now + Math.round(Math.max(options.recordDays, 2) * DAY_MS),
      }
      if (!(await store.createCallBatch({ batch, keepInputUntil: expiresAt + LAST_LINES_MS }))) {
        throw new PolyphonyError('not_found', 'The input file is gone.')
      }
      wake(batch)
      return batch
    },
    list: (format, caller, page) => store.listCallBatches({ ...scopeOf(caller), format, ...page }),
    async cancel(id, format, caller) {
      const before = await get(id, format, caller)
      if (hasEnded(before)) throw new PolyphonyError('conflict', `The batch has ended: it is ${before.status}.`)
      const batch = await store.cancelCallBatch({ id, now: clock.now() })
      if (!batch) throw unknown()
      wake(batch)
      return batch
    },
    async remove(id, format, caller) {
      await get(id, format, caller)
      if (await store.deleteCallBatch({ id, now: clock.now() })) return
      throw new PolyphonyError('conflict', 'The batch has not ended; cancel it first.')
    },
  }
}

function unknown(): PolyphonyError {
  return new PolyphonyError('not_found', 'There is no such batch.')
}
