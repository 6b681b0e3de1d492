/** The voice of the sandbox in a realtime session: sound that is plainly not speech. */

const RATE = 24_000
const TELEPHONE_RATE = 8_000
const PITCH_HZ = 440
/** A tenth of the loudest. */
const LOUDNESS = 3_277

const tones = new Map<number, string>()

/** A tone of so many milliseconds as base64: one channel, 24 kHz, 16 bits, little-endian. */
export function tone(ms: number): string {
  const known = tones.get(ms)
  if (known !== undefined) return known
  const samples = Math.round((RATE * ms) / 1_000)
  const bytes = Buffer.alloc(samples * 2)
  for (let index = 0; index < samples; index++) {
    bytes.writeInt16LE(Math.round(LOUDNESS * Math.sin((2 * Math.PI * PITCH_HZ * index) / RATE)), index * 2)
  }
  const made = bytes.toString('base64')
  tones.set(ms, made)
  return made
}

/** How telephones write silence (G.711): µ-law, and A-law. */
const SILENCE: Readonly<Record<string, number>> = { 'audio/pcmu': 0xff, 'audio/pcma': 0xd5 }

/** Silence of so many milliseconds as base64, in a format of telephones. */
export function silence(format: string, ms: number): string {
  return Buffer.alloc(Math.round((TELEPHONE_RATE * ms) / 1_000), SILENCE[format] ?? 0).toString('base64')
}
