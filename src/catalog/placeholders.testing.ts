import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isPlaceholder } from '../core/sent-values.ts'

/** The fields of a body that are in the input that is stored: those that hold no placeholder. */
export function withoutPlaceholders(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => !isPlaceholder(value))
  return Object.fromEntries(kept.map(([name, value]): [string, Json] => [name, within(value)]))
}

function within(value: Json): Json {
  return isJsonObject(value) ? withoutPlaceholders(value) : value
}
