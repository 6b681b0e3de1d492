import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaUrl, optionalText, sizeByShortSide, sizeOf } from './fields.ts'
import { LUMA_RATIOS, LUMA_RESOLUTIONS, LUMA_TIMEOUT_MS } from './luma.ts'
import { type Operation, operation } from './operation.ts'

/**
 * Luma's operations besides videos from a description: pictures, reframed and modified videos and pictures, upscaling, and
 * sound. Fields are those of Luma's own API. All prices and sizes are inferred.
 */

const MODEL = 'luma'
const MAX_PROMPT = 5_000
const prompt = optionalText(MAX_PROMPT, 'What is to be seen.')
const rayModel = Type.Enum(['ray-2', 'ray-flash-2'], { description: 'The model; flash is the faster and cheaper one.' })
const photonModel = Type.Enum(['photon-1', 'photon-flash-1'], {
  description: 'The model; flash is the faster and cheaper one.',
})
const format = Type.Enum(['jpg', 'png'], { default: 'jpg', description: 'How the picture is encoded.' })

const weight = Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'How much it counts.' }))
const reference = (description: string) =>
  Type.Object({ url: mediaUrl('image', 'The picture.'), weight }, { description })
const references = (description: string) =>
  Type.Optional(Type.Array(reference('One of them.'), { maxItems: 8, description }))

const ImageInput = Type.Object({
  prompt,
  model: photonModel,
  aspect_ratio: Type.Enum(LUMA_RATIOS, { default: '16:9', description: 'Width to height.' }),
  format,
  image_ref: references('Pictures to go by.'),
  style_ref: references('Pictures whose style is wanted.'),
  character_ref: Type.Optional(
    Type.Object(
      {
        identity0: Type.Optional(
          Type.Object(
            {
              images: Type.Optional(
                Type.Array(mediaUrl('image', 'A picture of them.'), { maxItems: 8, description: 'The pictures.' }),
              ),
            },
            { description: 'The person or thing.' },
          ),
        ),
      },
      { description: 'Who or what is to appear.' },
    ),
  ),
  modify_image_ref: Type.Optional(reference('A picture to change.')),
})
type ImageInput = Static<typeof ImageInput>

const mediaType = ({ format }: { format: string }) => (format === 'png' ? 'image/png' : 'image/jpeg')
const pictureOf = (input: { aspect_ratio: string; format: string }) =>
  ({
    ...sizeOf(input.aspect_ratio, 1_920 * 1_080),
    mediaType: mediaType(input),
  }) as const
const picturePrice = ({ model }: { model: string }) => usdToPoints(model === 'photon-1' ? 0.015 : 0.004)

function hasReference({ image_ref, style_ref, character_ref, modify_image_ref }: ImageInput): boolean {
  return Boolean(image_ref?.length || style_ref?.length || character_ref?.identity0?.images?.length || modify_image_ref)
}

export const lumaImage = operation({
  model: MODEL,
  taskType: 'image_generation',
  title: 'Make a picture with Photon',
  input: ImageInput,
  produces: { kind: 'pictures', of: pictureOf },
  rules: (input) =>
    input.prompt || hasReference(input) ? undefined : { field: 'prompt', rule: 'is needed without a picture to go by' },
  price: picturePrice,
  example: { prompt: 'a teapot shaped like a lighthouse', model: 'photon-1', aspect_ratio: '3:4', format: 'png' },
})

const media = (kind: 'image' | 'video') =>
  Type.Object({ url: mediaUrl(kind, `The ${kind}.`) }, { description: `The ${kind} to work on.` })
const first_frame = Type.Optional(
  Type.Object({ url: mediaUrl('image', 'The picture.') }, { description: 'How the first frame is to look.' }),
)

/** The length of a video that is not opened. */
const SECONDS = 5
const videoPrice = ({ model }: { model: string }) => usdToPoints(model === 'ray-2' ? 0.4 : 0.2)

export const lumaModify = operation({
  model: MODEL,
  taskType: 'modify_video',
  title: 'Change the style or the scene of a video',
  input: Type.Object({
    prompt,
    model: rayModel,
    media: media('video'),
    mode: Type.Enum(
      ['adhere', 'flex', 'reimagine'].flatMap((word) => [1, 2, 3].map((strength) => `${word}_${strength}`)),
      { description: 'How far the result may leave the video, from adhere_1 to reimagine_3.' },
    ),
    first_frame,
  }),
  produces: { kind: 'videos', of: () => ({ ...sizeByShortSide('16:9', 720), seconds: SECONDS }) },
  price: videoPrice,
  timeoutMs: LUMA_TIMEOUT_MS,
  example: {
    prompt: 'the street under snow',
    model: 'ray-2',
    media: { url: 'https://example.com/street.mp4' },
    mode: 'flex_1',
  },
})

