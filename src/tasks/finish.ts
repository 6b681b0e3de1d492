import type { Logger } from 'pino'
import type { Assets } from '../assets/assets.ts'
import type { Egress } from '../assets/egress.ts'
import { measure } from '../assets/measure.ts'
import { type Asset, assetReference } from '../core/asset.ts'
import { type Clock, DAY_MS, SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { type Points, points, ZERO_POINTS } from '../core/points.ts'
import type { Task, TaskError } from '../core/task.ts'
import { FILE_SCHEME, type ProducedFile, type Result } from '../providers/provider.ts'
import type { Lease } from './leases.ts'
import { withMeasures } from './measured.ts'
import type { Pace } from './pace.ts'

type Measures = Awaited<ReturnType<typeof measure>>

/** A file that was stored, and its bytes while they are at hand. */
interface Kept {
  asset: Asset
  body: Uint8Array
}

/** A task that is worked on under a lease, and the way to write what happens to it. */
export type Hand = Pick<Lease, 'task' | 'move'>

export interface Finish {
  /**
   * Copies the files of a result to our storage and ends the task. The generation itself is never repeated here. `handle`
   * is what follow-ups need to know of the work, where that is more than was known before.
   */
  complete(hand: Hand, result: Result, handle: Json | undefined, signal: AbortSignal): Promise<void>
  /** Ends the task without a result; the hold is released. `lateAt` is when its result is looked for all the same. */
  fail(hand: Hand, error: TaskError, lateAt?: number): Promise<void>
  /** Delivers the result of a task that had failed for want of an answer. The refund stays. */
  completeLate(hand: Hand, result: Result, handle: Json | undefined, signal: AbortSignal): Promise<void>
}

export interface FinishOptions {
  assets: Assets
  egress: Egress
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
  const { assets, egress, clock, log } = options

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

  /** A late result has as long as its look takes. */
  function patienceOf(task: Task): number {
    return task.endedAt === null ? task.deadlineAt : Number.POSITIVE_INFINITY
  }

  /** What of the hold is taken: never more than was held. */
  function costOf({ pricePoints, account }: Task, result: Result): Points {
    const cost = Math.min(pricePoints, result.consumedPoints ?? pricePoints)
    const factor = account === null ? 1 : options.factorOf(account)
    return points(Math.ceil(cost * Math.min(1, factor)))
  }

  return {
    async fail(hand, error, lateAt) {
      const end = { output: null, error, consumedPoints: ZERO_POINTS, logs: [error.detail ?? error.message] }
      const late = lateAt === undefined ? {} : { lateAt }
      const ended = await hand.move({ kind: 'ended', to: 'failed', ...end, ...late })
      const { id: taskId } = hand.task
      log.info({ taskId, code: error.code, reason: error.message, applied: ended !== undefined }, 'task failed')
    },
    async completeLate(hand, result, handle, signal) {
      const { id: taskId } = hand.task
      const { kept, output } = await keepAll(hand.task, result, signal)
      const note = 'the result came after the task had failed and been refunded; it is delivered, and costs nothing'
      const event = { kind: 'delivered_late', handle: handle ?? hand.task.handle, output, log: note } as const
      const ended = await hand.move(event, kept)
      if (!ended) await assets.discard(kept)
      log.info({ taskId, files: kept.length, delivered: ended !== undefined }, 'a late result came')
    },
    async complete(hand, result, handle, signal) {
      const { id: taskId } = hand.task
      const { kept, output } = await keepAll(hand.task, result, signal)
      const consumedPoints = costOf(hand.task, result)
      const learnt = handle === undefined ? {} : { handle }
      const end = { output, error: null, consumedPoints, logs: result.logs ?? [], ...learnt }
      // When this throws, the end may yet be on disk (a connection that broke after the commit): the files stay, since a
      // file that nobody refers to is better than a song whose file is gone.
      const ended = await hand.move({ kind: 'ended', to: 'completed', ...end }, kept)
      // Another process ended the task, or the lease was lost: these copies belong to nothing.
      if (!ended) await assets.discard(kept)
      else options.pace.took(ended.operation, clock.now() - (ended.startedAt ?? ended.createdAt))
      log.info({ taskId, files: kept.length, consumedPoints, applied: ended !== undefined }, 'task completed')
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
