import type { Static, TObject, TSchema } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'
import { type Kind, OUTPUTS, type Produces } from './outputs.ts'

/** A rule over several fields that a valid input breaks: which field to name, and what it must be. */
export interface BrokenRule {
  field: string
  /** A rule that mentions another field asks for the caller's name of it, where a protocol calls it differently. */
  rule: string | ((nameOf: (field: string) => string) => string)
}

/** One thing that can be asked, and everything about it. Data: nothing here acts. The functions expect valid input. */
export interface Operation {
  /** `model/task_type`, the same in every dialect. */
  readonly id: string
  readonly model: string
  readonly taskType: string
  readonly title: string
  readonly input: TObject
  /** What it makes, and what it would make of an input: `outputSpecOf` reads it. */
  readonly produces: Produces<never>
  /** Shape of a finished task's output; it follows from the kind. */
  readonly output: TSchema
  /** What one field's schema cannot say. */
  readonly rules: (input: JsonObject) => BrokenRule | undefined
  /** The list price in points: what is held, and at most what is consumed. */
  readonly price: (input: JsonObject) => Points
  /** How long a provider may take. */
  readonly timeoutMs: number
  /** The task, or the item of one (a clip, a picture), that this input builds on. */
  readonly follows: (input: JsonObject) => string | undefined
  /** Models, or operations by their ids, whose tasks can be built on; by default the operation's own model. */
  readonly followsModels: readonly string[]
  readonly example: JsonObject
}

/** An operation as a family writes it down: its functions know the type of their input. */
interface Given<Input extends TObject> {
  model: string
  taskType: string
  title: string
  input: Input
  produces: Produces<Static<Input>>
  rules?: (input: Static<Input>) => BrokenRule | undefined
  price: (input: Static<Input>) => Points
  timeoutMs?: number
  follows?: (input: Static<Input>) => string | undefined
  followsModels?: readonly string[]
  example: JsonObject
}

const DEFAULT_TIMEOUT_MS = 600_000

export function operation<Input extends TObject>(given: Given<Input>): Operation {
  const complete = {
    id: `${given.model}/${given.taskType}`,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    rules: () => undefined,
    follows: () => undefined,
    followsModels: [given.model],
    output: OUTPUTS[given.produces.kind],
    ...given,
  }
  // The one place where an operation forgets the type of its input: the callers of its functions have validated it.
  return complete as unknown as Operation
}

export type OperationOf<K extends Kind> = Operation & { readonly produces: { readonly kind: K } }
