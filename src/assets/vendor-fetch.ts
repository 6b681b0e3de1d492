import type { LookupFunction } from 'node:net'
import type { Agent } from 'undici'
import { SECOND_MS } from '../core/clock.ts'
import { fetchThrough, VENDOR_TIMEOUT_MS, type VendorFetch, type Way } from './fetch-through.ts'
import { openBudget } from './memory-budget.ts'
import type { PublicAddresses } from './public-addresses.ts'
import { asLookup } from './resolver.ts'
import { socketThrough, type VendorSocket } from './vendor-socket.ts'
import { limitedStream, streamThrough, type VendorStream } from './vendor-stream.ts'

/** The `fetch` functions for vendors, over kept connections. */
export interface VendorFetches {
  operator: VendorFetch
  /** Reaches public addresses only. */
  tenant(tenantId: string): VendorFetch
  operatorStream: VendorStream
  tenantStream(tenantId: string): VendorStream
  operatorSocket: VendorSocket
  tenantSocket: VendorSocket
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10 * SECOND_MS
const CONNECTIONS_PER_VENDOR = 256
const MIB = 2 ** 20
/** The operator's own engines may return long lists; pictures and films are returned whole. */
const OPERATOR_ANSWERS = { maxBytes: 32 * MIB, maxBytesWithFiles: 256 * MIB }
const OPERATOR_MEMORY = { totalBytes: 512 * MIB, shareBytes: 512 * MIB }
/** A tenant's vendor can be any server, and may send without end. */
const TENANT_ANSWERS = { maxBytes: 4 * MIB, maxBytesWithFiles: 128 * MIB }
/** A call's answer that is read to its end, such as a list of vectors or of pictures. */
const TENANT_CALL_BYTES = 32 * MIB
const TENANTS_MEMORY = { totalBytes: 256 * MIB, shareBytes: 64 * MIB }

export function openVendorFetches(addresses: PublicAddresses): VendorFetches {
  const agents: Agent[] = []

  /** The HTTP client is loaded with the first call. `connections`: to one vendor at once; null for as many as are needed. */
  function openWay(connections: number | null, lookup?: LookupFunction): () => Promise<Way> {
    let opened: Promise<Way> | undefined
    return () => {
      opened ??= import('undici').then(({ Agent, request }) => {
        const agent = new Agent({
          allowH2: false,
          connections,
          headersTimeout: VENDOR_TIMEOUT_MS,
          bodyTimeout: VENDOR_TIMEOUT_MS,
          connect: { timeout: CONNECT_TIMEOUT_MS, ...(lookup === undefined ? {} : { lookup }) },
        })
        agents.push(agent)
        return { request, agent }
      })
      return opened
    }
  }

  const operatorsWay = openWay(CONNECTIONS_PER_VENDOR)
  const operatorLimits = { ...OPERATOR_ANSWERS, budget: openBudget(OPERATOR_MEMORY), holder: '' }
  const lookup = asLookup(addresses.resolve)
  const tenantsWay = openWay(CONNECTIONS_PER_VENDOR, lookup)
  const tenantsBudget = openBudget(TENANTS_MEMORY)
  const tenantsStream = streamThrough(openWay(null, lookup), ({ href }) => addresses.parse(href))
  return {
    operator: fetchThrough(operatorsWay, operatorLimits),
    // A caller waits at the other end of each: one more stream must not wait for another to end.
    operatorStream: streamThrough(openWay(null)),
    tenantStream: (holder) =>
      limitedStream(tenantsStream, { maxBytes: TENANT_CALL_BYTES, budget: tenantsBudget, holder }),
    operatorSocket: socketThrough(),
    tenantSocket: socketThrough(lookup, ({ href }) => addresses.parse(href)),
    tenant(holder) {
      const limits = { ...TENANT_ANSWERS, budget: tenantsBudget, holder }
      return fetchThrough(tenantsWay, limits, ({ href }) => addresses.parse(href))
    },
    async close() {
      await Promise.all(agents.map((agent) => agent.destroy()))
    },
  }
}
