/** Levenshtein's distance, or more than `most` where that is certain at once. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let index = 0; index < a.length; index += 1) {
    let before = index + 1
    let least = before
    const next = [before]
    for (let at = 0; at < b.length; at += 1) {
      const replaced = (row[at] ?? 0) + (a[index] === b[at] ? 0 : 1)
      before = Math.min(replaced, (row[at + 1] ?? 0) + 1, before + 1)
      least = Math.min(least, before)
      next.push(before)
    }
    if (least > most) return most + 1
    row = next
  }
  return row[b.length] ?? 0
}
