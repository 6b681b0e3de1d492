import type { LanguageModelV4FinishReason, LanguageModelV4Source, LanguageModelV4Usage } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import { usageOfModel } from '../../calls/usage.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { packed, type ReasoningState } from '../shared/formats/reasoning-state.ts'

/** The pieces of a `Response` that whole and streamed answers have in common. */

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed'

/** The response around its output. What the request said is repeated, as OpenAI does. */
export function responseBody(
  { id, model, createdAt, body }: AnswerContext,
  status: Status,
  rest: JsonObject,
): JsonObject {
  const createdSeconds = Math.floor(createdAt / 1_000)
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdSeconds,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...objectOr(body.reasoning) },
    service_tier: 'default',
    store: false,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' }, ...objectOr(body.text) },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: null,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
    ...rest,
  }
}

/** What the end of an answer says: complete, or why not. */
export function endingOf({ unified }: LanguageModelV4FinishReason): { status: Status; rest: JsonObject } {
  if (unified === 'length')
    return { status: 'incomplete', rest: { incomplete_details: { reason: 'max_output_tokens' } } }
  if (unified === 'content-filter')
    return { status: 'incomplete', rest: { incomplete_details: { reason: 'content_filter' } } }
  return { status: 'completed', rest: {} }
}

export function usageBody(reported: LanguageModelV4Usage): JsonObject {
  const usage = usageOfModel(reported)
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {}
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: usage?.cachedReadTokens ?? 0,
      cache_write_tokens: usage?.cachedWriteTokens ?? 0,
    },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage?.reasoningTokens ?? 0 },
    total_tokens: inputTokens + outputTokens,
  }
}

/** Names of items, in the order of the output. */
export function itemIds(id: string) {
  let count = 0
  return (prefix: 'msg' | 'rs' | 'fc' | 'ig') => `${prefix}_${id}_${count++}`
}

export function messageItem(id: string, text: string, annotations: Json[], status: Status = 'completed'): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content: [textPart(text, annotations)] }
}

export function textPart(text: string, annotations: Json[]): JsonObject {
  return { type: 'output_text', text, annotations, logprobs: [] }
}

export function reasoningItem(id: string, text: string, state: ReasoningState | undefined): JsonObject {
  return {
    id,
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: state === undefined ? null : packed(state, 'reasoning'),
  }
}

/** Stands before a call whose vendor signed it, so that the signature comes back with the conversation. */
export function callStateItem(id: string, state: ReasoningState): JsonObject {
  return { id, type: 'reasoning', summary: [], encrypted_content: packed(state, 'tool-call') }
}

export interface CallItem {
  callId: string
  name: string
  input: string
}

export function callItem(id: string, { callId, name, input }: CallItem, status: Status = 'completed'): JsonObject {
  return { id, type: 'function_call', status, call_id: callId, name, arguments: input }
}

export function imageItem(id: string, base64: string): JsonObject {
  return { id, type: 'image_generation_call', status: 'completed', result: base64 }
}

export function annotation(source: LanguageModelV4Source): JsonObject[] {
  if (source.sourceType !== 'url') return []
  return [{ type: 'url_citation', url: source.url, title: source.title ?? '', start_index: 0, end_index: 0 }]
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
