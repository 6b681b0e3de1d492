/**
 * What a host's answer looks like, member by member. A picture is a file with a width and a height; a list has any number
 * of its only element.
 */
export type OutputShape = 'picture' | 'file' | 'text' | 'number' | 'boolean' | 'any' | [OutputShape] | ShapeMembers

/** `?` follows the name of a member that may be absent. */
export interface ShapeMembers {
  [name: string]: OutputShape
}

export function hasFile(shape: OutputShape): boolean {
  return shape === 'file' || shape === 'picture' || (Array.isArray(shape) && hasFile(shape[0]))
}
