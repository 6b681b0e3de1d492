import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { measure } from '../assets/measure.ts'
import { type Asset, assetReference } from '../core/asset.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { points, ZERO_POINTS } from '../core/points.ts'
import type { Task, TaskError } from '../core/task.ts'
import { FILE_SCHEME, type ProducedFile, type Result } from '../providers/provider.ts'
import type { Settlement, Store } from '../store/store.ts'
import type { Announce } from './announce.ts'
import { withMeasures } from './measured.ts'
import type { Pace } from './pace.ts'

type Measures = Awaited<ReturnType<typeof measure>>

/** A file that was stored, and its bytes while they are at hand. */
interface Kept {
  asset: Asset
  body: Uint8Array
}

export interface Finish {
  /** Copies the files of a result to our storage and ends the task. The generation itself is never repeated here. */
  complete(task: Task, result: Result, signal: AbortSignal): Promise<void>
  /** Ends the task without a result; the hold is released. `lateAt` is when its result is looked for all the same. */
  fail(task: Task, error: TaskError, lateAt?: number): Promise<void>
  /** Ends a running task for its tenant; the hold is released. False when it had ended. */
  cancel(task: Task): Promise<boolean>
  /** Delivers the result of a task that had failed for want of an answer. The refund stays. */
  completeLate(task: Task, result: Result, signal: AbortSignal): Promise<void>
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
  /** What a task that ran on an account costs, as a part of the list price. */
  factorOf: (account: string) => number
  pace: Pace
}

const FIRST_RETRY_MS = SECOND_MS
const LAST_RETRY_MS = 30 * SECOND_MS

export function openFinish(options: FinishOptions): Finish {
  const { store, assets, egress, announce, clock, log } = options

  async function keep(task: Task, file: ProducedFile, signal: AbortSignal): Promise<Kept> {
    const body = await bytesOf(file.content, signal)
    const asset = await assets.write({
      tenantId: task.tenantId,
      taskId: task.id,
      kind: 'output',
      body,
      ...(file.mediaType === undefined ? {} : { mediaType: file.mediaType }),
      expiresAt: clock.now() + Math.round(options.mediaDays * DAY_MS),
    })
    return { asset, body }
  }

  async function bytesOf(content: ProducedFile['content'], signal: AbortSignal): Promise<Uint8Array> {
    if (content instanceof Uint8Array) return content
    const maxBytes = options.maxOutputBytes
    if ('url' in content) return egress.download(content.url, { maxBytes, signal })
    const body = await content.read(signal)
    if (body.byteLength <= maxBytes) return body
    throw new PolyphonyError('payload_too_large', `An output has ${body.byteLength} bytes; ${maxBytes} may be kept.`)
  }

  /** Keeps a file, waiting out a full disk or a vendor's storage that stumbles, until the task's time is over. */
  async function keepPatiently(task: Task, file: ProducedFile, signal: AbortSignal): Promise<Kept> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
      try {
        return await keep(task, file, signal)
      } catch (error) {
        const again = error instanceof PolyphonyError && error.retry === 'again'
        if (!again || signal.aborted || clock.now() + waitMs > patienceOf(task)) throw error
        log.warn(
          { taskId: task.id, file: file.key, code: error.code, err: error, waitMs },
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
      const measures = new Map<string, Measures>()
      for (const file of result.files) {
        const { asset, body } = await keepPatiently(task, file, signal)
        kept.push(asset)
        const reference = assetReference(asset)
        references.set(`${FILE_SCHEME}${file.key}`, reference)
        if (result.measure === true) measures.set(reference, await measure(body, asset.mediaType))
      }
      return { kept, output: withMeasures(withReferences(result.output, references), measures) }
    } catch (error) {
      await assets.discard(kept)
      throw error
    }
  }

  async function settle(
    task: Omit<Task, 'claim'> & { claim: number | null },
    end: Pick<Settlement, 'to' | 'output' | 'error' | 'consumedPoints' | 'logs' | 'from' | 'lateAt' | 'handle'>,
    kept: Asset[],
  ): Promise<boolean> {
    const now = clock.now()
    const after: Task = {
      ...task,
      claim: task.claim ?? 0,
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

  async function fail(task: Task, error: TaskError, lateAt?: number): Promise<void> {
    const logs = [error.detail ?? error.message]
    const late = lateAt === undefined ? {} : { lateAt }
    const applied = await settle(
      task,
      { to: 'failed', output: null, error, consumedPoints: ZERO_POINTS, logs, ...late },
      [],
    )
    log.info({ taskId: task.id, code: error.code, reason: error.message, applied }, 'task failed')
  }

  /** A late result has as long as its look takes. */
  function patienceOf(task: Task): number {
    return task.endedAt === null ? task.deadlineAt : Number.POSITIVE_INFINITY
  }

  return {
    fail,
    async cancel(task) {
      const end = { to: 'cancelled', output: null, error: null, consumedPoints: ZERO_POINTS } as const
      const anyClaim = { ...task, claim: null }
      return settle(anyClaim, { ...end, from: ['processing'], logs: ['cancelled while it ran'] }, [])
    },
    async completeLate(task, result, signal) {
      const { kept, output } = await keepAll(task, result, signal)
      const now = clock.now()
      const log_ = 'the result came after the task had failed and been refunded; it is delivered, and costs nothing'
      const after: Task = { ...task, status: 'completed', progress: 100, output, error: null, endedAt: now }
      const delivered = await store.deliverLate({
        id: task.id,
        claim: task.claim,
        handle: task.handle,
        output,
        log: log_,
        assets: kept,
        deliveries: announce({ ...after, logs: [...task.logs, log_] }),
        now,
      })
      if (!delivered) await assets.discard(kept)
      log.info({ taskId: task.id, files: kept.length, delivered: delivered !== undefined }, 'a late result came')
    },
    async complete(task, result, signal) {
      const { kept, output } = await keepAll(task, result, signal)
      const cost = Math.min(task.pricePoints, result.consumedPoints ?? task.pricePoints)
      const factor = task.account === null ? 1 : options.factorOf(task.account)
      const consumedPoints = points(Math.ceil(cost * Math.min(1, factor)))
      const learnt = task.handle === null ? {} : { handle: task.handle }
      // When this throws, the end may yet be on disk (a connection that broke after the commit): the files stay, since a
      // file that nobody refers to is better than a song whose file is gone.
      const applied = await settle(
        task,
        { to: 'completed', output, error: null, consumedPoints, logs: result.logs ?? [], ...learnt },
        kept,
      )
      // Somebody else ended the task, or its lease was lost: these copies belong to nothing.
      if (!applied) await assets.discard(kept)
      else if (task.startedAt !== null) options.pace.took(task.operation, clock.now() - task.startedAt)
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
