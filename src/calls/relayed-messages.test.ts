import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { RealtimeEnd } from '../core/realtime.ts'
import { relayMessages } from './relayed-messages.ts'

/** An end that takes a message when it is told to. */
class SlowEnd extends EventEmitter implements RealtimeEnd {
  bufferedAmount = 0
  isPaused = true
  readonly taken: string[] = []
  readonly #waiting: { message: Buffer | string; sent: () => void }[] = []

  send(message: Buffer | string, _options: { binary: boolean }, sent: () => void): void {
    this.bufferedAmount += message.length
    this.#waiting.push({ message, sent })
  }

  /** Takes the oldest message. */
  take(): void {
    const next = this.#waiting.shift()
    if (!next) throw new Error('There is no message.')
    this.bufferedAmount -= next.message.length
    this.taken.push(next.message.toString())
    next.sent()
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  ping(): void {}
  close(): void {}
  terminate(): void {}
}

const message = (letter: string) => Buffer.from(letter.repeat(600 * 1_024))

describe('messages that are passed on', () => {
  it('stop their sender while too much waits, and let it go on when little does', () => {
    const [from, to] = [new SlowEnd(), new SlowEnd()]
    const heard: number[] = []
    relayMessages(from, to, { stallMs: 60_000, stalled: () => {}, heard: ({ length }) => heard.push(length) })
    expect(from.isPaused).toBe(false)
    from.emit('message', message('a'), false)
    expect(from.isPaused).toBe(false)
    from.emit('message', message('b'), false)
    expect(from.isPaused).toBe(true)
    to.take()
    expect(from.isPaused).toBe(true)
    to.take()
    expect(from.isPaused).toBe(false)
    expect(to.taken.map((text) => text[0])).toEqual(['a', 'b'])
    expect(heard).toHaveLength(2)
  })

  it('report a receiver that takes nothing', async () => {
    const [from, to] = [new SlowEnd(), new SlowEnd()]
    const ended = new EventEmitter()
    relayMessages(from, to, { stallMs: 20, stalled: () => ended.emit('stalled') })
    const stalled = once(ended, 'stalled')
    for (const letter of ['a', 'b']) from.emit('message', message(letter), false)
    await stalled
    expect(to.taken).toEqual([])
  })
})
