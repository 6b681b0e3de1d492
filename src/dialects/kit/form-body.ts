import type { FastifyRequest } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { invalidInput } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { BODY_LIMITS, checkJson } from '../../core/json-limits.ts'
import type { DialectContext } from '../dialect.ts'
import { objectIn } from './fields.ts'
import { bareName, type FormLimits, isForm, placeInList, readForm } from './form.ts'

/** For protocols that take the same request as JSON and as a form. */

/** A body as an object. In one that came as a form, texts are texts, and files are data URIs. */
export interface ReadBody {
  fields: JsonObject
  isForm: boolean
}

/**
 * Reads a body, whichever way it came. Fields of a form whose name ends in `[]` or `[0]`, `[1]` lose that, and are lists,
 * as are those that come several times; `palette[name]` is the member of an object.
 */
export async function bodyOf(
  request: FastifyRequest,
  { limits }: Pick<DialectContext, 'limits'>,
  most: Pick<FormLimits, 'maxFiles' | 'filesOf'>,
): Promise<ReadBody> {
  if (!isForm(request)) return { fields: objectIn(request.body), isForm: false }
  const form = await readForm(request, { maxBytes: limits.uploadMaxBytes, ...most })
  const texts = [...form.fields].flatMap(([field, values]) => values.map((value) => ({ field, value })))
  const files = form.files.map(({ field, body }) => ({ field, value: dataUri(field, body) }))
  const fields = byName([...texts, ...files])
  // A repetition under the same Idempotency-Key is compared with this, and a stream has no content.
  request.body = fields
  return { fields, isForm: true }
}

/** How many files the fields of a schema take; `names` are a form's own names of them. Others take one, for it to say. */
export function filesOf(
  { properties }: TObject,
  names: Readonly<Record<string, string>> = {},
): (field: string) => number {
  return (field) => {
    const known = names[field] ?? field
    const schema = Object.hasOwn(properties, known) ? properties[known] : undefined
    const { type, maxItems = MAX_LIST } = (schema ?? {}) as { type?: string; maxItems?: number }
    return type === 'array' ? maxItems : 1
  }
}

const MAX_LIST = 16

function dataUri(field: string, body: Buffer): string {
  if (body.length === 0) throw invalidInput(bareName(field), 'must not be an empty file')
  return `data:application/octet-stream;base64,${body.toString('base64')}`
}

interface Part {
  /** What of its name is not read yet. */
  field: string
  /** A form cannot leave a field out other than by leaving it empty: '' is left out, but has its place in a list. */
  value: string
}

