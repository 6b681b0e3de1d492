import { isDeepStrictEqual } from 'node:util'
import type { Operation } from '../../catalog/operation.ts'
import { readInput } from '../../catalog/read-input.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { FieldNames } from '../../core/field-names.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/submission.ts'

/** A POST by which a client of a protocol asks for an operation. */
export interface WrittenRequest {
  /** With its prefix, such as `/fal/queue/fal-ai/flux/dev`. */
  path: string
  body: JsonObject
  /**
   * Where the answer has the id of the task, such as `data.task_id`, and the path that reads the task, with `{id}` in it. Absent
   * where the answer is the result.
   */
  later?: { id: string; read: string }
}

/** A request as a dialect writes it, and how the dialect reads it: what it means is proven by reading it back. */
export interface RequestDraft extends WrittenRequest {
  /** What the route reads of it. Throws as the route does. */
  read(): Pick<Submission, 'operation' | 'input'>
}

/** Writes requests for an operation. Its drafts may be wrong: those that are not read as they were meant are left out. */
export type RequestWriter = (operation: Operation, input: JsonObject) => readonly RequestDraft[]

/**
 * The requests for an operation, in every protocol in which one is read as just this input. An input is written as it was
 * given, which is shortest, and where that is not enough with all its defaults, since those of a protocol may be others.
 * Throws `invalid_input` for an input that breaks a rule.
 */
export function provenRequests(
  writers: readonly { id: string; requestsFor?: RequestWriter | undefined }[],
  operation: Operation,
  given: JsonObject,
): (WrittenRequest & { protocol: string })[] {
  const input = readInput(operation, given)
  return writers.flatMap(({ id, requestsFor }) => {
    if (!requestsFor) return []
    const drafts = [given, input].flatMap((one) => requestsFor(operation, one))
    const proven = drafts.find((draft) => isReadAs(draft, operation, input))
    if (!proven) return []
    const { path, body, later } = proven
    return [{ protocol: id, path, body, ...(later ? { later } : {}) }]
  })
}

function isReadAs(draft: RequestDraft, operation: Operation, input: JsonObject): boolean {
  try {
    const read = draft.read()
    return read.operation.id === operation.id && isDeepStrictEqual(plain(read.input), plain(input))
  } catch (error) {
    if (error instanceof PolyphonyError) return false // the protocol has no words for it
    throw error
  }
}

/** As it is stored: what is undefined is absent. */
function plain(input: JsonObject): Json {
  return JSON.parse(JSON.stringify(input)) as Json // as it was written
}

/** Writes one field of the catalogue in the way of a protocol; `undefined` leaves it out. */
export type WriteField = (value: Json) => Json | undefined

/**
 * A body with the fields of an input under a protocol's names, which are those that its reader gives for errors (the catalogue's
 * field -> the caller's, with dots for fields in objects). Fields of lists and objects keep theirs.
 */
export function bodyOfInput(
  input: JsonObject,
  names: FieldNames = {},
  forms: Readonly<Record<string, WriteField>> = {},
): JsonObject {
  const body: JsonObject = {}
  const base = names[''] ?? ''
  for (const [field, value] of Object.entries(input)) {
    const written = forms[field] ? forms[field](value) : value
    if (written === undefined) continue
    place(body, names[field] ?? (base === '' ? field : `${base}.${field}`), written)
  }
  return body
}

function place(body: JsonObject, path: string, value: Json): void {
  const parts = path.split('.')
  const last = parts.pop() ?? path
  let at = body
  for (const part of parts) {
    const inner = at[part]
    const next = isJsonObject(inner) ? inner : {}
    at[part] = next
    at = next
  }
  at[last] = value
}

/** The first name of a value in a table from a protocol's names to the catalogue's. */
export function nameFor(table: Readonly<Record<string, string>>): WriteField {
  return (value) => Object.keys(table).find((name) => table[name] === value)
}
