import { PolyphonyError } from '../core/errors.ts'
import type { NewTask } from '../core/new-task.ts'
import type { SubmitOutcome, WriteVerbs } from './store.ts'

interface Waiting {
  tasks: NewTask[]
  resolve: (outcomes: SubmitOutcome[]) => void
  reject: (error: unknown) => void
}

export interface BatchRule {
  /** The most tasks in one call of the verb. */
  maxBatch: number
  /** The most calls under way at once; further submissions wait and share the next call. */
  atOnce: number
}

/**
 * Submissions that arrive together share one call of the verb, and its commit. A failure is not shared: when the call as a
 * whole is refused, each submission is written by itself.
 */
export function batchedSubmit(
  submit: WriteVerbs['submitTasks'],
  { maxBatch, atOnce }: BatchRule,
): WriteVerbs['submitTasks'] {
  let waiting: Waiting[] = []
  let waitingTasks = 0
  let underWay = 0
  let scheduled = false

  async function oneByOne(batch: Waiting[]): Promise<void> {
    for (const { tasks, resolve, reject } of batch) await submit({ tasks }).then(resolve, reject)
  }

  async function write(batch: Waiting[]): Promise<void> {
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

  function nextBatch(): Waiting[] {
    let count = 0
    let size = 0
    for (const one of waiting) {
      if (count > 0 && size + one.tasks.length > maxBatch) break
      count += 1
      size += one.tasks.length
    }
    const batch = waiting.slice(0, count)
    waiting = waiting.slice(count)
    waitingTasks -= size
    return batch
  }

  function flush(): void {
    while (waiting.length > 0 && underWay < atOnce) {
      underWay += 1
      void write(nextBatch()).then(() => {
        underWay -= 1
        flush()
      })
    }
  }

  return ({ tasks }) =>
    new Promise((resolve, reject) => {
      waiting.push({ tasks, resolve, reject })
      waitingTasks += tasks.length
      if (waitingTasks >= maxBatch) flush()
      else if (!scheduled) {
        // In the next turn of the event loop, so that requests that were read together are written together.
        scheduled = true
        setImmediate(() => {
          scheduled = false
          flush()
        })
      }
    })
}
