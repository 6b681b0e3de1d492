import type { TSchema } from 'typebox'
import { fieldError, invalidInput } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { filesIn } from './media.ts'

/**
 * How much an input may contain besides its files, which have a limit of their own. Unknown fields are kept, so an input is
 * stored, read at every poll and sent on in the size in which it came.
 */

/** Deeper than any meaningful input, and far below the depth at which JSON.stringify exhausts the stack. */
const MAX_DEPTH = 100
/** Members of objects and elements of arrays, together. */
const MAX_MEMBERS = 5_000
/** Characters of all names and texts that are not files. */
const MAX_TEXT = 256 * 2 ** 10

/** `nameOf` gives the caller's name of a field. Throws `invalid_input` and `payload_too_large`, naming the field. */
export function checkInputSize(schema: TSchema, input: JsonObject, nameOf: (field: string) => string): void {
  const size = { members: 0, text: 0 }
  for (const [name, value] of Object.entries(input)) {
    size.members++
    size.text += name.length
    if (!measure(value, MAX_DEPTH, size)) {
      throw invalidInput(nameOf(name), `is nested more than ${MAX_DEPTH} levels deep`)
    }
    if (size.members > MAX_MEMBERS) {
      const rule = `brings the input to more than ${MAX_MEMBERS} members and elements`
      throw fieldError('payload_too_large', nameOf(name), rule)
    }
  }
  if (size.text <= MAX_TEXT) return
  const largest = largestText(schema, input)
  if (largest.total > MAX_TEXT) {
    const rule = `brings the input to more than ${MAX_TEXT} characters beside its files`
    throw fieldError('payload_too_large', nameOf(largest.name), rule)
  }
}

/** Adds the size of a value; false when it is nested more than `levels` deep. Ends early above the limits. */
function measure(value: Json, levels: number, size: { members: number; text: number }): boolean {
  if (typeof value === 'string') size.text += value.length
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  for (const [name, inner] of Object.entries(value)) {
    size.members++
    if (!Array.isArray(value)) size.text += name.length
    if (size.members > MAX_MEMBERS) return true
    if (!measure(inner, levels - 1, size)) return false
  }
  return true
}

/** The field with the most text outside files, and the characters of all fields together. */
function largestText(schema: TSchema, input: JsonObject): { name: string; total: number } {
  const textOf = new Map<string, number>()
  for (const [name, value] of Object.entries(input)) {
    const size = { members: 0, text: name.length }
    measure(value, MAX_DEPTH, size)
    textOf.set(name, size.text)
  }
  for (const { field, value } of filesIn(schema, input)) {
    const name = field.split('.', 1)[0] ?? ''
    textOf.set(name, (textOf.get(name) ?? 0) - value.length)
  }
  const [name = ''] = [...textOf].toSorted(([, one], [, other]) => other - one)[0] ?? []
  return { name, total: [...textOf.values()].reduce((sum, text) => sum + text, 0) }
}
