import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { shown } from './fields.ts'

/**
 * What a field of a call must be, where it is checked before the call is passed on: what routing, metering and billing
 * read. The rest is for the vendor to judge.
 */
export type FieldKind = 'text' | 'text or list' | 'list' | 'objects' | 'object' | 'flag' | 'count' | 'text or object'

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
  flag: { says: 'must be a boolean', fits: (value) => typeof value === 'boolean' },
  count: {
    says: `must be a whole number from 0 to ${MAX_COUNT}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_COUNT,
  },
}

/** Throws `invalid_input` naming the first field that is missing, empty or of a wrong type. `null` is a field left out. */
export function checkFields(body: JsonObject, fields: Readonly<Record<string, CallField>>): void {
  for (const [path, { kind, isRequired }] of Object.entries(fields)) {
    const value = at(body, path)
    if (value === undefined || value === null) {
      if (isRequired) throw invalidInput(path, 'is required')
      continue
    }
    const { says, fits } = RULES[kind]
    if (!fits(value)) throw invalidInput(path, `${says}, not ${shown(value)}`)
    if (isRequired && (value === '' || (Array.isArray(value) && value.length === 0))) {
      throw invalidInput(path, 'must not be empty')
    }
  }
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
