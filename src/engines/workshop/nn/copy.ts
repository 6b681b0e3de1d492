import {
  add,
  constant,
  get,
  loadFour,
  openLocals,
  repeatWhile,
  set,
  shiftLeft,
  storeFour,
  subtract,
  type WasmFunction,
} from '../../wasm-code.ts'

/** Addresses and strides are in bytes. */
export interface CopyCall {
  from: number
  fromPixel: number
  to: number
  toPixel: number
  /** Of four channels each, at least one. */
  groups: number
  /** At least one. */
  pixels: number
}

export const COPY_PARAMETERS = [
  'from',
  'fromPixel',
  'to',
  'toPixel',
  'groups',
  'pixels',
] as const satisfies (keyof CopyCall)[]

/** `copy`, with `COPY_PARAMETERS`: the first channels of neighbouring pixels. */
export function channelCopy(): WasmFunction {
  const locals = openLocals()
  const { from, fromPixel, to, toPixel, groups, pixels } = locals.named(COPY_PARAMETERS)
  const { left, size } = locals.named(['left', 'size'])
  const advance = (local: typeof from, by: typeof size) => set(local, add(get(local), get(by)))
  const body = [
    ...set(size, shiftLeft(get(groups), 4)),
    ...set(fromPixel, subtract(get(fromPixel), get(size))),
    ...set(toPixel, subtract(get(toPixel), get(size))),
    ...repeatWhile(get(pixels), [
      ...set(left, get(groups)),
      ...repeatWhile(get(left), [
        ...storeFour(get(to), loadFour(get(from))),
        ...set(from, add(get(from), constant(16))),
        ...set(to, add(get(to), constant(16))),
        ...set(left, subtract(get(left), constant(1))),
      ]),
      ...advance(from, fromPixel),
      ...advance(to, toPixel),
      ...set(pixels, subtract(get(pixels), constant(1))),
    ]),
  ]
  return { name: 'copy', parameters: COPY_PARAMETERS.length, locals: locals.all, body }
}