/** `palette[name]`, which qs, PHP and packages of vendors write for an object, with what follows for one in it. */
const MEMBER = /^([^[\]]+)\[([A-Za-z_][\w-]{0,99})\](.*)$/s
/** `members[0][hex]`: the elements of a list that are objects. */
const ELEMENT = /^([^[\]]+)\[(\d{1,3})\](\[.+)$/s
const MAX_NESTING = 4

/** The values of each field under its bare name: one as it is, several as a list in the order of their places. `within` is for errors. */
function byName(parts: readonly Part[], within = '', depth = 0): JsonObject {
  const isNested = ({ field }: Part) => depth < MAX_NESTING && (MEMBER.test(field) || ELEMENT.test(field))
  const nested = parts.filter(isNested)
  const plain = plainByName(
    parts.filter((part) => !isNested(part)),
    within,
  )
  const groups = Map.groupBy(nested, ({ field }) => field.slice(0, field.indexOf('[')))
  const objects = [...groups].flatMap(([name, group]): [string, Json][] => {
    const value = nestedValue(within + name, group, depth + 1)
    if (value === undefined) return []
    if (Object.hasOwn(plain, name)) throw invalidInput(within + name, `is in the form also as ${group[0]?.field}`)
    return [[name, value]]
  })
  return Object.fromEntries([...Object.entries(plain), ...objects])
}

/** An object, or a list of objects; undefined where all is left out. Throws `invalid_input` for both at once. */
function nestedValue(path: string, group: readonly Part[], depth: number): Json | undefined {
  const given = group.filter(({ value }) => value !== '')
  const members = group.filter(({ field }) => MEMBER.test(field))
  const elements = group.filter(({ field }) => !MEMBER.test(field))
  const isObject = given.some((part) => members.includes(part))
  const isList = given.some((part) => elements.includes(part))
  if (isObject && isList) throw invalidInput(path, 'is both an object and a list in the form')
  if (isObject) {
    const inner = members.map(({ field, value }) => {
      const [, , member, rest] = MEMBER.exec(field) ?? []
      return { field: `${member}${rest}`, value }
    })
    return byName(inner, `${path}.`, depth)
  }
  if (!isList) return undefined
  const places = Map.groupBy(elements, ({ field }) => Number(ELEMENT.exec(field)?.[2]))
  checkPlaces(path, [...places.keys()])
  return [...places]
    .toSorted(([one], [other]) => one - other)
    .flatMap(([place, parts]) => {
      // As the member of an object: any name will do.
      const inner = parts.map(({ field, value }) => ({ field: `x${ELEMENT.exec(field)?.[3]}`, value }))
      return nestedValue(`${path}[${place}]`, inner, depth) ?? []
    })
}

/** A list with a gap would have its elements in other places than the client meant. Throws `invalid_input`. */
function checkPlaces(path: string, places: readonly number[]): void {
  const inOrder = places.toSorted((one, other) => one - other)
  if (inOrder.every((place, index) => place === index)) return
  throw invalidInput(path, `must have its elements in the places from 0 on, each once, not in ${inOrder.join(', ')}`)
}

function plainByName(parts: readonly Part[], within: string): JsonObject {
  const groups = Map.groupBy(parts, ({ field }) => bareName(field))
  return Object.fromEntries(
    [...groups].flatMap(([name, group]): [string, Json][] => {
      checkPlaces(
        within + name,
        group.flatMap(({ field }) => (/\[\d+\]$/.test(field) ? [placeInList(field) ?? 0] : [])),
      )
      const given = group.filter(({ value }) => value !== '')
      const isList = given.length > 1 || given.some(({ field }) => placeInList(field) !== undefined)
      const values = given
        .toSorted((one, other) => (placeInList(one.field) ?? 0) - (placeInList(other.field) ?? 0))
        .map(({ value }) => value)
      const [first] = values
      return first === undefined ? [] : [[name, isList ? values : first]]
    }),
  )
}

/**
 * The texts of a form as the numbers, truths, lists and objects that a schema has in their places. A text that is none
 * stays, and is refused by the schema.
 */
export function typed({ properties }: Pick<TObject, 'properties'>, fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, schema ? typedValue(schema, value) : value]
    }),
  )
}

function typedValue(schema: TSchema, value: Json): Json {
  const { type, items, anyOf, properties } = schema as {
    type?: string
    items?: TSchema
    anyOf?: TSchema[]
    properties?: TObject['properties']
  }
  if (type === 'array') {
    const list = typeof value === 'string' ? (parsed(value, '[') ?? [value]) : value
    return Array.isArray(list) && items ? list.map((one) => typedValue(items, one)) : list
  }
  // `image[]` and `image[0]` are also what clients call the only file of a field.
  if (Array.isArray(value) && value.length === 1 && type !== undefined) return typedValue(schema, value[0] ?? null)
  if (isJsonObject(value)) return properties ? typed({ properties }, value) : value
  if (typeof value !== 'string') return value
  if (type === 'object') return parsed(value, '{') ?? value
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  const isNumber = type === 'integer' || type === 'number' || anyOf?.some((one) => 'minimum' in one)
  return isNumber && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : value
}

/** JSON in a text; undefined for every other text, and for more than a body may hold. */
export function parsed(text: string, opening: '{' | '['): Json | undefined {
  if (!text.trimStart().startsWith(opening)) return undefined
  try {
    checkJson(Buffer.from(text), BODY_LIMITS)
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
