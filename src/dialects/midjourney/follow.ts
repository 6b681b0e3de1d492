import { ratioOf } from '../../catalog/midjourney.ts'
import type { Output } from '../../catalog/outputs.ts'
import { invalidInput, PolyphonyError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import type { Submission } from '../../tasks/tasks.ts'
import type { Urls } from '../kit/urls.ts'
import { groundOf, type Press, pressOf } from './buttons.ts'
import { botOf, promptOf } from './from-task.ts'
import { type MidjourneyBody, requireField, submissionFor } from './submission.ts'

/** Follow-ups on a finished task: a change by its index, or a button that was pressed. */

/** Which task is changed, and how; `field` is the one to name when that does not fit. */
export interface Change {
  taskId: string
  press: Press
  field: string
}

/** Characters of an id, a verb and a number, and then some. */
const MAX_CHANGE = 1_000
const CHANGES: Record<string, string> = { UPSCALE: 'upsample', VARIATION: 'variation' }

/** Reads the body of `/submit/change`. */
export function changeOf({ taskId, action, index }: JsonObject): Change {
  requireField(taskId, 'taskId', 'task_id_is_required')
  requireField(action, 'action', 'action_is_required')
  if (typeof taskId !== 'string') throw invalidInput('taskId', 'must be a string')
  if (action === 'REROLL') return { taskId, press: pressFor('MJ::JOB::reroll::0'), field: 'action' }
  const verb = typeof action === 'string' && Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined
  if (verb === undefined) {
    throw invalidInput('action', `must be one of UPSCALE, VARIATION, REROLL, not ${JSON.stringify(action)}`)
  }
  requireField(index, 'index', 'index_is_required')
  const press = /^[1-4]$/.test(String(index)) ? pressOf(`MJ::JOB::${verb}::${index}`) : undefined
  if (!press) throw invalidInput('index', `must be 1, 2, 3 or 4, not ${JSON.stringify(index)}`)
  return { taskId, press, field: 'index' }
}

/** Reads the body of `/submit/simple-change`: `ID U2`, `ID V3` or `ID R`. */
export function simpleChangeOf({ content }: JsonObject): Change {
  requireField(content, 'content', 'content_is_required')
  const text = String(content).slice(0, MAX_CHANGE)
  const [, taskId = '', verb, index] = /^\s*(\S+)\s+(?:([UV])([1-4])|R)\s*$/i.exec(text) ?? []
  if (taskId === '') throw new PolyphonyError('invalid_input', 'content_parse_failed', { field: 'content' })
  if (verb === undefined) return { taskId, press: pressFor('MJ::JOB::reroll::0'), field: 'content' }
  const word = verb.toUpperCase() === 'U' ? 'upsample' : 'variation'
  return { taskId, press: pressFor(`MJ::JOB::${word}::${index}`), field: 'content' }
}

/** Reads the body of `/submit/action`. */
export function actionOf({ taskId, customId }: JsonObject): Change {
  requireField(taskId, 'taskId', 'task_id_is_required')
  requireField(customId, 'customId', 'custom_id_is_required')
  if (typeof taskId !== 'string') throw invalidInput('taskId', 'must be a string')
  return { taskId, press: pressFor(String(customId)), field: 'customId' }
}

function pressFor(customId: string): Press {
  const press = pressOf(customId)
  if (press) return press
  throw new PolyphonyError('invalid_input', `unknown_action:${customId}`, { field: 'customId' })
}

/** The body without the fields that name the follow-up. */
export function withoutCommand({ fields, ...others }: MidjourneyBody): MidjourneyBody {
  const {
    taskId: _,
    action: _action,
    index: _index,
    content: _content,
    customId,
    enableRemix: _remix,
    ...kept
  } = fields
  const echo = typeof customId === 'string' ? { ...others.echo, customId } : others.echo
  return { ...others, echo, fields: kept }
}

/** A follow-up before an optional window adds to its input. */
export interface Follow extends Pick<MidjourneyBody, 'echo' | 'webhook'> {
  operationId: string
  input: JsonObject
  /** The prompt when none is given. */
  prompt: string
}

/** A button pressed on a task. Throws `invalid_input` for a task that has no such button. */
export function followOf(body: MidjourneyBody, origin: Task, { press, field }: Change, urls: Urls): Follow {
  if (!press.on.includes(groundOf(origin))) {
    throw invalidInput(field, `does not fit task ${origin.id}, which is a ${origin.taskType}`)
  }
  const prompt = press.text === undefined ? promptOf(origin) : (textsOf(origin)[press.text - 1] ?? '')
  const ratio = shapeOf(origin)
  const input: JsonObject = {
    ...body.fields,
    ...(press.taskType === 'imagine' || press.taskType === 'describe' ? {} : { origin_task_id: origin.id }),
    ...(press.taskType === 'describe' ? { image_url: urls.file(String(origin.input.image_url)) } : {}),
    ...(SHAPED.includes(press.taskType) && ratio !== undefined ? { aspect_ratio: ratio } : {}),
    ...(body.speed ? { process_mode: body.speed } : {}),
    ...press.input,
  }
  const bot = botOf(origin)
  if (bot === 'NIJI_JOURNEY' && ['imagine', 'describe'].includes(press.taskType)) input.bot_type = 'niji'
  const shape = ratio === undefined ? {} : { ratio }
  const echo = { botType: bot, ...body.echo, action: press.action, origin: origin.id, prompt, ...shape }
  return { operationId: `midjourney/${press.taskType}`, input, echo, webhook: body.webhook, prompt }
}

/** A follow-up that needs nothing more. */
export function followTask({ operationId, input, echo, webhook }: Follow): Submission {
  return submissionFor(operationId, { echo, webhook }, input, { origin_task_id: 'taskId', image_url: 'taskId' })
}

/** Operations that take a ratio. */
const SHAPED: readonly string[] = ['variation', 'reroll', 'outpaint']

const BLENDS: Record<string, string> = { portrait: '2:3', landscape: '3:2' }

/** Width to height of a task's pictures, where it is known and not square. */
function shapeOf({ echo, input, dialect }: Task): string | undefined {
  const noted = dialect === 'midjourney' && typeof echo.ratio === 'string' ? echo.ratio : undefined
  const { prompt, aspect_ratio, dimension } = input
  const own = ratioOf({
    ...(typeof prompt === 'string' ? { prompt } : {}),
    ...(typeof aspect_ratio === 'string' ? { aspect_ratio } : {}),
  })
  const ratio = noted ?? BLENDS[String(dimension)] ?? own
  return ratio === '1:1' ? undefined : ratio
}

function textsOf(task: Task): string[] {
  return (task.output as Output['texts']).texts // stored in the catalogue's shape, as its operation says
}
