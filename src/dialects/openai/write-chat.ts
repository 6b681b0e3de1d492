import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import type { JsonObject } from '../../core/json.ts'
import { clientCalls, requireAnswer, textOf, urlOf } from '../shared/formats/content.ts'
import { stateOf } from '../shared/formats/reasoning-state.ts'
import { annotation, extraContent, finishReasonOf, reasoningDetail, usageBody } from './chat-parts.ts'

/** A whole answer: `ChatCompletion` of the `openai` package. */
export function writeChat(result: LanguageModelV4GenerateResult, context: AnswerContext): JsonObject {
  requireAnswer(result)
  return {
    id: `chatcmpl-${context.id}`,
    object: 'chat.completion',
    created: Math.floor(context.createdAt / 1_000),
    model: context.model,
    choices: [
      { index: 0, message: messageOf(result), logprobs: null, finish_reason: finishReasonOf(result.finishReason) },
    ],
    usage: usageBody(result.usage),
  }
}

function messageOf({ content }: LanguageModelV4GenerateResult): JsonObject {
  const text = textOf(content)
  const calls = clientCalls(content).map(({ toolCallId, toolName, input, providerMetadata }) => ({
    id: toolCallId,
    type: 'function',
    function: { name: toolName, arguments: input || '{}' },
    ...extraContent(providerMetadata),
  }))
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    annotations: content.flatMap((part) => (part.type === 'source' ? annotation(part) : [])),
    ...reasoningOf(content),
    ...imagesOf(content),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
}

function reasoningOf(content: LanguageModelV4GenerateResult['content']): JsonObject {
  const blocks = content.filter((part) => part.type === 'reasoning')
  const text = blocks.map((block) => block.text).join('')
  const details = blocks.flatMap<JsonObject>(
    (block, index) =>
      reasoningDetail(block.text, stateOf(block.providerMetadata), index) ?? withoutState(block.text, index),
  )
  const isSigned = details.some((detail) => 'signature' in detail || 'data' in detail)
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(isSigned ? { reasoning_details: details } : {}),
  }
}

function withoutState(text: string, index: number): JsonObject[] {
  return text === '' ? [] : [{ type: 'reasoning.text', text, index }]
}

function imagesOf(content: LanguageModelV4GenerateResult['content']): JsonObject {
  const images = content.filter((part) => part.type === 'file').filter((part) => part.mediaType.startsWith('image/'))
  if (images.length === 0) return {}
  return { images: images.map((image, index) => ({ type: 'image_url', index, image_url: { url: urlOf(image) } })) }
}
