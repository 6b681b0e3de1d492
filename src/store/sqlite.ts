import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { monotonicClock } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { batchedSubmit } from './batched-submit.ts'
import { ClosingGate } from './closing-gate.ts'
import { type EngineVerbs, writes } from './queries/index.ts'
import { openScans } from './scans.ts'
import { takeServeLock } from './serve-lock.ts'
import { errorOfPlain, plainErrorOf } from './sqlite-errors.ts'
import { openReader } from './sqlite-reader.ts'
import { startWriter } from './sqlite-thread.ts'
import type { BatchResult, CallResult, SqliteWorkerOptions } from './sqlite-worker.ts'
import type { SignalListener, Store, TaskChange } from './store.ts'
import { taskWriteOf } from './task-write.ts'
import { wholeInstants } from './whole-instants.ts'

export interface SqliteOptions extends Omit<SqliteWorkerOptions, 'isServed'> {
  /** Reject when another process serves the same file, and lock it against others until closed. */
  exclusive?: boolean
  /** The thread that writes, where it was started earlier. */
  writer?: Worker
}

interface Call {
  verb: keyof EngineVerbs
  args: unknown
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Small batches, and as many at once as there are: the writer begins with the first while the event loop still reads the
 * others' requests. With one large batch at a time the two waited for each other, at half the throughput.
 */
const SUBMISSIONS = { maxBatch: 16, atOnce: Number.POSITIVE_INFINITY }

/** How long a close waits for other processes that read the database. */
const LOG_WAIT_MS = 1_000

/**
 * The embedded store. Writes go to the one writer thread; reads run here, on a connection of their own, where they are few
 * index look-ups, which cost less than a message to another thread would. Others have a thread too (`scans.ts`).
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const lock = options.exclusive ? takeServeLock(options.path) : undefined
  const { exclusive: isServed = false, writer: worker = startWriter(), ...others } = options
  const { path } = others
  worker.ref()
  const told: SqliteWorkerOptions = { ...others, isServed }
  worker.postMessage(told)
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', (error) => reject(unopened(path, error)))
    })
  } catch (error) {
    lock?.close()
    throw error
  }

  const listeners = new Set<SignalListener>()
  /** Calls of this turn of the event loop, which share one message. */
  let outbox: Call[] = []
  /** Calls that were sent; the writer answers in their order. */
  let underWay: Call[] = []
  let closing: Promise<void> | undefined
  let broken: Error | undefined

  function send(): void {
    const calls = outbox
    outbox = []
    try {
      worker.postMessage({ calls: calls.map(({ verb, args }) => ({ verb, args })) })
      underWay.push(...calls)
    } catch (error) {
      // An argument that cannot be sent to a thread, such as a function: a fault of the caller.
      for (const call of calls) call.reject(errorOfPlain(plainErrorOf(error)))
    }
  }

  worker.on('message', ({ results, signals }: BatchResult) => {
    const calls = underWay.slice(0, results.length)
    underWay = underWay.slice(results.length)
    calls.forEach((call, index) => {
      settleCall(call, results[index])
    })
    for (const signal of signals) for (const listener of listeners) listener(signal, true)
  })
  worker.on('error', (error) => {
    broken = new PolyphonyError('store_unavailable', 'The database writer has stopped.', { cause: error })
    for (const call of [...underWay, ...outbox]) call.reject(broken)
    underWay = []
    outbox = []
  })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))

  function call(verb: keyof EngineVerbs, args: unknown): Promise<unknown> {
    if (broken) return Promise.reject(broken)
    return new Promise((resolve, reject) => {
      outbox.push({ verb, args, resolve, reject })
      if (outbox.length === 1) queueMicrotask(send)
    })
  }

  const { readVerbs, reader } = openReader(path)
  const { applyWrites, ...writeVerbs } = Object.fromEntries(
    Object.keys(writes).map((verb) => [verb, (args: unknown) => call(verb as keyof EngineVerbs, args)]),
  ) as unknown as EngineVerbs // the registry has exactly these names
  // A command has nothing else to do meanwhile.
  const scans = isServed ? openScans(path) : undefined
  const gate = new ClosingGate()
  return {
    ...gate.guard(
      wholeInstants({
        ...writeVerbs,
        ...(scans ? scans.beside(readVerbs) : readVerbs),
        submitTasks: batchedSubmit(writeVerbs.submitTasks, SUBMISSIONS),
        async applyChange({ change }: { change: TaskChange }) {
          const [isApplied] = await applyWrites({ writes: [taskWriteOf(change)] })
          return isApplied === true
        },
      }),
    ),
    engine: 'sqlite',
    exclusive: lock !== undefined,
    clock: monotonicClock(),
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closing ??= (async () => {
        await gate.close()
        scans?.close()
        worker.postMessage('close')
        await exited
        reader.close()
        emptyLog(path)
        lock?.close()
      })()
      return closing
    },
  }
}

/**
 * Moves what is in the write-ahead log into the database, so that its file alone is a whole copy. The connection that closes
 * last would do it if it may write; here the last one only reads, and a writer whose thread has failed does nothing. While
 * another process uses the database, that one does it when it closes.
 */
function emptyLog(path: string): void {
  if (!existsSync(path)) return // deleted or moved while it was open: it must not be created anew
  try {
    const database = new DatabaseSync(path)
    try {
      database.exec(`pragma busy_timeout = ${LOG_WAIT_MS}; pragma wal_checkpoint(truncate)`)
    } finally {
      database.close()
    }
  } catch {
    // Such as a full disk: nothing is lost, since the next start reads the log.
  }
}

/** The error for a file that the writer could not open or migrate. Errors lose their class between threads. */
function unopened(path: string, error: unknown): PolyphonyError {
  const message = error instanceof Error ? error.message : String(error)
  return new PolyphonyError('store_unavailable', `${path} could not be opened: ${message}`, { cause: error })
}

function settleCall(call: Call, result: CallResult | undefined): void {
  if (!result) call.reject(new PolyphonyError('internal', `The writer gave no result for ${call.verb}.`))
  else if ('error' in result) call.reject(errorOfPlain(result.error))
  else call.resolve(result.value)
}
