import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile, optionalText, sizeByShortSide } from './fields.ts'
import { minimaxMusic, minimaxSpeech } from './minimax-audio.ts'
import { minimaxImage } from './minimax-image.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * MiniMax H3 as the second version of MiniMax's own API has it, whose `content` is spread over fields here. Values are those
 * of its documents and clients (2026); where a comment says "inferred", none states the value.
 */

const RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16']
/** What is made of `adaptive` where the frames are not opened. */
const ASSUMED_RATIO = '16:9'
const SIDES_PX: Record<string, number> = { '768P': 768, '2K': 1_440 }
/** USD a second: of 768P PiAPI's, of 2K inferred from the number of pixels. */
const PRICES: Record<string, number> = { '768P': 0.05, '2K': 0.15 }

const references = (media: 'image' | 'video' | 'audio', maxItems: number, description: string) =>
  Type.Optional(Type.Array(mediaFile(media, 'A reference.'), { maxItems, description })) // limits inferred

const Input = Type.Object({
  model: Type.Enum(['MiniMax-H3'], { default: 'MiniMax-H3', description: 'The model.' }),
  prompt: optionalText(7_000, 'What the video shows and what is heard.'), // limit inferred
  first_frame_image: optionalFile('image', 'The first frame.'),
  last_frame_image: optionalFile('image', 'The last frame.'),
  base_video: optionalFile('video', 'The video that is changed.'),
  reference_images: references('image', 9, 'Pictures of what appears.'),
  reference_videos: references('video', 3, 'Videos whose movement or style is taken.'),
  reference_audios: references('audio', 3, 'Sounds that are heard.'),
  resolution: Type.Enum(Object.keys(SIDES_PX), {
    default: '768P',
    description: 'The shorter side; 2K is 1,440 pixels.',
  }), // default inferred
  duration: Type.Integer({ minimum: 5, maximum: 15, default: 5, description: 'Seconds.' }), // default inferred
  ratio: Type.Enum(RATIOS, { default: 'adaptive', description: 'Width to height; adaptive: that of the frames.' }), // default inferred
})
type Input = Static<typeof Input>

function brokenRule(input: Input): BrokenRule | undefined {
  const isShown = input.first_frame_image || input.last_frame_image || input.base_video
  const refers = input.reference_images?.length || input.reference_videos?.length || input.reference_audios?.length
  if (isShown && input.reference_images?.length && !input.base_video) {
    return { field: 'reference_images', rule: (nameOf) => `does not go together with ${nameOf('first_frame_image')}` } // inferred
  }
  return input.prompt || isShown || refers
    ? undefined
    : { field: 'prompt', rule: 'is needed without a picture or video' }
}

export const minimaxVideo = operation({
  model: 'minimax',
  taskType: 'video_generation',
  title: 'Make a video with sound with MiniMax H3, from text, frames and references',
  input: Input,
  produces: {
    kind: 'videos',
    of: ({ ratio, resolution, duration }) => ({
      ...sizeByShortSide(ratio === 'adaptive' ? ASSUMED_RATIO : ratio, SIDES_PX[resolution] ?? 0),
      seconds: duration,
      hasSound: true,
    }),
  },
  rules: brokenRule,
  price: ({ resolution, duration }) => usdToPoints((PRICES[resolution] ?? 0) * duration),
  timeoutMs: 1_800_000,
  example: {
    model: 'MiniMax-H3',
    prompt: 'a market at dawn, voices and bells',
    resolution: '768P',
    duration: 5,
    ratio: '16:9',
  },
})

export const minimax: Operation[] = [minimaxVideo, minimaxSpeech, minimaxMusic, minimaxImage]
