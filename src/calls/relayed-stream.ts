import { Readable } from 'node:stream'
import { SECOND_MS } from '../core/clock.ts'
import { wholeEvents } from './whole-events.ts'

export interface RelayOptions {
  /** Is shown each chunk as it came. */
  onChunk(chunk: Buffer): void
  /** Changes what the caller gets: of a server-sent stream whole events, else chunks. */
  change?: ((bytes: Buffer) => Buffer) | undefined
  /**
   * What the caller gets when the source breaks off: the error in the form of its stream. Undefined where there is none, as
   * in a file: then the connection breaks off as well, since a truncated file would look complete.
   */
  onBreak(error: unknown): string | undefined
  /**
   * The source has ended: what the caller has to get after it, since its answer is not complete; '' where that was an error
   * which the caller has got. Undefined for a complete answer, and the default.
   */
  errorAtEnd?(): string | undefined
  /** Whether all that the answer has is there, though its source has broken off. The default: no. */
  isComplete?(): boolean
  /** What a complete answer ends with that the source has not sent. The default: nothing. */
  closing?(): string
  /** Once, at the end: whether everything came. */
  onEnd(outcome: 'completed' | 'cut'): void
  /** A server-sent stream gets a comment now and then while nothing comes: a proxy would cut it. */
  isEventStream: boolean
  /** A caller that reads nothing for so long counts as gone: it would hold the vendor's connection. */
  stallMs: number
}

const HEARTBEAT_MS = 15 * SECOND_MS
const HEARTBEAT = Buffer.from(': waiting\n\n')

/**
 * A vendor's answer on its way to the caller: as it comes, back-pressure kept. When the caller leaves, the source is
 * destroyed at once.
 */
export function relayed(source: Readable, options: RelayOptions): Readable {
  const { onChunk, change = (bytes) => bytes, onBreak, onEnd, isEventStream, stallMs } = options
  const { errorAtEnd = () => undefined, isComplete = () => false, closing = () => '' } = options
  const events = isEventStream ? wholeEvents() : undefined
  let hasEnded = false
  let heartbeat: NodeJS.Timeout | undefined
  let stall: NodeJS.Timeout | undefined

  function end(outcome: 'completed' | 'cut'): void {
    if (hasEnded) return
    hasEnded = true
    clearInterval(heartbeat)
    clearTimeout(stall)
    onEnd(outcome)
  }

  /** False when the caller has enough for now. */
  function push(bytes: Buffer): boolean {
    const changed = bytes.length === 0 ? bytes : change(bytes)
    return changed.length === 0 || stream.push(changed)
  }

  const stream = new Readable({
    read() {
      clearTimeout(stall)
      stall = undefined
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
    heartbeat?.refresh()
    if (push(events ? events.push(chunk) : chunk)) return
    source.pause()
    stall ??= setTimeout(() => stream.destroy(), stallMs).unref()
  })
  const finish = ({ error, isBroken }: { error?: string | undefined; isBroken: boolean }): void => {
    end(error === undefined ? 'completed' : 'cut')
    const rest = events?.rest() ?? Buffer.alloc(0)
    const last = error ?? closing()
    // Half an event would be taken for a whole one before what follows.
    if (error === '' || last === '' || (rest.length > 0 && !isBroken && error === undefined)) push(rest)
    else stream.push(last)
    stream.push(null)
  }
  source.once('end', () => finish({ error: errorAtEnd(), isBroken: false }))
  source.on('error', (error: unknown) => {
    if (hasEnded) return // the caller has left, which is why the source ends
    if (isComplete()) return finish({ isBroken: true })
    const last = onBreak(error)
    end('cut')
    if (last === undefined) {
      stream.destroy(error instanceof Error ? error : new Error('The answer broke off.', { cause: error }))
      return
    }
    if (last !== '') stream.push(last)
    stream.push(null)
  })
  if (isEventStream) {
    heartbeat = setInterval(() => {
      if (stream.readableLength === 0) stream.push(HEARTBEAT)
    }, HEARTBEAT_MS).unref()
  }
  return stream
}
