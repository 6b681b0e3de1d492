/** The fields of the four-byte header of a layer III frame. */
export interface FrameHeader {
  version: 1 | 2 | 2.5
  sampleRate: number
  channels: 1 | 2
  /** The size of the frame, header included. */
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
  if (!startsFrame(bytes, offset)) return undefined
  // By index: allocating four bytes for each position took seconds in a file of megabytes.
  const second = bytes[offset + 1] ?? 0
  const third = bytes[offset + 2] ?? 0
  const fourth = bytes[offset + 3] ?? 0
  const versionBits = (second >> 3) & 3
  const version = versionBits === 3 ? 1 : versionBits === 2 ? 2 : 2.5
  const kbit = (version === 1 ? KBITS_MPEG1 : KBITS_MPEG2)[third >> 4] ?? 0
  const baseRate = SAMPLE_RATES[(third >> 2) & 3] ?? 0
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

/** Whether these four bytes can be a header: sync, a known version, layer III, a stated bit rate and a sample rate. */
function startsFrame(bytes: Uint8Array, offset: number): boolean {
  if (offset + 4 > bytes.length || bytes[offset] !== 0xff) return false
  const second = bytes[offset + 1] ?? 0
  if ((second & 0xe6) !== 0xe2 || (second & 0x18) === 0x08) return false
  const third = bytes[offset + 2] ?? 0
  const rate = third >> 4
  return rate !== 0 && rate !== 15 && (third & 0x0c) !== 0x0c && ((bytes[offset + 3] ?? 0) & 3) !== 2
}

/** How many bytes are skipped in search of frames before the rest of a file counts as no sound. Covers in unknown tags are smaller. */
const MOST_SKIPPED_BYTES = 4 * 2 ** 20
/** Positions that look like a frame without another one after it. In a real file, each damage causes a few. */
const MOST_FALSE_STARTS = 10_000
/** Index frames before the sound. A file of index frames alone is not an MP3. */
const MOST_INDEX_FRAMES = 4
/** Longer than any song: 14 hours of MPEG-1. A file of the shortest frames there are has as many in 48 MB. */
const MOST_FRAMES = 2_000_000
/** In a list, for two songs to be joined: an hour and a half. */
const MOST_LISTED_FRAMES = 200_000

/**
 * The sounding frames in order: tags, the encoder's index frame and a last frame that is cut off are not among them.
 * Throws a RangeError when there are more than two hundred thousand.
 */
export function framesOf(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = []
  scanFrames(bytes, (header, offset) => {
    if (frames.length === MOST_LISTED_FRAMES) {
      throw new RangeError(`The file is too long: it has more than ${MOST_LISTED_FRAMES} frames.`)
    }
    frames.push({ ...header, offset })
  })
  return frames
}

/**
 * Visits each sounding frame, as `framesOf` lists them. The work is bounded: bytes that do not look like sound are searched
 * up to `MOST_SKIPPED_BYTES` in all, so that no malicious file blocks this thread.
 */
export function scanFrames(bytes: Uint8Array, visit: (header: FrameHeader, offset: number) => void): void {
  const search = { skippedBytes: 0, falseStarts: 0 }
  let first: FrameHeader | undefined
  let count = 0
  let indexFrames = 0
  let offset = findFirst(bytes, afterId3v2(bytes), search)
  while (offset !== undefined && count < MOST_FRAMES) {
    const header = readHeader(bytes, offset)
    if (header === undefined || !isSameStream(header, first ?? header)) {
      // Damage, or a tag in between: go on where two frames of this stream follow one another again.
      offset = findFirst(bytes, offset + 1, search, first)
      continue
    }
    if (offset + header.sizeBytes > bytes.length) return
    if (first === undefined && indexFrames < MOST_INDEX_FRAMES && isIndexFrame(bytes, offset, header)) {
      indexFrames++
    } else {
      first ??= header
      count++
      visit(header, offset)
    }
    offset += header.sizeBytes
  }
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

/**
 * Eleven set bits also occur by chance, so a frame counts as the start only if another frame of its stream (of `stream`, if
 * given) follows it. Undefined if there is none, or when the limits of `search`, which all calls share, are reached.
 */
function findFirst(
  bytes: Uint8Array,
  from: number,
  search: { skippedBytes: number; falseStarts: number },
  stream?: FrameHeader,
): number | undefined {
  const end = Math.min(bytes.length, from + MOST_SKIPPED_BYTES - search.skippedBytes)
  for (let offset = from; offset < end; offset++) {
    if (!startsFrame(bytes, offset)) continue
    const header = readHeader(bytes, offset)
    if (header === undefined) continue
    const isOfStream = stream === undefined || isSameStream(header, stream)
    if (isOfStream && isSameStream(readHeader(bytes, offset + header.sizeBytes), header)) {
      search.skippedBytes += offset - from
      return offset
    }
    search.falseStarts++
    if (search.falseStarts > MOST_FALSE_STARTS) return undefined
  }
  return undefined
}

const INDEX_MARKS = ['Xing', 'Info', 'VBRI']

/** The first frame of many files holds an index for players instead of sound. */
function isIndexFrame(bytes: Uint8Array, offset: number, { sideStart, sideBytes }: FrameHeader): boolean {
  const places = [offset + sideStart + sideBytes, offset + 4 + sideBytes, offset + 36]
  return places.some((place) => INDEX_MARKS.includes(String.fromCharCode(...bytes.subarray(place, place + 4))))
}
