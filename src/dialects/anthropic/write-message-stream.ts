import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerContext, StreamWriter } from '../../calls/format.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { errorBody } from '../shared/anthropic-errors.ts'
import { mergedStates, type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'
import { event } from '../shared/formats/sse.ts'
import { type FinishPart, type StreamForm, streamWriter } from '../shared/formats/stream-writer.ts'
import { type StreamedCall, ToolInputs } from '../shared/formats/tool-inputs.ts'
import {
  callStateBlock,
  messageBody,
  redactedBlock,
  showsThinking,
  signatureOf,
  stopReasonOf,
  toolUseBlock,
  usageBody,
  wholeUsageBody,
} from './message-body.ts'
import { imageText } from './write-message.ts'

/** A streamed answer: `message_start` … `message_stop` (https://docs.anthropic.com/en/docs/build-with-claude/streaming). */
export function streamMessage(context: AnswerContext): StreamWriter {
  return streamWriter(new MessageEvents(context))
}

type ReasoningPart = Extract<
  LanguageModelV4StreamPart,
  { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }
>

interface Thinking {
  /** Undefined until there is text: a block without any is written at its end, as a redacted one. */
  index: number | undefined
  state: ReasoningState | undefined
}

class MessageEvents implements StreamForm {
  readonly #context: AnswerContext
  readonly #withThinking: boolean
  readonly #texts = new Map<string, number>()
  readonly #thinking = new Map<string, Thinking>()
  readonly #calls = new Map<string, number>()
  readonly #inputs = new ToolInputs({
    start: (call) => this.#startCall(call),
    delta: ({ id }, delta) => this.#delta(this.#calls.get(id), { type: 'input_json_delta', partial_json: delta }),
    end: ({ id }) => this.#stop(this.#calls, id),
  })
  #blocks = 0
  #isOpened = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#withThinking = showsThinking(context)
  }

  write(part: LanguageModelV4StreamPart): string {
    switch (part.type) {
      case 'stream-start':
        return this.#opening()
      case 'text-delta':
        return part.delta === '' ? '' : this.#text(part.id, part.delta)
      case 'text-end':
        return this.#stop(this.#texts, part.id)
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#withThinking ? this.#readThinking(part) : ''
      case 'file':
        return this.#whole({ type: 'text', text: imageText(part), citations: null })
      case 'ping':
        return this.#isOpened ? event({ type: 'ping' }, 'ping') : ''
      default:
        return this.#inputs.write(part)
    }
  }

  finish({ finishReason, usage }: FinishPart): string {
    const delta = { stop_reason: stopReasonOf(finishReason), stop_sequence: null, stop_details: null, container: null }
    return (
      this.#opening() +
      [...this.#texts.keys()].map((id) => this.#stop(this.#texts, id)).join('') +
      event({ type: 'message_delta', delta, usage: usageBody(usage) }, 'message_delta') +
      event({ type: 'message_stop' }, 'message_stop')
    )
  }

  fail(error: PolyphonyError): string {
    return event(errorBody(error), 'error')
  }

  close(): string {
    return ''
  }

  #opening(): string {
    if (this.#isOpened) return ''
    this.#isOpened = true
    // The vendor may report its input only at the end: message_delta has the counts.
    const message = messageBody(this.#context, wholeUsageBody(undefined))
    return event({ type: 'message_start', message }, 'message_start')
  }

  #text(id: string, text: string): string {
    const known = this.#texts.get(id)
    const index = known ?? this.#blocks++
    this.#texts.set(id, index)
    const started = known === undefined ? this.#start(index, { type: 'text', text: '', citations: null }) : ''
    return started + this.#delta(index, { type: 'text_delta', text })
  }

  #readThinking(part: ReasoningPart): string {
    const block = this.#thinking.get(part.id) ?? { index: undefined, state: undefined }
    this.#thinking.set(part.id, block)
    block.state = mergedStates(block.state, stateOf(part.providerMetadata))
    if (part.type === 'reasoning-start') return ''
    if (part.type === 'reasoning-end') return this.#endThinking(part.id, block)
    return part.delta === '' ? '' : this.#think(block, part.delta)
  }

  #think(block: Thinking, thinking: string): string {
    const started = block.index === undefined ? this.#startThinking(block) : ''
    return started + this.#delta(block.index, { type: 'thinking_delta', thinking })
  }

  #startThinking(block: Thinking): string {
    block.index = this.#blocks++
    return this.#start(block.index, { type: 'thinking', thinking: '', signature: '' })
  }

  #endThinking(id: string, block: Thinking): string {
    this.#thinking.delete(id)
    const { state } = block
    if (block.index === undefined && state === undefined) return ''
    if (block.index === undefined && state !== undefined && state.anthropic?.signature === undefined)
      return this.#whole(redactedBlock(state))
    const started = block.index === undefined ? this.#startThinking(block) : ''
    const signature = signatureOf(state)
    const signed = signature === '' ? '' : this.#delta(block.index, { type: 'signature_delta', signature })
    return started + signed + this.#stopBlock(block.index)
  }

  #startCall({ id, name, metadata }: StreamedCall): string {
    const state = this.#withThinking ? stateOf(metadata) : undefined
    const signature = state === undefined ? '' : this.#whole(callStateBlock(state))
    const index = this.#blocks++
    this.#calls.set(id, index)
    return signature + this.#start(index, toolUseBlock(id, name, {}))
  }

  /** A block that comes at once. */
  #whole(block: JsonObject): string {
    const index = this.#blocks++
    return this.#start(index, block) + this.#stopBlock(index)
  }

  #start(index: number, block: JsonObject): string {
    return this.#opening() + event({ type: 'content_block_start', index, content_block: block }, 'content_block_start')
  }

  #delta(index: number | undefined, delta: JsonObject): string {
    return index === undefined ? '' : event({ type: 'content_block_delta', index, delta }, 'content_block_delta')
  }

  #stop(open: Map<string, number>, id: string): string {
    const index = open.get(id)
    open.delete(id)
    return this.#stopBlock(index)
  }

  #stopBlock(index: number | undefined): string {
    return index === undefined ? '' : event({ type: 'content_block_stop', index }, 'content_block_stop')
  }
}
