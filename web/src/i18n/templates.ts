/** An English text with places, such as "at most {limit}", and the one of another language. */
export type Template = readonly [english: string, own: string]

/** In characters: a longer text has a vendor's own words in it. */
const LONGEST = 2_000
/** Texts within texts, as of a rule in the sentence about a field, of which this is one more than any has. */
const DEEPEST = 5

const NAME = /^\S+$/
/** `9`, `-0.5`, `10,000`, `75%` or `00:30`. */
const NUMBER = /^[-+]?\d(?:[^\sa-z]*\d)?%?$/i
const MONEY = /^\$\d[^\sa-z]*$/i
/** What a place may be filled with, by its name: without this, sentences of vendors would be translated by half. */
const FITTING: Readonly<Record<string, RegExp>> = {
  field: NAME,
  other: NAME,
  id: NAME,
  limit: NUMBER,
  least: NUMBER,
  most: NUMBER,
  seconds: NUMBER,
  step: NUMBER,
  count: NUMBER,
  amount: MONEY,
}

/**
 * A text by the first template that fits it; undefined where none does. The place `{message}` is itself a text that must have
 * a template; what fills the others is taken over.
 */
export function translatedBy(templates: readonly Template[], text: string): string | undefined {
  return text.length > LONGEST ? undefined : translatedWithin(templates, text, DEEPEST)
}

function translatedWithin(templates: readonly Template[], text: string, depth: number): string | undefined {
  if (depth === 0) return undefined
  for (const [english, own] of templates) {
    const values = valuesIn(text, english)
    if (!values) continue
    const inner = values.get('message')
    const message = inner === undefined ? undefined : translatedWithin(templates, inner, depth - 1)
    if (message === undefined && inner !== undefined) continue
    return own.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'message' ? message : values.get(name)) ?? '')
  }
  return undefined
}

/** What fills the places of a template in a text, such as `limit` of "at most {limit}"; undefined where it does not fit. */
function valuesIn(text: string, template: string): Map<string, string> | undefined {
  // Texts and names of places, in turn.
  const [begin = '', ...rest] = template.split(/\{(\w+)\}/)
  if (!text.startsWith(begin)) return undefined
  const values = new Map<string, string>()
  let at = begin.length
  for (let index = 0; index < rest.length; index += 2) {
    const [name = '', literal = ''] = rest.slice(index, index + 2)
    const isLast = index + 2 >= rest.length
    const end = literal === '' ? text.length : isLast ? lastAt(text, literal, at + 1) : text.indexOf(literal, at + 1)
    if (end <= at) return undefined
    const value = text.slice(at, end)
    if (FITTING[name]?.test(value) === false) return undefined
    values.set(name, value)
    at = end + literal.length
  }
  return at === text.length ? values : undefined
}

/** Where a text ends with another one that begins at `from` or later; -1 where it does not. */
function lastAt(text: string, end: string, from: number): number {
  const at = text.length - end.length
  return text.endsWith(end) && at >= from ? at : -1
}
