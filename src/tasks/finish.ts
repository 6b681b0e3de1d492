import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { type Asset, assetReference } from '../core/asset.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { points, ZERO_POINTS } from '../core/points.ts'
import type { Task, TaskError } from '../core/task.ts'
import { FILE_SCHEME, type ProducedFile, type Result } from '../providers/provider.ts'
import type { Settlement, Store } from '../store/store.ts'
import type { Announce } from './announce.ts'

export interface Finish {
  /** Copies the files of a result to our storage and ends the task. The generation itself is never repeated here. */
  complete(task: Task, result: Result, signal: AbortSignal): Promise<void>
  /** Ends the task without a result; the hold is released. */
  fail(task: Task, error: TaskError): Promise<void>
}

export interface FinishOptions {
  store: Store
  assets: Assets
  egress: Egress
  announce: Announce
  clock: Clock
  log: Logger
  mediaDays: number
  maxOutputBytes: number
}

const FIRST_RETRY_MS = SECOND_MS
const LAST_RETRY_MS = 30 * SECOND_MS

export function openFinish(options: FinishOptions): Finish {
  const { store, assets, egress, announce, clock, log } = options

  async function keep(task: Task, file: ProducedFile, signal: AbortSignal): Promise<Asset> {
    const body =
      file.content instanceof Uint8Array
        ? file.content
        : await egress.download(file.content.url, { maxBytes: options.maxOutputBytes, signal })
    return assets.write({
      tenantId: task.tenantId,
      taskId: task.id,
      kind: 'output',
      body,
      mediaType: file.mediaType,
      expiresAt: clock.now() + Math.round(options.mediaDays * DAY_MS),
    })
  }

  /** Keeps a file, waiting out a full disk or a vendor's storage that stumbles, until the task's time is over. */
  async function keepPatiently(task: Task, file: ProducedFile, signal: AbortSignal): Promise<Asset> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
      try {
        return await keep(task, file, signal)
      } catch (error) {
        const again = error instanceof PolyphonyError && error.retry === 'again'
        if (!again || signal.aborted || clock.now() + waitMs > task.deadlineAt) throw error
        log.warn(
          { taskId: task.id, file: file.key, code: error.code, waitMs },
          'an output could not be kept; trying again',
        )
        await pause(waitMs, signal)
      }
    }
  }

  /** All files of a result, or none of them. */
  async function keepAll(task: Task, result: Result, signal: AbortSignal): Promise<{ kept: Asset[]; output: Json }> {
    const kept: Asset[] = []
    try {
      const references = new Map<string, string>()
      for (const file of result.files) {
        const asset = await keepPatiently(task, file, signal)
        kept.push(asset)
        references.set(`${FILE_SCHEME}${file.key}`, assetReference(asset))
      }
      return { kept, output: withReferences(result.output, references) }
    } catch (error) {
      await assets.discard(kept)
      throw error
    }
  }

  async function settle(
    task: Task,
    end: Pick<Settlement, 'to' | 'output' | 'error' | 'consumedPoints' | 'logs'>,
    kept: Asset[],
  ): Promise<boolean> {
    const now = clock.now()
    const after: Task = {
      ...task,
      status: end.to,
      progress: end.to === 'completed' ? 100 : task.progress,
      output: end.output,
      error: end.error,
      logs: [...task.logs, ...end.logs],
      consumedPoints: end.to === 'completed' ? end.consumedPoints : ZERO_POINTS,
      startedAt: task.startedAt ?? (end.to === 'completed' ? now : null),
      endedAt: now,
    }
    const settled = await store.settle({
      id: task.id,
      claim: task.claim,
      ...end,
      assets: kept,
      deliveries: announce(after),
      now,
    })
    return settled !== undefined
  }

  async function fail(task: Task, error: TaskError): Promise<void> {
    const applied = await settle(
      task,
      { to: 'failed', output: null, error, consumedPoints: ZERO_POINTS, logs: [error.detail ?? error.message] },
      [],
    )
    log.info({ taskId: task.id, code: error.code, reason: error.message, applied }, 'task failed')
  }

  return {
    fail,
    async complete(task, result, signal) {
      const { kept, output } = await keepAll(task, result, signal)
      const consumedPoints = points(Math.min(task.pricePoints, result.consumedPoints ?? task.pricePoints))
      // When this throws, the end may yet be on disk (a connection that broke after the commit): the files stay, since a
      // file that nobody refers to is better than a song whose file is gone.
      const applied = await settle(
        task,
        { to: 'completed', output, error: null, consumedPoints, logs: result.logs ?? [] },
        kept,
      )
      // Somebody else ended the task, or its lease was lost: these copies belong to nothing.
      if (!applied) await assets.discard(kept)
      log.info({ taskId: task.id, files: kept.length, consumedPoints, applied }, 'task completed')
    },
  }
}

/** Puts the references of stored files where the provider wrote `file:KEY`. */
function withReferences(value: Json, references: Map<string, string>): Json {
  if (typeof value === 'string') {
    if (!value.startsWith(FILE_SCHEME)) return value
    const reference = references.get(value)
    if (reference === undefined) {
      throw new PolyphonyError('output_unusable', `The provider's result refers to ${value} and brings no such file.`)
    }
    return reference
  }
  if (Array.isArray(value)) return value.map((one) => withReferences(one, references))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withReferences(inner, references)]))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
