import { getOperation } from '../../catalog/catalog.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { TaskRequest } from '../provider.ts'

/**
 * Hosts of models have families of the catalogue too, each model with fields of its own. Every field that a mapping reads is
 * recorded; a field that has a value but was not mapped would be lost silently, so it is refused by name.
 */

/** A model of a host, and its input. */
export interface ModelCall {
  model: string
  input: JsonObject
}

/** Maps an input, whose files are URLs already, to the fields of the host's model. */
export type MapRequest = (fields: FieldReader, request: TaskRequest) => ModelCall

export interface FieldReader {
  /** The value of a field; undefined where it is empty. */
  take(name: string): Json | undefined
  text(name: string): string | undefined
  /** Fields that have the same names at the model. Empty ones are left out, here and below. */
  same(...names: string[]): JsonObject
  /** The catalogue's name -> the model's. */
  renamed(names: Readonly<Record<string, string>>): JsonObject
  /** The same as text, as hosts write choices of numbers. */
  asText(names: Readonly<Record<string, string>>): JsonObject
  /** A field of which the model takes these values only. */
  oneOf<Value extends string | number>(name: string, values: readonly Value[]): Value | undefined
  /** Fields already covered by the output size, or with no effect. */
  skip(...names: string[]): void
  /** The host has nothing for this field. */
  refuse(name: string): never
}

export function mapRequest(toModelCall: MapRequest, request: TaskRequest, host: string): ModelCall {
  const { operation, input } = request
  const { properties } = getOperation(operation).input
  const taken = new Set<string>()
  const refuse = (name: string): never => {
    throw new PolyphonyError(
      'vendor_refused',
      `${host} has no ${name} ${JSON.stringify(input[name])} for ${operation}.`,
    )
  }
  const take = (name: string): Json | undefined => {
    taken.add(name)
    return isEmpty(input[name]) ? undefined : input[name]
  }
  const each = (names: Readonly<Record<string, string>>, write: (value: Json) => Json): JsonObject =>
    present(Object.fromEntries(Object.entries(names).map(([name, own]) => [own, mapped(take(name), write)])))
  const fields: FieldReader = {
    take,
    refuse,
    text(name) {
      const value = take(name)
      return value === undefined ? undefined : String(value)
    },
    same: (...names) => present(Object.fromEntries(names.map((name) => [name, take(name)]))),
    renamed: (names) => each(names, (value) => value),
    asText: (names) => each(names, String),
    oneOf(name, values) {
      const value = take(name)
      return value === undefined ? undefined : (values.find((one) => one === value) ?? refuse(name))
    },
    skip: (...names) => names.forEach((name) => void taken.add(name)),
  }
  const call = toModelCall(fields, request)
  for (const [name, schema] of Object.entries(properties)) {
    const defaultValue = 'default' in schema ? schema.default : undefined
    // A switch that is off asks for nothing, unless it is one that is on by default.
    if (!taken.has(name) && !isEmpty(input[name]) && input[name] !== (defaultValue ?? false)) refuse(name)
  }
  return call
}

/** Without what is undefined. */
export function present(input: { [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(input).filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

/** A seed; -1 draws one, which hosts do by themselves. */
export function seedIn(fields: FieldReader): JsonObject {
  const seed = fields.take('seed')
  return seed === undefined || seed === -1 ? {} : { seed }
}

/** Pictures by several fields of their own: `input_image`, `input_image_2` and on. */
export function picturesIn(fields: FieldReader, names: readonly string[]): string[] {
  return names.flatMap((name) => fields.text(name) ?? [])
}

export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map(String) : []
}

function mapped(value: Json | undefined, write: (value: Json) => Json): Json | undefined {
  return value === undefined ? undefined : write(value)
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** The one of a model's ratios that a picture of this size has; undefined if it has another. */
export function ratioOf(size: { widthPx: number; heightPx: number }, ratios: readonly string[]): string | undefined {
  return ratios.find((ratio) => {
    const [wide = 1, high = 1] = ratio.split(':').map(Number)
    return Math.abs((size.widthPx * high) / (size.heightPx * wide) - 1) < RATIO_TOLERANCE
  })
}

/** Sides are multiples of 16 or 32, so that a ratio is met only nearly. */
const RATIO_TOLERANCE = 0.03
