import type { TObject, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { PolyphonyError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Operation } from './operation.ts'

const validators = new WeakMap<TSchema, Validator>()

/**
 * Validates what a caller sent for an operation and fills in defaults. Fields that the catalogue does not know are
 * kept. A known, optional field that is `null` counts as absent: relays' clients send such fields.
 *
 * `at` is where the input stands in the caller's body (`input.` in PiAPI), so that an error names the caller's field.
 * Throws `invalid_input`.
 */
export function readInput(operation: Operation, raw: unknown, at = ''): JsonObject {
  if (!isJsonObject(raw)) {
    throw new PolyphonyError('invalid_input', `${at.replace(/\.$/, '') || 'The body'} must be an object.`, {
      field: at.replace(/\.$/, ''),
    })
  }
  const input = withDefaults(operation.input, raw)
  const validator = validatorOf(operation.input)
  if (!validator.Check(input)) throw broken(firstBreak(validator, input), at, input)
  const rule = operation.rules(input)
  if (rule) throw invalid(`${at}${rule.field}`, rule.rule)
  return input
}

export function invalid(field: string, rule: string): PolyphonyError {
  return new PolyphonyError('invalid_input', `${field} ${rule}.`, { field })
}

export function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema)
  if (!validator) {
    validator = Compile(schema)
    validators.set(schema, validator)
  }
  return validator
}

function withDefaults(schema: TObject, raw: JsonObject): JsonObject {
  const input: JsonObject = {}
  for (const [name, value] of Object.entries(raw)) {
    // Not by the name alone: a caller's field may be called as something that every object has.
    const known = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    // JSON.parse makes an own property of "__proto__"; assignment would not.
    if (name === '__proto__' || (value === null && known && !schema.required?.includes(name))) continue
    if (value === null && known && 'default' in known) continue
    input[name] = value
  }
  for (const [name, value] of defaultsOf(schema)) {
    if (input[name] === undefined) input[name] = typeof value === 'object' ? structuredClone(value) : value
  }
  return input
}

const defaults = new WeakMap<TObject, [name: string, value: Json][]>()

/** The fields with a default. What lies deeper has none: a catalogue's test sees to it. */
function defaultsOf(schema: TObject): [name: string, value: Json][] {
  let found = defaults.get(schema)
  if (!found) {
    found = Object.entries(schema.properties).flatMap(
      ([name, field]): [string, Json][] => ('default' in field ? [[name, field.default as Json]] : []), // a schema's default is JSON
    )
    defaults.set(schema, found)
  }
  return found
}

interface Break {
  keyword: string
  instancePath: string
  params: Record<string, unknown>
  message: string
}

function firstBreak(validator: Validator, input: JsonObject): Break {
  const [first] = validator.Errors(input)
  if (!first) throw new Error('The input does not validate, and there is no error.')
  return first as Break // the validator's own union of error types, read as what they share
}

function broken(error: Break, at: string, input: JsonObject): PolyphonyError {
  const path = error.instancePath.split('/').slice(1)
  const missing =
    error.keyword === 'required' ? (error.params.requiredProperties as string[] | undefined)?.[0] : undefined
  const field = at + [...path, ...(missing === undefined ? [] : [missing])].join('.')
  return invalid(field, missing === undefined ? ruleOf(error, valueAt(input, path)) : 'is required')
}

function ruleOf({ keyword, params, message }: Break, value: unknown): string {
  const was = value === undefined ? '' : `, not ${shown(value)}`
  switch (keyword) {
    case 'type':
      return `must be ${article(String(params.type))}${was}`
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((one) => shown(one)).join(', ')}${was}`
    case 'maxLength':
      return `has at most ${params.limit} characters`
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `has at least ${params.limit} characters`
    case 'minimum':
      return `must be at least ${params.limit}${was}`
    case 'maximum':
      return `must be at most ${params.limit}${was}`
    case 'format':
      return `must be a ${params.format}${was}`
    default:
      return `${message}${was}`
  }
}

function valueAt(input: unknown, path: string[]): unknown {
  let value = input
  for (const name of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

/** A value in an error message: quoted, and short. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
