import { invalidInput } from '../../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts'
import { booleanIn, isPlaceholder, numeralIn } from '../../../core/sent-values.ts'
import { isGiven, shown } from '../../kit/fields.ts'

interface Limits {
  minimum?: number
  maximum?: number
}

/**
 * Reads one object of a request's body and remembers which fields were read, so that `refuseRest` can name those that
 * were not. Values are read as in every protocol: `null`, '' and an empty list are a field that is left out, as is an object
 * of nothing else, and a number or boolean may stand as text. Each reader throws `invalid_input` with the caller's path.
 */
export class Fields {
  readonly path: string
  readonly #object: JsonObject
  readonly #read = new Set<string>()
  readonly #spelling: (name: string) => string

  /** `spelling` gives another name under which a field may stand, for APIs that read two. */
  constructor(value: Json | undefined, path: string, spelling: (name: string) => string = (name) => name) {
    if (!isJsonObject(value)) throw invalidInput(path, 'must be an object')
    this.path = path
    this.#object = value
    this.#spelling = spelling
  }

  /** The caller's path of a field. */
  at(name: string): string {
    return this.path === '' ? this.#own(name) : `${this.path}.${this.#own(name)}`
  }

  /** What stands in a field, also '' and an empty list; undefined for `null`. */
  raw(name: string): Json | undefined {
    const own = this.#own(name)
    this.#read.add(own)
    return Object.hasOwn(this.#object, own) ? (this.#object[own] ?? undefined) : undefined
  }

  /** What a field says; undefined for a placeholder. */
  given(name: string): Json | undefined {
    const value = this.raw(name)
    return isGiven(value) ? value : undefined
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined
  }

  /** A text in which '' is a value, such as that of a part of a message. */
  words(name: string): string | undefined {
    const value = this.raw(name)
    if (value !== undefined && typeof value !== 'string')
      throw invalidInput(this.at(name), `must be a string, not ${shown(value)}`)
    return value
  }

  text(name: string): string | undefined {
    return this.given(name) === undefined ? undefined : this.words(name)
  }

  requiredText(name: string): string {
    return this.#required(name, this.words(name))
  }

  number(name: string, { minimum = -Infinity, maximum = Infinity }: Limits = {}): number | undefined {
    const sent = this.given(name)
    if (sent === undefined) return undefined
    const value = typeof sent === 'string' ? numeralIn(sent) : sent
    if (typeof value !== 'number') throw invalidInput(this.at(name), `must be a number, not ${shown(sent)}`)
    if (value < minimum) throw invalidInput(this.at(name), `must be at least ${minimum}, not ${value}`)
    if (value > maximum) throw invalidInput(this.at(name), `must be at most ${maximum}, not ${value}`)
    return value
  }

  whole(name: string, limits: Limits = {}): number | undefined {
    const value = this.number(name, limits)
    if (value !== undefined && !Number.isSafeInteger(value))
      throw invalidInput(this.at(name), `must be a whole number, not ${value}`)
    return value
  }

  flag(name: string): boolean | undefined {
    const sent = this.given(name)
    if (sent === undefined) return undefined
    const value = typeof sent === 'string' ? booleanIn(sent) : sent
    if (typeof value !== 'boolean') throw invalidInput(this.at(name), `must be a boolean, not ${shown(sent)}`)
    return value
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const known = values.find((one) => one === value)
    if (known === undefined)
      throw invalidInput(this.at(name), `must be one of ${values.join(', ')}, not ${shown(value)}`)
    return known
  }

  requiredOneOf<const Value extends string>(name: string, values: readonly Value[]): Value {
    return this.#required(name, this.oneOf(name, values))
  }

  object(name: string): Fields | undefined {
    const value = this.given(name)
    return value === undefined || saysNothing(value) ? undefined : new Fields(value, this.at(name), this.#spelling)
  }

  requiredObject(name: string): Fields {
    return this.#required(name, this.object(name))
  }

  /** An object that is passed on as it is, such as a JSON schema. */
  plainObject(name: string): JsonObject | undefined {
    const value = this.given(name)
    if (value !== undefined && !isJsonObject(value)) throw invalidInput(this.at(name), 'must be an object')
    return value
  }

  list(name: string): Json[] | undefined {
    const value = this.raw(name)
    if (value === undefined || value === '') return undefined
    if (!Array.isArray(value)) throw invalidInput(this.at(name), 'must be an array')
    return value
  }

  /** A list of objects. */
  objects(name: string): Fields[] | undefined {
    return this.list(name)?.map((one, index) => new Fields(one, `${this.at(name)}[${index}]`, this.#spelling))
  }

  requiredObjects(name: string): Fields[] {
    const objects = this.#required(name, this.objects(name))
    if (objects.length === 0) throw invalidInput(this.at(name), 'must not be empty')
    return objects
  }

  texts(name: string): string[] | undefined {
    return this.list(name)?.map((one, index) => {
      if (typeof one !== 'string')
        throw invalidInput(`${this.at(name)}[${index}]`, `must be a string, not ${shown(one)}`)
      return one
    })
  }

  /** Refuses a field by name, unless it is left out or has one of the values that change nothing. */
  refuse(name: string, rule: string, harmless: readonly Json[] = []): void {
    const value = this.given(name)
    if (value === undefined || isOneOf(value, harmless)) return
    throw invalidInput(this.at(name), rule)
  }

  /**
   * Refuses each field that was not read. `ignored` names those that do not change the answer, `defaults` those that do
   * not when they have this value.
   */
  refuseRest(ignored: readonly string[] = [], defaults: Readonly<Record<string, Json>> = {}): void {
    for (const name of ignored) this.#read.add(this.#own(name))
    for (const [name, value] of Object.entries(defaults)) this.refuse(name, UNSUPPORTED, [value])
    for (const [name, value] of Object.entries(this.#object)) {
      if (isGiven(value) && !this.#read.has(name)) throw invalidInput(this.at(name), UNSUPPORTED)
    }
  }

  #own(name: string): string {
    return Object.hasOwn(this.#object, name) ? name : this.#otherIfPresent(name)
  }

  #otherIfPresent(name: string): string {
    const other = this.#spelling(name)
    return Object.hasOwn(this.#object, other) ? other : name
  }

  #required<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) throw invalidInput(this.at(name), 'is required')
    return value
  }
}

/** The rule for a field that no other format has. */
export const UNSUPPORTED = 'is not supported for this model, whose vendor has another API; leave it out'

/** Whether the value is one of those, also written as text: "false" for `false`. */
function isOneOf(value: Json, harmless: readonly Json[]): boolean {
  const written = JSON.stringify(value)
  const plain = typeof value === 'string' ? (numeralIn(value) ?? booleanIn(value)) : undefined
  return harmless.some((one) => one === plain || JSON.stringify(one) === written)
}

/** Whether an object has members, and each of them is a placeholder. */
function saysNothing(value: Json): boolean {
  if (!isJsonObject(value)) return false
  const values = Object.values(value)
  return values.length > 0 && values.every(isPlaceholder)
}
