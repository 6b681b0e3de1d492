import type { Store } from '../store/store.ts'

/** What of a store is no call to the database. */
const UNMEASURED: ReadonlySet<string | symbol> = new Set(['onSignal', 'close'])

/** The same store, whose calls are timed. */
export function measuredStore(store: Store, called: (verb: string, ms: number) => void): Store {
  const measured = new Map<string | symbol, unknown>()
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const member = target[name]
      if (typeof member !== 'function' || UNMEASURED.has(name)) return member
      let verb = measured.get(name)
      if (!verb) {
        verb = async (args: never) => {
          const startedAt = performance.now()
          try {
            return await (target[name] as (args: never) => Promise<unknown>)(args)
          } finally {
            called(name, performance.now() - startedAt)
          }
        }
        measured.set(name, verb)
      }
      return verb
    },
  })
}
