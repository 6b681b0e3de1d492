/** A value in parsed JSON that cannot be kept as it was sent. */
export interface JsonFault {
  /** Where it is, as `input.images.0`; '' for the whole. */
  field: string
  rule: string
}

interface Place {
  value: object
  /** undefined = the whole. */
  within: Place | undefined
  /** The place among the values of what it is in. */
  index: number
}

const LARGEST = '1.7976931348623157e308'
const HALF = 'half of a surrogate pair (\\ud800 to \\udfff), as of a text that was cut within a character'

/**
 * The first value that would be another one when it is stored or passed on: a number that is no double, which becomes
 * `null`, and half of a surrogate pair, which becomes U+FFFD, or is refused by PostgreSQL and most vendors. Walks by a
 * list, not by calls: values may be nested thousands deep.
 */
export function unusableValue(whole: unknown): JsonFault | undefined {
  if (typeof whole !== 'object' || whole === null) {
    const rule = ruleAgainst(whole)
    return rule === undefined ? undefined : { field: '', rule }
  }
  const places: Place[] = [{ value: whole, within: undefined, index: 0 }]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value } = place
    const isList = Array.isArray(value)
    if (!isList && Object.keys(value).some((name) => !name.isWellFormed())) {
      return { field: pathOf(place), rule: `has a member whose name holds ${HALF}` }
    }
    const values: unknown[] = isList ? value : Object.values(value)
    for (let index = 0; index < values.length; index++) {
      const inner = values[index]
      if (typeof inner === 'object') {
        if (inner !== null) places.push({ value: inner, within: place, index })
        continue
      }
      const rule = ruleAgainst(inner)
      if (rule !== undefined) return { field: pathOf({ value: {}, within: place, index }), rule }
    }
  }
  return undefined
}

/**
 * The same value with U+FFFD for each half of a surrogate pair in its texts, as other JSON readers have it; changed in place.
 * Names of members stay. For values that are read, not passed on as they came: a text that was cut within an emoji is no
 * reason to refuse its task.
 */
export function withWholeCharacters(whole: unknown): unknown {
  if (typeof whole === 'string') return whole.toWellFormed()
  const places: unknown[] = [whole]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    if (typeof place !== 'object' || place === null) continue
    const members = place as Record<string, unknown> // of a list, by index
    for (const name of Object.keys(members)) {
      const value = members[name]
      if (typeof value === 'string') members[name] = value.toWellFormed()
      else if (typeof value === 'object' && value !== null) places.push(value)
    }
  }
  return whole
}

function ruleAgainst(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return `must be a number between -${LARGEST} and ${LARGEST}`
  return typeof value === 'string' && !value.isWellFormed() ? `holds ${HALF}` : undefined
}

function pathOf(place: Place): string {
  const names: string[] = []
  for (let at = place; at.within; at = at.within) {
    const { value } = at.within
    names.push(Array.isArray(value) ? String(at.index) : (Object.keys(value)[at.index] ?? ''))
  }
  return names.reverse().join('.')
}
