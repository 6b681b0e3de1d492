import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Reply {
  status: number
  headers?: Record<string, string>
  body?: string
}

/** A webhook receiver on loopback that keeps what it was sent. */
export interface Receiver {
  url: string
  received: Received[]
  /** What it answers, a status or more; called before the answer leaves. 'silence' leaves the request open. */
  onRequest: (received: Received) => number | Reply | 'silence'
  /** Resolves when `enough` is true of what was received. */
  until(enough: (received: Received[]) => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      const answer = receiver.onRequest(received)
      receiver.received.push(received)
      if (answer !== 'silence') {
        const { status, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer
        response.writeHead(status, headers).end(body)
      }
      for (const wake of waiting) wake()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    onRequest: () => 200,
    async until(enough, timeoutMs = 20_000) {
      const end = AbortSignal.timeout(timeoutMs)
      while (!enough(receiver.received)) {
        if (end.aborted) throw new Error(`Not received in ${timeoutMs} ms; so far ${receiver.received.length}.`)
        await new Promise<void>((wake) => {
          const done = (): void => {
            waiting.delete(done)
            wake()
          }
          waiting.add(done)
          end.addEventListener('abort', done, { once: true })
        })
      }
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
  return receiver
}
