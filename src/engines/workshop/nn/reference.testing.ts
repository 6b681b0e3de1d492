import { type ModelFile, type Step, slopesOf, weightsOf } from './model-file.ts'
import type { Picture } from './network.ts'

/** The network once more, pixel by pixel in double precision, as its definition reads: what the fast one is compared with. */
export function referenceRun(model: ModelFile, input: Picture): Picture {
  const tensors = new Map([[model.input.name, input]])
  const get = (name: string): Picture => {
    const found = tensors.get(name)
    if (!found) throw new Error(`There is no ${name}.`)
    return found
  }
  for (const step of model.steps) tensors.set(step.to, perform(model, step, get))
  return get(model.output)
}

/** Zero beyond the edges. */
function at({ data, widthPx, heightPx, channels }: Picture, x: number, y: number, channel: number): number {
  if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) return 0
  return data[(y * widthPx + x) * channels + channel] ?? 0
}

function filled(size: Omit<Picture, 'data'>, value: (x: number, y: number, channel: number) => number): Picture {
  const { widthPx, heightPx, channels } = size
  const data = Float32Array.from({ length: widthPx * heightPx * channels }, (_, index) => {
    const pixel = Math.floor(index / channels)
    return value(pixel % widthPx, Math.floor(pixel / widthPx), index % channels)
  })
  return { ...size, data }
}

function perform(model: ModelFile, step: Step, get: (name: string) => Picture): Picture {
  const [first, second = first] = step.from.map(get)
  if (!first || !second) throw new Error(`${step.to} reads nothing.`)
  const { widthPx, heightPx, channels } = first
  switch (step.op) {
    case 'convolve': {
      const { weights, bias } = weightsOf(model, step)
      const reach = (step.kernel - 1) / 2
      return filled({ widthPx, heightPx, channels: step.outputs }, (x, y, output) => {
        let sum = bias[output] ?? 0
        let place = output * step.kernel ** 2 * step.inputs
        for (let down = -reach; down <= reach; down++)
          for (let right = -reach; right <= reach; right++)
            for (let input = 0; input < step.inputs; input++, place++)
              sum += (weights[place] ?? 0) * at(first, x + right * step.dilation, y + down * step.dilation, input)
        return step.relu ? Math.max(0, sum) : sum
      })
    }
    case 'halve':
      return filled(
        { widthPx: Math.ceil(widthPx / 2), heightPx: Math.ceil(heightPx / 2), channels },
        (x, y, channel) => {
          const columns = [2 * x, Math.min(widthPx - 1, 2 * x + 1)]
          const rows = [2 * y, Math.min(heightPx - 1, 2 * y + 1)]
          return Math.max(...columns.flatMap((column) => rows.map((row) => at(first, column, row, channel))))
        },
      )
    case 'stretch': {
      const like = get(step.like)
      return filled({ widthPx: like.widthPx, heightPx: like.heightPx, channels }, (x, y, channel) => {
        const column = Math.max(0, ((x + 0.5) * widthPx) / like.widthPx - 0.5)
        const row = Math.max(0, ((y + 0.5) * heightPx) / like.heightPx - 0.5)
        const [left, top] = [Math.floor(column), Math.floor(row)]
        const [right, below] = [Math.min(widthPx - 1, left + 1), Math.min(heightPx - 1, top + 1)]
        const mix = (a: number, b: number, share: number): number => a * (1 - share) + b * share
        const upper = mix(at(first, left, top, channel), at(first, right, top, channel), column - left)
        const lower = mix(at(first, left, below, channel), at(first, right, below, channel), column - left)
        return mix(upper, lower, row - top)
      })
    }
    case 'repeat': {
      const { times } = step
      return filled({ widthPx: widthPx * times, heightPx: heightPx * times, channels }, (x, y, channel) =>
        at(first, Math.floor(x / times), Math.floor(y / times), channel),
      )
    }
    case 'join': {
      const owners = step.from.flatMap((name) => {
        const tensor = get(name)
        return Array.from({ length: tensor.channels }, (_, channel) => ({ tensor, channel }))
      })
      return filled({ widthPx, heightPx, channels: owners.length }, (x, y, channel) => {
        const owner = owners[channel]
        return owner ? at(owner.tensor, x, y, owner.channel) : 0
      })
    }
    case 'add':
      return filled(first, (x, y, channel) => at(first, x, y, channel) + at(second, x, y, channel))
    case 'scale':
      return filled(first, (x, y, channel) => at(first, x, y, channel) * step.by)
    case 'unfold': {
      const { times } = step
      const size = { widthPx: widthPx * times, heightPx: heightPx * times, channels: channels / times ** 2 }
      return filled(size, (x, y, channel) => {
        const part = (y % times) * times + (x % times)
        return at(first, Math.floor(x / times), Math.floor(y / times), part * size.channels + channel)
      })
    }
    case 'depthwise': {
      const { weights, bias } = weightsOf(model, step)
      const reach = (step.kernel - 1) / 2
      return filled(first, (x, y, channel) => {
        let sum = bias[channel] ?? 0
        let place = channel * step.kernel ** 2
        for (let down = -reach; down <= reach; down++)
          for (let right = -reach; right <= reach; right++, place++)
            sum += (weights[place] ?? 0) * at(first, x + right, y + down, channel)
        return sum
      })
    }
    case 'prelu': {
      const slopes = slopesOf(model, step)
      return filled(first, (x, y, channel) => {
        const value = at(first, x, y, channel)
        return value < 0 ? value * (slopes[channel] ?? 0) : value
      })
    }
    case 'pick': {
      const places = (px: number): number => Math.ceil((px - step.first) / step.every)
      return filled({ widthPx: places(widthPx), heightPx: places(heightPx), channels }, (x, y, channel) =>
        at(first, step.first + step.every * x, step.first + step.every * y, channel),
      )
    }
    case 'widen':
      return filled({ widthPx, heightPx, channels: channels + step.added }, (x, y, channel) =>
        channel < channels ? at(first, x, y, channel) : 0,
      )
    case 'sigmoid':
      return filled(first, (x, y, channel) => 1 / (1 + Math.exp(-at(first, x, y, channel))))
  }
}
