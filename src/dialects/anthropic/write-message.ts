import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import type { AnswerContext } from '../../calls/format.ts'
import type { JsonObject } from '../../core/json.ts'
import { requireAnswer, urlOf } from '../shared/formats/content.ts'
import { stateOf } from '../shared/formats/reasoning-state.ts'
import {
  callStateBlock,
  inputOf,
  messageBody,
  redactedBlock,
  showsThinking,
  signatureOf,
  stopReasonOf,
  toolUseBlock,
  wholeUsageBody,
} from './message-body.ts'

/** A whole answer: `Message` of `@anthropic-ai/sdk`. */
export function writeMessage(result: LanguageModelV4GenerateResult, context: AnswerContext): JsonObject {
  requireAnswer(result)
  const withThinking = showsThinking(context)
  return messageBody(context, wholeUsageBody(result.usage), {
    content: result.content.flatMap((part) => blocksOf(part, withThinking)),
    stop_reason: stopReasonOf(result.finishReason),
  })
}

function blocksOf(part: LanguageModelV4Content, withThinking: boolean): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: null }]
    case 'reasoning': {
      const state = stateOf(part.providerMetadata)
      if (!withThinking || (part.text === '' && state === undefined)) return []
      if (part.text === '' && state !== undefined && state.anthropic?.signature === undefined)
        return [redactedBlock(state)]
      return [{ type: 'thinking', thinking: part.text, signature: signatureOf(state) }]
    }
    case 'tool-call': {
      if (part.providerExecuted) return []
      const state = withThinking ? stateOf(part.providerMetadata) : undefined
      const call = toolUseBlock(part.toolCallId, part.toolName, inputOf(part.input))
      return state === undefined ? [call] : [callStateBlock(state), call]
    }
    case 'file':
      // This API has no files in answers; as text, the picture is not lost.
      return [{ type: 'text', text: imageText(part), citations: null }]
    default:
      return []
  }
}

export function imageText(part: Extract<LanguageModelV4Content, { type: 'file' }>): string {
  return `![image](${urlOf(part)})`
}
