import { PolyphonyError } from '../core/errors.ts'

/** Lets calls through until it is closed; closing waits for those that are under way. */
export class ClosingGate {
  #closed = false
  #underWay = new Set<Promise<unknown>>()

  /** The same verbs, each behind the gate. */
  guard<Verbs extends object>(verbs: Verbs): Verbs {
    const guarded = Object.entries(verbs).map(([name, verb]) => [name, (args: unknown) => this.#pass(verb, args)])
    return Object.fromEntries(guarded) as Verbs // the same names, the same promises
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#underWay)
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
