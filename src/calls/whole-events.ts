const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** An event of more bytes passes in pieces. */
const MAX_EVENT_BYTES = 16 * 2 ** 20

/**
 * Cuts a server-sent stream between events, whatever pieces it comes in: what a caller gets are whole events, so that an
 * error or a comment can follow at any time (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
export interface WholeEvents {
  /** The events that are whole with this chunk, as they came; empty where none is. */
  push(chunk: Buffer): Buffer
  /** What came after the last whole event. */
  rest(): Buffer
}

export function wholeEvents(): WholeEvents {
  let kept: Buffer[] = []
  let keptBytes = 0
  /** The last two bytes of what is kept. */
  let before: readonly [number, number] = [0, 0]

  function take(...more: Buffer[]): Buffer {
    if (kept.length === 0) return more.length === 1 && more[0] ? more[0] : Buffer.concat(more)
    const all = [...kept, ...more]
    kept = []
    keptBytes = 0
    before = [0, 0]
    const [only] = all
    return all.length === 1 && only ? only : Buffer.concat(all)
  }

  return {
    push(chunk) {
      const end = lastEnd(chunk, before)
      const events = end === 0 ? EMPTY : take(chunk.subarray(0, end))
      const left = chunk.subarray(end)
      if (left.length > 0) {
        kept.push(left)
        keptBytes += left.length
        before = [left.at(-2) ?? before[1], left.at(-1) ?? 0]
      }
      return keptBytes > MAX_EVENT_BYTES ? Buffer.concat([events, take()]) : events
    },
    rest: () => (kept.length === 0 ? EMPTY : take()),
  }
}

const EMPTY = Buffer.alloc(0)

/** Where the last event ends within a chunk, by an empty line; 0 = nowhere. Lines end with LF, CR LF or CR. */
function lastEnd(chunk: Buffer, before: readonly [number, number]): number {
  const byteAt = (index: number): number | undefined => (index >= 0 ? chunk[index] : before[index + before.length])
  let feed = chunk.lastIndexOf(LINE_FEED)
  let carriage = chunk.lastIndexOf(CARRIAGE_RETURN)
  while (feed !== -1 || carriage !== -1) {
    const at = Math.max(feed, carriage)
    const previous = byteAt(at - 1)
    if (at === feed) {
      if (previous === LINE_FEED || (previous === CARRIAGE_RETURN && byteAt(at - 2) === LINE_FEED)) return at + 1
      feed = lastBefore(chunk, LINE_FEED, at)
    } else {
      // Behind a LF it is half of a CR LF, whose other half is yet to come.
      if (previous === CARRIAGE_RETURN) return at + 1
      carriage = lastBefore(chunk, CARRIAGE_RETURN, at)
    }
  }
  return 0
}

function lastBefore(chunk: Buffer, byte: number, at: number): number {
  return at === 0 ? -1 : chunk.lastIndexOf(byte, at - 1)
}
