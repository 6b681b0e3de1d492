import type { Options } from 'minisearch'

/** A section of a page, as the search of the guide has it. */
export interface SearchEntry {
  id: number
  /** Below `/guide/`, with the anchor. */
  address: string
  title: string
  heading: string
  text: string
  /** What is shown of the text. */
  start: string
}

/** Chinese has no spaces: it is found by pairs of characters. The build and the page cut texts the same way. */
export function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{Script=Han}+|[[\p{L}\p{N}]--\p{Script=Han}]+/gv) ?? []
  return words.flatMap((word) => (/^\p{Script=Han}{3,}$/v.test(word) ? pairsOf(word) : [word]))
}

const pairsOf = (word: string): string[] => [...word].slice(1).map((letter, index) => `${[...word][index]}${letter}`)

export const SEARCH_OPTIONS: Options<SearchEntry> = {
  fields: ['title', 'heading', 'text'],
  storeFields: ['address', 'title', 'heading', 'start'],
  tokenize: termsOf,
  processTerm: (term) => term,
  searchOptions: {
    boost: { title: 4, heading: 3 },
    combineWith: 'AND',
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  },
}
