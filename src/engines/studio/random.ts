/** A stream of numbers that is the same for the same words, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  between(low: number, high: number): number
  /** A whole number, both ends included. */
  integer(low: number, high: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  chance(probability: number): boolean
}

export function randomFrom(...words: readonly (string | number)[]): Random {
  const text = words.join('\u0000')
  let state = hashOf(text)
  let other = hashOf(`${text}\u0001`) | 1
  const next = (): number => {
    // A Weyl sequence through a multiplicative mixer: short, fast, and even enough for music.
    state = (state + other) >>> 0
    other = (Math.imul(other, 0x9e3779b1) + 0x7f4a7c15) | 1
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
  }
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    integer,
    pick: (list) => list[integer(0, list.length - 1)] ?? list[0],
    chance: (probability) => next() < probability,
  }
}

/** FNV-1a over the code units, then mixed so that near texts give far numbers. 32 bits, unsigned. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The `turn`-th item counted from a place that `word` decides: neighbouring turns never give the same item of two or more. */
export function rotate<T>(list: readonly [T, ...T[]], word: string, turn: number): T {
  return list[(hashOf(word) + turn) % list.length] ?? list[0]
}
