import type { TSchema } from 'typebox'
import type { Media } from '../../src/catalog/fields.ts'
import type { ErrorCode } from '../../src/core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { isPlaceholder } from '../../src/core/sent-values.ts'

/** An input with one fault. */
export interface BadInput {
  what: string
  input: JsonObject
  /** Where the fault is, as errors name it below the input: `images.0`. */
  field: string
  /** The rule in the message. */
  says: string
  code: ErrorCode
}

/** Samples of the kinds that a field for another kind must refuse; base64. */
export type Samples = Record<'image' | 'video' | 'audio', string>

interface Fault {
  what: string
  path: string[]
  /** Undefined leaves the field out. */
  value: Json | undefined
  says: string
  code?: ErrorCode
}

/** The members of a TypeBox schema that the catalogue uses. */
interface Known {
  type?: string
  enum?: Json[]
  anyOf?: TSchema[]
  properties?: Record<string, TSchema>
  required?: string[]
  items?: TSchema
  default?: Json
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
  'x-media'?: 'image' | 'video' | 'audio'
  'x-rule'?: string
}

/**
 * Every single fault that an operation's schema detects, each in an otherwise valid input: a field that is missing, of a
 * wrong type, outside its choices or its limits, at every depth.
 */
export function badInputs(schema: TSchema, good: JsonObject): BadInput[] {
  return faultsIn(schema, [], 'element')
    .map((fault) => placed(schema, good, fault))
    .filter(({ input, field }) => !isEmptied(schema, input, field.split('.')))
}

/** Whether an object or a list on the path may be left out and has nothing but placeholders: then it counts as absent. */
function isEmptied(schema: TSchema, whole: Json, path: string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined || rest.length === 0) return false
  const { items, properties, required = [] } = known(schema)
  const inner = items ?? properties?.[name] ?? {}
  const value = (whole as Record<string, Json>)[name] ?? null // an object or a list, as the path says
  const isOptional = !items && !(required.includes(name) && known(inner).default === undefined)
  if (isOptional && isJsonObject(value) && hasNothing(value, known(inner))) return true
  if (isOptional && Array.isArray(value) && value.every((one) => one === null || one === '')) return true
  return isEmptied(inner, value, rest)
}

function hasNothing(object: JsonObject, { required = [] }: Known): boolean {
  const values = Object.values(object)
  return (
    (values.length > 0 || required.length > 0) &&
    values.every((one) => isPlaceholder(one) || (isJsonObject(one) && isEmpty(one)))
  )
}

/** An object within an empty one that has zeros at most, such as a movement without its kind. */
function isEmpty(object: JsonObject): boolean {
  return Object.values(object).every((one) => one === 0 || isPlaceholder(one) || (isJsonObject(one) && isEmpty(one)))
}

/**
 * Files that cannot be fetched. They are refused only when everything else about the input is valid, so `goodFor` gives an
 * input in which a top-level field is allowed.
 */
export function badFiles(schema: TSchema, goodFor: (field: string) => JsonObject, samples: Samples): BadInput[] {
  return fileFields(schema, []).flatMap(({ path, field }) =>
    faultsOfFile(field, path, samples).map((fault) => placed(schema, goodFor(path[0] ?? ''), fault)),
  )
}

const known = (schema: TSchema): Known => schema as Known // read as what the catalogue writes

function placed(
  schema: TSchema,
  good: JsonObject,
  { what, path, value, says, code = 'invalid_input' }: Fault,
): BadInput {
  const input = withValue(schema, good, path, value) as JsonObject // an object stays an object
  return { what: `${path.join('.')}: ${what}`, input, field: path.join('.'), says, code }
}

