import {
  add,
  addFour,
  type Code,
  constant,
  get,
  type Local,
  type Locals,
  loadFour,
  maxFour,
  multiply,
  multiplyFour,
  openLocals,
  repeatWhile,
  set,
  splat,
  storeFour,
  subtract,
  subtractFour,
  type WasmFunction,
  when,
} from '../../wasm-code.ts'

/**
 * The 3x3 convolution with a quarter of the multiplications (Winograd's F(4x4, 3x3), https://arxiv.org/abs/1509.09308): 4x4
 * pixels of the result come from 6x6 of the input, which are brought to 36 `PLACES`; there every pixel of a tile is a sum of
 * products over the channels alone, and the sums are brought back. These are the three ways there and back, as WebAssembly
 * with four channels at once. Additions have one order here too.
 */

/** Pixels of the result to a side of a tile. */
export const TILE_PX = 4
/** To a side of what a tile reads. */
const SIDE = 6
export const PLACES = SIDE ** 2
const KERNEL = 3

export const INPUT_PARAMETERS = ['from', 'fromRow', 'fromPixel', 'to', 'toPlace', 'groups'] as const
export const WEIGHT_PARAMETERS = ['from', 'fromTap', 'to', 'toPlace', 'groups'] as const
export const OUTPUT_PARAMETERS = ['from', 'fromPlace', 'to', 'toRow', 'toPixel', 'bias', 'groups', 'relu'] as const

/** One line of values becomes another: code that reads the first, and what to store. */
type Line = (values: readonly Local[], spare: readonly Local[]) => { before: Code; results: Code[] }

const times = (by: number, value: Local): Code => multiplyFour(get(value), splat(by))
const sum = (a: Local, b: Local): Code => addFour(get(a), get(b))
const difference = (a: Local, b: Local): Code => subtractFour(get(a), get(b))

/** For the points 0, 1, -1, 2, -2 and infinity, as the two below. */
const inputLine: Line = ([a, b, c, d, e, f], [near, nearOdd, far, farOdd]) => {
  if (!a || !b || !c || !d || !e || !f || !near || !nearOdd || !far || !farOdd)
    throw new Error('A line has six values.')
  const end = (first: Local, third: Local, fifth: Local): Code =>
    addFour(subtractFour(times(4, first), times(5, third)), get(fifth))
  return {
    before: [
      ...set(near, subtractFour(get(e), times(4, c))),
      ...set(nearOdd, subtractFour(get(d), times(4, b))),
      ...set(far, difference(e, c)),
      ...set(farOdd, multiplyFour(difference(d, b), splat(2))),
    ],
    results: [
      end(a, c, e),
      sum(near, nearOdd),
      difference(near, nearOdd),
      sum(far, farOdd),
      difference(far, farOdd),
      end(b, d, f),
    ],
  }
}

const weightLine: Line = ([a, b, c], [ends, middle, farEnds, farMiddle]) => {
  if (!a || !b || !c || !ends || !middle || !farEnds || !farMiddle) throw new Error('A line of weights has three.')
  return {
    before: [
      ...set(ends, multiplyFour(sum(a, c), splat(-1 / 6))),
      ...set(middle, times(1 / 6, b)),
      ...set(farEnds, addFour(times(1 / 24, a), times(1 / 6, c))),
      ...set(farMiddle, times(1 / 12, b)),
    ],
    results: [
      times(1 / 4, a),
      difference(ends, middle),
      sum(ends, middle),
      sum(farEnds, farMiddle),
      difference(farEnds, farMiddle),
      get(c),
    ],
  }
}

const outputLine: Line = ([a, b, c, d, e, f], [near, nearOdd, far, farOdd]) => {
  if (!a || !b || !c || !d || !e || !f || !near || !nearOdd || !far || !farOdd)
    throw new Error('A line has six values.')
  return {
    before: [
      ...set(near, sum(b, c)),
      ...set(nearOdd, difference(b, c)),
      ...set(far, sum(d, e)),
      ...set(farOdd, difference(d, e)),
    ],
    results: [
      addFour(addFour(get(a), get(near)), get(far)),
      addFour(get(nearOdd), times(2, farOdd)),
      addFour(get(near), times(4, far)),
      addFour(addFour(get(nearOdd), times(8, farOdd)), get(f)),
    ],
  }
}

/** Values in a square, of which every column and then every row is turned into another by the line. */
interface Square {
  line: Line
  from: number
  to: number
  /** Reads one value. */
  load: (y: number, x: number) => Code
  /** Writes one. */
  store: (y: number, x: number, value: Code) => Code
}

