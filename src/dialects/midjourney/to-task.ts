import { invalidInput } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Submission } from '../../tasks/tasks.ts'
import { isGiven, isText, shown, withoutPlaceholders } from '../kit/fields.ts'
import { isSpeed, type MidjourneyBody, requireField, submissionFor } from './submission.ts'

/** Bodies that start something new, as submissions. Fields that a route does not read stay in the input under their names. */

/** Speed and bot, where an operation knows them. */
function drawing({ speed, isNiji }: MidjourneyBody): JsonObject {
  return { ...(speed ? { process_mode: speed } : {}), ...(isNiji ? { bot_type: 'niji' } : {}) }
}

export function imagineTask(body: MidjourneyBody): Submission {
  const { base64Array, base64, ...fields } = body.fields
  requireField(fields.prompt, 'prompt', 'prompt_is_required')
  const listed = isGiven(base64Array) ? base64Array : []
  const pictures = Array.isArray(listed) && isText(base64) ? [...listed, base64] : listed
  const isNone = Array.isArray(pictures) && pictures.length === 0
  const input = { ...fields, ...drawing(body), ...(isNone ? {} : { image_urls: pictures }) }
  const single = Array.isArray(listed) ? { [`image_urls.${listed.length}`]: 'base64' } : {}
  return submissionFor('midjourney/imagine', body, input, { ...single, image_urls: 'base64Array' })
}

export function shortenTask(body: MidjourneyBody): Submission {
  requireField(body.fields.prompt, 'prompt', 'prompt_is_required')
  return submissionFor('midjourney/shorten', body, { ...body.fields, ...drawing(body) })
}

const DIMENSIONS: readonly string[] = ['PORTRAIT', 'SQUARE', 'LANDSCAPE']

export function blendTask(body: MidjourneyBody): Submission {
  const { base64Array, dimensions, ...fields } = body.fields
  const input: JsonObject = { ...fields, ...drawing(body), image_urls: base64Array ?? null }
  if (isGiven(dimensions)) {
    if (!isText(dimensions) || !DIMENSIONS.includes(dimensions)) {
      throw invalidInput('dimensions', `must be one of ${DIMENSIONS.join(', ')}, not ${shown(dimensions)}`)
    }
    input.dimension = dimensions.toLowerCase()
  }
  return submissionFor('midjourney/blend', body, withoutPlaceholders(input), { image_urls: 'base64Array' })
}

export function describeTask(body: MidjourneyBody): Submission {
  const { base64, link, ...fields } = body.fields
  const [image_url, name] = either([base64, 'base64'], [link, 'link'])
  const input = withoutPlaceholders({ ...fields, ...drawing(body), image_url })
  return submissionFor('midjourney/describe', body, input, { image_url: name })
}

export function editsTask(body: MidjourneyBody): Submission {
  const { image, maskBase64, ...fields } = body.fields
  requireField(fields.prompt, 'prompt', 'prompt_is_required')
  const input = withoutPlaceholders({ ...fields, ...drawing(body), image_url: image ?? null, mask: maskBase64 ?? null })
  return submissionFor('midjourney/edits', body, input, { image_url: 'image', mask: 'maskBase64' })
}

export function retextureTask(body: MidjourneyBody): Submission {
  const { image, maskBase64, ...fields } = body.fields
  requireField(fields.prompt, 'prompt', 'prompt_is_required')
  // The picture would be restyled as a whole.
  if (isGiven(maskBase64)) throw invalidInput('maskBase64', 'is not read by retexture; edits reads it')
  const input = withoutPlaceholders({ ...fields, ...drawing(body), image_url: image ?? null })
  return submissionFor('midjourney/retexture', body, input, { image_url: 'image' })
}

/** `originId` is the task that the body names, as it is stored. */
export function videoTask(body: MidjourneyBody, originId: string | undefined): Submission {
  const { image, endImage, base64, taskId: _, videoType, batchSize, mode, ...fields } = body.fields
  // A client of the web sends its speed here, and its picture as base64.
  const word = isText(mode) ? mode.toLowerCase() : ''
  if (isGiven(mode) && !isSpeed(word))
    throw invalidInput('mode', `must be one of FAST, RELAX, TURBO, not ${shown(mode)}`)
  const speed = isSpeed(word) ? word : body.speed
  const [image_url, name] = either([image, 'image'], [base64, 'base64'])
  const input = withoutPlaceholders({
    ...fields,
    ...(speed ? { process_mode: speed } : {}),
    image_url,
    image_tail_url: endImage ?? null,
    origin_task_id: originId ?? null,
    video_type: videoType ?? null,
    batch_size: batchSize ?? null,
  })
  return submissionFor('midjourney/video', body, input, {
    image_url: name,
    image_tail_url: 'endImage',
    origin_task_id: 'taskId',
    video_type: 'videoType',
    batch_size: 'batchSize',
  })
}

export function swapTask(body: MidjourneyBody): Submission {
  const { sourceBase64, sourceUrl, targetBase64, targetUrl, ...fields } = body.fields
  const [swap_image, source] = either([sourceBase64, 'sourceBase64'], [sourceUrl, 'sourceUrl'])
  const [target_image, target] = either([targetBase64, 'targetBase64'], [targetUrl, 'targetUrl'])
  const input = withoutPlaceholders({ ...fields, swap_image, target_image })
  return submissionFor('Qubico/image-toolkit/face-swap', body, input, { swap_image: source, target_image: target })
}

export function videoSwapTask(body: MidjourneyBody): Submission {
  const { sourceBase64, sourceUrl, targetFile, targetUrl, ...fields } = body.fields
  const [swap_image, source] = either([sourceBase64, 'sourceBase64'], [sourceUrl, 'sourceUrl'])
  const [target_video, target] = either([targetFile, 'targetFile'], [targetUrl, 'targetUrl'])
  const input = withoutPlaceholders({ ...fields, swap_image, target_video })
  return submissionFor('Qubico/video-toolkit/face-swap', body, input, { swap_image: source, target_video: target })
}

/** The first of two fields that has a value, with its name; the first name when neither has. */
function either(...fields: [[Json | undefined, string], [Json | undefined, string]]): [Json, string] {
  const [value, name] = fields.find(([one]) => isGiven(one)) ?? [null, fields[0][1]]
  return [value ?? null, name]
}
