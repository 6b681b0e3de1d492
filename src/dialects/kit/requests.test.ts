import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { streamEvents } from './event-stream.ts'
import { abortOnDisconnect } from './requests.ts'

/** The answer of a server to one request, which `client` sent. */
async function answering() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }) // it listens on TCP
  client.on('error', () => {}) // it leaves
  const [, raw] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  const reply = { raw, request: {}, hijack: () => {}, getHeaders: () => ({}) } as unknown as FastifyReply
  return { client, raw, reply, [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() }
}

it('a wait is over for a client that leaves, and for one that left before', async () => {
  await using test = await answering()
  const before = abortOnDisconnect(test.reply)
  expect(before.aborted).toBe(false)
  test.client.destroy()
  await once(test.raw, 'close')
  expect([before.aborted, abortOnDisconnect(test.reply).aborted]).toEqual([true, true])
})

it('a stream of events has as many listeners after many drains as after one', async () => {
  await using test = await answering()
  const counts = new Set<number>()
  async function* events() {
    for (let left = 30; left > 0; left--) {
      yield `data: ${'x'.repeat(100_000)}\n\n`
      counts.add(test.raw.listenerCount('close') + test.raw.listenerCount('error'))
    }
  }
  test.client.once('response', (answer: IncomingMessage) => answer.resume())
  await streamEvents({} as FastifyRequest, test.reply, events(), { heartbeatMs: 60_000 })
  expect([...counts]).toHaveLength(1)
})
