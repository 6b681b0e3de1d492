import { Worker } from 'node:worker_threads'
import { MINUTE_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'
import { threadFile } from '../thread-file.ts'
import type { Scan, ScanResult } from './scan-worker.ts'
import { errorOfPlain } from './sqlite-errors.ts'
import type { ReadVerbs } from './store.ts'

type Args<Verb extends keyof ReadVerbs> = Parameters<ReadVerbs[Verb]>[0]

/** More than a person turns pages; whatever is passed over is read all the same. */
const NEAR = 1_000
/** Reads of one tenant that wait: more would not be answered before their callers give up. */
const MOST_WAITING = 64
const RETRY_S = 3
/** Until a thread without work ends, with its memory. */
const IDLE_MS = MINUTE_MS

/**
 * The reads whose time grows with what a tenant has stored, up to seconds for a million tasks. All other verbs find their
 * rows by an index (`plans.test.ts`).
 */
const OF_TENANTS: Scanned = {
  listTasks: ({ operation, model, keyId, search, offset = 0 }) =>
    [operation, model, keyId, search].some(isGiven) || offset > NEAR,
  // Whole days are counted as they are stored, and so are models; a batch has an index.
  countTasks: ({ status, operation, keyId, batchId, createdFrom, createdTo }) =>
    batchId === undefined && [status, operation, keyId, createdFrom, createdTo].some(isGiven),
  listCalls: always,
  listCallFiles: always,
  listDeliveries: ({ taskId, id }) => ![taskId, id].some(isGiven),
  listLedger: always,
  readUsage: always,
}

/** The reads of all tenants, for operators; some read the whole ledger. */
const OF_OPERATORS: Scanned = {
  listAllTasks: always,
  listAudit: always,
  sumMargins: always,
  summary: always,
  reconcile: always,
}

type Scanned = { [Verb in keyof ReadVerbs]?: (args: Args<Verb>) => boolean }

function always(): boolean {
  return true
}

function isGiven(value: unknown): boolean {
  return value !== undefined
}

export interface Scans {
  /** The same verbs; those that may take long are answered by threads, so that the event loop does not stand still. */
  beside(verbs: ReadVerbs): ReadVerbs
  /** Rejects what waits. A thread ends with the statement that it is in, which nothing can interrupt. */
  close(): void
}

/** Reads of the embedded database at `path`, by a thread for those of tenants and one for those of operators. */
export function openScans(path: string, { idleMs = IDLE_MS }: { idleMs?: number } = {}): Scans {
  const parts = [OF_TENANTS, OF_OPERATORS].map((scanned) => ({ scanned, thread: openThread(path, idleMs) }))
  return {
    beside(verbs) {
      const some = parts.flatMap(({ scanned, thread }) =>
        Object.entries(scanned).map(([name, mayTakeLong]) => {
          const verb = name as keyof ReadVerbs
          const here = verbs[verb] as (args: unknown) => Promise<unknown>
          const isScan = mayTakeLong as (args: unknown) => boolean
          return [verb, (args: unknown) => (isScan(args) ? thread.read({ verb, args }) : here(args))]
        }),
      )
      return { ...verbs, ...Object.fromEntries(some) }
    },
    close() {
      for (const { thread } of parts) thread.close()
    },
  }
}

interface Call {
  scan: Scan
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

interface ReadingThread {
  read(scan: Scan): Promise<unknown>
  close(): void
}

/** A thread that runs while there is work for it, and a while longer. It is asked for one read of each tenant in turn. */
function openThread(path: string, idleMs: number): ReadingThread {
  let worker: Worker | undefined
  let current: Call | undefined
  /** By tenant; the tenant whose turn it is comes first. */
  const waiting = new Map<string, Call[]>()
  let idle: NodeJS.Timeout | undefined

  function start(): Worker {
    const started = new Worker(threadFile('scan-worker', import.meta.url), { workerData: { path } })
    started.on('message', (result: ScanResult) => {
      if (worker !== started) return
      const call = current
      current = undefined
      if ('error' in result) call?.reject(errorOfPlain(result.error))
      else call?.resolve(result.value)
      next()
    })
    const ended = (cause?: Error) => {
      if (worker === started) forget('The thread that reads the database has stopped.', cause)
    }
    started.on('error', ended)
    started.on('exit', () => ended())
    return started
  }

  function next(): void {
    if (current) return
    const [tenant] = waiting
    if (!tenant) {
      worker?.unref() // it keeps the process running only while it is asked
      idle = setTimeout(close, idleMs)
      idle.unref()
      return
    }
    const [name, [call, ...others]] = tenant
    waiting.delete(name)
    if (others.length > 0) waiting.set(name, others)
    if (call) ask(call)
  }

  function ask(call: Call): void {
    clearTimeout(idle)
    worker ??= start()
    worker.ref()
    try {
      worker.postMessage(call.scan)
      current = call
    } catch (error) {
      // An argument that cannot be sent to a thread, such as a function: a fault of the caller.
      call.reject(error)
      next()
    }
  }

  function read(scan: Scan): Promise<unknown> {
    const name = tenantOf(scan)
    const before = waiting.get(name) ?? []
    if (before.length >= MOST_WAITING) {
      const message = `More is searched for than can be read in time. Send this again in ${RETRY_S} s.`
      return Promise.reject(new PolyphonyError('overloaded', message, { retryAfterSeconds: RETRY_S }))
    }
    return new Promise((resolve, reject) => {
      waiting.set(name, [...before, { scan, resolve, reject }])
      next()
    })
  }

  function forget(why: string, cause?: Error): void {
    const calls = [current ?? [], ...waiting.values()].flat()
    clearTimeout(idle)
    worker = undefined
    current = undefined
    waiting.clear()
    for (const { reject } of calls) reject(new PolyphonyError('store_unavailable', why, { cause }))
  }

  function close(): void {
    const thread = worker
    forget('The database is closed.')
    void thread?.terminate()
  }

  return { read, close }
}

function tenantOf({ args }: Scan): string {
  const { tenantId } = args as { tenantId?: string | null }
  return tenantId ?? ''
}
