import {
  add,
  addFour,
  type Code,
  constant,
  get,
  type Local,
  loadFour,
  loadSplat,
  moduleBytes,
  multiplyFour,
  openLocals,
  repeatWhile,
  set,
  storeFour,
  subtract,
  type WasmFunction,
} from '../wasm-code.ts'

/** Sounds in one memory, and WebAssembly that adds one to another, four samples at a time: a tenth of a song's time otherwise. */
export interface MixKernel<Name extends string> {
  sounds: Readonly<Record<Name, Float32Array>>
  /** Adds the first `count` samples of `source`, times `gain`, to `target` from `offset` on. */
  add(target: Name, offset: number, source: Name, count: number, gain: number): void
}

const PAGE_BYTES = 65_536
const FLOAT_BYTES = 4
const LANES = 4
const VECTOR_BYTES = LANES * FLOAT_BYTES
/** The gain lies in front of all sounds. */
const GAIN_PLACE = 0

let compiled: WebAssembly.Module | undefined

/** `sizes`: the samples of each sound. */
export function openMixKernel<Name extends string>(sizes: Readonly<Record<Name, number>>): MixKernel<Name> {
  const starts = new Map<Name, number>()
  let end = VECTOR_BYTES
  for (const [name, samples] of Object.entries(sizes) as [Name, number][]) {
    starts.set(name, end)
    end += Math.ceil(samples / LANES) * VECTOR_BYTES
  }
  const pages = Math.ceil(end / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  compiled ??= new WebAssembly.Module(moduleBytes([addition()]))
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  const { addTo } = exports as Record<'addTo', (...values: number[]) => void> // the function below
  const gains = new Float32Array(memory.buffer, GAIN_PLACE, 1)
  const startOf = (name: Name): number => starts.get(name) ?? 0
  const sounds = Object.fromEntries(
    [...starts].map(([name, start]) => [name, new Float32Array(memory.buffer, start, sizes[name])]),
  ) as Record<Name, Float32Array> // one for each name
  return {
    sounds,
    add(target, offset, source, count, gain) {
      const whole = count - (count % LANES)
      gains[0] = gain
      if (whole > 0) addTo(startOf(target) + offset * FLOAT_BYTES, startOf(source), whole / LANES)
      const out = sounds[target]
      for (let index = whole; index < count; index++)
        out[offset + index] = (out[offset + index] ?? 0) + gain * (sounds[source][index] ?? 0)
    },
  }
}

/** `addTo`: addresses of the target and of the source in bytes, and how many times four samples, at least one. */
function addition(): WasmFunction {
  const locals = openLocals()
  const { target, source, vectors } = locals.named(['target', 'source', 'vectors'])
  const gain = locals.one('v128')
  const forward = (address: Local): Code => set(address, add(get(address), constant(VECTOR_BYTES)))
  const body = [
    ...set(gain, loadSplat(constant(GAIN_PLACE))),
    ...repeatWhile(get(vectors), [
      ...storeFour(get(target), addFour(loadFour(get(target)), multiplyFour(loadFour(get(source)), get(gain)))),
      ...[target, source].flatMap(forward),
      ...set(vectors, subtract(get(vectors), constant(1))),
    ]),
  ]
  return { name: 'addTo', parameters: 3, locals: locals.all, body }
}
