import type { RealtimeEnd } from '../core/realtime.ts'

/** Above the first, the sender is not read until it is below the second: some seconds of sound. */
export const MOST_WAITING_BYTES = 2 ** 20
const FEW_WAITING_BYTES = 2 ** 18

export interface MessageRelay {
  /** Whether a message may pass; default: all do. */
  passes?(message: Buffer): boolean
  /** Is shown each message that passed, as it came. */
  heard?(message: Buffer): void
  /** How long the receiver may take nothing. */
  stallMs: number
  /** Called when it took nothing for so long. */
  stalled(): void
}

/** Passes the messages of one end to the other, as they come; no faster than the other takes them. */
export function relayMessages(
  from: RealtimeEnd,
  to: RealtimeEnd,
  { passes, heard, stallMs, stalled }: MessageRelay,
): void {
  let stall: NodeJS.Timeout | undefined

  function sent(): void {
    if (stall === undefined) return
    stall.refresh() // it takes something, if slowly
    if (to.bufferedAmount > FEW_WAITING_BYTES) return
    clearTimeout(stall)
    stall = undefined
    from.resume()
  }

  from.on('message', (message, isBinary) => {
    if (passes && !passes(message)) return
    to.send(message, { binary: isBinary }, sent)
    heard?.(message)
    if (stall !== undefined || to.bufferedAmount <= MOST_WAITING_BYTES) return
    from.pause()
    stall = setTimeout(stalled, stallMs).unref()
  })
  to.on('close', () => clearTimeout(stall))
  from.resume()
}
