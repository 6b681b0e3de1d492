import type {
  LanguageModelV4FinishReason,
  LanguageModelV4Source,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { usageOfModel } from '../../calls/usage.ts'
import type { JsonObject } from '../../core/json.ts'
import { packed, type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'

/** The pieces that a whole completion and a streamed one have in common. */

export function finishReasonOf({ unified }: LanguageModelV4FinishReason): string {
  switch (unified) {
    case 'length':
      return 'length'
    case 'tool-calls':
      return 'tool_calls'
    case 'content-filter':
      return 'content_filter'
    default:
      return 'stop'
  }
}

export function usageBody(reported: LanguageModelV4Usage): JsonObject {
  const usage = usageOfModel(reported)
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {}
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage?.cachedReadTokens ?? 0,
      cache_write_tokens: usage?.cachedWriteTokens ?? 0,
      audio_tokens: usage?.inputAudioTokens ?? 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage?.reasoningTokens ?? 0,
      audio_tokens: usage?.outputAudioTokens ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** Where Gemini's own OpenAI-compatible API puts a call's signature, so that clients that know it send it back. */
export function extraContent(metadata: SharedV4ProviderMetadata | undefined): JsonObject {
  const signature = Object.values(stateOf(metadata) ?? {}).find((fields) => fields.thoughtSignature)?.thoughtSignature
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } }
}

/**
 * One block of reasoning with what its vendor needs to take it back, in the form that OpenRouter made common
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens). Undefined if there is nothing to take back.
 */
export function reasoningDetail(
  text: string,
  state: ReasoningState | undefined,
  index: number,
): JsonObject | undefined {
  if (state === undefined) return undefined
  const secret = packed(state, 'reasoning')
  return text === ''
    ? { type: 'reasoning.encrypted', data: secret, index }
    : { type: 'reasoning.text', text, signature: secret, index }
}

export function annotation(source: LanguageModelV4Source): JsonObject[] {
  if (source.sourceType !== 'url') return []
  const { url, title = '' } = source
  return [{ type: 'url_citation', url_citation: { url, title, start_index: 0, end_index: 0 } }]
}
