import type { Json } from './json.ts'

/**
 * How clients write values that their languages or forms cannot leave out or type: Go and Rust send every field of a
 * struct, form builders and PHP send texts. The catalogue and the protocols read them by these same functions.
 */

/** A value that says nothing, in a field that may be left out: `null`, '' or an empty list. */
export function isPlaceholder(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** JSON's numerals, and those without a digit before the point, which some clients write. */
const NUMERAL = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i
/** No numeral of a field is longer, and a prompt is not tried for megabytes. */
const MAX_NUMERAL = 40

/** The number that a text is, exactly and entirely: `"3"`, `"-0.5"`; undefined for every other text. */
export function numeralIn(text: string): number | undefined {
  if (text.length > MAX_NUMERAL || !NUMERAL.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

/** The boolean that a text is: "true" or "false"; undefined for every other text. */
export function booleanIn(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}
