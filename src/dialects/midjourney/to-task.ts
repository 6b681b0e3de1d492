import { invalid } from '../../catalog/read-input.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isText } from '../kit/body.ts'
import { type Asked, isSpeed, need, type Wish, wishFor } from './wish.ts'

/** Bodies that begin something, as operations. What a route does not read is kept in the input under its own name. */

/** Speed and bot, where an operation knows them. */
function drawing({ speed, isNiji }: Asked): JsonObject {
  return { ...(speed ? { process_mode: speed } : {}), ...(isNiji ? { bot_type: 'niji' } : {}) }
}

export function imagineTask(asked: Asked): Wish {
  const { base64Array, base64, ...fields } = asked.fields
  need(fields.prompt, 'prompt', 'prompt_is_required')
  const named = base64Array ?? []
  const pictures = Array.isArray(named) && isText(base64) ? [...named, base64] : named
  const isNone = Array.isArray(pictures) && pictures.length === 0
  const input = { ...fields, ...drawing(asked), ...(isNone ? {} : { image_urls: pictures }) }
  const single = Array.isArray(named) ? { [`image_urls.${named.length}`]: 'base64' } : {}
  return wishFor('midjourney/imagine', asked, input, { ...single, image_urls: 'base64Array' })
}

export function shortenTask(asked: Asked): Wish {
  need(asked.fields.prompt, 'prompt', 'prompt_is_required')
  return wishFor('midjourney/shorten', asked, { ...asked.fields, ...drawing(asked) })
}

const DIMENSIONS: readonly string[] = ['PORTRAIT', 'SQUARE', 'LANDSCAPE']

export function blendTask(asked: Asked): Wish {
  const { base64Array, dimensions, ...fields } = asked.fields
  const input: JsonObject = { ...fields, ...drawing(asked), image_urls: base64Array ?? null }
  if (dimensions !== undefined && dimensions !== null && dimensions !== '') {
    if (!isText(dimensions) || !DIMENSIONS.includes(dimensions)) {
      throw invalid('dimensions', `must be one of ${DIMENSIONS.join(', ')}, not ${JSON.stringify(dimensions)}`)
    }
    input.dimension = dimensions.toLowerCase()
  }
  return wishFor('midjourney/blend', asked, present(input), { image_urls: 'base64Array' })
}

export function describeTask(asked: Asked): Wish {
  const { base64, link, ...fields } = asked.fields
  const [image_url, name] = either([base64, 'base64'], [link, 'link'])
  const input = present({ ...fields, ...drawing(asked), image_url })
  return wishFor('midjourney/describe', asked, input, { image_url: name })
}

export function editsTask(asked: Asked): Wish {
  const { image, maskBase64, ...fields } = asked.fields
  need(fields.prompt, 'prompt', 'prompt_is_required')
  const input = present({ ...fields, ...drawing(asked), image_url: image ?? null, mask: maskBase64 ?? null })
  return wishFor('midjourney/edits', asked, input, { image_url: 'image', mask: 'maskBase64' })
}

export function retextureTask(asked: Asked): Wish {
  const { image, ...fields } = asked.fields
  need(fields.prompt, 'prompt', 'prompt_is_required')
  const input = present({ ...fields, ...drawing(asked), image_url: image ?? null })
  return wishFor('midjourney/retexture', asked, input, { image_url: 'image' })
}

/** `originId` is the task that the body names, as it is stored. */
export function videoTask(asked: Asked, originId: string | undefined): Wish {
  const { image, endImage, base64, taskId: _, videoType, batchSize, mode, ...fields } = asked.fields
  // A client of the web sends its speed here, and its picture as base64.
  const word = isText(mode) ? mode.toLowerCase() : ''
  const speed = isSpeed(word) ? word : asked.speed
  const [image_url, name] = either([image, 'image'], [base64, 'base64'])
  const input = present({
    ...fields,
    ...(speed ? { process_mode: speed } : {}),
    image_url,
    image_tail_url: endImage ?? null,
    origin_task_id: originId ?? null,
    video_type: videoType ?? null,
    batch_size: batchSize ?? null,
  })
  return wishFor('midjourney/video', asked, input, {
    image_url: name,
    image_tail_url: 'endImage',
    origin_task_id: 'taskId',
    video_type: 'videoType',
    batch_size: 'batchSize',
  })
}

export function swapTask(asked: Asked): Wish {
  const { sourceBase64, sourceUrl, targetBase64, targetUrl, ...fields } = asked.fields
  const [swap_image, source] = either([sourceBase64, 'sourceBase64'], [sourceUrl, 'sourceUrl'])
  const [target_image, target] = either([targetBase64, 'targetBase64'], [targetUrl, 'targetUrl'])
  const input = present({ ...fields, swap_image, target_image })
  return wishFor('Qubico/image-toolkit/face-swap', asked, input, { swap_image: source, target_image: target })
}

export function videoSwapTask(asked: Asked): Wish {
  const { sourceBase64, sourceUrl, targetFile, targetUrl, ...fields } = asked.fields
  const [swap_image, source] = either([sourceBase64, 'sourceBase64'], [sourceUrl, 'sourceUrl'])
  const [target_video, target] = either([targetFile, 'targetFile'], [targetUrl, 'targetUrl'])
  const input = present({ ...fields, swap_image, target_video })
  return wishFor('Qubico/video-toolkit/face-swap', asked, input, { swap_image: source, target_video: target })
}

/** The first of two fields that says something, with its name; the first name when neither does. */
function either(...fields: [[Json | undefined, string], [Json | undefined, string]]): [Json, string] {
  const [value, name] = fields.find(([one]) => one !== undefined && one !== null && one !== '') ?? [null, fields[0][1]]
  return [value ?? null, name]
}

/** Without what is `null`: a field that is needed is then told as missing. */
function present(input: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
}
