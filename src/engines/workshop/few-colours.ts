type Colour = readonly [number, number, number]

/** Colours that share the upper bits of all channels. */
interface Cell {
  key: number
  count: number
  sum: [number, number, number]
}

/** Upper bits of a channel that tell colours apart before the palette is made. */
const BITS = 5
const DROPPED = 8 - BITS
const CHANNELS = [0, 1, 2] as const

/**
 * The picture in at most `most` colours of its own (median cut: the widest group of colours is halved until there are
 * enough). A picture of few colours keeps them exactly; a gradient becomes bands.
 */
export function withFewColours(data: Uint8Array, most: number): Uint8Array {
  const cells = cellsOf(data)
  let groups: Cell[][] = [[...cells.values()]]
  while (groups.length < most) {
    const widest = groups.reduce((best, group) => (spreadOf(group).size > spreadOf(best).size ? group : best))
    if (spreadOf(widest).size === 0) break
    groups = groups.flatMap((group) => (group === widest ? halves(group) : [group]))
  }
  const colours = new Map<number, Colour>()
  for (const group of groups) {
    const colour = meanOf(group)
    for (const { key } of group) colours.set(key, colour)
  }
  return mapped(data, (red, green, blue) => colours.get(keyOf(red, green, blue)) ?? [red, green, blue])
}

/** The picture in the nearest colours of a palette, which has at least one. */
export function inPalette(data: Uint8Array, palette: readonly Colour[]): Uint8Array {
  const nearest = new Map<number, Colour>()
  return mapped(data, (red, green, blue) => {
    const key = (red << 16) | (green << 8) | blue
    const known = nearest.get(key)
    if (known) return known
    const away = (one: Colour): number => (one[0] - red) ** 2 + (one[1] - green) ** 2 + (one[2] - blue) ** 2
    const found = palette.reduce((best, one) => (away(one) < away(best) ? one : best))
    nearest.set(key, found)
    return found
  })
}

function mapped(data: Uint8Array, change: (red: number, green: number, blue: number) => Colour): Uint8Array {
  const result = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += 3)
    result.set(change(data[at] as number, data[at + 1] as number, data[at + 2] as number), at)
  return result
}

function keyOf(red: number, green: number, blue: number): number {
  return ((red >> DROPPED) << (2 * BITS)) | ((green >> DROPPED) << BITS) | (blue >> DROPPED)
}

function cellsOf(data: Uint8Array): Map<number, Cell> {
  const cells = new Map<number, Cell>()
  for (let at = 0; at < data.length; at += 3) {
    const colour: Colour = [data[at] as number, data[at + 1] as number, data[at + 2] as number]
    const key = keyOf(...colour)
    const cell = cells.get(key) ?? { key, count: 0, sum: [0, 0, 0] }
    cell.count++
    for (const channel of CHANNELS) cell.sum[channel] += colour[channel]
    cells.set(key, cell)
  }
  return cells
}

const levelOf = ({ sum, count }: Cell, channel: 0 | 1 | 2): number => sum[channel] / count

/** The channel in which a group of colours differs most, weighed by how many pixels it has. */
function spreadOf(group: readonly Cell[]): { channel: 0 | 1 | 2; size: number } {
  const pixels = group.reduce((sum, { count }) => sum + count, 0)
  const spreads = CHANNELS.map((channel) => {
    const values = group.map((cell) => levelOf(cell, channel))
    const range = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b))
    return { channel, size: range * Math.cbrt(pixels) }
  })
  return spreads.reduce((best, one) => (one.size > best.size ? one : best))
}

/** At the middle of the range, so that a large even area does not draw all colours to itself. */
function halves(group: readonly Cell[]): Cell[][] {
  const { channel } = spreadOf(group)
  const values = group.map((cell) => levelOf(cell, channel))
  const middle = (values.reduce((a, b) => Math.max(a, b)) + values.reduce((a, b) => Math.min(a, b))) / 2
  return [
    group.filter((cell) => levelOf(cell, channel) <= middle),
    group.filter((cell) => levelOf(cell, channel) > middle),
  ]
}

function meanOf(group: readonly Cell[]): Colour {
  const count = group.reduce((sum, cell) => sum + cell.count, 0)
  const mean = (channel: 0 | 1 | 2): number =>
    Math.round(group.reduce((sum, cell) => sum + cell.sum[channel], 0) / count)
  return [mean(0), mean(1), mean(2)]
}
