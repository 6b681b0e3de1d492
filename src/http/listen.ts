import { lookup } from 'node:dns/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { FastifyInstance } from 'fastify'

type AddressesOf = (host: string) => Promise<{ address: string }[]>

/** Where a server listens, and how it ceases to listen at what it has beside its first address. */
export interface Listening {
  port: number
  close(): void
}

/**
 * Begins to listen. `localhost` has an address of each version of IP, of which clients take the one that they like: all are
 * listened at. Fastify does so only with servers that it makes itself. An address that this machine lacks, or whose port is
 * taken, is left out, but for the first.
 */
export async function listen(
  app: FastifyInstance,
  { host, port: wanted }: { host: string; port: number },
  addressesOf: AddressesOf = (name) => lookup(name, { all: true }),
): Promise<Listening> {
  await app.listen({ host, port: wanted, listenTextResolver: (address) => `listens at ${address}` })
  const { address: first, port } = app.server.address() as AddressInfo // it listens on TCP
  const addresses = host === 'localhost' ? await addressesOf(host) : []
  const others = addresses.filter(({ address }) => address !== first)
  const servers = await Promise.all(others.map(({ address }) => passingTo(app, address, port)))
  return {
    port,
    close() {
      for (const server of servers) server?.close()
    },
  }
}

/** Gives the connections of an address to the server, as Node's `connection` event allows; undefined where it cannot listen. */
function passingTo(app: FastifyInstance, address: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      app.server.emit('connection', socket)
    })
    server.once('error', () => resolve(undefined))
    server.listen(port, address, () => resolve(server))
  })
}
