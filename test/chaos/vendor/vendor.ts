import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { callAbout } from './callbacks.ts'
import { type Behaviour, fileOf, type Order, PLAIN, stateOf } from './order.ts'
import { piapi } from './piapi.ts'
import type { Demand, Protocol } from './protocol.ts'
import { replicate } from './replicate.ts'
import { upstream } from './upstream.ts'

/** How a call reaches the gateway: the status of the answer, 0 without one. */
export type Deliver = (url: string, headers: Record<string, string>, body: string) => Promise<number>

/** A vendor that speaks three protocols and counts the orders that it was paid for. */
export interface Vendor {
  url: string
  /** Everything that was paid. */
  orders: Order[]
  /** Orders that arrived, paid or not. */
  posts: number
  /** What happens to the orders that come. */
  behaviour: (protocol: string) => Behaviour
  /** While it is true, no request is answered. */
  isSilent: boolean
  /** Resolves when an order that fits is paid. */
  paid(fits: (order: Order) => boolean, timeoutMs: number): Promise<Order>
  close(): Promise<void>
}

/** What a request gets: an answer, whose body is JSON or a file; nothing; or a connection that breaks. */
type Answer = { status: number; body: unknown } | 'none' | 'lost'

/** As many predictions are listed. */
const NEWEST = 100

const PROTOCOLS: Readonly<Record<string, Protocol>> = { upstream, piapi, replicate }

export async function openVendor(deliver: Deliver): Promise<Vendor> {
  const ending = new AbortController()
  const byKey = new Map<string, Order>()
  const calls = new Set<Promise<void>>()
  const waiting = new Set<(order: Order) => void>()

  const fileUrl = ({ id }: Order) => `${vendor.url}/files/${id}.png`

  /** Pays, unless the key was paid for before. */
  function orderOf(protocol: Protocol, demand: Demand & { kind: 'order' }, behaviour: Behaviour): Order {
    const known = demand.key === undefined ? undefined : byKey.get(demand.key)
    if (known && protocol.isIdempotent) return known
    const { marker, callback, key } = demand
    const paidAt = Date.now()
    const doneAt = paidAt + behaviour.workMs
    const id = randomUUID()
    const order: Order = {
      protocol: protocol.name,
      id,
      marker,
      paidAt,
      doneAt,
      cancelled: false,
      behaviour,
      callback,
      called: [],
    }
    vendor.orders.push(order)
    if (key !== undefined) byKey.set(key, order)
    const body = () => JSON.stringify(protocol.announced(order, fileUrl(order)))
    const call = callAbout(order, body, deliver, ending.signal).finally(() => calls.delete(call))
    calls.add(call)
    for (const tell of waiting) tell(order)
    return order
  }

  async function takeOrder(protocol: Protocol, demand: Demand & { kind: 'order' }): Promise<Answer> {
    vendor.posts += 1
    const behaviour = vendor.behaviour(protocol.name)
    const { answer, answerDelayMs } = behaviour
    if (typeof answer === 'number') {
      return { status: answer, body: { code: answer, message: 'not now', detail: 'not now' } }
    }
    const order = orderOf(protocol, demand, behaviour)
    await delay(answerDelayMs, undefined, { signal: ending.signal })
    return answer === 'id' ? { status: 201, body: protocol.created(order) } : answer
  }

  function answerAbout(protocol: Protocol, demand: Exclude<Demand, { kind: 'order' }>): Answer {
    const shown = (order: Order) => protocol.shown(order, fileUrl(order))
    const own = vendor.orders.filter((order) => order.protocol === protocol.name)
    switch (demand.kind) {
      case 'probe':
        return { status: 200, body: protocol.probed }
      case 'find': {
        const found = byKey.get(demand.key)
        return { status: 200, body: protocol.list(found ? [shown(found)] : []) }
      }
      case 'list':
        return { status: 200, body: protocol.list(own.slice(-NEWEST).reverse().map(shown)) }
      default: // about one order, below
    }
    const order = own.find(({ id }) => id === demand.id)
    if (!order) return { status: 404, body: protocol.unknown(demand.id) }
    if (demand.kind === 'cancel' && !order.cancelled) {
      if (stateOf(order) === 'completed' || !order.behaviour.cancels) return protocol.notCancellable(order)
      order.cancelled = true
    }
    return { status: 200, body: shown(order) }
  }

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const text = await textOf(request)
    if (vendor.isSilent) return 'none'
    const url = new URL(request.url ?? '/', vendor.url)
    const [, first = '', path = '/'] = /^\/([^/]*)(.*)$/.exec(url.pathname) ?? []
    if (first === 'files') return fileAnswer(vendor.orders.find(({ id }) => path === `/${id}.png`))
    const protocol = PROTOCOLS[first]
    const { method = 'GET', headers } = request
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) // what adapters send
    const demand = protocol?.read({ method, path, query: url.searchParams, headers, body })
    if (!protocol || !demand) return { status: 404, body: { message: 'not found' } }
    return demand.kind === 'order' ? takeOrder(protocol, demand) : answerAbout(protocol, demand)
  }

  const server = createServer((request, response) => {
    // The gateway that asked may be killed, and the vendor closed, at any moment.
    answerTo(request).then(
      (answer) => send(answer, response),
      () => response.destroy(),
    )
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const vendor: Vendor = {
    url: `http://127.0.0.1:${port}`,
    orders: [],
    posts: 0,
    behaviour: () => PLAIN,
    isSilent: false,
    paid(fits, timeoutMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`The vendor was not paid for such an order within ${timeoutMs} ms.`))
        }, timeoutMs)
        const look = (order: Order): void => {
          if (!fits(order)) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(order)
        }
        waiting.add(look)
        vendor.orders.forEach(look)
      })
    },
    async close() {
      ending.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await Promise.all([closed, ...calls])
    },
  }
  return vendor
}

function fileAnswer(order: Order | undefined): Answer {
  return order ? { status: 200, body: fileOf(order) } : { status: 404, body: {} }
}

function send(answer: Answer, response: ServerResponse): void {
  if (answer === 'none') return
  if (answer === 'lost') {
    response.socket?.resetAndDestroy()
    return
  }
  const isFile = Buffer.isBuffer(answer.body)
  response.writeHead(answer.status, {
    'content-type': isFile ? 'image/png' : 'application/json',
    // Without it an account rests for longer than a run lasts.
    ...(answer.status === 429 ? { 'retry-after': '1' } : {}),
  })
  response.end(isFile ? answer.body : JSON.stringify(answer.body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