/** A copy with the value at a path; what must stand around it is made up. */
function withValue(
  schema: TSchema,
  whole: Json | undefined,
  path: string[],
  value: Json | undefined,
): Json | undefined {
  const [name, ...rest] = path
  if (name === undefined) return value
  const { items, properties } = known(schema)
  if (items) {
    const list = Array.isArray(whole) && whole.length > 0 ? whole : (sampleOf(schema, { full: true }) as Json[])
    return Object.assign([...list], { [name]: withValue(items, list[Number(name)], rest, value) })
  }
  const inner = properties?.[name]
  if (!inner) throw new Error(`There is no field ${name}.`)
  const object = isJsonObject(whole) ? whole : (sampleOf(schema, { full: false }) as JsonObject)
  const changed: Record<string, Json | undefined> = { ...object, [name]: withValue(inner, object[name], rest, value) }
  if (changed[name] === undefined) delete changed[name]
  return changed as JsonObject // what is undefined is gone
}

/** A small value that a schema takes; `full` gives lists an element that they need not have. */
export function sampleOf(schema: TSchema, { full }: { full: boolean }): Json {
  const { enum: choices, anyOf, items, properties, required = [], ...field } = known(schema)
  if (field.default !== undefined) return field.default
  if (choices) return choices[0] ?? null
  if (anyOf) return anyOf[0] ? sampleOf(anyOf[0], { full }) : null
  if (items) return Array.from({ length: field.minItems ?? (full ? 1 : 0) }, () => sampleOf(items, { full }))
  if (properties) {
    const needed = required.map((name) => [name, sampleOf(properties[name] ?? {}, { full })])
    return Object.fromEntries(needed) as JsonObject // pairs of a name and JSON
  }
  if (field['x-media']) return 'https://1.1.1.1/file' // a number, so that no name service is asked
  switch (field.type) {
    case 'string':
      return sampleText(field)
    case 'boolean':
      return false
    case 'integer':
    case 'number':
      return field.minimum ?? field.maximum ?? 0
    default:
      return null
  }
}

function sampleText({ minLength = 0, pattern = '' }: Known): string {
  const allowed = new RegExp(pattern)
  const text = ['', 'x'.repeat(minLength), '1', '1:1', '#a0c4ff', 'a0c4ff00'].find(
    (one) => one.length >= minLength && allowed.test(one),
  )
  if (text === undefined) throw new Error(`Nothing is known that ${pattern} takes.`)
  return text
}

/** A field that must be sent, one that may be left out, and an element of a list: only the second may hold a placeholder. */
type Need = 'needed' | 'optional' | 'element'

function faultsIn(schema: TSchema, path: string[], need: Need): Fault[] {
  const { properties, required = [], items } = known(schema)
  const own = path.length === 0 ? [] : [...(need === 'needed' ? missing(path) : []), ...faultsOf(schema, path)]
  const inside = Object.entries(properties ?? {}).flatMap(([name, inner]) => {
    const isNeeded = required.includes(name) && known(inner).default === undefined
    return faultsIn(inner, [...path, name], isNeeded ? 'needed' : 'optional')
  })
  const elements = items ? faultsIn(items, [...path, '0'], 'element') : []
  const faults = own.filter(({ value }) => value === undefined || need !== 'optional' || !isPlaceholder(value))
  return [...faults, ...inside, ...elements]
}

function missing(path: string[]): Fault[] {
  return [
    { what: 'missing', path, value: undefined, says: 'is required' },
    // For a field that must be there null is no absence.
    { what: 'null', path, value: null, says: 'must ' },
  ]
}

/**
 * One of each JSON type; text that looks like a number, and a number that looks like a boolean, must not be coerced. A text
 * that is a number or boolean, and nothing else, is read as one where a field takes that.
 */
const TYPES: [type: string, value: Json][] = [
  ['string', '7'],
  ['string', '7 s'],
  ['string', 'yes'],
  ['string', 'true'],
  ['integer', 7],
  ['integer', 1],
  ['number', 1.5],
  ['boolean', true],
  ['array', []],
  ['array', ['7']],
  ['object', {}],
  ['object', { a: 1 }],
]

