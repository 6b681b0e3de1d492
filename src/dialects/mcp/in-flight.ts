import { isJsonObject } from '../../core/json.ts'

/**
 * Calls that run, so that `notifications/cancelled`, which comes in a request of its own, ends the right one. A session is
 * nothing but a name that this server gave a client: ids of messages are the same in all clients, and nothing else is kept.
 */
export class InFlight {
  #running = new Map<string, AbortController>()

  /** The number of calls that can be cancelled by a message. */
  get size(): number {
    return this.#running.size
  }

  /** A signal that a cancellation of this message aborts; disposing of it forgets the message. */
  begin(client: string | undefined, message: unknown): { signal: AbortSignal } & Disposable {
    const controller = new AbortController()
    const key = keyOf(client, isJsonObject(message) ? message.id : undefined)
    if (key !== undefined) this.#running.set(key, controller)
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        if (key !== undefined && this.#running.get(key) === controller) this.#running.delete(key)
      },
    }
  }

  /** Ends the call that a notification names, if it runs in this process. */
  cancel(client: string | undefined, message: unknown): void {
    if (!isJsonObject(message) || message.method !== 'notifications/cancelled' || !isJsonObject(message.params)) return
    const key = keyOf(client, message.params.requestId)
    if (key !== undefined) this.#running.get(key)?.abort(new Error('The client cancelled the call.'))
  }
}

function keyOf(client: string | undefined, id: unknown): string | undefined {
  if (client === undefined || (typeof id !== 'string' && typeof id !== 'number')) return undefined
  return `${client} ${typeof id} ${id}`
}
