import { Readable } from 'node:stream'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { Assets } from '../assets/assets.ts'
import type { Asset } from '../core/asset.ts'
import { type BatchFault, type BatchLine, type CallBatch, type CallBatchEnd, UNFINISHED } from '../core/call-batch.ts'
import type { CallFile } from '../core/call-file.ts'
import type { Caller } from '../core/caller.ts'
import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Store } from '../store/store.ts'
import type { BatchFormat } from './batch-format.ts'
import { type Booking, callLine, type LineBatch, type LineParts } from './call-line.ts'
import { checkBatch, MAX_LINE_BYTES, parsedLine } from './check-batch.ts'
import { type Line, linesOf } from './jsonl.ts'

export interface BatchParts extends LineParts {
  store: Store
  assets: Assets
  /** By the id that a batch has; undefined for an unknown one. */
  formatOf(id: string): Promise<BatchFormat | undefined>
  /** Rejects for a key that was revoked or has expired. */
  callerOf(keyId: string): Caller | Promise<Caller>
  /** How long results are kept that name no time of their own. */
  keptMs: number
  /** Of this process. */
  holder: string
}

/** What ends the work on a batch before its last line. */
export interface Control {
  /** Ends when no more lines are to be begun; its reason is a `Halt`. */
  readonly halted: AbortSignal
  /** Ends when lines that are under way are to be given up. */
  readonly cut: AbortSignal
}

/** `stopped`: another process, or the next start, goes on. */
export type Halt = 'cancelled' | 'expired' | 'stopped'

/** So many lines of one batch are in memory at most, also those that wait to be called again. */
const MAX_AT_ONCE = 64
/** So many outcomes may wait to be stored: those that a process has when it is killed are called again. */
const MAX_UNSTORED = 64
/** With so many, they are stored while more lines are called. */
const STORED_AT_ONCE = 16
const STORE_AGAIN_MS = SECOND_MS

/**
 * Works on a batch that this process holds, from wherever it was left: looks at its lines, calls those that have no
 * outcome, and writes the results. Everything that was done is in the store, so it may be ended anywhere.
 */
export async function runBatch(claimed: CallBatch, parts: BatchParts, control: Control): Promise<void> {
  const format = await parts.formatOf(claimed.format)
  if (!format) throw new Error(`No format ${claimed.format} reads batches.`)
  const { store, holder } = parts
  let batch = claimed
  if (batch.status === 'validating' && !control.halted.aborted) {
    const begun = await begin(batch, format, parts)
    if (!begun) return
    batch = begun
  }
  let hasInput = true
  if (batch.status === 'running' && !control.halted.aborted) {
    hasInput = await callLines(batch, format, parts, control)
    if (control.halted.aborted && haltOf(control) === 'stopped') return
    const now = await store.getCallBatch({ id: batch.id })
    if (!now || !UNFINISHED.includes(now.status)) return
    batch = now
  }
  if (haltOf(control) === 'stopped') return
  if (batch.status === 'running') {
    const set = { status: 'finalizing', finalizingAt: parts.clock.now() } as const
    const changed = await store.changeCallBatch({ id: batch.id, holder, set })
    if (!changed) return
    batch = { ...changed, finalizingAt: set.finalizingAt }
  }
  try {
    await finish(batch, format, parts, hasInput)
  } catch (error) {
    // It was to be read once more, for the lines that were never called. Without it, the batch ends with what it has.
    if (!hasInput || !isGone(error)) throw error
    await finish(batch, format, parts, false)
  }
}

function haltOf({ halted }: Control): Halt | undefined {
  return halted.aborted ? (halted.reason as Halt) : undefined // nothing else ends it
}

/** Undefined where the batch has ended with it. */
async function begin(batch: CallBatch, format: BatchFormat, parts: BatchParts): Promise<CallBatch | undefined> {
  const { store, clock, holder } = parts
  const { total, faults } = await checked(batch, format, parts)
  if (faults.length > 0) {
    const end = { ...NO_RESULTS, status: 'failed', faults, endedAt: clock.now() } as const
    await store.finishCallBatch({ id: batch.id, holder, end, files: [], keepsInput: format.keepsInput(batch) })
    return undefined
  }
  const set = { status: 'running', total, startedAt: clock.now() } as const
  return store.changeCallBatch({ id: batch.id, holder, set })
}

const NO_RESULTS = { cancelled: 0, expired: 0, outputFileId: null, errorFileId: null }

