import type { TSchema } from 'typebox'
import type { Json, JsonObject } from '../../../core/json.ts'
import type { Task } from '../../../core/task.ts'
import type { Urls } from '../../kit/urls.ts'

/** A request for an operation, whether or not it became a task. */
export type TaskRequest = Pick<Task, 'operation' | 'taskType' | 'input'>

/** How PiAPI writes the tasks of a family. What a family leaves out follows the rule in `families.ts`. */
export interface Form {
  /** `meta.usage`: `llm` shows the price as consumed from the start, `point` as frozen until the end, `unreserved` as zero. */
  usage?: 'llm' | 'point' | 'unreserved'
  /** The echo of the input; URLs are made of references afterwards. */
  input?(task: TaskRequest): JsonObject
  /** `output` of a completed task. */
  output(task: Task, urls: Urls): Json
  /** The schema of `output`. It is closed: other members are not written. */
  schema: TSchema
  /** `output` of a task that is not done; null where this is left out. */
  pending?(task: Task): Json
  /** Keys that this family adds to `meta`. */
  meta?(task: Task): JsonObject
  /** What an empty `service_mode` is echoed as; '' where this is left out. */
  serviceMode?: 'public'
  /** True where a task can be run on PiAPI's pool only; `private` is refused then. */
  isPublicOnly?: boolean
  /** True where the webhook is called at every change, and not at the end only. */
  tellsProgress?: boolean
}
