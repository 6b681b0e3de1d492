import type { IncomingHttpHeaders } from 'node:http'
import type { Order } from './order.ts'

export interface VendorRequest {
  method: string
  /** Without the protocol's prefix. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
}

/** What a request asks for; the protocols differ in words, not in what can be asked. */
export type Demand =
  | { kind: 'order'; marker: string; key: string | undefined; callback: Order['callback'] }
  | { kind: 'look' | 'cancel'; id: string }
  | { kind: 'find'; key: string }
  | { kind: 'list' }
  | { kind: 'probe' }

/** A vendor's way to speak. */
export interface Protocol {
  name: string
  /** The same key twice is one order. */
  isIdempotent: boolean
  read(request: VendorRequest): Demand | undefined
  created(order: Order): unknown
  /** The order as it is now; `fileUrl` is where its file is once it is done. */
  shown(order: Order, fileUrl: string): unknown
  list(orders: unknown[]): unknown
  unknown(id: string): unknown
  notCancellable(order: Order): { status: number; body: unknown }
  /** The body of a call about the order. */
  announced(order: Order, fileUrl: string): unknown
}
