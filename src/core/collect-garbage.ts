import { SECOND_MS } from './clock.ts'

/** Soon after the start, and not in it. */
const AFTER_MS = 2 * SECOND_MS

/**
 * Gives back what loading the code of this thread left behind, which V8 would else keep until the heap had doubled. Takes a
 * tenth of a second, once. Node.js has to be started with `--expose-gc`; without it nothing is done.
 */
export function collectGarbageSoon(): () => void {
  const timer = setTimeout(() => {
    // One that waits keeps V8's hidden class of its kind, which the collection would drop some times over: with the fourth,
    // each later call of `nextTick` would take a slow path, some 20 of them for a request.
    process.nextTick(() => {})
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }, AFTER_MS)
  timer.unref()
  return () => clearTimeout(timer)
}
