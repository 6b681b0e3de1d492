import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import { usageOfModel } from '../../calls/usage.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { packed, type ReasoningState } from '../shared/formats/reasoning-state.ts'
import { objectIn } from '../shared/formats/tools.ts'

/** The pieces of a `Message` that whole and streamed answers have in common. */

export function messageBody({ id, model }: AnswerContext, usage: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage,
    ...rest,
  }
}

/** Whether the request wants thinking in the answer; without that, clients do not expect such blocks. */
export function showsThinking({ body }: AnswerContext): boolean {
  const { thinking } = body
  return isJsonObject(thinking) && thinking.type !== 'disabled' && thinking.display !== 'omitted'
}

export function stopReasonOf({ unified, raw }: LanguageModelV4FinishReason): string {
  switch (unified) {
    case 'length':
      return 'max_tokens'
    case 'tool-calls':
      return 'tool_use'
    case 'content-filter':
      return 'refusal'
    default:
      return raw === 'stop_sequence' || raw === 'pause_turn' ? raw : 'end_turn'
  }
}

export function usageBody(reported: LanguageModelV4Usage | undefined): JsonObject {
  const usage = reported === undefined ? undefined : usageOfModel(reported)
  const { inputTokens = 0, cachedReadTokens = 0, cachedWriteTokens = 0 } = usage ?? {}
  return {
    input_tokens: Math.max(0, inputTokens - cachedReadTokens - cachedWriteTokens),
    cache_creation_input_tokens: cachedWriteTokens,
    cache_read_input_tokens: cachedReadTokens,
    output_tokens: usage?.outputTokens ?? 0,
    output_tokens_details: { thinking_tokens: usage?.reasoningTokens ?? 0 },
    server_tool_use: null,
  }
}

/** What a message has beside the counts that events repeat. */
export function wholeUsageBody(reported: LanguageModelV4Usage | undefined): JsonObject {
  return { ...usageBody(reported), cache_creation: null, service_tier: 'standard', inference_geo: null, speed: null }
}

/** The signature of a thinking block: Anthropic's own, or what another vendor needs to take the block back. */
export function signatureOf(state: ReasoningState | undefined): string {
  return state?.anthropic?.signature ?? (state === undefined ? '' : packed(state, 'reasoning'))
}

/** A block without text: Anthropic's own encrypted one, or the state of another vendor. */
export function redactedBlock(state: ReasoningState): JsonObject {
  return { type: 'redacted_thinking', data: state.anthropic?.redactedData ?? packed(state, 'reasoning') }
}

/** Stands before a call whose vendor signed it, so that the signature comes back with the conversation. */
export function callStateBlock(state: ReasoningState): JsonObject {
  return { type: 'redacted_thinking', data: packed(state, 'tool-call') }
}

export function toolUseBlock(id: string, name: string, input: JsonObject): JsonObject {
  return { type: 'tool_use', id, name, input, caller: { type: 'direct' } }
}

/**
 * The arguments as an object. What is none is wrapped as Anthropic documents it for incomplete arguments
 * (https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming).
 */
export function inputOf(text: string): JsonObject {
  return objectIn(text) ?? { INVALID_JSON: text }
}
