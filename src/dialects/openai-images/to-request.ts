import { BFL } from '../../catalog/bfl.ts'
import { gptImageEdit, gptImageGenerate } from '../../catalog/gpt-image.ts'
import { RECRAFT } from '../../catalog/recraft.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { RequestDraft, RequestWriter } from '../kit/written-requests.ts'
import { imageSubmission } from '../shared/image-submission.ts'

const DIALECT = 'openai-images'

function draft(route: 'generations' | 'edits', body: JsonObject): RequestDraft {
  return {
    path: `/v1/images/${route}`,
    body,
    read: () => imageSubmission(route, body, { dialect: DIALECT }).submission,
  }
}

const pictures = (list: readonly Json[]): { images: JsonObject[] } => ({
  images: list.map((image_url) => ({ image_url })),
})

/** The model is named, since that is what makes it one of Recraft's. */
function recraftDraft({ image_url, mask_url, image_format, ...fields }: JsonObject): RequestDraft {
  return draft(image_url === undefined ? 'generations' : 'edits', {
    ...fields,
    ...(image_url === undefined ? {} : pictures([image_url])),
    ...(mask_url === undefined ? {} : { mask: mask_url }),
    ...(image_format === undefined ? {} : { output_format: image_format }),
  })
}

export const requestsFor: RequestWriter = ({ id, model, taskType }, input) => {
  if (id === gptImageGenerate.id) return [draft('generations', input)]
  if (id === gptImageEdit.id) {
    const { image, ...fields } = input
    return [draft('edits', { ...fields, ...pictures([image ?? []].flat()) })]
  }
  if (model === RECRAFT) return [recraftDraft(input)]
  const named = model === BFL ? taskType : id === 'Qubico/flux1-schnell/txt2img' ? 'flux-schnell' : undefined
  if (named === undefined) return []
  const { width, height, batch_size: n, input_image, ...fields } = input
  const size = width === undefined || height === undefined ? {} : { size: `${String(width)}x${String(height)}` }
  const body = { model: named, ...fields, ...size, ...(n === undefined ? {} : { n }) }
  return input_image === undefined
    ? [draft('generations', body)]
    : [draft('edits', { ...body, ...pictures([input_image]) })]
}
