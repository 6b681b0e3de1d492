import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { optionalFile, optionalText, requiredText, sizeByShortSide } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** Google's Veo 3 and 3.1, each in two speeds. The same operation makes a video from text and from its first frame. */

const shared = {
  prompt: requiredText(5_000, 'What the video shows, and what is heard.'), // limit inferred
  negative_prompt: optionalText(5_000, 'What the video must not show.'),
  image_url: optionalFile('image', 'The first frame. Without one the video is made from text.'),
  aspect_ratio: Type.Enum(['16:9', '9:16', 'auto'], {
    default: '16:9',
    description: 'Width to height; auto takes that of the first frame.',
  }),
  // Text with a unit, as PiAPI's pages have it.
  duration: Type.Enum(['4s', '6s', '8s'], { default: '8s', description: 'Playing time.' }),
  resolution: Type.Enum(['720p', '1080p'], { default: '720p', description: 'The shorter side.' }),
  generate_audio: Type.Boolean({ default: false, description: 'Make sound, too.' }), // default inferred: the cheaper one
}

interface Asked {
  duration: string
  resolution: string
  aspect_ratio: string
  generate_audio: boolean
}

const secondsOf = ({ duration }: Asked) => Number.parseInt(duration, 10)

function spec(input: Asked) {
  const ratio = input.aspect_ratio === 'auto' ? '16:9' : input.aspect_ratio
  return {
    ...sizeByShortSide(ratio, input.resolution === '1080p' ? 1080 : 720),
    seconds: secondsOf(input),
    hasSound: input.generate_audio,
  }
}

/** USD a second, with sound and without. */
const FULL = { sounding: 0.24, silent: 0.12 }
const FAST = { sounding: 0.09, silent: 0.06 }

function price(usd: typeof FULL) {
  return (input: Asked) => usdToPoints((input.generate_audio ? usd.sounding : usd.silent) * secondsOf(input))
}

const timeoutMs = 1_800_000
const example = {
  prompt: 'a street musician plays the violin under an arcade while it rains',
  aspect_ratio: '16:9',
  duration: '8s',
  resolution: '720p',
  generate_audio: true,
}

function veo3(taskType: string, usd: typeof FULL): Operation {
  return operation({
    model: 'veo3',
    taskType,
    title: 'Make a video with Veo 3',
    input: Type.Object(shared),
    produces: { kind: 'videos', of: spec },
    price: price(usd),
    timeoutMs,
    example,
  })
}

function veo31(taskType: string, usd: typeof FULL): Operation {
  return operation({
    model: 'veo3.1',
    taskType,
    title: 'Make a video with Veo 3.1',
    input: Type.Object({ ...shared, tail_image_url: optionalFile('image', 'The last frame.') }),
    produces: { kind: 'videos', of: spec },
    rules: (input) =>
      input.tail_image_url && !input.image_url
        ? { field: 'image_url', rule: 'is needed with tail_image_url' }
        : undefined,
    price: price(usd),
    timeoutMs,
    example: { ...example, image_url: 'https://example.com/arcade.jpg', aspect_ratio: 'auto' },
  })
}

export const veo: Operation[] = [
  veo3('veo3-video', FULL),
  veo3('veo3-video-fast', FAST),
  veo31('veo3.1-video', FULL),
  veo31('veo3.1-video-fast', FAST),
]
