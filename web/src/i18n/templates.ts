/** An English text with places, such as "at most {limit}", and the one of another language. */
export type Template = readonly [english: string, own: string]

/**
 * A text by the first template that fits it; undefined where none does. The place `{message}` is itself a text that must have
 * a template; what fills the others is taken over.
 */
export function translatedBy(templates: readonly Template[], text: string): string | undefined {
  for (const [english, own] of templates) {
    const values = valuesIn(text, english)
    if (!values) continue
    const inner = values.get('message')
    const message = inner === undefined ? undefined : translatedBy(templates, inner)
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
    values.set(name, text.slice(at, end))
    at = end + literal.length
  }
  return at === text.length ? values : undefined
}

/** Where a text ends with another one that begins at `from` or later; -1 where it does not. */
function lastAt(text: string, end: string, from: number): number {
  const at = text.length - end.length
  return text.endsWith(end) && at >= from ? at : -1
}
