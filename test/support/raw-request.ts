import { connect } from 'node:net'
import { Readable } from 'node:stream'

export interface RawAnswer {
  status: number
  head: string
  body: string
  /** How much of the request was sent when the answer was whole. */
  sentBytes: number
}

/**
 * Sends what `parts` gives, byte for byte, until there is a whole answer; then closes the connection. For requests that
 * no HTTP client sends, or that end early. Rejects when the connection ends
 * without an answer, also when it is closed here because `goAway` resolved.
 */
export function rawRequest(url: string, parts: Iterable<string | Buffer>, goAway?: Promise<void>): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const source = Readable.from(parts, { objectMode: false })
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const answer = answerIn(received)
      if (!answer) return
      source.destroy()
      socket.destroy()
      resolve({ ...answer, sentBytes: socket.bytesWritten })
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`The connection ended without an answer: ${received.slice(0, 200)}`)))
    source.on('error', () => {}) // it is destroyed with the answer
    void goAway?.then(() => socket.destroy())
    source.pipe(socket, { end: false })
  })
}

function answerIn(text: string): Omit<RawAnswer, 'sentBytes'> | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  const body = text.slice(end + 4)
  return body.length < length ? undefined : { status: Number(head.split(' ')[1]), head, body }
}

/** A piece of a body with `Transfer-Encoding: chunked`. */
export function chunked(piece: string | Buffer): Buffer {
  const bytes = Buffer.from(piece)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}
