import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, requiredText, sizeByShortSide } from './fields.ts'
import { type Operation, operation } from './operation.ts'

/** OpenAI's Sora 2 and Sora 2 Pro, and removing the watermark of their videos. */

const shared = {
  prompt: requiredText(5_000, 'What the video shows, and what is heard.'), // limit inferred
  image_url: optionalFile('image', 'The first frame.'),
  aspect_ratio: Type.Enum(['16:9', '9:16'], { default: '16:9', description: 'Width to height.' }), // 9:16 inferred
  duration: Type.Enum([4, 8, 12], { default: 4, description: 'Seconds.' }), // 8 and 12 inferred from OpenAI's own API
}
const timeoutMs = 1_800_000

const sora2Video = operation({
  model: 'sora2',
  taskType: 'sora2-video',
  title: 'Make a video with sound with Sora 2',
  input: Type.Object(shared),
  produces: {
    kind: 'videos',
    of: (input) => ({ ...sizeByShortSide(input.aspect_ratio, 720), seconds: input.duration, hasSound: true }),
  },
  price: ({ duration }) => usdToPoints(0.08 * duration),
  timeoutMs,
  example: { prompt: 'a paper crane unfolds and flies out of the window', aspect_ratio: '16:9', duration: 4 },
})

const sora2ProVideo = operation({
  model: 'sora2',
  taskType: 'sora2-pro-video',
  title: 'Make a video with sound with Sora 2 Pro',
  input: Type.Object({
    ...shared,
    resolution: Type.Enum(['720p', '1080p'], { default: '720p', description: 'The shorter side.' }), // default inferred
  }),
  produces: {
    kind: 'videos',
    of: (input) => ({
      ...sizeByShortSide(input.aspect_ratio, input.resolution === '1080p' ? 1080 : 720),
      seconds: input.duration,
      hasSound: true,
    }),
  },
  // 1080p inferred from the ratio of OpenAI's own prices.
  price: ({ duration, resolution }) => usdToPoints((resolution === '1080p' ? 0.4 : 0.24) * duration),
  timeoutMs,
  example: {
    prompt: 'a lighthouse in a storm, seen from the sea',
    aspect_ratio: '16:9',
    duration: 4,
    resolution: '1080p',
  },
})

const removeWatermark = operation({
  model: 'sora2',
  taskType: 'remove-watermark',
  title: 'Take the mark out of a Sora 2 video',
  input: Type.Object({ video_url: mediaFile('video', 'The video.') }),
  produces: { kind: 'videos', of: () => ({ ...sizeByShortSide('16:9', 720), seconds: 4, hasSound: true }) }, // the assumed input
  price: () => usdToPoints(0.03), // from a client's price table
  timeoutMs,
  example: { video_url: 'https://example.com/crane.mp4' },
})

export const sora2: Operation[] = [sora2Video, sora2ProVideo, removeWatermark]
