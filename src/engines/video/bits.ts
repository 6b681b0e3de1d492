/** Writes bits in the order of H.264. Grows as needed. */
export class BitWriter {
  #bytes = new Uint8Array(1 << 12)
  #length = 0
  #pending = 0
  #pendingBits = 0

  /** The low `count` bits of `value`, at most 24. */
  bits(count: number, value: number): void {
    this.#pending = ((this.#pending << count) | value) & 0x7fff_ffff
    this.#pendingBits += count
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8
      this.#reserve(1)
      this.#bytes[this.#length++] = this.#pending >> this.#pendingBits
      this.#pending &= (1 << this.#pendingBits) - 1
    }
  }

  flag(value: boolean): void {
    this.bits(1, value ? 1 : 0)
  }

  /** An unsigned Exp-Golomb code; values under 2 ** 24 - 1. */
  ue(value: number): void {
    const width = 32 - Math.clz32(value + 1)
    this.bits(width - 1, 0)
    this.bits(width, value + 1)
  }

  /** A signed Exp-Golomb code; values under 2 ** 23. */
  se(value: number): void {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value)
  }

  /** Zero bits up to the next whole byte. */
  align(): void {
    if (this.#pendingBits > 0) this.bits(8 - this.#pendingBits, 0)
  }

  /** Whole bytes; the writer must be aligned. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Ends with the one bit and the zero bits that close a payload. A view: the next write may change it. */
  finish(): Uint8Array {
    this.bits(1, 1)
    this.align()
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + count))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
