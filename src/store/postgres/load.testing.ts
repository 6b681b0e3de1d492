import { setTimeout as delay } from 'node:timers/promises'
import { PolyphonyError } from '../../core/errors.ts'
import { aTask, submitted } from '../contract/samples.ts'
import type { Store } from '../store.ts'

/** Callers that each submit one task after another, and read it. */
export interface Load {
  /** Ids of the tasks whose submission was answered. */
  accepted: string[]
  /** What was rejected, with how long the caller waited. */
  rejected: { error: PolyphonyError; waitedMs: number }[]
  /** Resolves when a submission that begins after this call is answered. */
  nextAccepted(): Promise<void>
  stop(): Promise<void>
}

/** `callers` at once; a fault that is not a PolyphonyError makes `stop` reject. The tenant of `aPayer` must exist. */
export function startLoad(store: Store, callers = 8): Load {
  let running = true
  const accepted: string[] = []
  const rejected: Load['rejected'] = []
  let waiting: { since: number; resolve: () => void }[] = []

  async function call(): Promise<void> {
    const beganAt = performance.now()
    const task = aTask()
    try {
      await submitted(store, task)
      accepted.push(task.id)
      await store.getTask({ id: task.id })
      for (const one of waiting.filter(({ since }) => since <= beganAt)) one.resolve()
      waiting = waiting.filter(({ since }) => since > beganAt)
    } catch (error) {
      if (!(error instanceof PolyphonyError)) throw error
      rejected.push({ error, waitedMs: performance.now() - beganAt })
      await delay(10)
    }
  }

  const ended = Promise.all(
    Array.from({ length: callers }, async () => {
      while (running) await call()
    }),
  )
  return {
    accepted,
    rejected,
    nextAccepted: () => new Promise((resolve) => waiting.push({ since: performance.now(), resolve })),
    async stop() {
      running = false
      await ended
    },
  }
}

/** Every accepted task is stored, and the ledger is right. */
export async function expectNothingLost(store: Store, { accepted }: Load): Promise<string[]> {
  const found = new Set((await store.getTasks({ ids: accepted })).map(({ id }) => id))
  const faults = await store.reconcile({})
  return [...accepted.filter((id) => !found.has(id)), ...faults.map((fault) => JSON.stringify(fault))]
}
