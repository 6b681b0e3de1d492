import type { BuiltInAccount } from '../../src/accounts/member.ts'
import type { Job, Result } from '../../src/providers/provider.ts'

/** A provider of songs and lyrics whose work the test ends by hand. Put before the studio, it gets all live tasks. */
export interface HandProvider extends BuiltInAccount {
  /** The ids of its jobs, in order. */
  jobs: Job[]
  /** Ends a job, now or as soon as it is submitted. */
  finish(taskId: string, result?: Result): void
}

const NOTHING: Result = { output: { lyrics: [{ title: 'By hand', text: '[Verse]', tags: [] }] }, files: [] }

export function handProvider({ slots = 1, operations = ['suno/lyrics', 'suno/music'] } = {}): HandProvider {
  const ends = new Map<string, PromiseWithResolvers<Result>>()
  const endOf = (taskId: string): PromiseWithResolvers<Result> => {
    const known = ends.get(taskId) ?? Promise.withResolvers<Result>()
    ends.set(taskId, known)
    return known
  }
  const jobs: Job[] = []
  return {
    jobs,
    mode: 'live',
    slots,
    finish: (taskId, result = NOTHING) => endOf(taskId).resolve(result),
    provider: {
      id: 'hand',
      operations: new Set(operations),
      async submit(job, _account, signal) {
        jobs.push(job)
        job.report(0)
        const aborted = new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        return { result: await Promise.race([endOf(job.taskId).promise, aborted]) }
      },
      reconcile: async () => 'absent',
    },
  }
}
