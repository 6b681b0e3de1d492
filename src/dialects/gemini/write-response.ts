import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import type { JsonObject } from '../../core/json.ts'
import { requireAnswer } from '../shared/formats/content.ts'
import { stateOf } from '../shared/formats/reasoning-state.ts'
import {
  callPart,
  filePart,
  finishReasonOf,
  responseBody,
  showsThoughts,
  thoughtPart,
  usageBody,
} from './response-body.ts'

/** A whole answer: `GenerateContentResponse` of `@google/genai`. */
export function writeResponse(result: LanguageModelV4GenerateResult, context: AnswerContext): JsonObject {
  requireAnswer(result)
  const withThoughts = showsThoughts(context)
  const parts = result.content.flatMap((part) => partsOf(part, withThoughts))
  return responseBody(context, parts, {
    finishReason: finishReasonOf(result.finishReason),
    usage: usageBody(result.usage),
  })
}

function partsOf(part: LanguageModelV4Content, withThoughts: boolean): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'reasoning': {
      const state = stateOf(part.providerMetadata)
      return withThoughts && (part.text !== '' || state !== undefined) ? [thoughtPart(part.text, state)] : []
    }
    case 'tool-call':
      return part.providerExecuted ? [] : [callPart(part.toolCallId, part.toolName, part.input, part.providerMetadata)]
    case 'file':
      return [filePart(part)]
    default:
      return []
  }
}
