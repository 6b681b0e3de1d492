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
