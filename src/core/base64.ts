/** What is in no base64. */
const FOREIGN = /[^A-Za-z0-9+/_\-\s=]/
/** Both alphabets of RFC 4648, with or without padding. */
const BASE64 = /^[A-Za-z0-9+/_\-\s]*[A-Za-z0-9+/_-]\s*(?:=\s*){0,2}$/

/**
 * The bytes of base64, also in the alphabet for URLs, without padding, and with white space in it; undefined for an empty
 * text and for anything else. Looks at the text as a whole: to take out the white space of some megabytes piece by piece
 * would take half a second.
 */
export function fromBase64(text: string): Buffer | undefined {
  // First what can be seen without going back: the pattern would try each end of some megabytes.
  if (FOREIGN.test(text) || !BASE64.test(text)) return undefined
  // Four characters are three bytes; a single one behind them is none. With white space they would have to be counted.
  const padding = text.indexOf('=')
  const isCut = !/\s/.test(text) && (padding === -1 ? text.length : padding) % 4 === 1
  return isCut ? undefined : Buffer.from(text, 'base64')
}

/** Base64 in the standard alphabet, padded and without white space; a text that is no base64 stays as it is. */
export function standardBase64(text: string): string {
  if (text.length % 4 === 0 && !/[-_\s]/.test(text)) return text
  return fromBase64(text)?.toString('base64') ?? text
}
