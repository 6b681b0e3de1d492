/**
 * Writes WebAssembly: the few instructions that the networks' convolutions and the studio's mix need, by their opcodes in the core
 * specification.
 */

/** Instructions, as bytes. */
export type Code = readonly number[]

/** A local variable, and its type: a whole number, or four floats. */
export interface Local {
  index: number
  type: 'i32' | 'v128'
}

/** A function that gets whole numbers and returns nothing; it works in the memory that its module imports as `env.memory`. */
export interface WasmFunction {
  name: string
  /** How many of the locals are parameters. */
  parameters: number
  locals: readonly Local[]
  body: Code
}

/** The locals of a function, in the order in which they are asked for. */
export interface Locals {
  all: readonly Local[]
  one(type: Local['type']): Local
  many(type: Local['type'], count: number): Local[]
  /** Whole numbers by their names: parameters, when nothing was asked for before. */
  named<Name extends string>(names: readonly Name[]): Record<Name, Local>
}

export function openLocals(): Locals {
  const all: Local[] = []
  const one = (type: Local['type']): Local => {
    const local = { index: all.length, type }
    all.push(local)
    return local
  }
  return {
    all,
    one,
    many: (type, count) => Array.from({ length: count }, () => one(type)),
    named: (names) =>
      Object.fromEntries(names.map((name) => [name, one('i32')])) as Record<(typeof names)[number], Local>,
  }
}

const TYPES = { i32: 0x7f, v128: 0x7b }
/** Of a block that leaves nothing on the stack. */
const NOTHING = 0x40

/** An unsigned number as WebAssembly writes it, seven bits a byte (LEB128). */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): Code {
  const rest = value >> 7
  const isLast = (rest === 0 && (value & 64) === 0) || (rest === -1 && (value & 64) !== 0)
  return isLast ? [value & 127] : [(value & 127) | 128, ...signed(rest)]
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
/** Alignment is a hint; offsets are in bytes. */
const at = (alignment: number, offset: number): Code => [...unsigned(alignment), ...unsigned(offset)]

export const get = ({ index }: Local): Code => [0x20, ...unsigned(index)]
export const set = ({ index }: Local, value: Code): Code => [...value, 0x21, ...unsigned(index)]
export const constant = (value: number): Code => [0x41, ...signed(value)]
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
export const subtract = (a: Code, b: Code): Code => [...a, ...b, 0x6b]
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c]
export const shiftLeft = (a: Code, bits: number): Code => [...a, ...constant(bits), 0x74]
export const clearBits = (value: Code, bits: number): Code => [...value, ...constant(-(2 ** bits)), 0x71]
export const isLess = (a: Code, b: Code): Code => [...a, ...b, 0x49]
export const load = (address: Code): Code => [...address, 0x28, ...at(2, 0)]
export const when = (condition: Code, then: Code): Code => [...condition, 0x04, NOTHING, ...then, 0x0b]

/** Runs the body, and again as long as the condition holds after it. */
export const repeatWhile = (condition: Code, body: Code): Code => [0x03, NOTHING, ...body, ...condition, 0x0d, 0, 0x0b]

export const loadFour = (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(2, offset)]
/** One float, four times. */
export const loadSplat = (address: Code, offset = 0): Code => [...address, ...simd(0x09), ...at(2, offset)]
export const storeFour = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...simd(0x0b),
  ...at(2, offset),
]
export const addFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)]
export const subtractFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe5)]
/** The same float four times, known when the module is written. */
export const splat = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer), ...simd(0x13)]
export const multiplyFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)]
export const maxFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe9)]

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content]
const text = (value: string): Code => [value.length, ...Buffer.from(value)]

/** The bytes of a module. */
export function moduleBytes(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...list(1, functions, ({ parameters, locals }) => [
      ...[0x60, parameters, ...locals.slice(0, parameters).map(({ type }) => TYPES[type]), 0],
    ]),
    ...section(2, [1, ...text('env'), ...text('memory'), 0x02, 0x00, 1]),
    ...list(3, functions, (_, index) => [index]),
    ...list(7, functions, ({ name }, index) => [...text(name), 0x00, index]),
    ...list(10, functions, codeOf),
  ])
}

function codeOf({ parameters, locals, body }: WasmFunction): Code {
  const own = locals.slice(parameters)
  const code = [...unsigned(own.length), ...own.flatMap(({ type }) => [1, TYPES[type]]), ...body, 0x0b]
  return [...unsigned(code.length), ...code]
}

function list(id: number, functions: readonly WasmFunction[], entry: (one: WasmFunction, index: number) => Code): Code {
  return section(id, [functions.length, ...functions.flatMap(entry)])
}
