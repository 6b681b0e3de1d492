import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider'

export interface StreamedCall {
  id: string
  name: string
  /** What the model has written of the arguments so far. */
  input: string
  metadata: SharedV4ProviderMetadata | undefined
}

export interface CallEvents {
  start(call: StreamedCall): string
  delta(call: StreamedCall, delta: string): string
  end(call: StreamedCall): string
}

/**
 * Models report a call as `tool-input-start`, deltas and `tool-input-end`, then as a whole `tool-call`; some only as the
 * latter. This makes one sequence of events for each call of a function of the client. Tools that the vendor runs itself
 * are its own affair.
 */
export class ToolInputs {
  readonly #events: CallEvents
  readonly #open = new Map<string, StreamedCall>()
  readonly #done = new Set<string>()

  constructor(events: CallEvents) {
    this.#events = events
  }

  write(part: LanguageModelV4StreamPart): string {
    switch (part.type) {
      case 'tool-input-start':
        return part.providerExecuted ? '' : this.#start(part.id, part.toolName, part.providerMetadata)
      case 'tool-input-delta':
        return this.#delta(part.id, part.delta)
      case 'tool-call':
        return part.providerExecuted
          ? ''
          : this.#whole(part.toolCallId, part.toolName, part.input, part.providerMetadata)
      default:
        // The end follows from the whole call, which has the vendor's metadata of it.
        return ''
    }
  }

  #start(id: string, name: string, metadata: SharedV4ProviderMetadata | undefined): string {
    const call = { id, name, input: '', metadata }
    this.#open.set(id, call)
    return this.#events.start(call)
  }

  #delta(id: string, delta: string): string {
    const call = this.#open.get(id)
    if (call === undefined || delta === '') return ''
    call.input += delta
    return this.#events.delta(call, delta)
  }

  #whole(id: string, name: string, input: string, metadata: SharedV4ProviderMetadata | undefined): string {
    if (this.#done.has(id)) return ''
    const started = this.#open.has(id) ? '' : this.#start(id, name, metadata)
    const call = this.#open.get(id) ?? { id, name, input: '', metadata }
    call.metadata = metadata ?? call.metadata
    const rest = call.input === '' ? this.#delta(id, input) : ''
    this.#open.delete(id)
    this.#done.add(id)
    return started + rest + this.#events.end(call)
  }
}
