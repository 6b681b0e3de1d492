/**
 * What a host's answer looks like, member by member. A picture is a file with a width and a height; a list has any number
 * of its only element.
 */
export type OutputShape =
  | 'picture'
  | 'file'
  | 'text'
  | Word
  | 'number'
  | 'boolean'
  | 'any'
  | [OutputShape]
  | ShapeMembers

/** One of the words that a text is limited to: `=en`. */
export type Word = `=${string}`

/** `?` follows the name of a member that may be absent. */
export interface ShapeMembers {
  [name: string]: OutputShape
}

export function hasFile(shape: OutputShape): boolean {
  return shape === 'file' || shape === 'picture' || (Array.isArray(shape) && hasFile(shape[0]))
}
