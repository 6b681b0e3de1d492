import { crc32 } from 'node:zlib'

/** What the vendor does with one order; a fault changes this for the orders that come. */
export interface Behaviour {
  /** How long the work takes once it is paid. */
  workMs: number
  /** How long the answer to the order takes. The order is paid when it arrives, whatever happens to the answer. */
  answerDelayMs: number
  /**
   * What the caller of the order gets: an answer; the connection reset after the order was paid; no answer at all after it
   * was paid; or an error before anything was paid.
   */
  answer: 'id' | 'lost' | 'none' | 500 | 503 | 429
  callbacks: {
    /** How often the end is called, whether it was accepted or not. 0 = never. */
    times: number
    everyMs: number
    /** How often it is called at most until a call is accepted. */
    tries: number
    /** Calls begin this long after the order, although the work is not done; undefined = when it is done. */
    firstAfterMs?: number
    /** Work that was cancelled is called, too. */
    ofCancelled?: boolean
  }
  /** Whether work that is under way can be cancelled. */
  cancels: boolean
}

export const PLAIN: Behaviour = {
  workMs: 1_500,
  answerDelayMs: 0,
  answer: 'id',
  callbacks: { times: 1, everyMs: 1_000, tries: 8 },
  cancels: true,
}

/** A vendor that never calls. */
export const NO_CALLS: Behaviour['callbacks'] = { times: 0, everyMs: 0, tries: 0 }

/** One paid order. */
export interface Order {
  protocol: string
  id: string
  /** Names the submission of the load. It is in the prompt, so that it does not depend on what the gateway sends. */
  marker: string
  paidAt: number
  doneAt: number
  cancelled: boolean
  behaviour: Behaviour
  callback: { url: string; headers: (body: string) => Record<string, string> } | undefined
  /** Statuses of the calls that were made; 0 = no answer. */
  called: number[]
}

export type State = 'processing' | 'completed' | 'cancelled'

export function stateOf({ cancelled, doneAt }: Order, now = Date.now()): State {
  if (cancelled) return 'cancelled'
  return now >= doneAt ? 'completed' : 'processing'
}

export const MARKER = /chaos-[a-z0-9-]+/

/** One pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
const END_BYTES = 12

/** The file of an order: a picture whose bytes are like those of no other order. */
export function fileOf({ id, marker }: Pick<Order, 'id' | 'marker'>): Buffer {
  const text = Buffer.from(`tEXtComment\0${marker} ${id} ${'.'.repeat(2_000)}`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.byteLength - 4)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(text))
  return Buffer.concat([PIXEL.subarray(0, -END_BYTES), length, text, check, PIXEL.subarray(-END_BYTES)])
}
