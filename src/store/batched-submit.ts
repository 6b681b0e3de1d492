import { PolyphonyError } from '../core/errors.ts'
import type { NewTask, SubmitOutcome, WriteVerbs } from './store.ts'

interface Waiting {
  tasks: NewTask[]
  resolve: (outcomes: SubmitOutcome[]) => void
  reject: (error: unknown) => void
}

/**
 * Submissions that arrive while one batch is being written travel together in the next: they share its commit. They do
 * not share a fault: when the batch as a whole is refused, each is written by itself.
 */
export function batchedSubmit(submit: WriteVerbs['submitTasks'], maxBatch = 256): WriteVerbs['submitTasks'] {
  let waiting: Waiting[] = []
  let busy = false

  async function oneByOne(batch: Waiting[]): Promise<void> {
    for (const { tasks, resolve, reject } of batch) await submit({ tasks }).then(resolve, reject)
  }

  async function flush(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const batch: Waiting[] = []
      let size = 0
      for (const one of waiting) {
        if (size > 0 && size + one.tasks.length > maxBatch) break
        batch.push(one)
        size += one.tasks.length
      }
      waiting = waiting.slice(batch.length)
      try {
        const outcomes = await submit({ tasks: batch.flatMap((one) => one.tasks) })
        let from = 0
        for (const one of batch) {
          one.resolve(outcomes.slice(from, from + one.tasks.length))
          from += one.tasks.length
        }
      } catch (error) {
        if (batch.length > 1 && error instanceof PolyphonyError && error.code === 'internal') await oneByOne(batch)
        else for (const one of batch) one.reject(error)
      }
    }
    busy = false
  }

  return ({ tasks }) =>
    new Promise((resolve, reject) => {
      waiting.push({ tasks, resolve, reject })
      // On the next turn of the loop, so that requests that were read together are written together.
      if (!busy) {
        busy = true
        setImmediate(() => void flush())
      }
    })
}
