import { Worker } from 'node:worker_threads'
import { MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { threadFile } from '../thread-file.ts'
import type { Scan, ScanResult } from './scan-worker.ts'
import { errorOfPlain } from './sqlite-errors.ts'
import type { ReadVerbs } from './store.ts'

type Args<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

/** More pages than a person turns; whatever is passed over is read all the same. */
const NEAR = 1_000
/** Reads that wait for others: more of them would not be answered before their callers give up. */
const MOST_WAITING = 200
/** Until a thread without work ends, with its memory. */
const IDLE_MS = MINUTE_MS

/**
 * The reads whose time grows with what is stored, up to seconds for a million tasks. All other verbs find their rows by an
 * index (`plans.test.ts`).
 */
const SCANS: { [Verb in keyof ReadVerbs]?: (args: Args<Verb>) => boolean } = {
  listTasks: ({ operation, model, keyId, search, offset = 0 }) =>
    [operation, model, keyId, search].some(isGiven) || offset > NEAR,
  countTasks: ({ status, operation, model, keyId, batchId, createdFrom, createdTo }) =>
    [status, operation, model, keyId, batchId, createdFrom, createdTo].some(isGiven),
  listAllTasks: always,
  listCalls: always,
  listDeliveries: always,
  listAudit: always,
  listLedger: always,
  readUsage: always,
  sumMargins: always,
  summary: always,
  // It reads the whole ledger.
  reconcile: always,
}

function always(): boolean {
  return true
}

function isGiven(value: unknown): boolean {
  return value !== undefined
}

export interface Scans {
  /** The same verbs; those that may take long are answered by a thread, so that the event loop does not stand still. */
  beside(verbs: ReadVerbs): ReadVerbs
  /** Ends the thread, and with it what it is asked. */
  close(): Promise<void>
}

interface Call {
  scan: Scan
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/** Reads of the embedded database at `path` in a thread, which runs while there is work for it, and a minute longer. */
export function openScans(path: string, { idleMs = IDLE_MS }: { idleMs?: number } = {}): Scans {
  let worker: Worker | undefined
  let underWay: Call[] = []
  let idle: NodeJS.Timeout | undefined

  function started(): Worker {
    const thread = new Worker(threadFile('scan-worker', import.meta.url), { workerData: { path } })
    thread.on('message', (result: ScanResult) => {
      const call = underWay.shift()
      if ('error' in result) call?.reject(errorOfPlain(result.error))
      else call?.resolve(result.value)
      if (underWay.length === 0) rest()
    })
    const ended = (cause?: Error) => {
      if (worker !== thread) return
      const calls = underWay
      forget()
      const error = new PolyphonyError('store_unavailable', 'The thread that reads the database has stopped.', {
        cause,
      })
      for (const { reject } of calls) reject(error)
    }
    thread.on('error', ended)
    thread.on('exit', () => ended())
    return thread
  }

  function forget(): void {
    clearTimeout(idle)
    worker = undefined
    underWay = []
  }

  /** The thread keeps the process running only while it is asked. */
  function rest(): void {
    worker?.unref()
    idle = setTimeout(() => void close(), idleMs)
    idle.unref()
  }

  function read(scan: Scan): Promise<unknown> {
    if (underWay.length >= MOST_WAITING) {
      return Promise.reject(
        new PolyphonyError('overloaded', 'More is searched for than can be read in time. Send this again in 3 s.', {
          retryAfterSeconds: 3,
        }),
      )
    }
    clearTimeout(idle)
    worker ??= started()
    worker.ref()
    const thread = worker
    return new Promise((resolve, reject) => {
      underWay.push({ scan, resolve, reject })
      thread.postMessage(scan)
    })
  }

  async function close(): Promise<void> {
    const thread = worker
    const calls = underWay
    forget()
    for (const { reject } of calls) reject(new PolyphonyError('store_unavailable', 'The database is closed.'))
    await thread?.terminate()
  }

  return {
    beside(verbs) {
      const some = Object.entries(SCANS).map(([verb, isScan]) => {
        const here = verbs[verb as keyof ReadVerbs] as (args: unknown) => Promise<unknown>
        const mayTakeLong = isScan as (args: unknown) => boolean
        return [
          verb,
          (args: unknown) => (mayTakeLong(args) ? read({ verb: verb as keyof ReadVerbs, args }) : here(args)),
        ]
      })
      return { ...verbs, ...Object.fromEntries(some) }
    },
    close,
  }
}
