import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { booleanIn, numeralIn } from '../../core/sent-values.ts'
import { shown } from './fields.ts'

/**
 * What a field of a call must be, where it is checked before the call is passed on: what routing, metering and billing
 * read. The rest is for the vendor to judge.
 */
export type FieldKind =
  | 'text'
  | 'text or list'
  | 'text or object'
  | 'list'
  | 'objects'
  | 'object'
  | 'flag'
  | 'count'
  | 'alwaysFalse'

export interface CallField {
  kind: FieldKind
  isRequired?: true
}

interface Rule {
  says: string
  fits(value: Json): boolean
}

/** More tokens than any model has, and few enough that no price overflows. */
const MAX_COUNT = 100_000_000

const RULES: Readonly<Record<FieldKind, Rule>> = {
  text: { says: 'must be a string', fits: (value) => typeof value === 'string' },
  'text or list': {
    says: 'must be a string or an array',
    fits: (value) => typeof value === 'string' || Array.isArray(value),
  },
  'text or object': {
    says: 'must be a string or an object',
    fits: (value) => typeof value === 'string' || isJsonObject(value),
  },
  list: { says: 'must be an array', fits: Array.isArray },
  objects: {
    says: 'must be an array of objects',
    fits: (value) => Array.isArray(value) && value.every((one) => isJsonObject(one)),
  },
  object: { says: 'must be an object', fits: (value) => isJsonObject(value) },
  // A flag for what goes on when the call has been answered: its usage is in no answer.
  alwaysFalse: { says: 'must be false: what it uses could not be billed here', fits: (value) => value === false },
  flag: { says: 'must be a boolean', fits: (value) => typeof value === 'boolean' },
  count: {
    says: `must be a whole number from 0 to ${MAX_COUNT}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_COUNT,
  },
}

/**
 * The body with these fields (`tools[].max_uses` is that of each object in a list) as every protocol reads them: a number or boolean that was sent as text is one, and a placeholder
 * of another type than the field's is gone. The body itself where none was sent so. Throws `invalid_input` naming the first
 * field that is missing, empty or of a wrong type; `null` is a field left out.
 */
export function readFields(body: JsonObject, fields: Readonly<Record<string, CallField>>): JsonObject {
  let read = body
  for (const [path, field] of Object.entries(fields)) {
    const [list, member] = path.split('[].')
    if (list !== undefined && member !== undefined) read = withElements(read, list, [member, field])
    else {
      const value = at(read, path)
      const meant = meantBy(value, path, field)
      if (meant !== value) read = withValue(read, path.split('.'), meant)
    }
  }
  return read
}

/** The body with a field of each object in a list; the body itself where all were sent as they are meant. */
function withElements(body: JsonObject, list: string, [member, field]: [name: string, field: CallField]): JsonObject {
  const elements = at(body, list)
  if (!Array.isArray(elements)) return body
  let hasChanged = false
  const read = elements.map((element, index) => {
    if (!isJsonObject(element)) return element
    const value = at(element, member)
    const meant = meantBy(value, `${list}[${index}].${member}`, field)
    if (meant === value) return element
    hasChanged = true
    return withValue(element, [member], meant)
  })
  return hasChanged ? withValue(body, list.split('.'), read) : body
}

/** What a value stands for; undefined for a field that is left out. Throws `invalid_input`. */
function meantBy(value: Json | undefined, path: string, { kind, isRequired }: CallField): Json | undefined {
  if (value === undefined || value === null) {
    if (isRequired) throw invalidInput(path, 'is required')
    return value
  }
  const { says, fits } = RULES[kind]
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0)
  // The name of a choice that is left out, such as a format: no vendor has one without a name.
  if (isEmpty && !isRequired && (kind === 'text' || !fits(value))) return undefined
  const meant = typeof value === 'string' ? (writtenAs(kind, value) ?? value) : value
  if (!fits(meant)) throw invalidInput(path, `${says}, not ${shown(value)}`)
  if (isEmpty && isRequired) throw invalidInput(path, 'must not be empty')
  return meant
}

function writtenAs(kind: FieldKind, text: string): number | boolean | undefined {
  return kind === 'count' ? numeralIn(text) : kind === 'flag' || kind === 'alwaysFalse' ? booleanIn(text) : undefined
}

/** A copy with another value at the path, or without the member. */
function withValue(body: JsonObject, [name = '', ...rest]: string[], value: Json | undefined): JsonObject {
  const { [name]: old, ...others } = body
  const inner = rest.length > 0 && isJsonObject(old) ? withValue(old, rest, value) : value
  return inner === undefined ? (others as JsonObject) : { ...body, [name]: inner } // the others are JSON as before
}

function at(body: JsonObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      body,
    )
}

const MAX_MODEL_CHARACTERS = 256

/** A name that can be looked up, stored, and put into a path. Throws `invalid_input`. */
export function checkModel(model: string): string {
  if (model === '') throw invalidInput('model', 'is required')
  if (model.length > MAX_MODEL_CHARACTERS) throw invalidInput('model', `has at most ${MAX_MODEL_CHARACTERS} characters`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f]/.test(model)) throw invalidInput('model', 'must not hold control characters')
  return model
}
