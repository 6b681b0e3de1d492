import { Worker } from 'node:worker_threads'
import { threadFile } from '../thread-file.ts'
import type { ReconcileResult } from './reconcile-worker.ts'
import { errorOfPlain } from './sqlite-errors.ts'
import type { LedgerFault } from './store.ts'

/** Verifies the ledger of an embedded database in a thread of its own, on one state of it, while others write. */
export async function reconcileInThread(path: string): Promise<LedgerFault[]> {
  const worker = new Worker(threadFile('reconcile-worker', import.meta.url), { workerData: { path } })
  try {
    const result = await new Promise<ReconcileResult>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The thread that verifies the ledger ended with ${code}.`)))
    })
    if ('error' in result) throw errorOfPlain(result.error)
    return result.faults
  } finally {
    await worker.terminate()
  }
}
