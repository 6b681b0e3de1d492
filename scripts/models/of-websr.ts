import { ModelWriter } from './model-writer.ts'

/** A network of WebSR (`weights/anime4k/cnn-2x-l-*.json`): matrices of four outputs by four inputs, column by column. */
export interface WebsrWeights {
  layers: Record<string, { weights?: number[]; bias?: number[] }>
}

/** Channels of a matrix, and of each of the two halves of a layer. */
const FOUR = 4
const MIDDLE_LAYERS = 6
/** WebSR goes through the taps column by column. */
const TAPS = [0, 3, 6, 1, 4, 7, 2, 5, 8]
const ONE_TAP = [0]

/**
 * Twice the sides: each layer's positive part and its negative one, made positive, are what the next one reads. So each
 * convolution is written twice, with opposite signs, and ReLU follows both. What the layers say together is added to the
 * picture, enlarged between its pixels.
 */
export function ofWebsr({ layers }: WebsrWeights, name: string): Buffer {
  const writer = new ModelWriter('float16')
  const mirrored = (to: string, from: string, matrices: number, inputs: readonly number[]): void => {
    const halves = [`${to}_tf`, `${to}_tf1`].map((half) => rows(layers, half, { taps: TAPS, matrices, inputs }))
    const weights = halves.flatMap((half) => half.weights)
    const bias = halves.flatMap((half) => half.bias)
    const both = (values: number[]): number[] => [...values, ...values.map((value) => -value)]
    writer.convolve(
      { from: [from], to, inputs: inputs.length, outputs: 4 * FOUR, kernel: 3, dilation: 1, relu: true },
      { weights: both(weights), bias: both(bias) },
    )
  }
  mirrored('conv2d', 'input', 1, [0, 1, 2])
  const read = ['conv2d']
  for (let layer = 1; layer <= MIDDLE_LAYERS; layer++) {
    mirrored(`conv2d_${layer}`, read.at(-1) ?? '', 4, upTo(4 * FOUR))
    read.push(`conv2d_${layer}`)
  }
  writer.steps.push({ op: 'join', from: read, to: 'all' })
  const inputs = upTo(4 * FOUR * read.length)
  const colours = ['', '1', '2'].map((which) =>
    rows(layers, `conv2d_last_tf${which}`, { taps: ONE_TAP, matrices: 4 * read.length, inputs }),
  )
  // WebSR has the four pixels of a colour together; here the colours of a pixel are.
  const ordered = upTo(FOUR).flatMap((pixel) => colours.map((colour) => ({ colour, pixel })))
  writer.convolve(
    { from: ['all'], to: 'parts', inputs: inputs.length, outputs: 3 * FOUR, kernel: 1, dilation: 1, relu: false },
    {
      weights: ordered.flatMap(({ colour, pixel }) =>
        colour.weights.slice(pixel * inputs.length, (pixel + 1) * inputs.length),
      ),
      bias: ordered.map(({ colour, pixel }) => colour.bias[pixel] ?? 0),
    },
  )
  writer.steps.push({ op: 'unfold', from: ['parts'], to: 'detail', times: 2 })
  writer.steps.push({ op: 'stretch', from: ['input'], to: 'enlarged', like: 'detail' })
  writer.steps.push({ op: 'add', from: ['enlarged', 'detail'], to: 'output' })
  return writer.finish({ name, input: { name: 'input', channels: 3 }, output: 'output' })
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Weights of four outputs, ordered by output, tap and input. */
function rows(
  layers: WebsrWeights['layers'],
  name: string,
  { taps, matrices, inputs }: { taps: readonly number[]; matrices: number; inputs: readonly number[] },
): { weights: number[]; bias: number[] } {
  const { weights = [], bias = [] } = layers[name] ?? {}
  const size = FOUR ** 2
  const count = taps.length * matrices * size
  if (weights.length !== count || bias.length !== FOUR) throw new Error(`${name} has ${weights.length} weights.`)
  const ordered = upTo(FOUR).flatMap((output) =>
    taps.flatMap((tap) =>
      inputs.map((input) => {
        const matrix = matrixOf(input, { tap, taps: taps.length })
        return weights[matrix * size + (input % FOUR) * FOUR + output] ?? 0
      }),
    ),
  )
  return { weights: ordered, bias }
}

/** For one input of four the taps are the outer order; the last layer has the matrices of one input after the other. */
function matrixOf(input: number, { tap, taps }: { tap: number; taps: number }): number {
  const group = Math.floor(input / FOUR)
  return taps === 1 ? group : group * taps + tap
}
