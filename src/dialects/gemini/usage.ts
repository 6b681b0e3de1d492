import type { Usage } from '../../calls/format.ts'
import { modalityIn, toolsUsed, unitsIn, usageFrom } from '../../calls/usage.ts'
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
  })
}

/** The searches that an answer rests on (https://ai.google.dev/gemini-api/docs/google-search), each once. */
export function searchesIn({ candidates }: JsonObject): number {
  const each = Array.isArray(candidates) ? candidates.filter(isJsonObject) : []
  return new Set(
    each.flatMap(({ groundingMetadata: grounding }) =>
      isJsonObject(grounding) && Array.isArray(grounding.webSearchQueries) ? grounding.webSearchQueries : [],
    ),
  ).size
}
