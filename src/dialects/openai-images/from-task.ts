import { getOperation } from '../../catalog/catalog.ts'
import { gptImageGenerate, isDallE } from '../../catalog/gpt-image.ts'
import type { Output } from '../../catalog/outputs.ts'
import type { Task } from '../../core/task.ts'
import { base64Of, type FileReader, picturesOf } from '../kit/pictures.ts'
import type { Urls } from '../kit/urls.ts'
import { notCharged } from '../kit/usage.ts'
import type { ImageSubmission } from '../shared/image-submission.ts'
import { secondsOf } from '../shared/relay-task.ts'

export type Format = Pick<ImageSubmission, 'isAlwaysInline' | 'responseFormat'>

interface Files {
  assets: FileReader
  urls: Urls
}

/** The answer for a completed task. What a provider does not report (`usage`, `revised_prompt`) is left out. */
export async function fromTask(task: Task, { isAlwaysInline, responseFormat }: Format, { assets, urls }: Files) {
  const isInline = isAlwaysInline || responseFormat === 'b64_json'
  // The GPT image models answer inline; a client that requests URLs gets them beside.
  const hasUrl = !isInline || responseFormat === 'url'
  const data = await Promise.all(
    picturesOf(task).map(async (picture) => ({
      ...(isInline ? { b64_json: await base64Of(picture, assets) } : {}),
      ...(hasUrl ? { url: urls.file(picture.file) } : {}),
    })),
  )
  return { created: secondsOf(task.endedAt ?? task.createdAt), data, ...settledOf(task), ...usageOf(task) }
}

/** Settings that the GPT image models report; `auto` is left out, as the service's choice is not known. */
function settledOf(task: Task) {
  const { model, background, output_format, quality } = task.input
  if (getOperation(task.operation).model !== gptImageGenerate.model || isDallE(String(model))) return {}
  return {
    ...(background === 'auto' ? {} : { background }),
    output_format,
    ...(quality === 'auto' ? {} : { quality }),
    size: sizeOf(task),
  }
}

/** The tokens that the model counted; the sandbox's are those that a live key would pay for. */
function usageOf({ output, mode }: Task) {
  const { tokens } = output as Output['pictures'] // as the operation's kind has it
  if (!tokens) return {}
  const { text, image, output: made } = tokens
  return {
    usage: {
      input_tokens: text + image,
      input_tokens_details: { text_tokens: text, image_tokens: image },
      output_tokens: made,
      output_tokens_details: { text_tokens: 0, image_tokens: made },
      total_tokens: text + image + made,
      ...notCharged({ mode }),
    },
  }
}

function sizeOf(task: Task): string {
  const [picture] = picturesOf(task)
  return picture ? `${picture.widthPx}x${picture.heightPx}` : ''
}

/**
 * The same as server-sent events: of each picture its end. There is nothing partial to show, which a client has to expect:
 * a picture may be done before the first part of it.
 */
export async function eventsFromTask(task: Task, route: 'generations' | 'edits', assets: FileReader): Promise<string> {
  const { background = 'auto', output_format = 'png', quality = 'auto' } = task.input
  const type = `${route === 'edits' ? 'image_edit' : 'image_generation'}.completed`
  const about = { created_at: secondsOf(task.endedAt ?? task.createdAt), background, output_format, quality }
  const events = await Promise.all(
    picturesOf(task).map(async (picture) => {
      const body = { type, b64_json: await base64Of(picture, assets), ...about, size: sizeOf(task), ...usageOf(task) }
      return `event: ${type}\ndata: ${JSON.stringify(body)}\n\n`
    }),
  )
  return events.join('')
}
