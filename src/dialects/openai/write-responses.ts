import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { base64Of, requireAnswer } from '../shared/formats/content.ts'
import { stateOf } from '../shared/formats/reasoning-state.ts'
import {
  annotation,
  callItem,
  callStateItem,
  endingOf,
  imageItem,
  itemIds,
  messageItem,
  reasoningItem,
  responseBody,
  usageBody,
} from './response-body.ts'

/** A whole answer: `Response` of the `openai` package. */
export function writeResponses(result: LanguageModelV4GenerateResult, context: AnswerContext): JsonObject {
  requireAnswer(result)
  const { status, rest } = endingOf(result.finishReason)
  const nextId = itemIds(context.id)
  const annotations = result.content.flatMap((part) => (part.type === 'source' ? annotation(part) : []))
  return responseBody(context, status, {
    ...rest,
    ...(status === 'completed' ? { completed_at: Math.floor(context.createdAt / 1_000) } : {}),
    output: result.content.flatMap((part) => itemsOf(part, nextId, annotations)),
    usage: usageBody(result.usage),
  })
}

function itemsOf(part: LanguageModelV4Content, nextId: ReturnType<typeof itemIds>, annotations: Json[]): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [messageItem(nextId('msg'), part.text, annotations)]
    case 'reasoning':
      return [reasoningItem(nextId('rs'), part.text, stateOf(part.providerMetadata))]
    case 'tool-call': {
      if (part.providerExecuted) return []
      const state = stateOf(part.providerMetadata)
      const call = { callId: part.toolCallId, name: part.toolName, input: part.input || '{}' }
      return [...(state ? [callStateItem(nextId('rs'), state)] : []), callItem(nextId('fc'), call)]
    }
    case 'file': {
      const data = base64Of(part)
      return data !== undefined && part.mediaType.startsWith('image/') ? [imageItem(nextId('ig'), data)] : []
    }
    default:
      return []
  }
}
