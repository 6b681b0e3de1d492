/** Arabic and Hebrew write articles, "and", "with" and "for" as a part of the word. */
const PREFIX = '(?:[وبل]?ال|لل|ب|[הבוכל])?'

/**
 * The source of a regular expression for any of the words, which are parted by "|", from the start of a word on; "!" is the end of a
 * word. Thai has no spaces, so that its words are found anywhere. `tail` may follow the others.
 */
export function wordsSource(words: string, tail = ''): string {
  const parts = words
    .normalize('NFC')
    .replaceAll('!', '(?![\\p{L}\\p{M}])')
    .split(/\|(?![^(]*\))/)
  const isThai = (part: string): boolean => /\p{Script=Thai}/u.test(part)
  const [thai, spaced] = [parts.filter(isThai), parts.filter((part) => !isThai(part))]
  return [...(spaced.length > 0 ? [`(?<![\\p{L}\\p{M}])${PREFIX}(?:${spaced.join('|')})${tail}`] : []), ...thai].join(
    '|',
  )
}
