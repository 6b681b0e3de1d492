/** Levenshtein's distance; where that is more than `most`, some number that is more. */
export function editDistance(a: string, b: string, most: number): number {
  const far = most + 1
  if (Math.abs(a.length - b.length) > most) return far
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let index = 0; index < a.length; index += 1) {
    // Only cells so near the diagonal can hold at most `most`: at a start, each variable is compared with each known name.
    const first = Math.max(0, index - most)
    const last = Math.min(b.length, index + far)
    const next = new Array<number>(b.length + 1).fill(far)
    let before = first === 0 ? index + 1 : far
    let least = before
    next[first] = before
    for (let at = first; at < last; at += 1) {
      const replaced = (row[at] ?? far) + (a[index] === b[at] ? 0 : 1)
      before = Math.min(replaced, (row[at + 1] ?? far) + 1, before + 1)
      least = Math.min(least, before)
      next[at + 1] = before
    }
    if (least > most) return far
    row = next
  }
  return row[b.length] ?? far
}
