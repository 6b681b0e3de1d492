import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { validatorOf } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'

/**
 * What adapters read of the outside: answers of vendors, and handles from the database. A schema names the fields that are
 * read, and every other field is tolerated. Vendors and gateways differ in details that no result depends on, so only a
 * required field makes an answer unreadable: an optional field of another type counts as absent, and an element of a list
 * that has another form is left out.
 */

/** Text that says something. Vendors write '' for "none". */
export const Text = Type.String({ minLength: 1 })

/** An id, which some vendors write as a number. */
export const Id = Type.Union([Text, Type.Number()])

/** A field whose form depends on the operation: it is read by a schema of its own, or kept as it is. */
export const Anything = Type.Unsafe<Json>(Type.Unknown())

/** What is remembered of most tasks, and what most vendors answer with: their own id of it. */
export const IdHandle = Type.Object({ id: Type.String() })
export const WithId = Type.Object({ id: Text })

/**
 * A vendor's answer, as far as the schema names it. Throws `vendor_silent` for the answer to a paid call, since the work
 * may have begun, and else `vendor_unreachable`, since the call can be made again.
 */
export function readAnswer<Schema extends TSchema>(
  schema: Schema,
  body: unknown,
  vendor: string,
  { isPaid = false }: { isPaid?: boolean | undefined } = {},
): Static<Schema> {
  const found = match(schema, body)
  if ('value' in found) return found.value as Static<Schema> // built of what the schema accepts
  throw unreadable(found.mismatch, vendor, isPaid)
}

/** The same for an answer, or a part of one, that may have another form: undefined where it does not fit. */
export function readIfFits<Schema extends TSchema>(schema: Schema, body: unknown): Static<Schema> | undefined {
  const found = match(schema, body)
  return 'value' in found ? (found.value as Static<Schema>) : undefined // built of what the schema accepts
}

/** The body of a callback: undefined for one in another form. Throws what `JSON.parse` throws for what is no JSON. */
export function readCallback<Schema extends TSchema>(schema: Schema, rawBody: string): Static<Schema> | undefined {
  return readIfFits(schema, JSON.parse(rawBody))
}

/** What was remembered of a task, perhaps by an earlier version. Throws `internal`. */
export function readHandle<Schema extends TSchema>(schema: Schema, handle: unknown, vendor: string): Static<Schema> {
  if (validatorOf(schema).Check(handle)) return handle as Static<Schema>
  throw new PolyphonyError('internal', `The stored handle is not a valid ${vendor} handle.`)
}

/** An answer that lacks what the adapter needs of it. */
export function unreadable(what: string, vendor: string, isPaid: boolean): PolyphonyError {
  const code = isPaid ? 'vendor_silent' : 'vendor_unreachable'
  return new PolyphonyError(code, `${vendor} returned ${what}.`)
}

type Match = { value: unknown } | { mismatch: string }

function match(schema: TSchema, value: unknown, path = ''): Match {
  if (Type.IsUnion(schema)) {
    const found = schema.anyOf.map((one) => match(one, value, path))
    return found.find((one) => 'value' in one) ?? { mismatch: mismatchAt(path, 'something') }
  }
  if (Type.IsArray(schema)) {
    if (!Array.isArray(value)) return { mismatch: mismatchAt(path, 'something other than a list') }
    return { value: value.map((one) => match(schema.items, one)).flatMap((one) => ('value' in one ? [one.value] : [])) }
  }
  if (Type.IsObject(schema)) return matchObject(schema.properties, schema.required ?? [], value, path)
  return Value.Check(schema, value) ? { value } : { mismatch: mismatchAt(path, 'something') }
}

function matchObject(
  properties: Readonly<Record<string, TSchema>>,
  required: readonly string[],
  value: unknown,
  path: string,
): Match {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { mismatch: mismatchAt(path, 'something other than a JSON object') }
  }
  const object: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(properties)) {
    const member: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
    const found: Match =
      member === undefined ? { mismatch: '' } : match(schema, member, path === '' ? name : `${path}.${name}`)
    if ('value' in found) object[name] = found.value
    else if (required.includes(name))
      return { mismatch: found.mismatch || mismatchAt(`${path && `${path}.`}${name}`, '') }
  }
  return { value: object }
}

function mismatchAt(path: string, fallback: string): string {
  return path === '' ? fallback || 'something unexpected' : `an answer without a usable "${path}"`
}
