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

/** The meaning of a request; the protocols differ in form only. */
export type Demand =
  | { kind: 'order'; marker: string; key: string | undefined; callback: Order['callback'] }
  | { kind: 'look' | 'cancel'; id: string }
  | { kind: 'find'; key: string }
  | { kind: 'list' }
  | { kind: 'probe' }

/** A vendor's wire protocol. */
export interface Protocol {
  name: string
  /** The same key twice is one order. */
  isIdempotent: boolean
  read(request: VendorRequest): Demand | undefined
  created(order: Order): unknown
  /** The order as it is now; `fileUrl` is where its file is once it is done. */
  shown(order: Order, fileUrl: string): unknown
  /** The answer to a probe of the credential. */
  probed: unknown
  list(orders: unknown[]): unknown
  unknown(id: string): unknown
  notCancellable(order: Order): { status: number; body: unknown }
  /** The body of a callback about the order. */
  announced(order: Order, fileUrl: string): unknown
}
