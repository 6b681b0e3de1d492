import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { AnswerContext, StreamWriter } from '../../calls/format.ts'
import type { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { base64Of } from '../shared/formats/content.ts'
import { mergedStates, type ReasoningState, stateOf } from '../shared/formats/reasoning-state.ts'
import { event } from '../shared/formats/sse.ts'
import { type FinishPart, type StreamForm, streamWriter } from '../shared/formats/stream-writer.ts'
import { type StreamedCall, ToolInputs } from '../shared/formats/tool-inputs.ts'
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
  textPart,
  usageBody,
} from './response-body.ts'

/** A streamed answer: the events of `ResponseStreamEvent` of the `openai` package. */
export function streamResponses(context: AnswerContext): StreamWriter {
  return streamWriter(new ResponseEvents(context))
}

interface Item {
  id: string
  index: number
  text: string
}

class ResponseEvents implements StreamForm {
  readonly #context: AnswerContext
  readonly #nextId: ReturnType<typeof itemIds>
  readonly #output: JsonObject[] = []
  readonly #texts = new Map<string, Item>()
  readonly #reasoning = new Map<string, Item & { state: ReasoningState | undefined }>()
  readonly #calls = new Map<string, Item>()
  readonly #annotations: Json[] = []
  readonly #inputs = new ToolInputs({
    start: (call) => this.#startCall(call),
    delta: (call, delta) => this.#callDelta(call, delta),
    end: (call) => this.#endCall(call),
  })
  #sequence = 0
  #items = 0
  #isOpened = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#nextId = itemIds(context.id)
  }

  write(part: LanguageModelV4StreamPart): string {
    switch (part.type) {
      case 'stream-start':
        return this.#opening()
      case 'text-start':
        return this.#startText(part.id)
      case 'text-delta':
        return this.#textDelta(part.id, part.delta)
      case 'text-end':
        return this.#endText(part.id)
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#readReasoning(part)
      case 'source':
        this.#annotations.push(...annotation(part))
        return ''
      case 'file': {
        const data = base64Of(part)
        return data === undefined ? '' : this.#whole((id) => imageItem(id, data), 'ig')
      }
      default:
        return this.#inputs.write(part)
    }
  }

  finish({ finishReason, usage }: FinishPart): string {
    const rest = this.#opening() + this.#endAll()
    const ending = endingOf(finishReason)
    const response = responseBody(this.#context, ending.status, {
      ...ending.rest,
      output: Object.values(this.#output), // without the items that are not done
      usage: usageBody(usage),
    })
    return rest + this.#event(`response.${ending.status}`, { response })
  }

  /** Both forms that OpenAI's own streams end with: clients look for one or the other. */
  fail(error: PolyphonyError): string {
    const { message, code, details } = error
    const response = responseBody(this.#context, 'failed', {
      error: {
        code: code === 'account_busy' || code === 'rate_limited' ? 'rate_limit_exceeded' : 'server_error',
        message,
      },
      output: Object.values(this.#output), // without the items that are not done
    })
    return (
      this.#opening() +
      this.#event('error', { code, message, param: details.field || null }) +
      this.#event('response.failed', { response })
    )
  }

  close(): string {
    return ''
  }

  #opening(): string {
    if (this.#isOpened) return ''
    this.#isOpened = true
    const response = responseBody(this.#context, 'in_progress', {})
    return this.#event('response.created', { response }) + this.#event('response.in_progress', { response })
  }

  #startText(id: string): string {
    const item = this.#newItem('msg')
    this.#texts.set(id, item)
    const empty = { ...messageItem(item.id, '', [], 'in_progress'), content: [] }
    return (
      this.#opening() +
      this.#event('response.output_item.added', { output_index: item.index, item: empty }) +
      this.#event('response.content_part.added', { ...place(item), content_index: 0, part: textPart('', []) })
    )
  }

  #textDelta(id: string, delta: string): string {
    if (delta === '') return ''
    const started = this.#texts.has(id) ? '' : this.#startText(id)
    const item = this.#texts.get(id)
    if (item === undefined) return started
    item.text += delta
    const at = { ...place(item), content_index: 0 }
    return started + this.#event('response.output_text.delta', { ...at, delta, logprobs: [] })
  }

  #endText(id: string): string {
    const item = this.#texts.get(id)
    if (item === undefined) return ''
    this.#texts.delete(id)
    const annotations = this.#annotations.splice(0)
    const at = { ...place(item), content_index: 0 }
    return (
      this.#event('response.output_text.done', { ...at, text: item.text, logprobs: [] }) +
      this.#event('response.content_part.done', { ...at, part: textPart(item.text, annotations) }) +
      this.#done(item, messageItem(item.id, item.text, annotations))
    )
  }

  #readReasoning(
    part: Extract<LanguageModelV4StreamPart, { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }>,
  ): string {
    const started = this.#reasoning.has(part.id) ? '' : this.#startReasoning(part.id)
    const item = this.#reasoning.get(part.id)
    if (item === undefined) return started
    item.state = mergedStates(item.state, stateOf(part.providerMetadata))
    if (part.type === 'reasoning-delta') return started + this.#reasoningDelta(item, part.delta)
    return part.type === 'reasoning-end' ? started + this.#endReasoning(part.id) : started
  }

  #startReasoning(id: string): string {
    const item = { ...this.#newItem('rs'), state: undefined }
    this.#reasoning.set(id, item)
    const added = { output_index: item.index, item: reasoningItem(item.id, '', undefined) }
    return this.#opening() + this.#event('response.output_item.added', added)
  }

  #reasoningDelta(item: Item, delta: string): string {
    if (delta === '') return ''
    const at = { ...place(item), summary_index: 0 }
    const part = { type: 'summary_text', text: '' }
    const started = item.text === '' ? this.#event('response.reasoning_summary_part.added', { ...at, part }) : ''
    item.text += delta
    return started + this.#event('response.reasoning_summary_text.delta', { ...at, delta })
  }

  #endReasoning(id: string): string {
    const item = this.#reasoning.get(id)
    if (item === undefined) return ''
    this.#reasoning.delete(id)
    const { text } = item
    const at = { ...place(item), summary_index: 0 }
    const summary =
      text === ''
        ? ''
        : this.#event('response.reasoning_summary_text.done', { ...at, text }) +
          this.#event('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } })
    return summary + this.#done(item, reasoningItem(item.id, text, item.state))
  }

  #startCall({ id, name, metadata }: StreamedCall): string {
    const state = stateOf(metadata)
    const signature = state === undefined ? '' : this.#whole((itemId) => callStateItem(itemId, state), 'rs')
    const item = this.#newItem('fc')
    this.#calls.set(id, item)
    const added = callItem(item.id, { callId: id, name, input: '' }, 'in_progress')
    return (
      this.#opening() + signature + this.#event('response.output_item.added', { output_index: item.index, item: added })
    )
  }

  #callDelta({ id }: StreamedCall, delta: string): string {
    const item = this.#calls.get(id)
    return item === undefined ? '' : this.#event('response.function_call_arguments.delta', { ...place(item), delta })
  }

  #endCall({ id, name, input }: StreamedCall): string {
    const item = this.#calls.get(id)
    if (item === undefined) return ''
    this.#calls.delete(id)
    const written = input || '{}'
    return (
      this.#event('response.function_call_arguments.done', { ...place(item), name, arguments: written }) +
      this.#done(item, callItem(item.id, { callId: id, name, input: written }))
    )
  }

  /** An item that comes at once. */
  #whole(itemOf: (id: string) => JsonObject, prefix: 'rs' | 'ig'): string {
    const item = this.#newItem(prefix)
    const whole = itemOf(item.id)
    return (
      this.#opening() +
      this.#event('response.output_item.added', { output_index: item.index, item: whole }) +
      this.#done(item, whole)
    )
  }

  #endAll(): string {
    const texts = [...this.#texts.keys()].map((id) => this.#endText(id))
    const blocks = [...this.#reasoning.keys()].map((id) => this.#endReasoning(id))
    return [...blocks, ...texts].join('')
  }

  #newItem(prefix: 'msg' | 'rs' | 'fc' | 'ig'): Item {
    return { id: this.#nextId(prefix), index: this.#items++, text: '' }
  }

  #done(item: Item, whole: JsonObject): string {
    this.#output[item.index] = whole
    return this.#event('response.output_item.done', { output_index: item.index, item: whole })
  }

  #event(type: string, fields: JsonObject): string {
    return event({ type, sequence_number: this.#sequence++, ...fields }, type)
  }
}

function place({ id, index }: Item): JsonObject {
  return { item_id: id, output_index: index }
}
