import type { Usage } from '../../calls/format.ts'
import { anthropicExtras, unitsIn, usageFrom } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * `usage` of the Messages API. Its input tokens are those that no cache had; in the gateway's they are all. Where a
 * request was compacted, the sums at the top leave that work out, and `iterations` has it.
 */
export function messagesUsage(usage: Json | undefined): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return undefined
  const cachedReadTokens = unitsIn(usage.cache_read_input_tokens)
  const cachedWriteTokens = unitsIn(usage.cache_creation_input_tokens)
  const { input, output } = sums(usage)
  const details = isJsonObject(usage.output_tokens_details) ? usage.output_tokens_details : {}
  return usageFrom({
    inputTokens: input + cachedReadTokens + cachedWriteTokens,
    cachedReadTokens,
    cachedWriteTokens,
    outputTokens: output,
    reasoningTokens: unitsIn(details.thinking_tokens),
    ...anthropicExtras(usage),
  })
}

/** A stream reports the input in its first event, and what has grown in a later one, where null is no news. */
export function streamedUsage(start: JsonObject | undefined, later: JsonObject | undefined): Usage | undefined {
  const news = Object.entries(later ?? {}).filter(([, value]) => value !== null)
  return messagesUsage({ ...start, ...Object.fromEntries(news) })
}

function sums(usage: JsonObject): { input: number; output: number } {
  const iterations = Array.isArray(usage.iterations) ? usage.iterations.filter(isJsonObject) : []
  const own = iterations.filter(({ type }) => type === 'compaction' || type === 'message')
  if (own.length === 0 || iterations.some(({ type }) => type === 'fallback_message'))
    return { input: unitsIn(usage.input_tokens), output: unitsIn(usage.output_tokens) }
  return {
    input: own.reduce((sum, one) => sum + unitsIn(one.input_tokens), 0),
    output: own.reduce((sum, one) => sum + unitsIn(one.output_tokens), 0),
  }
}
