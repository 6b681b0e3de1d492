import { isJsonObject, type Json, type JsonObject } from './json.ts'

/**
 * The caller's names of the fields of an input: the catalogue's path -> the caller's. `*` matches a number in both
 * (`elements.*.image_url` -> `image_list.*.image`), '' for the input as a whole (`{ '': 'input' }` at PiAPI). Whatever is
 * below a renamed path moves with it; of several paths that fit, the one with the most parts counts.
 */
export type FieldNames = Readonly<Record<string, string>>

/** The caller's path of the input as a whole; '' if it is the body. */
export function callerInput(names: FieldNames): string {
  return find(names, []) ?? ''
}

/** The caller's path of a field of the catalogue. */
export function callerField(field: string, names: FieldNames): string {
  const path = field.split('.')
  for (let length = path.length; length >= 0; length--) {
    const known = path.slice(0, length)
    const own = find(names, known) ?? find(names, known.map(starred))
    if (own === undefined) continue
    const numbers = known.filter(isNumber).values()
    const renamed = own.split('.').map((part) => (part === '*' ? (numbers.next().value ?? '0') : part))
    return [...(own === '' ? [] : renamed), ...path.slice(length)].join('.')
  }
  return field
}

/** Own entries only: a caller's field may have the name of a property of every object. */
function find(names: FieldNames, path: string[]): string | undefined {
  const name = path.join('.')
  if (name === '' && path.length > 0) return undefined // a caller's field may have no name, and is not the whole input
  return Object.hasOwn(names, name) ? names[name] : undefined
}

function isNumber(part: string): boolean {
  return /^\d+$/.test(part)
}

function starred(part: string): string {
  return isNumber(part) ? '*' : part
}

/** The path of the field that holds the text, the uppermost one first; undefined if no field does. */
export function pathOfText(value: JsonObject | Json[], text: string): string | undefined {
  const entries = Object.entries(value)
  const own = entries.find(([, inner]) => inner === text)
  if (own) return own[0]
  for (const [name, inner] of entries) {
    const inside = isJsonObject(inner) || Array.isArray(inner) ? pathOfText(inner, text) : undefined
    if (inside !== undefined) return `${name}.${inside}`
  }
  return undefined
}
