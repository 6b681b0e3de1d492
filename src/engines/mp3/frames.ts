/** What the four bytes at the start of a layer III frame say. */
export interface FrameHeader {
  version: 1 | 2 | 2.5
  sampleRate: number
  channels: 1 | 2
  /** Header included. */
  sizeBytes: number
  samples: number
  /** Where the side information begins, and its length. */
  sideStart: number
  sideBytes: number
}

export interface Frame extends FrameHeader {
  offset: number
}

const KBITS_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const KBITS_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const SAMPLE_RATES = [44_100, 48_000, 32_000]

/** Undefined when no layer III frame of a stated rate starts here ("free format" has no stated rate and is not read). */
export function readHeader(bytes: Uint8Array, offset: number): FrameHeader | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(offset, offset + 4)
  if (offset + 4 > bytes.length || first !== 0xff || (second & 0xe0) !== 0xe0) return undefined
  const versionBits = (second >> 3) & 3
  const isLayer3 = ((second >> 1) & 3) === 1
  if (versionBits === 1 || !isLayer3) return undefined
  const version = versionBits === 3 ? 1 : versionBits === 2 ? 2 : 2.5
  const kbit = (version === 1 ? KBITS_MPEG1 : KBITS_MPEG2)[third >> 4] ?? 0
  const baseRate = SAMPLE_RATES[(third >> 2) & 3]
  if (kbit === 0 || baseRate === undefined || (fourth & 3) === 2) return undefined
  const sampleRate = version === 1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4
  const channels = fourth >> 6 === 3 ? 1 : 2
  const padding = (third >> 1) & 1
  const isProtected = (second & 1) === 0
  return {
    version,
    sampleRate,
    channels,
    sizeBytes: Math.floor(((version === 1 ? 144_000 : 72_000) * kbit) / sampleRate) + padding,
    samples: version === 1 ? 1152 : 576,
    sideStart: isProtected ? 6 : 4,
    sideBytes: version === 1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17,
  }
}

/** The sounding frames in order: tags, the encoder's index frame and a last frame that is cut off are not among them. */
export function framesOf(bytes: Uint8Array): Frame[] {
  let offset = afterId3v2(bytes)
  const first = findFirst(bytes, offset)
  if (first === undefined) return []
  const frames: Frame[] = []
  for (offset = first; offset < bytes.length; ) {
    const header = readHeader(bytes, offset)
    if (header === undefined || !isSameStream(header, frames[0] ?? header)) {
      // Damage, or a tag in between: go on where two frames follow one another again.
      const next = findFirst(bytes, offset + 1)
      if (next === undefined) break
      offset = next
      if (frames[0] !== undefined && !isSameStream(readHeader(bytes, next), frames[0])) offset++
      continue
    }
    if (offset + header.sizeBytes > bytes.length) break
    if (frames.length > 0 || !isIndexFrame(bytes, offset, header)) frames.push({ ...header, offset })
    offset += header.sizeBytes
  }
  return frames
}

const isSameStream = (a: FrameHeader | undefined, b: FrameHeader): boolean =>
  a !== undefined && a.version === b.version && a.sampleRate === b.sampleRate && a.channels === b.channels

/** Past any ID3v2 tags: ten bytes of header, a size of four times seven bits, perhaps a footer. */
function afterId3v2(bytes: Uint8Array): number {
  let offset = 0
  while (
    bytes[offset] === 0x49 &&
    bytes[offset + 1] === 0x44 &&
    bytes[offset + 2] === 0x33 &&
    offset + 10 <= bytes.length
  ) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(offset + 6, offset + 10)
    const footer = ((bytes[offset + 5] ?? 0) & 0x10) === 0 ? 0 : 10
    offset += 10 + footer + ((a & 0x7f) << 21) + ((b & 0x7f) << 14) + ((c & 0x7f) << 7) + (d & 0x7f)
  }
  return offset
}

/** Eleven set bits also occur by chance, so only a frame that another of its stream follows counts as the start. */
function findFirst(bytes: Uint8Array, from: number): number | undefined {
  for (let offset = bytes.indexOf(0xff, from); offset >= 0; offset = bytes.indexOf(0xff, offset + 1)) {
    const header = readHeader(bytes, offset)
    if (header !== undefined && isSameStream(readHeader(bytes, offset + header.sizeBytes), header)) return offset
  }
  return undefined
}

const INDEX_MARKS = ['Xing', 'Info', 'VBRI']

/** The first frame of many files holds an index for players instead of sound. */
function isIndexFrame(bytes: Uint8Array, offset: number, { sideStart, sideBytes }: FrameHeader): boolean {
  const places = [offset + sideStart + sideBytes, offset + 4 + sideBytes, offset + 36]
  return places.some((place) => INDEX_MARKS.includes(String.fromCharCode(...bytes.subarray(place, place + 4))))
}
