/** Numbers from 0 to 1 that are the same for the same seed (mulberry32), so that a run can be repeated. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The time to the next arrival of a Poisson process, in milliseconds. */
export function arrivalMs(perSecond: number, random: () => number): number {
  return (-Math.log(1 - random()) / perSecond) * 1_000
}
