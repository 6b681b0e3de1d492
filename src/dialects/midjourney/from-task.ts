import { getOperation } from '../../catalog/catalog.ts'
import type { Output } from '../../catalog/outputs.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Status, Task } from '../../core/task.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf, progressOf, relayStatusOf } from '../shared/relay-task.ts'
import { type Button, buttonsOf, keycap } from './buttons.ts'
import { DIALECT } from './submission.ts'

/** The action that the task object shows for an operation; operations without one have no form in this protocol. */
const ACTIONS: Record<string, string> = {
  'midjourney/imagine': 'IMAGINE',
  'midjourney/upscale': 'UPSCALE',
  'midjourney/variation': 'VARIATION',
  'midjourney/reroll': 'REROLL',
  'midjourney/describe': 'DESCRIBE',
  'midjourney/blend': 'BLEND',
  'midjourney/inpaint': 'INPAINT',
  'midjourney/outpaint': 'ZOOM',
  'midjourney/pan': 'PAN',
  'midjourney/shorten': 'SHORTEN',
  'midjourney/edits': 'EDIT',
  'midjourney/retexture': 'RETEXTURE',
  'midjourney/video': 'VIDEO',
  'Qubico/image-toolkit/face-swap': 'SWAP_FACE',
  'Qubico/video-toolkit/face-swap': 'SWAP_VIDEO_FACE',
}

/** Models whose tasks may have a form here, by which a list is filtered. */
export const MODELS: readonly string[] = [
  ...new Set(Object.keys(ACTIONS).map((operation) => getOperation(operation).model)),
]

/** Whether this protocol has a form for a task, whichever dialect it came through. A seed has a route of its own. */
export function isOurs(task: Pick<Task, 'operation'>): boolean {
  return Object.hasOwn(ACTIONS, task.operation)
}

