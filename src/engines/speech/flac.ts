/** The highest order of FLAC's fixed predictors. */
const MAX_ORDER = 4
const BLOCK_SAMPLES = 4_096
const STREAM_INFO_BYTES = 34
const BITS_PER_SAMPLE = 16
const MAX_RICE = 14

/**
 * Lossless FLAC, mono, 16 bit: fixed predictors and Rice codes, which take a little over half of WAV's room.
 * The format: RFC 9639.
 */
export function flacOf(samples: Int16Array, sampleRate: number): Uint8Array {
  const frames: Uint8Array[] = []
  for (let from = 0; from < samples.length; from += BLOCK_SAMPLES)
    frames.push(frameOf(samples.subarray(from, from + BLOCK_SAMPLES), frames.length))
  return Buffer.concat([Buffer.from('fLaC'), streamInfo(samples.length, sampleRate), ...frames])
}

function streamInfo(count: number, sampleRate: number): Uint8Array {
  const bits = new BitWriter()
  bits.write(0x80, 8) // the last block of metadata, of the type "stream info"
  bits.write(STREAM_INFO_BYTES, 24)
  bits.write(BLOCK_SAMPLES, 16)
  bits.write(BLOCK_SAMPLES, 16)
  bits.write(0, 24) // sizes of frames: unknown
  bits.write(0, 24)
  bits.write(sampleRate, 20)
  bits.write(0, 3) // channels - 1
  bits.write(BITS_PER_SAMPLE - 1, 5)
  bits.write(0, 4)
  bits.write(count, 32)
  for (let byte = 0; byte < 16; byte++) bits.write(0, 8) // the MD5 of the samples: not computed
  return bits.bytes()
}

function frameOf(block: Int16Array, number: number): Uint8Array {
  const bits = new BitWriter()
  bits.write(0b1111_1111_1111_10, 14)
  bits.write(0, 2) // blocks of one size
  bits.write(0b0111, 4) // the size follows in 16 bits
  bits.write(0, 4) // the sample rate is that of the stream
  bits.write(0, 4) // mono
  bits.write(0b100, 3) // 16 bit
  bits.write(0, 1)
  for (const byte of utf8Of(number)) bits.write(byte, 8)
  bits.write(block.length - 1, 16)
  bits.write(checksum(bits.bytes(), 0x07, 8), 8)
  writeSubframe(bits, block)
  bits.align()
  bits.write(checksum(bits.bytes(), 0x8005, 16), 16)
  return bits.bytes()
}

/** A number as UTF-8 writes a character. */
function utf8Of(number: number): Uint8Array {
  return Buffer.from(String.fromCodePoint(number))
}

function writeSubframe(bits: BitWriter, block: Int16Array): void {
  const { order, residual } = predicted(block)
  bits.write(0, 1)
  bits.write(0b00_1000 | order, 6)
  bits.write(0, 1)
  for (let index = 0; index < order; index++) bits.write((block[index] ?? 0) & 0xffff, BITS_PER_SAMPLE)
  bits.write(0, 2) // Rice codes with parameters of 4 bits
  bits.write(0, 4) // in one partition
  const mean = residual.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, residual.length)
  const parameter = Math.min(MAX_RICE, Math.max(0, Math.round(Math.log2(mean + 1))))
  bits.write(parameter, 4)
  for (const value of residual) bits.writeRice(value, parameter)
}

/** What the best of the fixed predictors leaves. */
function predicted(block: Int16Array): { order: number; residual: Int32Array } {
  let best = { order: 0, residual: Int32Array.from(block) }
  let cost = sizeOf(best.residual)
  let differences = best.residual
  for (let order = 1; order <= Math.min(MAX_ORDER, block.length - 1); order++) {
    const before = differences
    differences = before.subarray(1).map((value, index) => value - (before[index] ?? 0))
    const size = sizeOf(differences)
    if (size < cost) {
      best = { order, residual: differences }
      cost = size
    }
  }
  return best
}

function sizeOf(residual: Int32Array): number {
  return residual.reduce((sum, value) => sum + Math.abs(value), 0)
}

/** The remainder of a division of polynomials over two elements, as FLAC checks its frames. */
function checksum(bytes: Uint8Array, polynomial: number, width: number): number {
  const top = 2 ** (width - 1)
  const mask = 2 ** width - 1
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte << (width - 8)
    for (let bit = 0; bit < 8; bit++) sum = (sum & top ? (sum << 1) ^ polynomial : sum << 1) & mask
  }
  return sum
}

class BitWriter {
  #bytes = Buffer.alloc(2 * BLOCK_SAMPLES)
  #bits = 0

  write(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit--) this.#push(Math.floor(value / 2 ** bit) & 1)
  }

  /** The quotient as zeros and a one, then the remainder; the sign is in the last bit. */
  writeRice(value: number, parameter: number): void {
    const folded = value < 0 ? -2 * value - 1 : 2 * value
    for (let quotient = Math.floor(folded / 2 ** parameter); quotient > 0; quotient--) this.#push(0)
    this.#push(1)
    this.write(folded % 2 ** parameter, parameter)
  }

  align(): void {
    while (this.#bits % 8 !== 0) this.#push(0)
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#bits / 8)
  }

  #push(bit: number): void {
    const at = this.#bits >> 3
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)])
    if (bit === 1) this.#bytes[at] = (this.#bytes[at] ?? 0) | (0x80 >> (this.#bits & 7))
    this.#bits++
  }
}
