import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerContext, StreamWriter } from '../../calls/format.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { urlOf } from '../shared/formats/content.ts'
import { mergedStates, type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'
import { event } from '../shared/formats/sse.ts'
import { streamWriter } from '../shared/formats/stream-writer.ts'
import { ToolInputs } from '../shared/formats/tool-inputs.ts'
import { annotation, extraContent, finishReasonOf, reasoningDetail, usageBody } from './chat-parts.ts'
import { errorBody } from './errors.ts'

/** A streamed answer: `ChatCompletionChunk` of the `openai` package, then `[DONE]`. */
export function streamChat(context: AnswerContext): StreamWriter {
  const chunks = new Chunks(context)
  const reasoning = new ReasoningBlocks()
  const order = new Map<string, number>()
  const calls = new ToolInputs({
    start: ({ id, name, metadata }) => {
      const index = order.size
      order.set(id, index)
      const call = { index, id, type: 'function', function: { name, arguments: '' }, ...extraContent(metadata) }
      return chunks.delta({ tool_calls: [call] })
    },
    delta: ({ id }, delta) =>
      chunks.delta({ tool_calls: [{ index: order.get(id) ?? 0, function: { arguments: delta } }] }),
    end: () => '',
  })

  return streamWriter({
    write(part) {
      switch (part.type) {
        case 'stream-start':
          return chunks.opening()
        case 'text-delta':
          return part.delta === '' ? '' : chunks.delta({ content: part.delta })
        case 'reasoning-start':
        case 'reasoning-delta':
        case 'reasoning-end': {
          const delta = reasoning.read(part)
          return delta === undefined ? '' : chunks.delta(delta)
        }
        case 'source':
          return annotation(part)
            .map((one) => chunks.delta({ annotations: [one] }))
            .join('')
        case 'file':
          return chunks.delta({ images: [{ type: 'image_url', index: 0, image_url: { url: urlOf(part) } }] })
        default:
          return calls.write(part)
      }
    },
    finish: ({ finishReason, usage }) =>
      chunks.delta({}, finishReasonOf(finishReason)) + (chunks.hasUsage ? chunks.usage(usageBody(usage)) : ''),
    fail: (error) => event(errorBody(error)),
    close: () => 'data: [DONE]\n\n',
  })
}

/** Writes the chunks of one streamed completion. */
export class Chunks {
  readonly hasUsage: boolean
  readonly #head: JsonObject
  #isOpened = false

  constructor({ id, createdAt, model, body }: AnswerContext) {
    this.#head = {
      id: `chatcmpl-${id}`,
      object: 'chat.completion.chunk',
      created: Math.floor(createdAt / 1_000),
      model,
    }
    const options = body.stream_options
    this.hasUsage = isJsonObject(options) && options.include_usage === true
  }

  opening(): string {
    if (this.#isOpened) return ''
    this.#isOpened = true
    return this.#chunk({ role: 'assistant', content: '' }, null)
  }

  delta(delta: JsonObject, finishReason: string | null = null): string {
    return this.opening() + this.#chunk(delta, finishReason)
  }

  usage(usage: JsonObject): string {
    return event({ ...this.#head, choices: [], usage })
  }

  #chunk(delta: JsonObject, finishReason: string | null): string {
    const choices: Json = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
    return event({ ...this.#head, choices, ...(this.hasUsage ? { usage: null } : {}) })
  }
}

/** Reasoning passes as text; at the end of a block follows the block with its state, if its vendor gave one. */
class ReasoningBlocks {
  readonly #open = new Map<string, { text: string; state: ReasoningState | undefined }>()
  #count = 0

  read(
    part: Extract<LanguageModelV4StreamPart, { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }>,
  ): JsonObject | undefined {
    const block = this.#open.get(part.id) ?? { text: '', state: undefined }
    this.#open.set(part.id, block)
    block.state = mergedStates(block.state, stateOf(part.providerMetadata))
    if (part.type === 'reasoning-delta') {
      block.text += part.delta
      return part.delta === '' ? undefined : { reasoning_content: part.delta }
    }
    if (part.type === 'reasoning-start') return undefined
    this.#open.delete(part.id)
    const detail = reasoningDetail(block.text, block.state, this.#count++)
    return detail && { reasoning_details: [detail] }
  }
}
