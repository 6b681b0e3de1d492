/** Phones in the spelling of the CMU dictionary, lower case: https://github.com/cmusphinx/cmudict. `pau` is silence. */

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '))

export const VOWELS = setOf('aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw')
/** Vowels that move to another one at their end. */
export const DIPHTHONGS = setOf('ay ey oy aw ow')
export const UNVOICED = setOf('p t k f th s sh ch hh pau')
/** Voiced and full of noise. */
export const BUZZING = setOf('z zh v dh jh')
const PHONES: ReadonlySet<string> = new Set([...VOWELS, ...UNVOICED, ...BUZZING, ...setOf('b d g l m n ng r w y')])

/** What may begin a syllable in English, beside every single consonant but `ng`. */
const CLUSTERS: ReadonlySet<string> = new Set(
  'p r|p l|b r|b l|t r|d r|k r|k l|g r|g l|f r|f l|th r|sh r|s p|s t|s k|s m|s n|s l|s w|t w|d w|k w|p y|b y|k y|m y|n y|f y|hh y|v y|g w|t s|sh t|sh p|s p r|s p l|s t r|s k r|s k w'.split(
    '|',
  ),
)

/** A syllable as places in a list of phones. */
export interface PhoneSyllable {
  onset: number[]
  nucleus: number
  coda: number[]
}

/** Whether a name is one that the synthesizer can speak. */
export const isPhone = (name: string): boolean => PHONES.has(name)

/** Parts the phones of one word into syllables, each with the longest beginning that English allows. [] without a vowel. */
export function syllabify(names: readonly string[]): PhoneSyllable[] {
  const nuclei = names.flatMap((name, index) => (VOWELS.has(name) ? [index] : []))
  const starts = nuclei.map((nucleus, index) =>
    onsetStart(names, index === 0 ? 0 : (nuclei[index - 1] ?? 0) + 1, nucleus, index === 0),
  )
  return nuclei.map((nucleus, index) => ({
    onset: range(starts[index] ?? nucleus, nucleus),
    nucleus,
    coda: range(nucleus + 1, starts[index + 1] ?? names.length),
  }))
}

/** The first word's consonants all belong to its first syllable. */
function onsetStart(names: readonly string[], from: number, nucleus: number, isFirst: boolean): number {
  if (isFirst) return from
  let start = nucleus
  while (start > from) {
    const cluster = names.slice(start - 1, nucleus)
    const isLegal = cluster.length === 1 ? cluster[0] !== 'ng' : CLUSTERS.has(cluster.join(' '))
    if (!isLegal) break
    start--
  }
  return start
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
