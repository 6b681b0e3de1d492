export interface Mp3Writer {
  /** Returns what the encoder has ready: the next bytes of the stream. */
  write(channels: readonly Float32Array[]): Uint8Array
  /** Ends the stream and returns all of its bytes. The writer cannot be used afterwards. */
  finish(): Uint8Array
}

/** MPEG-1 layer III at a constant rate, so that a player can seek and a song can be cut without an index. */
export async function openMp3Writer(format: {
  sampleRate: number
  channels: 1 | 2
  kbitPerSecond: 64 | 160
}): Promise<Mp3Writer> {
  // With the first sound: it is large, and a server that makes none has no use for it.
  const { createMp3Encoder } = await import('wasm-media-encoders')
  const encoder = await createMp3Encoder()
  encoder.configure({ sampleRate: format.sampleRate, channels: format.channels, bitrate: format.kbitPerSecond })
  useFasterQuality(encoder, format)
  const pieces: Uint8Array[] = []
  // The encoder returns a view of its own memory, which the next call overwrites.
  const keep = (piece: Uint8Array): Uint8Array => {
    const own = piece.slice()
    pieces.push(own)
    return own
  }
  return {
    write: (channels) => keep(encoder.encode(channels)),
    finish() {
      keep(encoder.finalize())
      const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
      let offset = 0
      for (const piece of pieces) {
        all.set(piece, offset)
        offset += piece.length
      }
      return all
    },
  }
}

/** Begins both structures of an encoder in LAME 3.100 (lame_global_flags and lame_internal_flags, `LAME_ID`). */
const LAME_ID = 0xfff88e3b | 0
/** Where `cfg` begins in lame_internal_flags, and what is where in it (util.h), in words of 32 bits. */
const CFG = 5
const FIELDS = {
  noise_shaping: 3,
  use_best_huffman: 5,
  noise_shaping_amp: 6,
  noise_shaping_stop: 7,
  full_outer_loop: 8,
  samplerate_out: 12,
  channels_out: 14,
} as const
/**
 * What `lame -q 5` sets (lame_init_qval in lame.c), and scale factors in fine steps, which measure better with it. An encoder that
 * is not told otherwise has 3.
 */
const QUALITY_5 = {
  noise_shaping: 1,
  use_best_huffman: 0,
  noise_shaping_amp: 0,
  noise_shaping_stop: 0,
  full_outer_loop: 0,
} as const satisfies Partial<Record<keyof typeof FIELDS, number>>

/**
 * Sets LAME to its quality 5 instead of 3: a quarter less work, for noise that lies as far under what masks it (docs/performance.md).
 * The package passes no such setting on, so it is written where LAME keeps it. Does nothing if that is not there: another build of
 * it encodes as it does by itself.
 */
function useFasterQuality(encoder: unknown, format: { sampleRate: number; channels: number }): void {
  const { module } = encoder as { module?: { memory?: WebAssembly.Memory } } // what a wrapper around the exports has
  if (!module?.memory) return
  const words = new Int32Array(module.memory.buffer)
  for (let at = words.indexOf(LAME_ID); at >= 0; at = words.indexOf(LAME_ID, at + 1)) {
    const place = (field: keyof typeof FIELDS): number => at + CFG + FIELDS[field]
    const isHere =
      words[place('samplerate_out')] === format.sampleRate && words[place('channels_out')] === format.channels
    if (!isHere || words[place('use_best_huffman')] !== 1 || words[place('noise_shaping_amp')] !== 1) continue
    for (const [field, value] of Object.entries(QUALITY_5)) words[place(field as keyof typeof FIELDS)] = value // its own keys
  }
}
