export interface Mp4Video {
  widthPx: number
  heightPx: number
  sequenceParameters: Uint8Array
  pictureParameters: Uint8Array
  /** NAL units, one a frame. They share the playing time evenly. */
  frames: readonly Uint8Array[]
  /** Which of them are key frames; only the first, unless stated. */
  keyFrames?: readonly number[]
}

export interface Mp4Sound {
  sampleRate: number
  samplesPerFrame: number
  channels: 1 | 2
  /** MPEG-1 layer III, at least as long as the film; the last one is cut to its end. */
  frames: readonly Uint8Array[]
}

interface Track {
  handler: 'vide' | 'soun'
  name: string
  timescale: number
  samples: readonly Uint8Array[]
  /** In units of the timescale; together they are the film's length. */
  durations: readonly number[]
  widthPx: number
  heightPx: number
  mediaHeader: Uint8Array
  sampleEntry: Uint8Array
  /** Empty where every sample is one. */
  keyFrames: readonly number[]
}

const MILLISECONDS = 1000
/** The clock of video: most frame rates divide it. */
const VIDEO_TIMESCALE = 90_000
const LENGTH_PREFIX_BYTES = 4
/** MPEG-1 audio, of any layer, among the object types of MPEG-4 (ISO/IEC 14496-1). */
const OBJECT_TYPE_MP3 = 0x6b

/**
 * An MP4 file with one or two tracks of equal length. Their description comes first, so that a player can start
 * before it has all.
 */
export function writeMp4(film: { seconds: number; title: string; video: Mp4Video; sound?: Mp4Sound }): Uint8Array {
  const tracks = [videoTrack(film.video, film.seconds), ...(film.sound ? [soundTrack(film.sound, film.seconds)] : [])]
  const fileType = box('ftyp', text('isom'), u32(512), text('isomiso2avc1mp41'))
  const describe = (firstByte: number): Uint8Array => movie(tracks, film, firstByte)
  const media = box('mdat', ...tracks.flatMap(({ samples }) => samples))
  // All offsets have the same size, so the first description only serves to measure.
  const firstByte = fileType.length + describe(0).length + media.length - tracks.reduce(sizeOfSamples, 0)
  return Buffer.concat([fileType, describe(firstByte), media])
}

const sizeOfSamples = (sum: number, { samples }: Track): number =>
  samples.reduce((total, { length }) => total + length, sum)

function videoTrack(video: Mp4Video, seconds: number): Track {
  const { widthPx, heightPx, frames } = video
  const length = Math.max(frames.length, Math.round(seconds * VIDEO_TIMESCALE))
  const endOf = (frame: number): number => Math.round((frame * length) / frames.length)
  return {
    handler: 'vide',
    name: 'Picture',
    timescale: VIDEO_TIMESCALE,
    samples: frames.map((frame) => Buffer.concat([u32(frame.length), frame])),
    durations: frames.map((_, index) => endOf(index + 1) - endOf(index)),
    widthPx,
    heightPx,
    mediaHeader: box('vmhd', u32(1), u32(0, 0)),
    sampleEntry: videoEntry(video),
    keyFrames: video.keyFrames ?? [0],
  }
}

function soundTrack({ sampleRate, samplesPerFrame, channels, frames }: Mp4Sound, seconds: number): Track {
  const length = Math.max(1, Math.round(seconds * sampleRate))
  const needed = Math.ceil(length / samplesPerFrame)
  if (frames.length < needed) throw new RangeError(`The film needs ${needed} frames of sound and has ${frames.length}.`)
  const samples = frames.slice(0, needed)
  return {
    handler: 'soun',
    name: 'Sound',
    timescale: sampleRate,
    samples,
    durations: samples.map((_, index) => Math.min(samplesPerFrame, length - index * samplesPerFrame)),
    widthPx: 0,
    heightPx: 0,
    mediaHeader: box('smhd', u32(0, 0)),
    sampleEntry: soundEntry(sampleRate, channels),
    keyFrames: [],
  }
}

function movie(tracks: readonly Track[], film: { seconds: number; title: string }, firstByte: number): Uint8Array {
  const length = Math.max(1, Math.round(film.seconds * MILLISECONDS))
  let at = firstByte
  const described = tracks.map((track, index) => {
    const chunk = at
    at += sizeOfSamples(0, track)
    return trackBox(track, index + 1, length, chunk)
  })
  const header = box(
    'mvhd',
    u32(0, 0, 0, MILLISECONDS, length),
    u32(0x10000), // speed
    u16(0x100, 0), // loudness
    u32(0, 0),
    upright(),
    u32(0, 0, 0, 0, 0, 0),
    u32(tracks.length + 1), // the next track's id
  )
  return box('moov', header, ...described, titleBox(film.title))
}

