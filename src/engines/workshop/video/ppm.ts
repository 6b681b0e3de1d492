import type { Readable } from 'node:stream'
import type { Size } from '../limits.ts'

/** A frame: three bytes a pixel, red, green, blue. */
export interface Frame extends Size {
  data: Uint8Array<ArrayBuffer>
}

/** What is in the place of pictures is none. */
export class NoPicture extends Error {}

/** `P6`, width, height and greatest value, each followed by one white space (https://netpbm.sourceforge.net/doc/ppm.html). */
const HEADER = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/
const MOST_HEADER_BYTES = 24

/**
 * Pictures of a stream of PPMs, one after another; never more than one of them is in memory. Throws `NoPicture` for what
 * is none, for a picture that is larger than `most`, or whose size is another than that of the first.
 */
export async function* framesOf(stream: Readable, most: Size): AsyncGenerator<Frame, undefined> {
  let head = Buffer.alloc(0)
  let frame: Frame | undefined
  let filled = 0
  let size: Size | undefined
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk
    while (rest.length > 0) {
      if (!frame) {
        const known = head.length
        head = Buffer.concat([head, rest.subarray(0, MOST_HEADER_BYTES - known)])
        const found = HEADER.exec(head.toString('latin1'))
        if (!found && head.length === MOST_HEADER_BYTES) throw new NoPicture('what ffmpeg writes is no picture')
        if (!found) break
        rest = rest.subarray(found[0].length - known)
        size = checked({ widthPx: Number(found[1]), heightPx: Number(found[2]) }, size, most)
        frame = { ...size, data: new Uint8Array(3 * size.widthPx * size.heightPx) }
        filled = 0
        head = Buffer.alloc(0)
      }
      const part = rest.subarray(0, frame.data.length - filled)
      frame.data.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
      if (filled < frame.data.length) continue
      yield frame
      frame = undefined
    }
  }
  if (frame || head.length > 0) throw new NoPicture('the last frame is cut off')
}

function checked(size: Size, first: Size | undefined, most: Size): Size {
  const { widthPx, heightPx } = size
  if (widthPx < 1 || heightPx < 1 || widthPx > most.widthPx || heightPx > most.heightPx)
    throw new NoPicture(
      `a frame has ${widthPx}x${heightPx} pixels, and at most ${most.widthPx}x${most.heightPx} were expected`,
    )
  if (first && (widthPx !== first.widthPx || heightPx !== first.heightPx))
    throw new NoPicture(`a frame has ${widthPx}x${heightPx} pixels after others of ${first.widthPx}x${first.heightPx}`)
  return size
}
