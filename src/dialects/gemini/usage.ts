import type { Usage } from '../../calls/format.ts'
import { modalityIn, tierIn, toolsUsed, unitsIn, usageFrom } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** `usageMetadata` (https://ai.google.dev/api/generate-content#UsageMetadata). Thoughts are counted beside the candidates. */
export function generateUsage(usage: Json | undefined, webSearches = 0): Usage | undefined {
  if (!isJsonObject(usage)) return undefined
  if (typeof usage.promptTokenCount !== 'number' && typeof usage.candidatesTokenCount !== 'number') return undefined
  const reasoningTokens = unitsIn(usage.thoughtsTokenCount)
  return usageFrom({
    inputTokens: unitsIn(usage.promptTokenCount) + unitsIn(usage.toolUsePromptTokenCount),
    cachedReadTokens: unitsIn(usage.cachedContentTokenCount),
    outputTokens: unitsIn(usage.candidatesTokenCount) + reasoningTokens,
    reasoningTokens,
    inputAudioTokens: modalityIn(usage.promptTokensDetails, 'AUDIO'),
    outputAudioTokens: modalityIn(usage.candidatesTokensDetails, 'AUDIO'),
    imageTokens: modalityIn(usage.candidatesTokensDetails, 'IMAGE'),
    ...toolsUsed({ webSearches }),
    ...tierIn(typeof usage.serviceTier === 'string' ? usage.serviceTier.toLowerCase() : undefined),
  })
}

/**
 * The searches that an answer rests on (https://ai.google.dev/gemini-api/docs/google-search), each once. One that rests on
 * places of Google Maps counts as one more: it has no list of what was searched for.
 */
export function searchesIn({ candidates }: JsonObject): number {
  const grounding = (Array.isArray(candidates) ? candidates.filter(isJsonObject) : []).flatMap((candidate) =>
    isJsonObject(candidate.groundingMetadata) ? [candidate.groundingMetadata] : [],
  )
  const queries = grounding.flatMap(({ webSearchQueries: each }) => (Array.isArray(each) ? each : []))
  const chunks = grounding.flatMap(({ groundingChunks: each }) =>
    Array.isArray(each) ? each.filter(isJsonObject) : [],
  )
  return new Set(queries).size + Number(chunks.some(({ maps }) => isJsonObject(maps)))
}
