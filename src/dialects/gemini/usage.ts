import type { Usage } from '../../calls/format.ts'
import { modalityIn, unitsIn, usageFrom } from '../../calls/usage.ts'
import { isJsonObject, type Json } from '../../core/json.ts'

/** `usageMetadata` (https://ai.google.dev/api/generate-content#UsageMetadata). Thoughts are counted beside the candidates. */
export function generateUsage(usage: Json | undefined): Usage | undefined {
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
  })
}
