/**
 * One end of a realtime session: a WebSocket of the package `ws`, or what stands in its place. Messages come one at a time,
 * and none while it is paused.
 */
export interface RealtimeEnd {
  /** What was given to `send` and is not sent yet. */
  readonly bufferedAmount: number
  readonly isPaused: boolean
  /** `sent` is called when the message has left, also when it could not. */
  send(message: Buffer | string, options: { binary: boolean }, sent: (error?: Error | null) => void): void
  pause(): void
  resume(): void
  ping(): void
  /** Says goodbye. The event `close` follows when the other side has said it, too. */
  close(code: number, reason: string): void
  /** Ends the connection at once; the event `close` follows. */
  terminate(): void
  on(event: 'message', listener: (message: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown
  on(event: 'pong', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}