const px = (description: string, beside?: string) =>
  Type.Optional(Type.Number({ description, ...(beside === undefined ? {} : { 'x-beside': beside }) }))
const frame = {
  prompt,
  aspect_ratio: Type.Enum(LUMA_RATIOS, { description: 'Width to height of the result.' }),
  grid_position_x: px('Where the original stands, from the left, in pixels.'),
  grid_position_y: px('Where the original stands, from the top, in pixels.'),
  resized_width: px('How wide the original becomes, in pixels.', 'resized_height'),
  resized_height: px('How high the original becomes, in pixels.', 'resized_width'),
  x_start: px('The left edge of what is kept, in pixels.', 'x_end'),
  x_end: px('The right edge of what is kept, in pixels.', 'x_start'),
  y_start: px('The upper edge of what is kept, in pixels.', 'y_end'),
  y_end: px('The lower edge of what is kept, in pixels.', 'y_start'),
}

export const lumaReframeVideo = operation({
  model: MODEL,
  taskType: 'reframe_video',
  title: 'Give a video another shape, and paint what is missing',
  input: Type.Object({ ...frame, model: rayModel, media: media('video'), first_frame }),
  produces: {
    kind: 'videos',
    of: ({ aspect_ratio }) => ({ ...sizeByShortSide(aspect_ratio, 720), seconds: SECONDS }),
  },
  price: videoPrice,
  timeoutMs: LUMA_TIMEOUT_MS,
  example: { model: 'ray-2', media: { url: 'https://example.com/street.mp4' }, aspect_ratio: '9:16' },
})

export const lumaReframeImage = operation({
  model: MODEL,
  taskType: 'reframe_image',
  title: 'Give a picture another shape, and paint what is missing',
  input: Type.Object({ ...frame, model: photonModel, media: media('image'), format }),
  produces: { kind: 'pictures', of: pictureOf },
  price: picturePrice,
  example: { model: 'photon-1', media: { url: 'https://example.com/street.png' }, aspect_ratio: '1:1' },
})

const origin_task_id = Type.String({ minLength: 1, maxLength: 64, description: 'The finished video’s task.' })
const follows = (input: { origin_task_id: string }): string => input.origin_task_id
const EXAMPLE_TASK = '01234567-89ab-4cde-8f01-23456789ab00'

export const lumaUpscale = operation({
  model: MODEL,
  taskType: 'upscale_video',
  title: 'Enlarge a video of Luma’s',
  input: Type.Object({
    origin_task_id,
    resolution: Type.Enum(Object.keys(LUMA_RESOLUTIONS), { default: '1080p', description: 'The shorter side.' }),
  }),
  produces: {
    kind: 'videos',
    of: ({ resolution }) => ({ ...sizeByShortSide('16:9', LUMA_RESOLUTIONS[resolution] ?? 1_080), seconds: SECONDS }),
  },
  price: ({ resolution }) => usdToPoints(resolution === '4k' ? 0.4 : 0.2),
  timeoutMs: LUMA_TIMEOUT_MS,
  follows,
  example: { origin_task_id: EXAMPLE_TASK, resolution: '1080p' },
})

export const lumaAudio = operation({
  model: MODEL,
  taskType: 'add_audio',
  title: 'Make the sound for a video of Luma’s',
  input: Type.Object({
    origin_task_id,
    prompt: optionalText(MAX_PROMPT, 'What is heard.'),
    negative_prompt: optionalText(MAX_PROMPT, 'What must not be heard.'),
  }),
  produces: { kind: 'videos', of: () => ({ ...sizeByShortSide('16:9', 720), seconds: SECONDS, hasSound: true }) },
  price: () => usdToPoints(0.1),
  timeoutMs: LUMA_TIMEOUT_MS,
  follows,
  example: { origin_task_id: EXAMPLE_TASK, prompt: 'wind and a distant burner' },
})

export const lumaTools: Operation[] = [
  lumaImage,
  lumaModify,
  lumaReframeVideo,
  lumaReframeImage,
  lumaUpscale,
  lumaAudio,
]