function trackBox(track: Track, id: number, movieLength: number, chunk: number): Uint8Array {
  const { handler, name, timescale, samples, durations, widthPx, heightPx } = track
  const loudness = handler === 'soun' ? 0x100 : 0
  const header = box(
    'tkhd',
    u32(3), // enabled, and part of the film
    u32(0, 0, id, 0, movieLength, 0, 0),
    u16(0, 0, loudness, 0),
    upright(),
    u32(widthPx * 0x10000, heightPx * 0x10000),
  )
  const length = durations.reduce((sum, duration) => sum + duration, 0)
  const mediaHeader = box('mdhd', u32(0, 0, 0, timescale, length), u16(UNDETERMINED_LANGUAGE, 0))
  const handlerBox = box('hdlr', u32(0, 0), text(handler), u32(0, 0, 0), text(`${name}\0`))
  const here = box('dinf', box('dref', u32(0, 1), box('url ', u32(1))))
  const table = box(
    'stbl',
    box('stsd', u32(0, 1), track.sampleEntry),
    box('stts', u32(0), durationRuns(durations)),
    ...(track.keyFrames.length > 0
      ? [box('stss', u32(0, track.keyFrames.length, ...track.keyFrames.map((frame) => frame + 1)))]
      : []),
    box('stsc', u32(0, 1, 1, samples.length, 1)), // one chunk with all samples
    box('stsz', u32(0, 0, samples.length, ...samples.map((sample) => sample.length))),
    box('stco', u32(0, 1, chunk)),
  )
  return box('trak', header, box('mdia', mediaHeader, handlerBox, box('minf', track.mediaHeader, here, table)))
}

/** "und", five bits a letter. */
const UNDETERMINED_LANGUAGE = 0x55c4

function durationRuns(durations: readonly number[]): Uint8Array {
  const runs: { count: number; duration: number }[] = []
  for (const duration of durations) {
    const last = runs.at(-1)
    if (last?.duration === duration) last.count++
    else runs.push({ count: 1, duration })
  }
  return u32(runs.length, ...runs.flatMap(({ count, duration }) => [count, duration]))
}

function videoEntry({ widthPx, heightPx, sequenceParameters, pictureParameters }: Mp4Video): Uint8Array {
  const dotsPerInch = 72 * 0x10000
  const configuration = box(
    'avcC',
    Uint8Array.of(1),
    sequenceParameters.subarray(1, 4), // profile, constraints, level
    Uint8Array.of(0xfc | (LENGTH_PREFIX_BYTES - 1), 0xe0 | 1),
    u16(sequenceParameters.length),
    sequenceParameters,
    Uint8Array.of(1),
    u16(pictureParameters.length),
    pictureParameters,
  )
  return box(
    'avc1',
    u16(0, 0, 0, 1),
    u32(0, 0, 0, 0),
    u16(widthPx, heightPx),
    u32(dotsPerInch, dotsPerInch, 0),
    u16(1), // frames a sample
    new Uint8Array(32), // the encoder's name
    u16(24, 0xffff),
    configuration,
    box('colr', text('nclx'), u16(1, 1, 1), Uint8Array.of(0)), // BT.709 in video range
  )
}

function soundEntry(sampleRate: number, channels: number): Uint8Array {
  const decoder = descriptor(4, Uint8Array.of(OBJECT_TYPE_MP3, (5 << 2) | 1, 0, 0, 0), u32(0, 0)) // an audio stream
  const stream = descriptor(3, u16(0), Uint8Array.of(0), decoder, descriptor(6, Uint8Array.of(2))) // 2: as MP4 has it
  return box(
    'mp4a',
    u16(0, 0, 0, 1),
    u32(0, 0),
    u16(channels, 16, 0, 0), // channels, bits
    u32(sampleRate * 0x10000),
    box('esds', u32(0), stream),
  )
}

/** The title where players look for it: the way of iTunes. */
function titleBox(title: string): Uint8Array {
  const name = box('\xa9nam', box('data', u32(1, 0), text(title)))
  const handler = box('hdlr', u32(0, 0), text('mdirappl'), u32(0, 0), Uint8Array.of(0))
  return box('udta', box('meta', u32(0), handler, box('ilst', name)))
}

/** The matrix that turns nothing. */
const upright = (): Uint8Array => u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)

const descriptor = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of(tag, body.length), body])
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 8)
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...parts], size)
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

function u16(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length)
  values.forEach((value, index) => void bytes.writeUInt16BE(value, 2 * index))
  return bytes
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => void bytes.writeUInt32BE(value, 4 * index))
  return bytes
}
