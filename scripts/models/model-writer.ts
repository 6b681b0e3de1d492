import type {
  ConvolutionStep,
  DepthwiseStep,
  ModelHeader,
  Step,
  Weights,
} from '../../src/engines/workshop/nn/model-file.ts'

/** Writes model files, as `model-file.ts` of the workshop reads them. */
export class ModelWriter {
  readonly steps: Step[] = []
  readonly #parts: Buffer[] = []
  #size = 0
  readonly #precision: 'float16' | 'int8'

  constructor(precision: 'float16' | 'int8') {
    this.#precision = precision
  }

  /** `weights` are ordered by output channel, tap and input channel. */
  convolve(
    step: Omit<ConvolutionStep, 'op' | 'weights' | 'bias'>,
    { weights, bias }: { weights: number[]; bias: number[] },
  ): void {
    const stored = this.#precision === 'int8' ? this.#asBytes(weights, step.outputs) : this.#asHalves(weights)
    this.steps.push({ op: 'convolve', ...step, weights: stored, bias: this.#floats(bias) })
  }

  /** `weights` are ordered by channel and tap. */
  depthwise(
    step: Omit<DepthwiseStep, 'op' | 'weights' | 'bias'>,
    { weights, bias }: { weights: number[]; bias: number[] },
  ): void {
    this.steps.push({ op: 'depthwise', ...step, weights: this.#asHalves(weights), bias: this.#floats(bias) })
  }

  /** One slope for each channel. */
  prelu(from: string, to: string, slopes: number[]): void {
    this.steps.push({ op: 'prelu', from: [from], to, channels: slopes.length, slopes: this.#floats(slopes) })
  }

  finish(header: Omit<ModelHeader, 'steps'>): Buffer {
    const text = Buffer.from(JSON.stringify({ ...header, steps: this.steps }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    return Buffer.concat([length, text, ...this.#parts])
  }

  #asHalves(weights: number[]): Weights {
    const bytes = Buffer.alloc(2 * weights.length)
    const halves = new Float16Array(weights)
    for (const [index, bits] of new Uint16Array(halves.buffer).entries()) bytes.writeUInt16LE(bits, 2 * index)
    return { type: 'float16', at: this.#keep(bytes) }
  }

  /** Each output channel fills the range of a byte. */
  #asBytes(weights: number[], outputs: number): Weights {
    const each = weights.length / outputs
    const scales = Array.from({ length: outputs }, (_, output) => {
      const own = weights.slice(output * each, (output + 1) * each)
      return own.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127 || 1
    })
    const bytes = Int8Array.from(weights, (weight, index) =>
      Math.round(weight / (scales[Math.floor(index / each)] ?? 1)),
    )
    return { type: 'int8', at: this.#keep(Buffer.from(bytes.buffer)), scales: this.#floats(scales) }
  }

  #floats(values: number[]): number {
    const bytes = Buffer.alloc(4 * values.length)
    for (const [index, value] of values.entries()) bytes.writeFloatLE(value, 4 * index)
    return this.#keep(bytes)
  }

  #keep(bytes: Buffer): number {
    const at = this.#size
    this.#parts.push(bytes)
    this.#size += bytes.length
    return at
  }
}
