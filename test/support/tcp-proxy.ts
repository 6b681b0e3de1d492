import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy on loopback that can break what passes through it. */
export interface TcpProxy extends AsyncDisposable {
  port: number
  /** The same URL, led through the proxy. */
  through(url: string): string
  /** How many connections are open now. */
  connections(): number
  /** Bytes pass again, those that were held back first. What was lost stays lost. */
  pass(): void
  /** No byte passes in either direction, on old and new connections; nothing is lost or closed. A frozen network. */
  stall(): void
  /** Existing connections lose every byte from now on and never close; new ones pass. A failover of a virtual address. */
  blackHole(): void
  /** Resets existing connections; new ones pass. */
  cut(): void
  /** Resets existing connections and every new one, until `pass`. A host without the service. */
  refuse(): void
  /** Resets the next connection that sends `text` once the answer has arrived here, so that the client does not get it. */
  loseAnswerTo(text: string): void
  close(): Promise<void>
}

/** A pair of sockets: the client's, and ours to the target. */
interface Link {
  client: Socket
  target: Socket
  /** Bytes are read and thrown away. */
  isLost: boolean
  /** The next bytes from the target are not passed on: both sides are reset instead. */
  losesAnswer: boolean
}

export async function startTcpProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
  let mode: 'pass' | 'stall' | 'refuse' = 'pass'
  let losing: string | undefined
  const links = new Set<Link>()

  // Half-open, so that a lost connection does not answer the other side's end by itself.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {}) // 'close' follows
    if (mode === 'refuse') return void client.resetAndDestroy()
    const target = connect({ port: targetPort, host: targetHost, allowHalfOpen: true })
    target.on('error', () => {}) // likewise
    const link: Link = { client, target, isLost: false, losesAnswer: false }
    links.add(link)
    client.on('data', (chunk) => {
      if (losing !== undefined && chunk.includes(losing)) {
        losing = undefined
        link.losesAnswer = true
      }
      if (!link.isLost) target.write(chunk)
    })
    target.on('data', (chunk) => {
      if (link.losesAnswer) reset(link)
      else if (!link.isLost) client.write(chunk)
    })
    join(link, client, target)
    join(link, target, client)
    if (mode === 'stall') hold(link)
  })

  /** One side's end and close reach the other, unless the connection is lost. */
  function join(link: Link, from: Socket, to: Socket): void {
    from.setNoDelay(true)
    from.on('end', () => {
      if (!link.isLost) to.end()
    })
    from.on('close', () => {
      if (link.isLost) return
      links.delete(link)
      to.destroy()
    })
  }

  function hold({ client, target }: Link): void {
    client.pause()
    target.pause()
  }

  function release({ client, target }: Link): void {
    client.resume()
    target.resume()
  }

  function reset(link: Link): void {
    links.delete(link)
    link.client.resetAndDestroy()
    link.target.resetAndDestroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    links.forEach(reset)
    await closed
  }
  return {
    port,
    through(url) {
      const led = new URL(url)
      led.hostname = '127.0.0.1'
      led.port = String(port)
      return led.href
    },
    connections: () => links.size,
    pass() {
      mode = 'pass'
      links.forEach(release)
    },
    stall() {
      mode = 'stall'
      links.forEach(hold)
    },
    blackHole() {
      mode = 'pass'
      for (const link of links) {
        link.isLost = true
        release(link)
      }
    },
    cut: () => links.forEach(reset),
    refuse() {
      mode = 'refuse'
      links.forEach(reset)
    },
    loseAnswerTo(text) {
      losing = text
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
