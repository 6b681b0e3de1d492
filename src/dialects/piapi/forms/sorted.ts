import type { JsonObject } from '../../../core/json.ts'

/** The same object with its keys in order: so PiAPI echoes the input of the services that it relays. */
export function sorted(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
