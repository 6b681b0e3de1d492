import { SECOND_MS } from '../core/clock.ts'
import { PolyphonyError } from '../core/errors.ts'

/** Longer waits would end in a SIGKILL: supervisors allow ten seconds for a whole stop. */
const CLOSE_MS = 3 * SECOND_MS

/** Lets calls through until it is closed. Closing waits for the calls under way, up to a limit. */
export class ClosingGate {
  #closed = false
  #underWay = new Set<Promise<unknown>>()

  /** The same verbs, each behind the gate. */
  guard<Verbs extends object>(verbs: Verbs): Verbs {
    const guarded = Object.entries(verbs).map(([name, verb]) => [name, (args: unknown) => this.#pass(verb, args)])
    return Object.fromEntries(guarded) as Verbs // the same names, the same promises
  }

  /** False when calls were still under way after `waitMs`. */
  async close(waitMs: number = CLOSE_MS): Promise<boolean> {
    this.#closed = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), waitMs)
    })
    const ended = Promise.allSettled(this.#underWay).then(() => true)
    try {
      return await Promise.race([ended, late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #pass(verb: (args: unknown) => Promise<unknown>, args: unknown): Promise<unknown> {
    if (this.#closed) throw new PolyphonyError('store_unavailable', 'The database is closed.')
    const call = verb(args)
    this.#underWay.add(call)
    try {
      return await call
    } finally {
      this.#underWay.delete(call)
    }
  }
}