function square(locals: Locals, { line, from, to, load, store }: Square): Code {
  const values = locals.many('v128', SIDE)
  const spare = locals.many('v128', 4)
  const middle = Array.from({ length: to }, () => locals.many('v128', from))
  const columns = Array.from({ length: from }, (_, x) => {
    const { before, results } = line(values, spare)
    return [
      ...Array.from({ length: from }, (_, y) => set(values[y] as Local, load(y, x))).flat(),
      ...before,
      ...results.flatMap((result, y) => set(middle[y]?.[x] as Local, result)),
    ]
  })
  const rows = middle.map((row, y) => {
    const { before, results } = line(row, spare)
    return [...before, ...results.flatMap((result, x) => store(y, x, result))]
  })
  return [...columns.flat(), ...rows.flat()]
}

/** As often as `groups` says; the addresses move on by four channels each time. */
function eachGroup(groups: Local, addresses: Local[], body: Code): Code {
  return repeatWhile(get(groups), [
    ...body,
    ...addresses.flatMap((address) => set(address, add(get(address), constant(16)))),
    ...set(groups, subtract(get(groups), constant(1))),
  ])
}

const scaled = (base: Local, by: Local, count: number): Code =>
  count === 0 ? get(base) : add(get(base), count === 1 ? get(by) : multiply(get(by), constant(count)))

/** An address for each of so many rows or places, computed once. */
function starts(locals: Locals, base: Local, by: Local, count: number): { code: Code; addresses: Local[] } {
  const addresses = locals.many('i32', count)
  return { code: addresses.flatMap((address, index) => set(address, scaled(base, by, index))), addresses }
}

/** `fromInput`: 6x6 pixels, from `from` on, to places `toPlace` apart. */
export function inputTransform(): WasmFunction {
  const locals = openLocals()
  const { from, fromRow, fromPixel, to, toPlace, groups } = locals.named(INPUT_PARAMETERS)
  const rows = starts(locals, from, fromRow, SIDE)
  const body = square(locals, {
    line: inputLine,
    from: SIDE,
    to: SIDE,
    load: (y, x) => loadFour(scaled(rows.addresses[y] as Local, fromPixel, x)),
    store: (y, x, value) => storeFour(scaled(to, toPlace, SIDE * y + x), value),
  })
  const loop = eachGroup(groups, [from, to], [...rows.code, ...body])
  return { name: 'fromInput', parameters: INPUT_PARAMETERS.length, locals: locals.all, body: loop }
}

/** `fromWeights`: nine taps that are `fromTap` apart. */
export function weightTransform(): WasmFunction {
  const locals = openLocals()
  const { from, fromTap, to, toPlace, groups } = locals.named(WEIGHT_PARAMETERS)
  const body = square(locals, {
    line: weightLine,
    from: KERNEL,
    to: SIDE,
    load: (y, x) => loadFour(scaled(from, fromTap, KERNEL * y + x)),
    store: (y, x, value) => storeFour(scaled(to, toPlace, SIDE * y + x), value),
  })
  const loop = eachGroup(groups, [from, to], body)
  return { name: 'fromWeights', parameters: WEIGHT_PARAMETERS.length, locals: locals.all, body: loop }
}

/** `toOutput`: places `fromPlace` apart, to 4x4 pixels with their bias. */
export function outputTransform(): WasmFunction {
  const locals = openLocals()
  const { from, fromPlace, to, toRow, toPixel, bias, groups, relu } = locals.named(OUTPUT_PARAMETERS)
  const value = locals.one('v128')
  const offset = locals.one('v128')
  const rows = starts(locals, to, toRow, TILE_PX)
  const body = square(locals, {
    line: outputLine,
    from: SIDE,
    to: TILE_PX,
    load: (y, x) => loadFour(scaled(from, fromPlace, SIDE * y + x)),
    store: (y, x, result) => [
      ...set(value, addFour(result, get(offset))),
      ...when(get(relu), set(value, maxFour(get(value), splat(0)))),
      ...storeFour(scaled(rows.addresses[y] as Local, toPixel, x), get(value)),
    ],
  })
  const loop = eachGroup(groups, [from, to, bias], [...rows.code, ...set(offset, loadFour(get(bias))), ...body])
  return { name: 'toOutput', parameters: OUTPUT_PARAMETERS.length, locals: locals.all, body: loop }
}
