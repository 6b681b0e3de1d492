/** What PostgreSQL refuses within a text, as JSON writes it: NUL, and half of a surrogate pair. Also finds some that it takes. */
const PERHAPS_REFUSED = /\\u(?:0000|d[89a-f])/

/**
 * The same text with U+FFFD for each NUL and each half of a surrogate pair, which PostgreSQL refuses: texts of vendors have
 * them, such as one that was cut within a character.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

/** JSON for a statement of PostgreSQL that takes texts out of it. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!PERHAPS_REFUSED.test(json)) return json
  return JSON.stringify(value, (_name, one: unknown) => (typeof one === 'string' ? storableText(one) : one))
}
