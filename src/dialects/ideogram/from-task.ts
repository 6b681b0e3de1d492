import type { Output } from '../../catalog/outputs.ts'
import type { Task } from '../../core/task.ts'
import { picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'

/** The answer for a completed task. What is not known of a picture (the seed that was drawn) is left out. */
export function fromTask(task: Task, urls: Urls) {
  const { output } = task
  if (output !== null && typeof output === 'object' && 'texts' in output) {
    return { descriptions: (output as Output['texts']).texts.map((text) => ({ text })) }
  }
  const { prompt, seed: requested, style_type: style } = task.input
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

function isEnlarged({ operation, input }: Task): boolean {
  if (operation === 'ideogram/upscale') return true
  return operation === 'ideogram/v3-generate-transparent' && input.upscale_factor !== 'X1'
}
