import { parentPort, workerData } from 'node:worker_threads'
import { type PlainError, plainErrorOf } from './sqlite-errors.ts'
import { openReader } from './sqlite-reader.ts'
import type { ReadVerbs } from './store.ts'

/** The thread of `scans.ts`: answers one read after the other, each on one state of the database. */
export interface Scan {
  verb: keyof ReadVerbs
  args: unknown
}
export type ScanResult = { value: unknown } | { error: PlainError }

const port = parentPort
if (!port) throw new Error('scan-worker runs as a worker thread.')
const { readVerbs, reader } = openReader((workerData as { path: string }).path)

async function answer({ verb, args }: Scan): Promise<ScanResult> {
  try {
    reader.exec('begin') // all statements of a verb see the same state
    try {
      return { value: await (readVerbs[verb] as (args: unknown) => Promise<unknown>)(args) }
    } finally {
      reader.exec('rollback')
    }
  } catch (error) {
    return { error: plainErrorOf(error) }
  }
}

/** One after the other: the next transaction begins where this one has ended. */
let turn = Promise.resolve()
port.on('message', (scan: Scan) => {
  turn = turn.then(async () => port.postMessage(await answer(scan)))
})
