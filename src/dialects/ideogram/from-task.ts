import { IDEOGRAM } from '../../catalog/ideogram.ts'
import type { Output } from '../../catalog/outputs.ts'
import type { Task } from '../../core/task.ts'
import { picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import { failReasonOf } from '../shared/relay-task.ts'

/** The answer for a completed task. What is not known of a picture (the seed that was drawn) is left out. */
export function fromTask(task: Task, urls: Urls) {
  const { output } = task
  if (output !== null && typeof output === 'object' && 'texts' in output) {
    return { descriptions: (output as Output['texts']).texts.map((text) => ({ text })) }
  }
  const { prompt = task.input.text_prompt, seed: requested, style_type: style } = task.input
  return {
    created: new Date(task.endedAt ?? task.createdAt).toISOString(),
    data: picturesOf(task).map(({ file, widthPx, heightPx, seed = requested }) => ({
      url: urls.file(file),
      prompt: typeof prompt === 'string' ? prompt : '',
      resolution: `${widthPx}x${heightPx}`,
      ...(isEnlarged(task) ? { upscaled_resolution: `${widthPx}x${heightPx}` } : {}),
      is_image_safe: true, // what is not is refused as a whole
      ...(typeof seed === 'number' ? { seed } : {}),
      ...(typeof style === 'string' ? { style_type: style } : {}),
    })),
  }
}

export function isIdeogram({ operation }: Pick<Task, 'operation'>): boolean {
  return operation.startsWith(`${IDEOGRAM}/`)
}

/** What a poll answers: `data` when the work is done, and why it failed. */
export function generationOf(task: Task, urls: Urls) {
  const created = new Date(task.createdAt).toISOString()
  if (task.status === 'completed') {
    return { generation_id: task.id, status: 'completed', response_type: 'image', ...fromTask(task, urls), created }
  }
  const reason = failReasonOf(task)
  return {
    generation_id: task.id,
    status: reason === '' ? 'pending' : 'failed',
    created,
    ...(reason === '' ? {} : { failure_reason: reason }),
  }
}

function isEnlarged({ operation, input }: Task): boolean {
  if (operation === 'ideogram/upscale') return true
  return operation === 'ideogram/v3-generate-transparent' && input.upscale_factor !== 'X1'
}
