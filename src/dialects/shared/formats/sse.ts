import type { JsonObject } from '../../../core/json.ts'

/** One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function event(data: JsonObject, name?: string): string {
  const line = `data: ${JSON.stringify(data)}\n\n`
  return name === undefined ? line : `event: ${name}\n${line}`
}