async function checked(
  batch: CallBatch,
  format: BatchFormat,
  parts: BatchParts,
): Promise<{ total: number; faults: BatchFault[] }> {
  const input = await inputOf(batch, parts).catch(goneInput)
  return input ? checkBatch(input, format, batch) : { total: 0, faults: [INPUT_GONE] }
}

const INPUT_GONE: BatchFault = {
  code: 'input_file_missing',
  message: 'The input file is gone.',
  line: null,
  param: 'input_file_id',
}

async function inputOf({ inputAssetId }: CallBatch, { store, assets }: BatchParts): Promise<AsyncIterable<Buffer>> {
  const asset = await store.getAsset({ id: inputAssetId })
  if (!asset) throw new PolyphonyError('not_found', 'The input file is gone.')
  return (await assets.open(asset)) as AsyncIterable<Buffer> // a stream without encoding
}

/** False where the input is gone. */
async function callLines(batch: CallBatch, format: BatchFormat, parts: BatchParts, control: Control): Promise<boolean> {
  const { store, slots } = parts
  const { halted } = control
  const outcomes = openOutcomes(parts, control)
  const running = new Set<Promise<void>>()
  const ended = new Set(await store.listEndedLines({ batchId: batch.id }))
  let failure: unknown
  const of: LineBatch = {
    batch,
    format,
    ...control,
    callerNow: async () => parts.callerOf(batch.keyId),
    ended: outcomes.add,
  }

  function start(line: Line): void {
    const one: Promise<void> = callLine(line, of, parts)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => running.delete(one))
    running.add(one)
  }

  async function callEach(input: AsyncIterable<Buffer>): Promise<void> {
    for await (const line of linesOf(input, MAX_LINE_BYTES)) {
      if (halted.aborted || failure !== undefined) return
      if (ended.has(line.index)) continue
      while (running.size >= MAX_AT_ONCE) await Promise.race(running)
      if (outcomes.unstored() >= MAX_UNSTORED) await outcomes.store(MAX_UNSTORED - STORED_AT_ONCE)
      else outcomes.begin()
      if (!(await slots.take(batch.tenantId, halted).then(...yesOrNo))) return
      start(line)
      // Answers of the sandbox come in the same turn, and other requests are waiting.
      await nextTurn()
    }
  }

  const input = await inputOf(batch, parts).catch(goneInput)
  if (!input) return false
  await callEach(input).catch((error: unknown) => {
    failure ??= error
  })
  // Also after a failure: a line that is under way must not be called again beside itself.
  await Promise.all(running)
  await outcomes.store(0)
  if (failure !== undefined) throw failure
  return true
}

/** For a promise that is rejected when no more lines are to be begun. */
const yesOrNo = [() => true, () => false] as const

function goneInput(error: unknown): undefined {
  if (!isGone(error)) throw error
  return undefined
}

function isGone(error: unknown): boolean {
  return error instanceof PolyphonyError && error.code === 'not_found'
}

/** The outcomes of lines on their way to the disk. */
function openOutcomes({ store, allowances, log }: BatchParts, { cut }: Control) {
  const uncalled: BatchLine[] = []
  let booked = 0
  let isStoring = false
  const unstored = (): number => booked + uncalled.length
  return {
    unstored,
    add(outcome: BatchLine, booking: Booking | undefined): void {
      if (!booking) {
        uncalled.push(outcome)
        return
      }
      booked++
      const stored = (): void => {
        booked--
      }
      allowances.book(booking.reservation, booking.call, { outcome, stored })
    },
    /** Stores some of them beside, where there are enough. */
    begin(): void {
      if (booked < STORED_AT_ONCE || isStoring) return
      isStoring = true
      void allowances.flush().finally(() => {
        isStoring = false
      })
    },
    /** Waits until at most so many are not on disk, or the work is given up: then those lines have none. */
    async store(most: number): Promise<void> {
      while (unstored() > most && !cut.aborted) {
        const lines = uncalled.splice(0)
        try {
          if (lines.length > 0) await store.endBatchLines({ lines })
        } catch (error) {
          uncalled.unshift(...lines)
          log.error({ err: error, lines: lines.length }, 'outcomes of lines were not stored; it is tried again')
        }
        await allowances.flush()
        if (unstored() > most) await delay(STORE_AGAIN_MS, undefined, { signal: cut }).catch(() => {}) // given up
      }
    },
  }
}

