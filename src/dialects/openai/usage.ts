import type { Usage } from '../../calls/format.ts'
import { unitsIn, usageFrom } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/**
 * `usage` of Chat Completions. DeepSeek names what its cache held beside it, and xAI counts reasoning apart from the
 * output, which shows in the total.
 */
export function chatUsage(usage: Json | undefined): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.prompt_tokens !== 'number' && typeof usage.completion_tokens !== 'number') return undefined
  const input = objectOr(usage.prompt_tokens_details)
  const output = objectOr(usage.completion_tokens_details)
  const inputTokens = unitsIn(usage.prompt_tokens)
  const completionTokens = unitsIn(usage.completion_tokens)
  const reasoningTokens = unitsIn(output.reasoning_tokens)
  const isApart =
    reasoningTokens > 0 && unitsIn(usage.total_tokens) === inputTokens + completionTokens + reasoningTokens
  return usageFrom({
    inputTokens,
    cachedReadTokens: unitsIn(input.cached_tokens) || unitsIn(usage.prompt_cache_hit_tokens),
    cachedWriteTokens: unitsIn(input.cache_write_tokens),
    outputTokens: completionTokens + (isApart ? reasoningTokens : 0),
    reasoningTokens,
    inputAudioTokens: unitsIn(input.audio_tokens),
    outputAudioTokens: unitsIn(output.audio_tokens),
  })
}

/** `usage` of the Responses API. */
export function responsesUsage(usage: Json | undefined): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return undefined
  const input = objectOr(usage.input_tokens_details)
  return usageFrom({
    inputTokens: unitsIn(usage.input_tokens),
    cachedReadTokens: unitsIn(input.cached_tokens),
    cachedWriteTokens: unitsIn(input.cache_write_tokens),
    outputTokens: unitsIn(usage.output_tokens),
    reasoningTokens: unitsIn(objectOr(usage.output_tokens_details).reasoning_tokens),
  })
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
