import type {
  LanguageModelV4File,
  LanguageModelV4FinishReason,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import { usageOfModel } from '../../calls/usage.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { base64Of } from '../shared/formats/content.ts'
import { type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'
import { objectIn } from '../shared/formats/tools.ts'
import { signatureOf } from './state.ts'

/** The pieces of a `GenerateContentResponse` that whole and streamed answers have in common. */

export function responseBody(
  { id, model }: AnswerContext,
  parts: JsonObject[],
  rest: { finishReason?: string; usage?: JsonObject } = {},
): JsonObject {
  const { finishReason, usage } = rest
  return {
    candidates: [
      { content: { role: 'model', parts }, ...(finishReason === undefined ? {} : { finishReason }), index: 0 },
    ],
    ...(usage === undefined ? {} : { usageMetadata: usage }),
    modelVersion: model,
    responseId: id,
  }
}

/** Whether the request wants thoughts in the answer. */
export function showsThoughts({ body }: AnswerContext): boolean {
  const config = objectOr(body.generationConfig ?? body.generation_config)
  const thinking = objectOr(config.thinkingConfig ?? config.thinking_config)
  return (thinking.includeThoughts ?? thinking.include_thoughts) === true
}

export function finishReasonOf({ unified }: LanguageModelV4FinishReason): string {
  switch (unified) {
    case 'length':
      return 'MAX_TOKENS'
    case 'content-filter':
      return 'SAFETY'
    case 'other':
      return 'OTHER'
    default:
      return 'STOP'
  }
}

export function usageBody(reported: LanguageModelV4Usage): JsonObject {
  const usage = usageOfModel(reported)
  const { inputTokens = 0, outputTokens = 0, reasoningTokens = 0, cachedReadTokens = 0 } = usage ?? {}
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    totalTokenCount: inputTokens + outputTokens,
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    ...(cachedReadTokens > 0 ? { cachedContentTokenCount: cachedReadTokens } : {}),
  }
}

export function thoughtPart(text: string, state: ReasoningState | undefined): JsonObject {
  return { text, thought: true, ...(state === undefined ? {} : { thoughtSignature: signatureOf(state, 'reasoning') }) }
}

/** Arguments are an object in this API; what a model wrote that is none is not lost. */
export function callPart(
  id: string,
  name: string,
  input: string,
  metadata: SharedV4ProviderMetadata | undefined,
): JsonObject {
  const state = stateOf(metadata)
  return {
    functionCall: { id, name, args: objectIn(input) ?? { INVALID_JSON: input } },
    ...(state === undefined ? {} : { thoughtSignature: signatureOf(state, 'tool-call') }),
  }
}

export function filePart(file: LanguageModelV4File): JsonObject {
  const data = base64Of(file)
  if (data !== undefined) return { inlineData: { mimeType: file.mediaType, data } }
  return { fileData: { mimeType: file.mediaType, fileUri: file.data.type === 'url' ? file.data.url.toString() : '' } }
}

function objectOr(value: JsonObject[string] | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
