import type OpenAI from 'openai'
import { gptImageEdit, gptImageGenerate, isDallE } from '../../catalog/gpt-image.ts'
import { PolyphonyError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { imagesResult, type Source } from '../kit/results.ts'
import type { Job, Submitted } from '../provider.ts'
import { answered } from './client.ts'

/** Pictures, which OpenAI answers with: the call lasts as long as the work, up to some minutes. */

export const IMAGE_OPERATIONS = [gptImageGenerate.id, gptImageEdit.id]

/** What both routes take from both generations of models; the rest follows from the model. */
const SHARED = ['model', 'prompt', 'n', 'size', 'quality', 'user']
const OF_GPT_IMAGE = ['background', 'output_format', 'output_compression']

export async function submitImages(client: OpenAI, job: Job, signal: AbortSignal): Promise<Submitted> {
  const isEdit = job.operation === gptImageEdit.id
  const fields = fieldsOf(job.input, isEdit)
  const files = isEdit ? await filesOf(job, signal) : {}
  // What the catalogue has checked is what the package's types describe, but for models and sizes that are newer.
  const body: unknown = { ...fields, ...files }
  const answer = await answered(
    () =>
      isEdit
        ? client.images.edit(body as OpenAI.ImageEditParamsNonStreaming, { signal })
        : client.images.generate(body as OpenAI.ImageGenerateParamsNonStreaming, { signal }),
    { isPaid: true, signal },
  )
  // The package gives text where the answer was no JSON.
  if (!isJsonObject(answer)) throw new PolyphonyError('vendor_silent', 'OpenAI answered with what is no JSON.')
  const sources = sourcesIn(answer)
  if (sources.length === 0) return { failed: { reason: 'OpenAI answered without a picture.' } }
  const usage = answer.usage
  const logs = usage ? [`OpenAI counted ${usage.input_tokens} tokens in, ${usage.output_tokens} out`] : []
  return { result: { ...imagesResult(job, sources), logs } }
}

/**
 * What the asked model takes: the API refuses fields of the others. `auto` is what it does anyway, and DALL·E has no word
 * for it.
 */
function fieldsOf(input: JsonObject, isEdit: boolean): JsonObject {
  const isOld = isDallE(String(input.model))
  const names = isOld ? [...SHARED, 'style'] : [...SHARED, ...OF_GPT_IMAGE, isEdit ? 'input_fidelity' : 'moderation']
  const given = Object.entries(input).filter(
    ([name, value]) => names.includes(name) && value !== 'auto' && value !== '',
  )
  // The GPT image models answer in base64, and refuse to be asked for it.
  return { ...Object.fromEntries(given), ...(isOld ? { response_format: 'b64_json' } : {}) }
}

async function filesOf(job: Job, signal: AbortSignal): Promise<{ image: File | File[]; mask?: File }> {
  const { image, mask } = job.input as { image: string[]; mask?: string } // as the schema of the operation states
  const read = async (reference: string) => blobOf(await job.file(reference, signal))
  const pictures = await Promise.all(image.map(read))
  const [only] = pictures
  return {
    image: pictures.length === 1 && only ? only : pictures,
    ...(mask ? { mask: await read(mask) } : {}),
  }
}

function sourcesIn({ data }: OpenAI.ImagesResponse): Source[] {
  return (data ?? []).flatMap(({ b64_json, url }): Source[] => {
    if (b64_json) return [Buffer.from(b64_json, 'base64')]
    return url ? [{ url }] : [] // as gateways of this protocol may answer
  })
}
