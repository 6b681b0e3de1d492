import { Worker } from 'node:worker_threads'
import { threadFile } from '../thread-file.ts'

/**
 * Starts the writer of an embedded database, which needs as long to load as the rest of a server. It touches no file before
 * it is told which (`openSqlite`), and does not keep the process running before that.
 */
export function startWriter(): Worker {
  const writer = new Worker(threadFile('sqlite-worker', import.meta.url), {
    // Batches are short-lived; a small young generation keeps the thread's memory down.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  writer.unref()
  return writer
}
