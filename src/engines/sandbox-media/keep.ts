import { LRUCache } from 'lru-cache'

/**
 * Caches the results of `make` up to `maxBytes`: equal specs share one result, also while it is being made. The result that
 * was used longest ago is dropped first; a result larger than the limit is returned but not kept; a failure is not cached.
 * Specs are compared as JSON, so they must have their fields in the same order.
 */
export function keep<Spec, Made extends object>(
  make: (spec: Spec) => Promise<Made>,
  { maxBytes, sizeBytes }: { maxBytes: number; sizeBytes: (made: Made) => number },
): (spec: Spec) => Promise<Made> {
  const kept = new LRUCache<string, Promise<Made>>({ maxSize: maxBytes })
  return (spec) => {
    const key = JSON.stringify(spec)
    const known = kept.get(key)
    if (known !== undefined) return known
    const making = make(spec)
    kept.set(key, making, { size: 1 })
    // Deleted first: setting the value that is there already would leave its old size.
    const settle = (size: number | undefined): void => {
      if (kept.peek(key) !== making) return
      kept.delete(key)
      if (size !== undefined) kept.set(key, making, { size })
    }
    making.then(
      (made) => settle(Math.max(1, sizeBytes(made))),
      () => settle(undefined),
    )
    return making
  }
}
