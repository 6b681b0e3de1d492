import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { silence, tone } from './realtime-sound.ts'

/** An item of a conversation. */
export interface Item extends JsonObject {
  id: string
  type: string
}

/** A word takes so long to say. */
const WORD_MS = 50

export interface AnswerParts {
  id: string
  speaks: boolean
  format: string
  setting: JsonObject
  nextId(prefix: string): string
  emit(type: string, fields: JsonObject): void
  add(item: Item): void
}

/** One response: its events from `response.created` to `response.done`. */
export class Answer {
  readonly #parts: AnswerParts
  readonly #output: Item[] = []
  #words = 0

  constructor(parts: AnswerParts) {
    this.#parts = parts
  }

  /** Resolves when it has ended; `cut` where it broke off, as asked. Throws a fault of ours, after the event of the failure. */
  async write(
    model: LanguageModelV4,
    options: LanguageModelV4CallOptions,
    signal: AbortSignal,
  ): Promise<'done' | 'cut'> {
    const { emit } = this.#parts
    emit('response.created', { response: this.#body('in_progress', null) })
    try {
      const { stream } = await model.doStream(options)
      for await (const part of stream as AsyncIterable<LanguageModelV4StreamPart>) {
        signal.throwIfAborted()
        if (part.type === 'error') return 'cut'
        this.#take(part)
        if (part.type === 'finish') this.#finish(part)
      }
    } catch (error) {
      if (signal.aborted) this.#cancel()
      else {
        this.#fail(error)
        if (!(error instanceof PolyphonyError)) throw error
      }
    }
    return 'done'
  }

  #take(part: LanguageModelV4StreamPart): void {
    const last = this.#output.at(-1)
    switch (part.type) {
      case 'text-start':
        this.#open({
          id: this.#parts.nextId('item'),
          object: 'realtime.item',
          type: 'message',
          status: 'in_progress',
          role: 'assistant',
          content: [],
        })
        return
      case 'text-delta':
        this.#say(part.delta)
        return
      case 'text-end':
        this.#endText(last)
        return
      case 'tool-input-start':
        this.#open({
          id: this.#parts.nextId('item'),
          object: 'realtime.item',
          type: 'function_call',
          status: 'in_progress',
          call_id: part.id,
          name: part.toolName,
          arguments: '',
        })
        return
      case 'tool-input-delta':
        if (last) last.arguments = String(last.arguments) + part.delta
        this.#emitAt('response.function_call_arguments.delta', { call_id: part.id, delta: part.delta })
        return
      case 'tool-input-end': {
        const { name = '', arguments: input = '' }: JsonObject = last ?? {}
        this.#emitAt('response.function_call_arguments.done', { call_id: part.id, name, arguments: input })
        this.#endItem(last)
        return
      }
      default: // the rest, such as reasoning, has no event
    }
  }

  /** An event about the item that is being written. */
  #emitAt(type: string, fields: JsonObject): void {
    const item_id = this.#output.at(-1)?.id ?? ''
    this.#parts.emit(type, { response_id: this.#parts.id, item_id, output_index: this.#output.length - 1, ...fields })
  }

  #open(item: Item): void {
    this.#output.push(item)
    const { id: response_id, emit, speaks } = this.#parts
    emit('response.output_item.added', { response_id, output_index: this.#output.length - 1, item: { ...item } })
    emit('conversation.item.added', { previous_item_id: null, item: { ...item } })
    if (item.type !== 'message') return
    const part = speaks ? { type: 'audio', transcript: '' } : { type: 'text', text: '' }
    this.#emitAt('response.content_part.added', { content_index: 0, part })
  }

  #say(delta: string): void {
    const last = this.#output.at(-1)
    if (last) last.said = String(last.said ?? '') + delta
    if (!this.#parts.speaks) {
      this.#emitAt('response.output_text.delta', { content_index: 0, delta })
      return
    }
    this.#words += 1
    this.#emitAt('response.output_audio_transcript.delta', { content_index: 0, delta })
    const { format } = this.#parts
    const sound = format === 'audio/pcm' ? tone(WORD_MS) : silence(format, WORD_MS)
    this.#emitAt('response.output_audio.delta', { content_index: 0, delta: sound })
  }

  #endText(item: Item | undefined): void {
    if (!item) return
    const { speaks } = this.#parts
    const { said = '', ...rest } = item
    const part: JsonObject = speaks ? { type: 'audio', transcript: said } : { type: 'text', text: said }
    if (speaks) {
      this.#emitAt('response.output_audio.done', { content_index: 0 })
      this.#emitAt('response.output_audio_transcript.done', { content_index: 0, transcript: said })
    } else this.#emitAt('response.output_text.done', { content_index: 0, text: said })
    this.#emitAt('response.content_part.done', { content_index: 0, part })
    const content = [speaks ? { type: 'output_audio', transcript: said } : { type: 'output_text', text: said }]
    this.#endItem({ ...rest, content } as Item) // an item stays one
  }

  #endItem(item: Item | undefined, status = 'completed'): void {
    if (!item) return
    const whole: Item = { ...item, status }
    this.#output[this.#output.length - 1] = whole
    const { id: response_id, emit, add } = this.#parts
    emit('response.output_item.done', { response_id, output_index: this.#output.length - 1, item: whole })
    emit('conversation.item.done', { previous_item_id: null, item: whole })
    add(whole)
  }

  #finish({ finishReason, usage }: Extract<LanguageModelV4StreamPart, { type: 'finish' }>): void {
    const isShort = finishReason.unified === 'length'
    const details: JsonObject = isShort ? { type: 'incomplete', reason: 'max_output_tokens' } : { type: 'completed' }
    const text = usage.outputTokens.total ?? 0
    const input = usage.inputTokens.total ?? 0
    this.#done(isShort ? 'incomplete' : 'completed', details, {
      total_tokens: input + text + this.#words,
      input_tokens: input,
      output_tokens: text + this.#words,
      input_token_details: { text_tokens: input, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
      // A token is 50 ms of sound.
      output_token_details: { text_tokens: text, audio_tokens: this.#words },
    })
  }

  #cancel(): void {
    const last = this.#output.at(-1)
    if (last?.status === 'in_progress') {
      const { said: _said, ...item } = last
      this.#endItem(item as Item, 'incomplete') // an item stays one
    }
    this.#done('cancelled', { type: 'cancelled', reason: 'client_cancelled' }, NO_USAGE)
  }

  #fail(error: unknown): void {
    const known = error instanceof PolyphonyError ? error : new PolyphonyError('internal', 'The sandbox failed.')
    const type = known.status >= 500 ? 'server_error' : 'invalid_request_error'
    const code = known.code === 'rate_limited' ? 'rate_limit_exceeded' : known.code
    this.#done('failed', { type: 'failed', error: { type, code, message: known.message } }, NO_USAGE)
  }

  #done(status: string, details: JsonObject, usage: JsonObject): void {
    this.#parts.emit('response.done', { response: this.#body(status, details, usage) })
  }

  #body(status: string, details: JsonObject | null, usage: JsonObject | null = null): JsonObject {
    const { id, setting } = this.#parts
    const { output_modalities, max_output_tokens, metadata = null } = setting
    return {
      object: 'realtime.response',
      id,
      status,
      status_details: details,
      output: [...this.#output],
      conversation_id: setting.conversation === 'none' ? null : 'conv_sandbox',
      output_modalities: output_modalities ?? null,
      max_output_tokens: max_output_tokens ?? 'inf',
      metadata,
      usage,
    }
  }
}

const NO_USAGE: JsonObject = { total_tokens: 0, input_tokens: 0, output_tokens: 0 }
