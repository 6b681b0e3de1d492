import type { Static, TObject, TSchema } from 'typebox'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Role } from '../core/person.ts'
import type { Actor, AdminContext } from './context.ts'
import type { Access } from './own-access.ts'

/**
 * One thing that an administrator does. The routes, their description, the command line and the audit follow from this
 * table: a verb knows neither HTTP nor options.
 */
export interface Verb<Name extends string = string, Input extends TObject = TObject, Answer extends TSchema = TSchema> {
  name: Name
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/admin` for operators and `/api/v1` for tenants. `:name` is the field of the input with this name. */
  path: `/${string}`
  summary: string
  description?: string
  /** The path, query and body as one object. Fields with other names are refused. */
  input: Input
  answer: Answer
  /** Whether it changes something: then there is an entry in the audit. */
  changes: boolean
  /** Which of a tenant's keys may call it. Default: all. The operator's verbs need an admin key. */
  access?: readonly Access[]
  /** The role in the tenant that a person needs. Default: owner for changes, viewer for the rest. Verbs that show secrets say `owner`. */
  role?: Role
  /** Errors beside those of every verb. */
  errors?: readonly ErrorCode[]
  /** It seals or signs, so it needs the master secret with which the database was written. */
  usesSecret?: boolean
  /** What was sent is checked by what the verb calls, in words of its own: the schema only describes it. */
  hasOwnChecks?: boolean
  /** An example of its body, for the description. */
  example?: JsonObject
  /** Its body is checked by the accounts themselves, so its fields are not in `input`. */
  hasOpenBody?: boolean
  /** The key of its description, where that is written by hand. */
  describedAs?: string
  /** The types of the files that `asFile` makes. */
  fileTypes?: readonly string[]
  /** The answer in another form than JSON, if the input names one. */
  asFile?(file: {
    context: AdminContext
    input: Static<Input>
    answer: Static<Answer>
    actor: Actor
  }): AnswerFile | undefined | Promise<AnswerFile | undefined>
  run(context: AdminContext, input: Static<Input>, actor: Actor): Promise<Static<Answer>>
}

export interface AnswerFile {
  type: string
  content: string | Uint8Array
}

/** Gives a verb its types: of its name, its input and its answer. */
export function verb<const Name extends string, Input extends TObject, Answer extends TSchema>(
  definition: Verb<Name, Input, Answer>,
): Verb<Name, Input, Answer> {
  return definition
}

/** The names of the fields in a verb's path. */
export function pathFieldsOf({ path }: Pick<Verb, 'path'>): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
}
