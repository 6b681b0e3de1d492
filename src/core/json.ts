/** A value that JSON can represent. */
export type Json = string | number | boolean | null | Json[] | JsonObject
// An interface, not a mapped alias, so that the type may refer to itself.
export interface JsonObject {
  [key: string]: Json
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
