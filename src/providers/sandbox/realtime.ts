import { EventEmitter } from 'node:events'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { type Clock, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { RealtimeEnd } from '../../core/realtime.ts'
import { sandboxLanguageModel } from './language-model.ts'
import { Answer, type Item } from './realtime-answer.ts'
import { checkItem, checkSession, eventIn, formatIn, mergedAudio, optionsOf, Refused } from './realtime-input.ts'

/**
 * What test keys talk to in a realtime session: the events of OpenAI's API
 * (https://platform.openai.com/docs/api-reference/realtime-server-events), and answers of the sandbox's language model, with
 * its magic words. Its voice is a tone, as long as the words would take, and it hears no words: what is said to it is so
 * many seconds of sound.
 */
export function sandboxRealtime(model: string, { clock }: { clock: Clock }): RealtimeEnd {
  return new SandboxRealtime(model, clock)
}

/** Sound of 24 kHz and 16 bits. */
const BYTES_PER_SECOND = 48_000
/** With turn detection on, so much sound is a turn. */
const TURN_BYTES = 2 * BYTES_PER_SECOND
const MIN_COMMIT_BYTES = BYTES_PER_SECOND / 10
const MAX_BUFFER_BYTES = 16 * 2 ** 20
const MAX_ITEMS = 1_000
const SESSION_MS = 60 * MINUTE_MS

class SandboxRealtime extends EventEmitter implements RealtimeEnd {
  readonly #language: LanguageModelV4
  readonly #items: Item[] = []
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Told once what waits has been read: a client that sends and does not read is slowed down, as at a vendor. */
  #unread: (() => void)[] = []
  #session: JsonObject
  #bufferBytes = 0
  #isPaused = true
  #isClosed = false
  #count = 0
  #response: { id: string; abort: AbortController } | undefined

  constructor(model: string, clock: Clock) {
    super()
    this.#language = sandboxLanguageModel(model)
    this.#session = {
      type: 'realtime',
      object: 'realtime.session',
      id: 'sess_sandbox',
      model,
      output_modalities: ['audio'],
      instructions: 'This is the sandbox: no model is asked.',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      prompt: null,
      expires_at: Math.floor((clock.now() + SESSION_MS) / SECOND_MS),
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: null,
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'sandbox-tone', speed: 1 },
      },
      include: null,
    }
    this.#emit('session.created', { session: this.#session })
  }

  get bufferedAmount(): number {
    return this.#waitingBytes
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  send(message: Buffer | string, _options: unknown, sent: () => void): void {
    if (!this.#isClosed) this.#receive(message.toString())
    if (this.#waiting.length === 0) queueMicrotask(sent)
    else this.#unread.push(sent)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    while (!this.#isPaused) {
      const next = this.#waiting.shift()
      if (!next) {
        for (const sent of this.#unread.splice(0)) sent()
        return
      }
      this.#waitingBytes -= next.length
      this.emit('message', next, false)
    }
  }

  ping(): void {
    queueMicrotask(() => this.emit('pong'))
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#response?.abort.abort()
    queueMicrotask(() => this.emit('close', code, Buffer.from(reason)))
  }

  terminate(): void {
    this.close(1_006, '')
  }

  /** A fault of ours: the holder of the session logs it. Thrown, it would end the process. */
  #report(error: unknown): void {
    this.emit('error', error instanceof Error ? error : new Error('The sandbox failed.', { cause: error }))
  }

  #id(prefix: string): string {
    this.#count += 1
    return `${prefix}_sandbox_${this.#count}`
  }

  #emit(type: string, fields: JsonObject): void {
    const message = Buffer.from(JSON.stringify({ type, event_id: this.#id('event'), ...fields }))
    if (this.#isClosed) return
    if (this.#isPaused || this.#waiting.length > 0) {
      this.#waiting.push(message)
      this.#waitingBytes += message.length
    } else this.emit('message', message, false)
  }

  #receive(text: string): void {
    let event: JsonObject = {}
    try {
      event = eventIn(text)
      this.#handle(event)
    } catch (error) {
      if (!(error instanceof Refused)) {
        this.#emit('error', { error: { type: 'server_error', code: 'internal', message: 'The sandbox failed.' } })
        this.#report(error)
        return
      }
      const id = typeof event.event_id === 'string' ? event.event_id : null
      this.#refuse(error.message, { code: error.code, param: error.param, event_id: id })
    }
  }

  #refuse(message: string, more: JsonObject): void {
    this.#emit('error', { error: { type: 'invalid_request_error', message, ...more } })
  }

  #handle(event: JsonObject): void {
    switch (event.type) {
      case 'session.update':
        this.#updateSession(event.session)
        return
      case 'input_audio_buffer.append':
        this.#append(event.audio)
        return
      case 'input_audio_buffer.commit':
        this.#commit()
        return
      case 'input_audio_buffer.clear':
        this.#bufferBytes = 0
        this.#emit('input_audio_buffer.cleared', {})
        return
      case 'conversation.item.create':
        this.#create(event)
        return
      case 'conversation.item.retrieve':
        this.#emit('conversation.item.retrieved', { item: this.#item(event.item_id) })
        return
      case 'conversation.item.truncate':
        this.#truncate(event)
        return
      case 'conversation.item.delete': {
        const item = this.#item(event.item_id)
        this.#items.splice(this.#items.indexOf(item), 1)
        this.#emit('conversation.item.deleted', { item_id: item.id })
        return
      }
      case 'response.create':
        this.#respond(event.response)
        return
      case 'response.cancel':
        if (!this.#response) throw new Refused('There is no active response.', { code: 'response_cancel_not_active' })
        this.#response.abort.abort()
        return
      default:
        throw new Refused(`Invalid value: '${String(event.type)}'. The sandbox knows no such event.`, { param: 'type' })
    }
  }

  #updateSession(given: Json | undefined): void {
    if (!isJsonObject(given)) throw new Refused('session must be an object.', { param: 'session' })
    checkSession(given)
    const { id: _id, object: _object, model: _model, audio, ...rest } = given
    this.#session = { ...this.#session, ...rest, audio: mergedAudio(this.#session.audio, audio) }
    this.#emit('session.updated', { session: this.#session })
  }

  #append(audio: Json | undefined): void {
    if (typeof audio !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) {
      throw new Refused('audio must be sound in base64.', { code: 'invalid_audio', param: 'audio' })
    }
    this.#bufferBytes += Buffer.byteLength(audio, 'base64')
    if (this.#bufferBytes > MAX_BUFFER_BYTES) {
      this.#bufferBytes = 0
      throw new Refused('The sandbox keeps 16 MiB of sound; its buffer was cleared.', { param: 'audio' })
    }
    if (!this.#detectsTurns() || this.#bufferBytes < TURN_BYTES) return
    const ms = Math.round((this.#bufferBytes / BYTES_PER_SECOND) * SECOND_MS)
    const item_id = this.#id('item')
    this.#emit('input_audio_buffer.speech_started', { audio_start_ms: 0, item_id })
    this.#emit('input_audio_buffer.speech_stopped', { audio_end_ms: ms, item_id })
    this.#commit(item_id)
    if (!this.#response) this.#respond(undefined)
  }

  #detectsTurns(): boolean {
    const { audio } = this.#session
    return isJsonObject(audio) && isJsonObject(audio.input) && isJsonObject(audio.input.turn_detection)
  }

  #commit(id = this.#id('item')): void {
    if (this.#bufferBytes < MIN_COMMIT_BYTES) {
      const code = 'input_audio_buffer_commit_empty'
      throw new Refused('The buffer has less than 100 ms of sound, which is too little to commit.', { code })
    }
    const seconds = (this.#bufferBytes / BYTES_PER_SECOND).toFixed(1)
    this.#bufferBytes = 0
    this.#emit('input_audio_buffer.committed', { item_id: id, previous_item_id: this.#items.at(-1)?.id ?? null })
    // The sandbox transcribes nothing: it says how much it got.
    const content = [{ type: 'input_audio', transcript: `${seconds} seconds of sound` }]
    this.#add({ id, object: 'realtime.item', type: 'message', status: 'completed', role: 'user', content })
  }

  #create({ item, previous_item_id: after }: JsonObject): void {
    if (!isJsonObject(item)) throw new Refused('item must be an object.', { param: 'item' })
    checkItem(item)
    const id = typeof item.id === 'string' && item.id !== '' ? item.id : this.#id('item')
    if (this.#items.some((one) => one.id === id)) throw new Refused(`There is an item ${id}.`, { param: 'item.id' })
    const place =
      typeof after === 'string' && after !== 'root'
        ? this.#items.indexOf(this.#item(after, 'previous_item_id')) + 1
        : undefined
    const made = { status: 'completed', ...item, id, object: 'realtime.item', type: String(item.type) }
    this.#add(made, after === 'root' ? 0 : place)
  }

  #add(item: Item, place = this.#items.length): void {
    if (this.#items.length >= MAX_ITEMS) throw new Refused(`The sandbox keeps ${MAX_ITEMS} items.`)
    const previous_item_id = this.#items[place - 1]?.id ?? null
    this.#items.splice(place, 0, item)
    this.#emit('conversation.item.added', { previous_item_id, item })
    this.#emit('conversation.item.done', { previous_item_id, item })
  }

  #item(id: Json | undefined, param = 'item_id'): Item {
    const found = this.#items.find((one) => one.id === id)
    if (!found)
      throw new Refused(`There is no item with ${param} ${JSON.stringify(id ?? null)}.`, {
        code: 'item_not_found',
        param,
      })
    return found
  }

  #truncate({ item_id, content_index, audio_end_ms }: JsonObject): void {
    const item = this.#item(item_id)
    if (item.role !== 'assistant')
      throw new Refused('Only messages of the assistant can be truncated.', { param: 'item_id' })
    if (content_index !== 0) throw new Refused('content_index must be 0.', { param: 'content_index' })
    if (typeof audio_end_ms !== 'number' || audio_end_ms < 0) {
      throw new Refused('audio_end_ms must be a number from 0.', { param: 'audio_end_ms' })
    }
    this.#emit('conversation.item.truncated', { item_id: item.id, content_index, audio_end_ms })
  }

  #respond(given: Json | undefined): void {
    if (given !== undefined && !isJsonObject(given))
      throw new Refused('response must be an object.', { param: 'response' })
    if (this.#response) {
      const code = 'conversation_already_has_active_response'
      throw new Refused(`The response ${this.#response.id} is under way.`, { code })
    }
    const asked = given ?? {}
    checkSession(asked, 'response')
    const setting = { ...this.#session, ...asked }
    const abort = new AbortController()
    const id = this.#id('resp')
    const promptItems = Array.isArray(asked.input) ? asked.input.filter(isJsonObject) : this.#items
    const options = optionsOf(setting, promptItems, abort.signal)
    this.#response = { id, abort }
    const answer = new Answer({
      id,
      speaks: Array.isArray(setting.output_modalities) && !setting.output_modalities.includes('text'),
      format: formatIn(asked.audio) ?? formatIn(this.#session.audio) ?? 'audio/pcm',
      setting,
      nextId: (prefix) => this.#id(prefix),
      emit: (type, fields) => this.#emit(type, fields),
      add: (item) => {
        if (asked.conversation !== 'none' && this.#items.length < MAX_ITEMS) this.#items.push(item)
      },
    })
    answer
      .write(this.#language, options, abort.signal)
      .finally(() => {
        this.#response = undefined
      })
      .then(
        (end) => {
          if (end === 'cut') this.terminate()
        },
        (error: unknown) => this.#report(error),
      )
  }
}