function faultsOf(schema: TSchema, path: string[]): Fault[] {
  const field = known(schema)
  const { enum: choices, anyOf, type } = field
  const rule = field['x-rule'] ?? ''
  const fault = (what: string, value: Json, says: string): Fault => ({ what, path, value, says })
  const ofTypes = (takes: (type: string) => boolean, says: string): Fault[] =>
    TYPES.filter(([one, value]) => !takes(one) && !(isText(value) && takes(typeWithin(value)))).map(([one, value]) =>
      fault(`${one} ${JSON.stringify(value)}`, value, says),
    )

  if (choices) {
    const strange = [...TYPES.map(([, value]) => value), '', 'nonsense', -999, 1e308, ...choices.map(otherSpelling)]
    return strange
      .filter((value) => !choices.some((one) => isSpelling(one, value)))
      .map((value) => fault(`${JSON.stringify(value)}, no choice`, value, 'must be one of '))
  }
  if (anyOf) {
    const types = anyOf.map((one) => known(one).type)
    const beyond = anyOf.flatMap((one) => faultsOf(one, path)).filter(({ what }) => /limit|form/.test(what))
    return [
      ...ofTypes((one) => types.includes(one) || (one === 'integer' && types.includes('number')), rule),
      ...beyond.map((one) => ({ ...one, says: rule })),
    ]
  }
  switch (type) {
    case 'string':
      return [...ofTypes((one) => one === 'string', 'must be a string'), ...faultsOfText(field, path)]
    case 'boolean':
      return ofTypes((one) => one === 'boolean', 'must be a boolean')
    case 'integer':
    case 'number':
      return [
        ...ofTypes(
          (one) => one === 'integer' || one === type,
          type === 'integer' ? 'must be an integer' : 'must be a number',
        ),
        ...faultsOfNumber(field, path),
      ]
    case 'object':
      return ofTypes((one) => one === 'object', 'must be an object')
    case 'array':
      return [...ofTypes((one) => one === 'array', 'must be an array'), ...faultsOfList(schema, path)]
    default:
      return []
  }
}

function isText(value: Json): value is string {
  return typeof value === 'string'
}

/** The type of what is written in a text. */
function typeWithin(text: string): string {
  return text === 'true' ? 'boolean' : text === '7' ? 'integer' : 'string'
}

/** A choice as it is, or a number as text and the reverse: `2` is "2.0", too. */
function isSpelling(choice: Json, value: Json): boolean {
  if (choice === value) return true
  const [text, number] = isText(choice) ? [choice, value] : [value, choice]
  return isText(text) && typeof number === 'number' && text.trim() !== '' && Number(text) === number
}

/** The choice in another case, or as text. */
function otherSpelling(choice: Json): Json {
  if (typeof choice !== 'string') return String(choice)
  return choice === choice.toUpperCase() ? choice.toLowerCase() : choice.toUpperCase()
}

/** More than that is sent once for all fields alike, elsewhere. */
const LONG = 1_000_000

function faultsOfText(field: Known, path: string[]): Fault[] {
  const { minLength = 0, maxLength = LONG, pattern } = field
  const faults: Fault[] = []
  const add = (what: string, value: string, says: string): void => void faults.push({ what, path, value, says })
  if (minLength === 1) add('shorter than its limit', '', 'must not be empty')
  else if (minLength > 1)
    add('shorter than its limit', 'x'.repeat(minLength - 1), `has at least ${minLength} characters`)
  if (maxLength < LONG) {
    const start = field['x-media'] ? 'https://example.com/' : ''
    const tooLong = start + (field['x-rule'] && !start ? '1' : 'x').repeat(maxLength + 1 - start.length)
    add('longer than its limit', tooLong, `has at most ${maxLength} characters`)
  }
  if (pattern) {
    const allowed = new RegExp(pattern)
    for (const value of ['', ...(field['x-media'] ? NO_FILES : NO_FORMS)]) {
      if (!allowed.test(value)) add(`not of its form: ${JSON.stringify(value)}`, value, field['x-rule'] ?? 'must')
    }
  }
  return faults
}

const NO_FORMS = ['nonsense', ' ', '-1', '1;2', '1:2:3', '٣', '1\n']
const NO_FILES = [
  'nonsense',
  'AAAA',
  '%'.repeat(80),
  'ftp://example.com/file',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '//example.com/file',
  'http://',
  'https:///file',
  'data:image/png;base64,%%%%',
  'data:image/png,AAAA',
  'asset:01234567-89ab-4cde-8f01-23456789ab00.png',
]

