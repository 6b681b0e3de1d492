import type { Task } from '../../core/task.ts'
import type { Alarm } from '../alarm.ts'
import type { Finish } from '../finish.ts'
import type { Leases } from '../leases.ts'
import type { LiveSounds } from '../live-sounds.ts'
import type { TaskParts } from '../parts.ts'
import type { RenderWebhooks, WebhookRenderers } from '../webhook-renderers.ts'
import type { InputFiles } from './job.ts'

/** What the steps with a provider work with. They remember nothing: each ends by writing down what comes next. */
export interface RunParts extends TaskParts {
  leases: Leases
  finish: Finish
  /** Set for every instant at which a task becomes due. */
  alarm: Pick<Alarm, 'at'>
  webhooksFor: RenderWebhooks
  webhooksReady: WebhookRenderers['ready']
  /** The intervals of polls are multiplied by this. */
  pollFactor: number
  /** How long a task may wait to be begun. */
  maxWaitMs: number
  /** Where a vendor may call for a task; undefined where we cannot be reached from outside. */
  callbackUrl: (task: Task) => string | undefined
  inputFiles: InputFiles
  liveSounds: LiveSounds
  /** The cancels that this process carries out at providers, by the id of the task. */
  cancelling: Map<string, Promise<unknown>>
}
