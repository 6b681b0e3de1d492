import type { Static, TObject, TSchema } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'
import { type Kind, OUTPUTS, type Produces } from './outputs.ts'

/** A broken rule over several fields: the field to name in the error, and the rule as text. */
export interface BrokenRule {
  field: string
  /** A function if the rule mentions another field: `nameOf` gives the caller's name of that field. */
  rule: string | ((nameOf: (field: string) => string) => string)
}

/** One kind of work that can be requested. Data only: all functions are pure, and expect valid input. */
export interface Operation {
  /** `model/task_type`, the same in every dialect. */
  readonly id: string
  readonly model: string
  readonly taskType: string
  readonly title: string
  readonly input: TObject
  /** The kind of output, and the expected output for a given input; read by `outputSpecOf`. */
  readonly produces: Produces<never>
  /** Schema of a finished task's output, by its kind. */
  readonly output: TSchema
  /** Checks rules over several fields, after the schema. Undefined if none is broken. */
  readonly rules: (input: JsonObject) => BrokenRule | undefined
  /** The list price in points. It is held, and is the most that is consumed. */
  readonly price: (input: JsonObject) => Points
  /** How long a provider may take, from the claim of the task. */
  readonly timeoutMs: number
  /** The id of the task, or of its item (a clip, a picture), that this input builds on. */
  readonly follows: (input: JsonObject) => string | undefined
  /** Models, or operations by their ids, whose tasks can be built on; by default the operation's own model. */
  readonly followsModels: readonly string[]
  readonly example: JsonObject
}

/** An operation as a family defines it: its functions know the type of their input. */
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
  // The one place where the type of the input is dropped: the callers of the functions have validated it.
  return complete as unknown as Operation
}

export type OperationOf<K extends Kind> = Operation & { readonly produces: { readonly kind: K } }
