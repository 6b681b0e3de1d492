import { parentPort, workerData } from 'node:worker_threads'
import { type PlainError, plainErrorOf } from './sqlite-errors.ts'
import { openReader } from './sqlite-reader.ts'
import type { LedgerFault } from './store.ts'

/** The thread of `reconcile-in-thread.ts`. */
export type ReconcileResult = { faults: LedgerFault[] } | { error: PlainError }

async function verify(path: string): Promise<ReconcileResult> {
  const { readVerbs, reader } = openReader(path)
  try {
    reader.exec('begin') // all rules see the same state
    return { faults: await readVerbs.reconcile({}) }
  } catch (error) {
    return { error: plainErrorOf(error) }
  } finally {
    reader.close()
  }
}

parentPort?.postMessage(await verify((workerData as { path: string }).path))
