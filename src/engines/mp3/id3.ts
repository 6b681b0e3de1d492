const FRAME_HEADER_BYTES = 10

/** The same sound with an ID3v2.3 tag in front, which players show. */
export function withTags(mp3: Uint8Array, tags: { title: string; software: string }): Uint8Array {
  const frames = [textFrame('TIT2', tags.title), textFrame('TSSE', tags.software)]
  const size = frames.reduce((sum, { length }) => sum + length, 0)
  const header = Uint8Array.of(0x49, 0x44, 0x33, 3, 0, 0, ...sevenBitBytes(size))
  const all = new Uint8Array(header.length + size + mp3.length)
  let offset = 0
  for (const piece of [header, ...frames, mp3]) {
    all.set(piece, offset)
    offset += piece.length
  }
  return all
}

/** Text as UTF-16 with its byte order mark, which every reader of version 2.3 knows. */
function textFrame(id: string, text: string): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + 3 + text.length * 2)
  const view = new DataView(frame.buffer)
  frame.set(new TextEncoder().encode(id))
  view.setUint32(4, frame.length - FRAME_HEADER_BYTES)
  frame.set([1, 0xff, 0xfe], FRAME_HEADER_BYTES)
  for (let index = 0; index < text.length; index++)
    view.setUint16(FRAME_HEADER_BYTES + 3 + index * 2, text.charCodeAt(index), true)
  return frame
}

const sevenBitBytes = (size: number): number[] => [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f)
