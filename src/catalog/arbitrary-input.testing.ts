import fc from 'fast-check'
import type { TObject, TSchema } from 'typebox'
import { listOperations } from './catalog.ts'

/** For tests: inputs that a schema accepts. The ends of its ranges occur more often than by chance. */

/** The members of a TypeBox schema that the catalogue uses. */
interface Known {
  type?: string
  enum?: unknown[]
  anyOf?: TSchema[]
  properties?: Record<string, TSchema>
  required?: string[]
  items?: TSchema
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
}

/** Names that other operations have, and those that every object of JavaScript has. */
const NAMES = [
  ...new Set(listOperations().flatMap(({ input }) => Object.keys(input.properties))),
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then', 'toJSON', ''],
]
const LONE_SURROGATES = ['\ud800', 'a\udfffb', '\udc00\ud800']
/**
 * No field is called by a backslash alone: after one, Node 24 (V8 13.6) reads another name that is one escaped character,
 * in the same place, as a backslash, too. `JSON.parse('{"a":1,"\\\\":2}')`, then `JSON.parse('{"a":1,"\\n":2}')` shows it.
 */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  fc.string().filter((one) => one !== '\\'),
  fc.constantFrom(...LONE_SURROGATES),
)

const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes(String.raw`"\\":`))

/** Values that String() cannot convert, or converts wrongly. */
const textless = fc.constantFrom<unknown>({ toString: 1, valueOf: 2 }, { toString: null }, { length: -1 })

/** Made once: a text of so many levels takes milliseconds to read, and nothing changes what it is given. */
const DEEP = [50, 1_000, 20_000].map((levels) => deep(levels))

/** Any JSON, down to more levels than a stack has room for. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: json },
  { weight: 2, arbitrary: fc.dictionary(name, json) },
  textless,
  fc.constantFrom<unknown>(...LONE_SURROGATES, '\0', 1e308, -1e308, 2 ** 53 + 1, 5e-324),
  fc.constantFrom(...DEEP),
)

/** Unknown fields, as a caller of another operation, or an enemy, would send them. */
export const strangeFields: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(name, anyJson, { maxKeys: 5 })

function deep(levels: number): unknown {
  const [open, close] = levels % 100 === 50 ? ['{"a":', '}'] : ['[', ']']
  return JSON.parse(open.repeat(levels) + (open === '[' ? '' : '1') + close.repeat(levels))
}

/** Objects with any of the optional fields, some of them null. Rules over several fields may refuse them. */
export function inputOf(schema: TObject): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = schema as Known // as the catalogue writes it
  const fields = Object.entries(properties).map(([key, field]) => {
    const isNeeded = required.includes(key) && !('default' in field)
    return [key, isNeeded ? fieldOf(field) : fc.option(fieldOf(field), { freq: 8 })] as const
  })
  const needed = fields.filter(([key]) => required.includes(key) && !('default' in (properties[key] ?? {})))
  return fc.record(Object.fromEntries(fields), { requiredKeys: needed.map(([key]) => key) })
}

function fieldOf(schema: TSchema): fc.Arbitrary<unknown> {
  const field = schema as Known // as the catalogue writes it
  if (field.enum) return fc.constantFrom(...field.enum)
  if (field.anyOf) return fc.oneof(...field.anyOf.map(fieldOf))
  if (field.properties) return inputOf(schema as TObject)
  if (field.items) return listOf(field, field.items)
  switch (field.type) {
    case 'string':
      return 'x-media' in schema ? fileOf(field) : textOf(field)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return numberOf(field)
    default:
      return anyJson
  }
}

function listOf({ minItems = 0, maxItems = minItems + 3 }: Known, items: TSchema): fc.Arbitrary<unknown> {
  const length = (count: number) => fc.array(fieldOf(items), { minLength: count, maxLength: count })
  return fc.oneof(
    fc.array(fieldOf(items), { minLength: minItems, maxLength: maxItems }),
    length(minItems),
    length(maxItems),
  )
}

function fileOf({ pattern = '' }: Known): fc.Arbitrary<string> {
  const all = [
    '',
    'https://example.com/file.png',
    'http://user@example.com:8080/a?b=c#d',
    'http://127.0.0.1/',
    `data:image/png;base64,${'A'.repeat(44)}`,
    `${'Zm9v'.repeat(20)}==`,
  ]
  return fc.constantFrom(...all.filter((one) => new RegExp(pattern).test(one)))
}

function textOf({ minLength = 0, maxLength = 10_000, pattern }: Known): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern), { maxLength })
  return fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, 60) }),
    fc
      .constantFrom('x'.repeat(minLength), 'x'.repeat(maxLength), '  ', 'a --ar 16:9 —v 7', ...LONE_SURROGATES, '\0')
      .filter(({ length }) => length >= minLength && length <= maxLength),
  )
}

function numberOf({ type, minimum, maximum, exclusiveMinimum }: Known): fc.Arbitrary<number> {
  const min = minimum ?? exclusiveMinimum ?? -1e6
  const max = maximum ?? 1e6
  if (type === 'integer')
    return fc.oneof(fc.integer({ min, max: Math.min(max, 2 ** 31 - 1) }), fc.constantFrom(min, max))
  const inside = fc.double({ min, max, noNaN: true, minExcluded: exclusiveMinimum !== undefined })
  return fc.oneof(inside, fc.constantFrom(...(exclusiveMinimum === undefined ? [min] : []), max))
}