/** What this dialect stored with a task; what another dialect stored is not read. */
function notesOf({ dialect, echo }: Task): JsonObject {
  return dialect === DIALECT ? echo : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The prompt of the request; a follow-up without a prompt shows that of its parent. */
export function promptOf(task: Task): string {
  return text(notesOf(task).prompt) || text(task.input.prompt)
}

export function botOf(task: Task): string {
  return text(notesOf(task).botType) || (task.input.bot_type === 'niji' ? 'NIJI_JOURNEY' : 'MID_JOURNEY')
}

/** The id that the client was given: the window's, where the task came of one. */
export function idOf(task: Task): string {
  return text(notesOf(task).window) || task.id
}

/** The seed that the prompt itself sets. */
export function seedOf(task: Task): string | undefined {
  return /(?:--|—)seed\s+(\d{1,10})/.exec(promptOf(task))?.[1]
}

function seedMember(task: Task): { seed?: number } {
  const seed = seedOf(task)
  return seed === undefined ? {} : { seed: Number(seed) }
}

/** The task object of fetch, and the body of a callback. It carries the requested id. */
export function fromTask(task: Task, urls: Urls, id = idOf(task)) {
  const notes = notesOf(task)
  const shown = shownOf(task, urls)
  const prompt = shown.texts ?? promptOf(task)
  return {
    id,
    action: actionOf(task),
    status: statusOf(task),
    prompt,
    promptEn: prompt,
    description: descriptionOf(task),
    state: text(notes.state),
    submitTime: task.createdAt,
    startTime: task.startedAt ?? 0,
    finishTime: task.endedAt ?? 0,
    progress: percentOf(task),
    imageUrl: shown.imageUrl,
    imageUrls: shown.imageUrls,
    videoUrl: shown.videoUrls[0]?.url ?? '',
    // One client takes any list, even an empty one, for that of a video, and then shows no picture.
    ...(shown.videoUrls.length > 0 ? { videoUrls: shown.videoUrls } : {}),
    failReason: failReasonOf(task),
    properties: propertiesOf(task, prompt),
    buttons: task.status === 'completed' ? buttonsOf(task) : ([] as Button[]),
    customId: text(notes.customId),
    maskBase64: '', // a mask is large, and no client reads it here
    botType: botOf(task),
    mode: (text(task.input.process_mode) || 'fast').toUpperCase(),
    parentId: text(notes.origin) || (task.parentTaskId ?? ''),
    ...seedMember(task),
  }
}

export type TaskBody = ReturnType<typeof fromTask>

export type MidjourneyStatus = ReturnType<typeof relayStatusOf> | 'MODAL' | 'CANCEL'

function statusOf(task: Task): MidjourneyStatus {
  return task.status === 'cancelled' ? 'CANCEL' : relayStatusOf(task)
}

/** new-api refunds an end that is neither success nor failure only while it has not reached 100 %. */
function percentOf(task: Task): string {
  return task.status === 'cancelled' ? `${Math.min(99, Math.floor(task.progress))}%` : progressOf(task)
}

function actionOf(task: Task): string {
  const noted = text(notesOf(task).action)
  if (noted !== '') return noted
  const { index } = task.input
  if (task.operation === 'midjourney/upscale' && !/^[1-4]$/.test(String(index))) return 'UPSCALE_HD'
  if (task.operation === 'midjourney/variation' && !/^[1-4]$/.test(String(index))) return String(index).toUpperCase()
  return ACTIONS[task.operation] ?? 'ACTION'
}

/** As the command that the bot would be given. */
function descriptionOf(task: Task): string {
  const { index, origin_task_id: origin } = task.input
  switch (task.taskType) {
    case 'upscale':
      return `/up ${origin} U${index}`
    case 'variation':
      return /^[1-4]$/.test(String(index)) ? `/up ${origin} V${index}` : `/up ${origin} ${index}`
    case 'reroll':
      return `/up ${origin} R`
    default:
      return `/${task.taskType} ${promptOf(task)}`.trimEnd()
  }
}

interface Shown {
  imageUrl: string
  imageUrls: { url: string; thumbnail: string }[]
  videoUrls: { url: string; thumbnail: string }[]
  texts?: string
}

/** The files and texts of a completed task, by what its operation produces. */
function shownOf({ status, output, operation }: Task, urls: Urls): Shown {
  const nothing: Shown = { imageUrl: '', imageUrls: [], videoUrls: [] }
  if (status !== 'completed') return nothing
  // What a provider delivers is in the shape that the operation's output schema states.
  switch (getOperation(operation).produces.kind) {
    case 'pictures': {
      const { pictures, grid } = output as Output['pictures']
      const all = pictures.map(({ file }) => ({ url: urls.file(file), thumbnail: urls.file(file) }))
      return { ...nothing, imageUrl: urls.file((grid ?? pictures[0])?.file ?? ''), imageUrls: all }
    }
    case 'videos': {
      const { videos } = output as Output['videos']
      const all = videos.map(({ file, cover }) => ({ url: urls.file(file), thumbnail: urls.file(cover) }))
      return { ...nothing, imageUrl: all[0]?.thumbnail ?? '', videoUrls: all }
    }
    case 'texts': {
      const { texts } = output as Output['texts']
      return { ...nothing, texts: texts.map((one, index) => `${keycap(index + 1)} ${one}`).join('\n\n') }
    }
    default:
      return nothing
  }
}

/** What the bot's message is to clients: its id and hash are those of the task, as its buttons have them. */
function propertiesOf(task: Task, finalPrompt: string) {
  return {
    finalPrompt,
    finalZhPrompt: '',
    notifyHook: task.webhookUrl ?? '',
    messageId: task.id,
    messageHash: task.id,
    progressMessageId: '',
    flags: 0,
    nonce: '',
    discordInstanceId: '',
    referencedMessageId: task.parentTaskId ?? '',
  }
}

/** The picture that represents a task: its grid, its only picture, or its video's cover. */
export function pictureOf({ status, output }: Pick<Task, 'status' | 'output'>): string | undefined {
  if (status !== 'completed' || !isJsonObject(output)) return undefined
  if ('pictures' in output) {
    const { pictures, grid } = output as Output['pictures'] // recognised by its members
    return (grid ?? pictures[0])?.file
  }
  return 'videos' in output ? (output as Output['videos']).videos[0]?.cover || undefined : undefined
}

/** Statuses in which a task waits for its turn. */
export const QUEUED: readonly Status[] = ['staged', 'pending', 'submitting', 'uncertain']
