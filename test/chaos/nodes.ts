import type { GatewayNode } from './node.ts'

export interface Reply {
  status: number
  body: string
  node: GatewayNode
}

export interface Request {
  method?: string
  headers?: Record<string, string>
  body?: string
  timeoutMs?: number
  /** Send to this node only. */
  node?: GatewayNode
}

/** The public address of the gateway, which is that of the load balancer. */
export const PUBLIC_ORIGIN = 'http://gateway.test'

const TIMEOUT_MS = 8_000

/**
 * The nodes behind a load balancer that gives each request to the next node, and to the one after it when a connection is
 * refused; a node that takes the request and does not answer costs it its time.
 */
export class Nodes {
  readonly all: readonly GatewayNode[]
  #turn = 0

  constructor(all: readonly GatewayNode[]) {
    this.all = all
  }

  get first(): GatewayNode {
    return this.at(0)
  }

  at(index: number): GatewayNode {
    const node = this.all[index]
    if (!node) throw new Error(`There is no node ${index}.`)
    return node
  }

  /** Throws when no node takes the connection, or the answer does not come in time. */
  async send(path: string, { method = 'GET', headers = {}, body, timeoutMs, node }: Request = {}): Promise<Reply> {
    const candidates = node ? [node] : this.#inTurn()
    const signal = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)
    let failure: unknown
    for (const candidate of candidates) {
      try {
        const init = { method, headers, signal, redirect: 'manual' as const, ...(body === undefined ? {} : { body }) }
        const answer = await fetch(`${candidate.url}${path}`, init)
        return { status: answer.status, body: await answer.text(), node: candidate }
      } catch (error) {
        failure = error
        if (!isRefused(error)) break
      }
    }
    throw failure
  }

  /** The bytes of a file at an address that the gateway gave. */
  async download(url: string): Promise<{ status: number; bytes: Buffer }> {
    const [node] = this.#inTurn()
    const { pathname } = new URL(url)
    const answer = await fetch(`${node?.url}${pathname}`, { signal: AbortSignal.timeout(2 * TIMEOUT_MS) })
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((node) => node.close()))
  }

  #inTurn(): GatewayNode[] {
    this.#turn = (this.#turn + 1) % this.all.length
    return [...this.all.slice(this.#turn), ...this.all.slice(0, this.#turn)]
  }
}

function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } }
  return cause?.code === 'ECONNREFUSED'
}
