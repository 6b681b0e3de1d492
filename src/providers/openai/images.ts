import type OpenAI from 'openai'
import type { Static } from 'typebox'
import { DEFAULT_GPT_IMAGE, gptImageEdit, gptImageGenerate, isDallE } from '../../catalog/gpt-image.ts'
import type { Tokens } from '../../catalog/outputs.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { blobOf } from '../kit/input-files.ts'
import { readAnswer } from '../kit/read-wire.ts'
import { imagesResult, type Source } from '../kit/results.ts'
import { fileAtUrl } from '../kit/vendor-files.ts'
import type { Job, Submitted } from '../provider.ts'
import { call } from './client.ts'
import { Images, type Usage } from './wire.ts'

/** Pictures come in the answer itself: the call lasts as long as the work, up to some minutes. */

export const IMAGE_OPERATIONS = [gptImageGenerate.id, gptImageEdit.id]

/** Fields that both routes take for both generations of models; the others depend on the model. */
const SHARED = ['model', 'prompt', 'n', 'size', 'quality', 'user']
const OF_GPT_IMAGE = ['background', 'output_format', 'output_compression']

export async function submitImages(client: OpenAI, job: Job, signal: AbortSignal): Promise<Submitted> {
  const isEdit = job.operation === gptImageEdit.id
  const successor = successorOf(job.input.model, client)
  const fields = fieldsOf({ ...job.input, ...(successor ? { model: successor } : {}) }, isEdit)
  const files = isEdit ? await filesOf(job, signal) : {}
  // What the catalogue has checked is what the package's types describe, but for models and sizes that are newer.
  const body: unknown = { ...fields, ...files }
  const answer = await call(
    () =>
      isEdit
        ? client.images.edit(body as OpenAI.ImageEditParamsNonStreaming, { signal })
        : client.images.generate(body as OpenAI.ImageGenerateParamsNonStreaming, { signal }),
    { isPaid: true, signal },
  )
  const { data, usage } = readAnswer(Images, answer, 'OpenAI', { isPaid: true })
  const sources = sourcesIn(data)
  if (sources.length === 0) return { failed: { reason: 'OpenAI returned no picture.' } }
  const logs = [
    ...(successor ? [`OpenAI has retired ${job.input.model}; ${successor} made the pictures`] : []),
    ...(usage ? [`OpenAI counted ${usage.input_tokens} input and ${usage.output_tokens} output tokens`] : []),
  ]
  return { result: { ...imagesResult(job, sources, { tokens: usage && tokensOf(usage) }), logs } }
}

/** Edits have the tokens of their pictures apart from those of the text. */
function tokensOf({ input_tokens, output_tokens, input_tokens_details: details }: Usage): Tokens {
  const image = Math.min(input_tokens, details?.image_tokens ?? 0)
  return { text: input_tokens - image, image, output: output_tokens }
}

/**
 * Models that OpenAI has retired, and what it names in their place: the same fields, and cheaper. A client that was written
 * for the older one is served by it, and its task says so. A gateway of this protocol may still have the older one.
 */
const SUCCESSORS: Record<string, string> = { 'gpt-image-1': DEFAULT_GPT_IMAGE }

function successorOf(model: Json | undefined, { baseURL }: OpenAI): string | undefined {
  if (URL.parse(baseURL)?.hostname !== 'api.openai.com' || typeof model !== 'string') return undefined
  return Object.hasOwn(SUCCESSORS, model) ? SUCCESSORS[model] : undefined
}

/**
 * The fields of the requested model: the API refuses those of other models. `auto` is the default, and DALL·E does not
 * know the word.
 */
function fieldsOf(input: JsonObject, isEdit: boolean): JsonObject {
  const isOld = isDallE(String(input.model))
  const names = isOld ? [...SHARED, 'style'] : [...SHARED, ...OF_GPT_IMAGE, isEdit ? 'input_fidelity' : 'moderation']
  const given = Object.entries(input).filter(
    ([name, value]) => names.includes(name) && value !== 'auto' && value !== '',
  )
  // The GPT image models always answer in base64, and refuse the field.
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

function sourcesIn(data: Static<typeof Images>['data']): Source[] {
  return data.flatMap(({ b64_json, url }): Source[] => {
    if (b64_json) return [Buffer.from(b64_json, 'base64')]
    return url ? [fileAtUrl(url)] : [] // as gateways of this protocol may answer
  })
}