function faultsOfNumber(field: Known, path: string[]): Fault[] {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field
  const step = type === 'integer' ? 1 : 0.001
  const faults: Fault[] = []
  const add = (value: number, says: string): void =>
    void faults.push({ what: `${value}, beyond its limit`, path, value, says })
  if (minimum !== undefined) for (const value of [minimum - step, -1e15]) add(value, `must be at least ${minimum}`)
  if (maximum !== undefined) for (const value of [maximum + step, 1e15]) add(value, `must be at most ${maximum}`)
  if (exclusiveMinimum !== undefined) add(exclusiveMinimum, `must be more than ${exclusiveMinimum}`)
  if (exclusiveMaximum !== undefined) add(exclusiveMaximum, `must be less than ${exclusiveMaximum}`)
  return faults
}

function faultsOfList(schema: TSchema, path: string[]): Fault[] {
  const { items = {}, minItems = 0, maxItems } = known(schema)
  const one = sampleOf(items, { full: true })
  const faults: Fault[] = []
  if (minItems > 0) {
    const says = minItems === 1 ? 'must not be empty' : `has at least ${minItems} elements`
    faults.push({ what: 'fewer than its limit', path, value: new Array<Json>(minItems - 1).fill(one), says })
  }
  if (maxItems !== undefined) {
    // A list of empty texts counts as none.
    const value = new Array<Json>(maxItems + 1).fill(one === '' ? 'a' : one)
    faults.push({ what: 'more than its limit', path, value, says: `has at most ${maxItems} element` })
  }
  return faults
}

/** Fields that name a file, at every depth; in a list, the first and the second. */
function fileFields(schema: TSchema, path: string[]): { path: string[]; field: Known }[] {
  const field = known(schema)
  if (field['x-media']) return [{ path, field }]
  const inside = Object.entries(field.properties ?? {}).flatMap(([name, inner]) => fileFields(inner, [...path, name]))
  const { items, maxItems = 2 } = field
  if (!items) return inside
  return [...inside, ...['0', '1'].slice(0, maxItems).flatMap((place) => fileFields(items, [...path, place]))]
}

const PRIVATE = [
  'http://127.0.0.1/file',
  'http://127.0.0.1:8080/file.png?a=b',
  'http://169.254.169.254/latest/meta-data',
  'http://10.0.0.1/file',
  'https://192.168.0.1/file',
  'http://[::1]/file',
  'http://[::ffff:127.0.0.1]/file',
  'http://0x7f000001/file',
  'http://2130706433/file',
  'http://0.0.0.0/file',
  'http://localhost/file',
]
/** Each kind of file, as a rule calls it. */
const CALLED: Record<Media, string> = { image: 'an image', video: 'a video', audio: 'audio', application: 'an archive' }

const NO_FILE = Buffer.from('This is a text and no file, whatever its address may say of it.').toString('base64')
const A_PAGE = Buffer.from('<html><script>alert(1)</script><p>a page</p></html>').toString('base64')

function faultsOfFile(field: Known, path: string[], samples: Samples): Fault[] {
  const { pattern = '', 'x-media': media = 'image' } = field
  const refused = (value: string, says: string, code: ErrorCode): Fault => ({
    what: `a file that cannot be had: ${value.slice(0, 60)}`,
    path,
    value,
    says,
    code,
  })
  const urls = [
    ...PRIVATE.map((value) => refused(value, 'which is a private or otherwise special address', 'address_refused')),
    refused('https://somebody:secret@example.com/file', 'holds a user name or password', 'address_refused'),
    refused('http://256.256.256.256/file', 'is not an http or https URL', 'address_refused'),
  ]
  if (!new RegExp(pattern).test(NO_FILE)) return urls
  const others = (['image', 'video', 'audio'] as const).filter((one) => one !== media)
  return [
    ...urls,
    refused(NO_FILE, 'is of no known type', 'unsupported_media'),
    refused(`data:text/html;base64,${A_PAGE}`, 'The file is', 'unsupported_media'),
    ...others.map((one) => refused(samples[one], `must be ${CALLED[media]}, not`, 'unsupported_media')),
  ]
}
