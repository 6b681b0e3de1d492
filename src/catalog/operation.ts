import type { Static, TObject, TSchema } from 'typebox'
import type { JsonObject } from '../core/json.ts'
import type { Points } from '../core/points.ts'

/** A rule over several fields that a valid input breaks: which field to name, and what it must be. */
export interface BrokenRule {
  field: string
  rule: string
}

/** One thing that can be asked, and everything about it. Data: nothing here acts. */
export interface Operation<Input extends TObject = TObject> {
  /** `model/task_type`, the same in every dialect. */
  readonly id: string
  readonly model: string
  readonly taskType: string
  readonly title: string
  readonly input: Input
  readonly output: TSchema
  /** What one field's schema cannot say. */
  readonly rules: (input: Static<Input>) => BrokenRule | undefined
  /** The price in points of a valid input: what is held, and at most what is consumed. */
  readonly price: (input: Static<Input>) => Points
  /** How long a provider may take. */
  readonly timeoutMs: number
  /** The item (a clip, a picture) of a finished task that this input builds on. */
  readonly follows: (input: Static<Input>) => string | undefined
  /** URLs in the input that we or a provider will open. */
  readonly urls: (input: Static<Input>) => { field: string; url: string }[]
  readonly example: JsonObject
}

type Given<Input extends TObject> = Omit<Operation<Input>, 'id' | 'rules' | 'follows' | 'urls' | 'timeoutMs'> &
  Partial<Pick<Operation<Input>, 'rules' | 'follows' | 'urls' | 'timeoutMs'>>

const DEFAULT_TIMEOUT_MS = 600_000

export function operation<Input extends TObject>(given: Given<Input>): Operation<Input> {
  return {
    id: `${given.model}/${given.taskType}`,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    rules: () => undefined,
    follows: () => undefined,
    urls: () => [],
    ...given,
  }
}
