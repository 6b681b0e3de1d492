import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerContext, StreamWriter } from '../../calls/format.ts'
import type { JsonObject } from '../../core/json.ts'
import { mergedStates, type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'
import { event } from '../shared/formats/sse.ts'
import { streamWriter } from '../shared/formats/stream-writer.ts'
import { errorBody } from './errors.ts'
import {
  callPart,
  filePart,
  finishReasonOf,
  responseBody,
  showsThoughts,
  thoughtPart,
  usageBody,
} from './response-body.ts'

/** A streamed answer: events with `alt=sse`, else one JSON array whose elements come one after the other. */
export function streamResponse(context: AnswerContext): StreamWriter {
  const framing = context.isJsonArray ? jsonArray() : { element: event, close: () => '' }
  const chunk = (parts: JsonObject[]) => framing.element(responseBody(context, parts))
  const states = new Map<string, ReasoningState | undefined>()
  const withThoughts = showsThoughts(context)

  const thought = (
    part: Extract<LanguageModelV4StreamPart, { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }>,
  ) => {
    const state = mergedStates(states.get(part.id), stateOf(part.providerMetadata))
    states.set(part.id, state)
    if (part.type === 'reasoning-start') return ''
    if (part.type === 'reasoning-delta') return part.delta === '' ? '' : chunk([thoughtPart(part.delta, undefined)])
    states.delete(part.id)
    return state === undefined ? '' : chunk([thoughtPart('', state)])
  }

  return streamWriter({
    write(part) {
      switch (part.type) {
        case 'text-delta':
          return part.delta === '' ? '' : chunk([{ text: part.delta }])
        case 'reasoning-start':
        case 'reasoning-delta':
        case 'reasoning-end':
          return withThoughts ? thought(part) : ''
        case 'tool-call':
          return part.providerExecuted
            ? ''
            : chunk([callPart(part.toolCallId, part.toolName, part.input, part.providerMetadata)])
        case 'file':
          return chunk([filePart(part)])
        default:
          return '' // calls come whole in this API: what a model writes of one is waited for
      }
    },
    finish: ({ finishReason, usage }) =>
      framing.element(
        responseBody(context, [{ text: '' }], { finishReason: finishReasonOf(finishReason), usage: usageBody(usage) }),
      ),
    fail: (error) => framing.element(errorBody(error)) + framing.close(),
    close: framing.close,
  })
}

function jsonArray() {
  let count = 0
  return {
    element: (data: JsonObject) => `${count++ === 0 ? '[' : ',\r\n'}${JSON.stringify(data)}`,
    close: () => (count === 0 ? '[]' : ']'),
  }
}
