import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocketServer } from 'ws'
import { MINUTE_MS } from '../core/clock.ts'
import { invalidInput, PolyphonyError } from '../core/errors.ts'
import type { RealtimeEnd } from '../core/realtime.ts'

/**
 * Becomes a WebSocket: the answer of a request that asked for one. Undefined where the client has gone away, or breaks the
 * protocol, which it is told. Throws `invalid_input` for a request that did not ask.
 */
export type AcceptSocket = (request: FastifyRequest, reply: FastifyReply) => Promise<RealtimeEnd | undefined>

interface Upgrade {
  socket: Socket
  head: Buffer
  /** Ends the look-out for a client that leaves. */
  accepted(): void
}

/** Of an event with sound: OpenAI takes 15 MiB in one. */
const MAX_MESSAGE_BYTES = 16 * 2 ** 20
/** How long the connection of an upgrade that is not accepted may be still: longer than any request waits for its answer. */
const SILENT_MS = 10 * MINUTE_MS
/** What is sent back of the protocols that a browser offers; the others carry its key. */
const PROTOCOL = 'realtime'

/**
 * Requests that ask for a WebSocket are routed as all others: the same hooks, keys and errors. A route that wants one accepts
 * it; every other answers as usual, on the same connection. Other upgrades, such as Java's to HTTP/2, are left alone, for
 * which Node has a means since 22.21 and 24.9: before, there are no WebSockets.
 */
export function openSockets(app: FastifyInstance): AcceptSocket {
  const server = app.server as Server & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }
  const isSupported = typeof server.shouldUpgradeCallback === 'function'
  const upgrades = new WeakMap<IncomingMessage, Upgrade>()
  const unaccepted = new Set<Socket>()
  let isClosing = false
  let accepting: Promise<WebSocketServer> | undefined

  if (isSupported) {
    server.shouldUpgradeCallback = isForSocket
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      upgrades.set(request, { socket, head, accepted: destroyedWithClient(socket) })
      socket.on('error', () => socket.destroy())
      unaccepted.add(socket)
      socket.once('close', () => unaccepted.delete(socket))
      // Node has given the connection away: none of its own time limits covers it any more.
      socket.setTimeout(SILENT_MS, () => {
        if (unaccepted.has(socket)) socket.destroy()
      })
      if (isClosing) return void socket.destroy()
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false // what follows on this connection is not HTTP, or nothing
      response.assignSocket(socket)
      response.once('finish', () => {
        if (!upgrades.has(request)) return
        // As a whole: bytes that nothing reads hide that a client has left, and its half of the connection may stay open for ever.
        socket.destroySoon()
      })
      server.emit('request', request, response)
    })
    // As all other connections at a stop. The server does not know these any more, and still waits for their ends.
    app.addHook('preClose', async () => {
      isClosing = true
      for (const socket of unaccepted) socket.destroy()
    })
  }

  /** The package is loaded with the first session. */
  const serverOf = () => {
    accepting ??= import('ws').then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          clientTracking: false,
          maxPayload: MAX_MESSAGE_BYTES,
          perMessageDeflate: false,
          handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
        }),
    )
    return accepting
  }

  return async (request, reply) => {
    if (!isSupported) {
      throw new PolyphonyError('no_provider', 'WebSockets need Node 22.21, 24.9 or later to run the gateway.')
    }
    const upgrade = upgrades.get(request.raw)
    if (!upgrade) throw invalidInput('Upgrade', 'must be "websocket": connect with a WebSocket')
    const sockets = await serverOf()
    upgrades.delete(request.raw)
    unaccepted.delete(upgrade.socket)
    upgrade.socket.setTimeout(0)
    upgrade.accepted()
    await turn() // a stream forgets its listeners in the next one, and would flow though it is paused
    reply.hijack()
    reply.raw.detachSocket(upgrade.socket)
    return new Promise((resolve) => {
      if (upgrade.socket.destroyed) {
        resolve(undefined)
        return
      }
      // A handshake that breaks the protocol is answered by the package, and the connection ends.
      upgrade.socket.once('close', () => resolve(undefined))
      sockets.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
        socket.pause() // it is read once a handler has taken it
        // The request ends with the session, for the log and for traces.
        socket.once('close', () => {
          reply.raw.statusCode = 101
          reply.raw.emit('finish')
        })
        resolve(socket as RealtimeEnd) // its `message` gives Buffers, as `binaryType` is not changed
      })
    })
  }
}

/**
 * Ends a connection whose client leaves before it is a WebSocket: until then nothing reads it, and only who reads sees that.
 * What the client sends early stays in the buffer. Returns the function that ends this.
 */
function destroyedWithClient(socket: Socket): () => void {
  const look = () => {
    if (socket.readableLength === 0) socket.read()
  }
  const leave = () => socket.destroy()
  socket.on('readable', look).on('end', leave)
  return () => socket.off('readable', look).off('end', leave)
}

function isForSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}
