import { hash } from 'node:crypto'
import { invalidInput } from './errors.ts'

/**
 * Cursors of lists: where a page ends, with a check of which list that was. One that is made up, cut, or of another list or
 * tenant is refused, where its position alone would give an empty page. The row itself is not looked for: it may have been
 * deleted since. No secret is needed, since what a caller may see does not depend on the cursor.
 */

const CHECK_CHARACTERS = 8

/** `list` names what is listed, and for whom. */
export function cursorAt(list: string, position: string): string {
  return `${position}.${checkOf(list, position)}`
}

/** The position in a cursor of the same list. Throws `invalid_input`. */
export function positionIn(list: string, cursor: string, field = 'cursor'): string {
  const position = cursor.slice(0, Math.max(0, cursor.length - CHECK_CHARACTERS - 1))
  if (position !== '' && cursor === cursorAt(list, position)) return position
  throw invalidInput(field, 'must be the one that the page before gave for the next')
}

function checkOf(list: string, position: string): string {
  return hash('sha256', `${list}\n${position}`, 'base64url').slice(0, CHECK_CHARACTERS)
}