/** Writes the results and ends the batch. Lines without an outcome get one here: they were never called. */
async function finish(batch: CallBatch, format: BatchFormat, parts: BatchParts, hasInput: boolean): Promise<void> {
  const { store, assets, holder, clock } = parts
  const { succeeded = 0, failed = 0 } = (await store.getCallBatch({ id: batch.id })) ?? {}
  const left = hasInput ? Math.max(0, batch.total - succeeded - failed) : 0
  const rest =
    batch.status === 'cancelling'
      ? 'cancelled'
      : left > 0 || batch.status === 'validating' // its time was over before it was looked at
        ? 'expired'
        : undefined
  const files: { file: CallFile; asset: Asset }[] = []
  const deleteFiles = () => assets.deleteUnrecorded(files.map(({ asset }) => asset))

  async function write(isErrors: boolean, wanted: (isSuccess: boolean) => boolean): Promise<string> {
    const endedAt = clock.now()
    const expiresAt = endedAt + (batch.outputSeconds === null ? parts.keptMs : batch.outputSeconds * SECOND_MS)
    const body = Readable.from(resultLines(batch, format, parts, { rest: left > 0 ? rest : undefined, wanted }), {
      objectMode: false,
    })
    const { tenantId, mode } = batch
    const asset = await assets.writeStream({
      tenantId,
      mode: null,
      kind: 'output',
      body,
      maxBytes: Number.MAX_SAFE_INTEGER,
      expiresAt,
    })
    const id = newId(endedAt)
    const { purposeOf, nameOf } = format.results
    const purpose = purposeOf(batch)
    const name = nameOf(batch, isErrors)
    const { id: assetId, sizeBytes } = asset
    files.push({
      asset,
      file: { id, tenantId, mode, assetId, purpose, name, sizeBytes, createdAt: endedAt, expiresAt },
    })
    return id
  }

  const hasErrors = failed + left > 0
  async function writeResults(): Promise<Pick<CallBatchEnd, 'outputFileId' | 'errorFileId'>> {
    if (!format.separatesErrors) {
      return { outputFileId: batch.total > 0 ? await write(false, () => true) : null, errorFileId: null }
    }
    const outputFileId = succeeded > 0 ? await write(false, (isSuccess) => isSuccess) : null
    return { outputFileId, errorFileId: hasErrors ? await write(true, (isSuccess) => !isSuccess) : null }
  }

  const written = await writeResults().catch(async (error: unknown) => {
    await deleteFiles() // the next try writes all of them
    throw error
  })
  const end: CallBatchEnd = {
    status: rest ?? (hasInput ? 'completed' : 'failed'),
    faults: hasInput ? [] : [INPUT_GONE],
    cancelled: rest === 'cancelled' ? left : 0,
    expired: rest === 'expired' ? left : 0,
    ...written,
    endedAt: clock.now(),
  }
  const isEnded = await store.finishCallBatch({
    id: batch.id,
    holder,
    end,
    files,
    keepsInput: format.keepsInput(batch),
  })
  if (!isEnded) await deleteFiles()
}

const PAGE = 50

/** The results in the order of the input, some in memory. */
async function* resultLines(
  batch: CallBatch,
  format: BatchFormat,
  parts: BatchParts,
  { rest, wanted }: { rest: 'cancelled' | 'expired' | undefined; wanted: (isSuccess: boolean) => boolean },
): AsyncGenerator<Buffer> {
  const stored = outcomesOf(batch.id, parts)
  if (rest === undefined) {
    for await (const { isSuccess, text } of stored) if (wanted(isSuccess)) yield Buffer.from(`${text}\n`)
    return
  }
  let next = await stored.next()
  for await (const { index, bytes } of linesOf(await inputOf(batch, parts), MAX_LINE_BYTES)) {
    if (!next.done && next.value.index === index) {
      const { isSuccess, text } = next.value
      if (wanted(isSuccess)) yield Buffer.from(`${text}\n`)
      next = await stored.next()
    } else if (wanted(false)) {
      const { text } = format.resultOf(parsedLine(bytes), { kind: rest })
      yield Buffer.from(`${text}\n`)
    }
  }
}

async function* outcomesOf(batchId: string, { store }: BatchParts): AsyncGenerator<BatchLine> {
  let from = 0
  for (;;) {
    const lines = await store.listBatchLines({ batchId, from, limit: PAGE })
    yield* lines
    const last = lines.at(-1)
    if (!last || lines.length < PAGE) return
    from = last.index + 1
  }
}
