import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { invalidInput } from '../core/errors.ts'
import { callerField, callerInput, type FieldNames } from '../core/field-names.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { checkedSchema } from './checked-schema.ts'
import { completedObject } from './complete-input.ts'
import { checkInputSize } from './input-limits.ts'
import type { BrokenRule, Operation } from './operation.ts'
import { unpricedField, withoutUnread } from './price-aliases.ts'
import { withStatedSides } from './stated-sides.ts'
import { hasShapeOfParent, unreadField } from './unread-fields.ts'

const validators = new WeakMap<TSchema, Validator>()

/**
 * Validates the input of an operation and fills in defaults. Unknown fields are kept, unless they would make the work more
 * expensive than its price, or say what is made and would not be read (`unread-fields.ts`). A known field that may be left out counts as absent when it holds a placeholder (`null`, '',
 * an empty list), a shape may be stated as one text (`stated-sides.ts`), and a text that is exactly a number or boolean counts as that where no text is taken
 * (`complete-input.ts`). The input that is returned is the one to store.
 *
 * `names` are the caller's names of the fields, for errors. Throws `invalid_input`, and `payload_too_large` for an input
 * over the limits of `input-limits.ts`.
 */
export function readInput<Input extends JsonObject>(
  operation: Operation<Input>,
  raw: unknown,
  names: FieldNames = {},
): Input {
  const nameOf = (field: string): string => callerField(field, names)
  if (!isJsonObject(raw)) throw invalidInput(callerInput(names), 'must be an object')
  checkInputSize(operation.input, raw, nameOf)
  const completed = withoutUnread(operation, completedObject(operation.input, withStatedSides(operation.input, raw)))
  const fault = faultOf(operation.input, completed)
  if (fault) throw invalidInput(nameOf(fault.field), fault.rule)
  // The validator is the compiled schema of which `Input` is the type, and a field less leaves it valid.
  const input = operation.meant(completed as Input) as Input
  const parent = hasShapeOfParent(operation, input) ? 'unknown' : undefined
  const broken = operation.rules(input) ?? unpricedField(operation, input, parent) ?? unreadField(operation, input)
  if (broken) throw invalidInput(nameOf(broken.field), ruleText(broken, names))
  return input
}

/** The first rule of a schema that a value breaks, with the path of its field. */
export function faultOf(schema: TSchema, value: JsonObject): { field: string; rule: string } | undefined {
  const validator = validatorOf(schema)
  return validator.Check(value) ? undefined : brokenRule(firstBreak(validator, value), value, schema)
}

/** The text of a rule, with the caller's names of the other fields that it mentions. */
export function ruleText({ rule }: BrokenRule, names: FieldNames = {}): string {
  return typeof rule === 'string' ? rule : rule((field) => callerField(field, { ...names, '': '' }))
}

export function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema)
  if (!validator) {
    validator = Compile(checkedSchema(schema))
    validators.set(schema, validator)
  }
  return validator
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

function brokenRule(error: Break, input: JsonObject, schema: TSchema): { field: string; rule: string } {
  const path = error.instancePath.split('/').slice(1)
  const missing =
    error.keyword === 'required' ? (error.params.requiredProperties as string[] | undefined)?.[0] : undefined
  if (missing !== undefined) return { field: [...path, missing].join('.'), rule: 'is required' }
  return { field: path.join('.'), rule: ruleOf(error, schemaAt(schema, path), valueAt(input, path)) }
}

/** The broken rule as text. `schema` is that of the field; its `x-rule` is the text for patterns and unions. */
function ruleOf({ keyword, params, message }: Break, schema: TSchema | undefined, value: unknown): string {
  const was = value === undefined ? '' : `, not ${shown(value)}`
  const own = (schema as { 'x-rule'?: string } | undefined)?.['x-rule']
  // The first error of a union is about its first form, although the other forms are valid as well.
  if (own && schema && 'anyOf' in schema) return `${own}${was}`
  switch (keyword) {
    case 'type':
      return `must be ${article(String(params.type))}${was}`
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((one) => shown(one)).join(', ')}${was}`
    case 'maxLength':
      return `has at most ${params.limit} characters`
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `has at least ${params.limit} characters`
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `has at least ${params.limit} elements`
    case 'maxItems':
      return `has at most ${params.limit} ${params.limit === 1 ? 'element' : 'elements'}`
    case 'minimum':
      return `must be at least ${params.limit}${was}`
    case 'maximum':
      return `must be at most ${params.limit}${was}`
    case 'exclusiveMinimum':
      return `must be more than ${params.limit}${was}`
    case 'exclusiveMaximum':
      return `must be less than ${params.limit}${was}`
    case 'format':
      return `must be a ${params.format}${was}`
    default:
      return `${own ?? message}${was}`
  }
}

/** The schema of the field at a path; undefined below what the catalogue knows. */
function schemaAt(schema: TSchema, path: string[]): TSchema | undefined {
  let found: TSchema | undefined = schema
  for (const name of path) {
    const { properties, items } = (found ?? {}) as { properties?: Record<string, TSchema>; items?: TSchema }
    found = properties ? properties[name] : items
  }
  return found
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
  // Ten megabytes of base64 are not written out to show sixty characters of them.
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, 61) : value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
