import { Readable } from 'node:stream'
import { SECOND_MS } from '../core/clock.ts'

export interface RelayOptions {
  /** Is shown each chunk as it passes. */
  onChunk(chunk: Buffer): void
  /** Changes what the caller gets of a chunk. */
  change?: ((chunk: Buffer) => Buffer) | undefined
  /** What the caller gets when the source breaks off: the error in the form of its stream. */
  onBreak(error: unknown): string
  /** Once, at the end: whether everything came. */
  onEnd(outcome: 'completed' | 'cut'): void
  /** A server-sent stream gets a comment now and then while nothing comes: a proxy would cut it. */
  isEventStream: boolean
}

const HEARTBEAT_MS = 15 * SECOND_MS
const HEARTBEAT = Buffer.from(': waiting\n\n')

/**
 * A vendor's answer on its way to the caller: bytes as they come, back-pressure kept. When the caller leaves, the source is
 * destroyed at once.
 */
export function relayed(source: Readable, options: RelayOptions): Readable {
  const { onChunk, change, onBreak, onEnd, isEventStream } = options
  let hasEnded = false
  /** A comment may stand between two events, not inside one. */
  let isBetween = true
  let timer: NodeJS.Timeout | undefined

  function end(outcome: 'completed' | 'cut'): void {
    if (hasEnded) return
    hasEnded = true
    clearInterval(timer)
    onEnd(outcome)
  }

  const stream = new Readable({
    read() {
      source.resume()
    },
    destroy(error, done) {
      source.destroy()
      end('cut')
      done(error)
    },
  })
  source.on('data', (chunk: Buffer) => {
    onChunk(chunk)
    const bytes = change ? change(chunk) : chunk
    isBetween = chunk.at(-1) === 10
    timer?.refresh()
    if (bytes.length > 0 && !stream.push(bytes)) source.pause()
  })
  source.once('end', () => {
    end('completed')
    stream.push(null)
  })
  source.once('error', (error: unknown) => {
    if (stream.destroyed) return
    const last = onBreak(error)
    end('cut')
    if (last !== '') stream.push(last)
    stream.push(null)
  })
  if (isEventStream) {
    timer = setInterval(() => {
      if (isBetween) stream.push(HEARTBEAT)
    }, HEARTBEAT_MS).unref()
  }
  return stream
}
