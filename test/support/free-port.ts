import { type AddressInfo, createServer } from 'node:net'

/** A free port of this machine, for a gateway that must know its own address before it starts. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  await new Promise((closed) => server.close(closed))
  return port
}
