import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sandboxSong } from '../../src/engines/sandbox-media/sandbox-media.ts'

/** What a vendor remembers of one paid generation. */
export interface Generation {
  id: string
  idempotencyKey: string
  polls: number
}

export type Moment = 'create' | 'poll' | 'file'

/**
 * A vendor of songs behind HTTP: takes an idempotency key, answers with an id, is polled, hands out a file. It counts
 * what it was asked to make, so that a generation that was paid for twice shows.
 */
export interface Vendor {
  url: string
  generations: Generation[]
  /** Called when a request has taken effect and before it is answered. */
  onMoment: (moment: Moment) => void
  close(): Promise<void>
}

const POLLS_UNTIL_DONE = 2

export async function openVendor(): Promise<Vendor> {
  const { mp3 } = await sandboxSong()
  const generations: Generation[] = []

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://vendor')
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const [, id] = /^\/generations\/(g_\d+)$/.exec(pathname) ?? []
    if (request.method === 'POST' && pathname === '/generations') {
      const idempotencyKey = String(request.headers['idempotency-key'])
      const known = generations.find((one) => one.idempotencyKey === idempotencyKey)
      const generation = known ?? { id: `g_${generations.length + 1}`, idempotencyKey, polls: 0 }
      // This vendor, unlike the careful ones, charges for every call: a second one is another generation.
      generations.push(known ? { ...generation, id: `g_${generations.length + 1}` } : generation)
      vendor.onMoment('create')
      json(200, { id: generation.id, received: JSON.parse(body) })
    } else if (pathname === '/generations') {
      json(
        200,
        generations.filter((one) => one.idempotencyKey === searchParams.get('key')),
      )
    } else if (id !== undefined) {
      const generation = generations.find((one) => one.id === id)
      if (generation) generation.polls += 1
      vendor.onMoment('poll')
      json(generation ? 200 : 404, { done: (generation?.polls ?? 0) >= POLLS_UNTIL_DONE })
    } else {
      vendor.onMoment('file')
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(mp3)
    }
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const vendor: Vendor = {
    url: `http://127.0.0.1:${port}`,
    generations,
    onMoment: () => {},
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
  return vendor
}
