import type { Static, TObject, TSchema } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import type { PictureSizes } from '../core/picture-sizes.ts'
import type { Points } from '../core/points.ts'
import { type Kind, OUTPUTS, type Produces } from './outputs.ts'

/** A broken rule over several fields: the field to name in the error, and the rule as text. */
export interface BrokenRule {
  field: string
  /** A function if the rule mentions another field: `nameOf` gives the caller's name of that field. */
  rule: string | ((nameOf: (field: string) => string) => string)
}

/**
 * One kind of work that can be requested. Data only: all functions are pure, and expect valid input.
 *
 * An operation keeps the type of its input, so that the compiler checks who reads its fields (`InputOf`, `inputOf`).
 * The functions are methods, whose parameters TypeScript compares both ways: what works on one input is an `Operation`.
 */
export interface Operation<Input = JsonObject> {
  /** `model/task_type`, the same in every dialect. */
  readonly id: string
  readonly model: string
  readonly taskType: string
  readonly title: string
  readonly input: TObject
  /** The kind of output, and the expected output for a given input; read by `outputSpecOf`. */
  readonly produces: Produces<Input>
  /** Schema of a finished task's output, by its kind. */
  readonly output: TSchema
  /** The valid input without what means nothing beside its other fields; the same input if there is no such thing. */
  meant(input: Input): JsonObject
  /** Checks rules over several fields, after the schema. Undefined if none is broken. */
  rules(input: Input): BrokenRule | undefined
  /** The list price in points. It is held, and is the most that is consumed. `sizes` as `pricedBy` says. */
  price(input: Input, sizes?: PictureSizes): Points
  /** The field of the picture or video by whose size the price goes, where the size is known before the task is stored. */
  readonly pricedBy?: string
  /** How long a provider may take, from the claim of the task. */
  readonly timeoutMs: number
  /** The id of the task, or of its item (a clip, a picture), that this input builds on. */
  follows(input: Input): string | undefined
  /** Models, or operations by their ids, whose tasks can be built on; by default the operation's own model. */
  readonly followsModels: readonly string[]
  /** Checks the input beside the task that it builds on. Undefined if no rule is broken. */
  fits(input: Input, parent: { operation: string; input: JsonObject }): BrokenRule | undefined
  readonly example: JsonObject
}

/** The input of one operation: `InputOf<typeof lumaVideo>`. */
export type InputOf<Of> = Of extends Operation<infer Input> ? Input : never

/** An operation as a family defines it; the other members have defaults. */
type Given<Input extends TObject> = Omit<Operation<Static<Input>>, 'id' | 'input' | 'output' | Optional> &
  Partial<Pick<Operation<Static<Input>>, Optional>> & { input: Input }
type Optional = 'meant' | 'rules' | 'timeoutMs' | 'follows' | 'followsModels' | 'fits'

const DEFAULT_TIMEOUT_MS = 600_000

export function operation<Input extends TObject>(given: Given<Input>): Operation<Static<Input>> {
  return {
    id: `${given.model}/${given.taskType}`,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    meant: (input) => input as JsonObject, // valid input is JSON
    rules: () => undefined,
    follows: () => undefined,
    fits: () => undefined,
    followsModels: [given.model],
    output: OUTPUTS[given.produces.kind],
    ...given,
  }
}

/**
 * The stored input of a task of this operation, with its type. Throws for a task of another operation: `readInput` made
 * the input of this one valid before it was stored, and nothing else is stored.
 */
export function inputOf<Input extends JsonObject>(
  { id }: Operation<Input>,
  task: { operation: string; input: JsonObject },
): Input {
  if (task.operation !== id) throw new TypeError(`The task is one of ${task.operation}, not of ${id}.`)
  return task.input as Input
}

export type OperationOf<K extends Kind> = Operation & { readonly produces: { readonly kind: K } }
