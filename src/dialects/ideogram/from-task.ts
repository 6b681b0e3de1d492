import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Output } from '../../catalog/outputs.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Task } from '../../core/task.ts'
import { picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf } from '../shared/relay-task.ts'

/** The answer for a completed task. What is not known of a picture (the seed that was drawn) is left out. */
export function fromTask(task: Task, urls: Urls): JsonObject {
  const { output } = task
  if (output !== null && typeof output === 'object' && 'texts' in output) {
    return { descriptions: (output as Output['texts']).texts.map((text) => ({ text })) }
  }
  // A prompt in the structure of Ideogram 4.
  if (isJsonObject(output) && 'data' in output) return (output as Output['data']).data
  return isLayered(task) ? layersOf(task, urls) : { created: createdOf(task), data: dataOf(task, urls) }
}

function createdOf(task: Task): string {
  return new Date(task.endedAt ?? task.createdAt).toISOString()
}

function dataOf(task: Task, urls: Urls) {
  const { prompt = task.input.text_prompt, seed: requested, style_type: style } = task.input
  return picturesOf(task).map(({ file, widthPx, heightPx, seed = requested }) => ({
    url: urls.file(file),
    prompt: typeof prompt === 'string' ? prompt : '',
    resolution: `${widthPx}x${heightPx}`,
    ...(isEnlarged(task) ? { upscaled_resolution: `${widthPx}x${heightPx}` } : {}),
    is_image_safe: true, // what is not is refused as a whole
    ...(typeof seed === 'number' ? { seed } : {}),
    ...(typeof style === 'string' ? { style_type: style } : {}),
  }))
}

function isLayered({ operation }: Pick<Task, 'operation'>): boolean {
  return operation === `${IDEOGRAM}/v3-layerize-text`
}

/** A picture without its texts, and what they were. */
function layersOf(task: Task, urls: Urls) {
  const { pictures, textBlocks = [] } = task.output as Output['pictures'] // as the operation's kind has it
  const [base] = pictures
  const seed = base?.seed ?? task.input.seed
  return {
    base_image_url: urls.file(base?.file ?? ''),
    original_image_url: urls.file(String(task.input.image)),
    text_blocks: textBlocks,
    ...(typeof seed === 'number' ? { seed } : {}),
  }
}

/** The answer of the second version for a completed task. */
export function fromSecondTask(task: Task, urls: Urls) {
  const { output } = task
  if (isJsonObject(output) && ('texts' in output || 'data' in output)) {
    return { description_id: task.id, created: createdOf(task), ...fromTask(task, urls) }
  }
  const data = secondData(task, urls)
  const [{ seed } = {}] = data
  return { generation_id: task.id, ...(seed === undefined ? {} : { seed }), data }
}

/** The answer of the second version before anything is made. */
export function acceptedOf({ id, input }: Pick<Task, 'id' | 'input'>) {
  return { generation_id: id, ...(typeof input.seed === 'number' ? { seed: input.seed } : {}) }
}

/** What a poll of the second version answers. */
export function secondGenerationOf(task: Task, urls: Urls): JsonObject {
  const isMade = task.status === 'completed' && isJsonObject(task.output) && 'pictures' in task.output
  if (!isMade) return generationOf(task, urls)
  return { ...stateOf(task, 'completed'), response_type: 'image', data: secondData(task, urls) }
}

/** The words of `object_type` are those of clients; inferred but for that of layers. */
function secondData(task: Task, urls: Urls) {
  if (!isLayered(task)) return dataOf(task, urls).map((picture) => ({ object_type: 'image', ...picture }))
  const { base_image_url, original_image_url: url, text_blocks } = layersOf(task, urls)
  return dataOf(task, urls).map((picture) => ({
    object_type: 'layerized_image',
    ...picture,
    ...{ url, base_image_url, text_blocks },
  }))
}

export function isIdeogram({ operation }: Pick<Task, 'operation'>): boolean {
  return operation.startsWith(`${IDEOGRAM}/`)
}

/** What a poll answers: `data` when the work is done, and why it failed. */
export function generationOf(task: Task, urls: Urls) {
  if (task.status === 'completed') {
    return { response_type: 'image', ...fromTask(task, urls), ...stateOf(task, 'completed') }
  }
  const reason = failReasonOf(task)
  return {
    ...stateOf(task, reason === '' ? 'pending' : 'failed'),
    ...(reason === '' ? {} : { failure_reason: reason }),
  }
}

function stateOf(task: Task, status: 'completed' | 'pending' | 'failed') {
  return { generation_id: task.id, status, created: new Date(task.createdAt).toISOString() }
}

function isEnlarged({ operation, input }: Task): boolean {
  if (operation === 'ideogram/upscale') return true
  return operation === 'ideogram/v3-generate-transparent' && input.upscale_factor !== 'X1'
}
