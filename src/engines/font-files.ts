import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Fonts of packages of @fontsource, all under the SIL Open Font License, each divided into files for parts of Unicode. */

interface Subset {
  name: string
  ranges: [from: number, to: number][]
}

const { resolve } = createRequire(import.meta.url)
const subsets = new Map<string, Subset[]>()

/** The file of a family that has a sign, as `readFontFile` takes it; undefined where none has. */
export function fontFileFor(family: string, weight: number, char: string): string | undefined {
  const code = char.codePointAt(0) ?? 0
  const subset = subsetsOf(family).find(({ ranges }) => ranges.some(([from, to]) => code >= from && code <= to))
  return subset && `@fontsource/${family}/files/${family}-${subset.name}-${weight}-normal.woff`
}

/** A WOFF. */
export function readFontFile(file: string): Buffer {
  return readFileSync(resolve(file))
}

/** The files into which a family is divided, and the signs that each has: "U+0-FF,U+131". */
function subsetsOf(family: string): Subset[] {
  const known = subsets.get(family)
  if (known) return known
  const listed: Record<string, string> = JSON.parse(readFileSync(resolve(`@fontsource/${family}/unicode.json`), 'utf8'))
  const found = Object.entries(listed).map(([name, ranges]): Subset => {
    return { name: name.replace(/^\[(\d+)\]$/, '$1'), ranges: ranges.split(',').map(rangeOf) }
  })
  subsets.set(family, found)
  return found
}

function rangeOf(text: string): [number, number] {
  const [from = '', to = from] = text.replace(/^U\+/i, '').split('-')
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)]
}
