const BASE64 = /^[A-Za-z0-9+/\s]*[A-Za-z0-9+/]\s*(?:=\s*){0,2}$/

/**
 * The bytes of base64, in which there may be white space; undefined for an empty text and for anything else. Looks at
 * the text as a whole: to take out the white space of some megabytes piece by piece would take half a second.
 */
export function fromBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined
  // Four characters are three bytes; a single one behind them is none. With white space they would have to be counted.
  const padding = text.indexOf('=')
  const isCut = !/\s/.test(text) && (padding === -1 ? text.length : padding) % 4 === 1
  return isCut ? undefined : Buffer.from(text, 'base64')
}
