import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to PostgreSQL that can hold back one answer for a while, with all that follows it on that connection. */
export interface HoldingProxy {
  through(url: string): string
  /**
   * Waits for a piece of what a client sends that `finds` something: from then on ('now'), or from the connection's next
   * commit on, what the server answers is passed on `ms` later. Resolves when that has begun.
   */
  holdOnce(order: { finds: (sent: string) => 'now' | 'at commit' | undefined; ms: number }): Promise<void>
  close(): Promise<void>
}

interface Trap {
  finds: (sent: string) => 'now' | 'at commit' | undefined
  ms: number
  sprung: () => void
}

export async function startHoldingProxy(targetPort: number): Promise<HoldingProxy> {
  let trap: Trap | undefined
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1' })
    let isMarked = false
    client.on('data', (chunk: Buffer) => {
      if (trap) {
        const text = chunk.toString('latin1')
        const found = trap.finds(text)
        isMarked ||= found === 'at commit'
        if (found === 'now' || (isMarked && /commit/i.test(text))) hold(target, trap)
      }
      target.write(chunk)
    })
    target.on('data', (chunk: Buffer) => void client.write(chunk))
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => {}) // 'close' follows
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })

  function hold(target: Socket, { ms, sprung }: Trap): void {
    trap = undefined
    target.pause()
    setTimeout(() => target.resume(), ms).unref()
    sprung()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    through(url) {
      const led = new URL(url)
      led.port = String(port)
      return led.href
    },
    holdOnce(order) {
      return new Promise((sprung) => {
        trap = { ...order, sprung }
      })
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
