import { type Static, Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { optionalFile, sizeByShortSide } from './fields.ts'
import { type BrokenRule, type Operation, operation } from './operation.ts'

/**
 * Hailuo (MiniMax): one operation, whose `model` field inside the input names the model. Where a comment says
 * "inferred", no document states the value.
 */

const OLD_MODELS = ['t2v-01', 't2v-01-director', 'i2v-01', 'i2v-01-live', 'i2v-01-director', 's2v-01']
const NEW_MODELS = ['t2v-02', 'i2v-02', 'v2.3', 'v2.3-fast']

const VideoInput = Type.Object({
  model: Type.Enum([...OLD_MODELS, ...NEW_MODELS], {
    description:
      'The model: t2v makes a video from text, i2v from its first frame, s2v of the person in a picture; v2.3 from text or a frame.',
  }),
  prompt: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: 'What the video shows. The director models read camera words such as [Pan left].',
    }),
  ),
  image_url: optionalFile('image', 'The first frame; for s2v-01 a picture of one face.'),
  last_frame_image: optionalFile('image', 'The last frame, as MiniMax names it.'),
  expand_prompt: Type.Optional(Type.Boolean({ description: 'Let a language model write the prompt out.' })),
  // Without defaults: the older models know neither, and a default would show in their echo.
  duration: Type.Optional(Type.Enum([6, 10], { description: 'Seconds, 6 unless sent; 02 and v2.3 only.' })),
  resolution: Type.Optional(
    Type.Enum([768, 1080], {
      description: 'The shorter side, 768 unless sent; 1080 with 6 seconds only; 02 and v2.3 only.',
    }),
  ),
})

type VideoInput = Static<typeof VideoInput>

function isNew({ model }: VideoInput): boolean {
  return NEW_MODELS.includes(model)
}

const SECONDS = 6
const lengthOf = (input: VideoInput) => (isNew(input) ? (input.duration ?? SECONDS) : SECONDS)
const sideOf = (input: VideoInput) => (isNew(input) ? (input.resolution ?? 768) : 720)

function brokenRule(input: VideoInput): BrokenRule | undefined {
  const { model, prompt, image_url } = input
  if ((model.startsWith('i2v') || model === 's2v-01') && !image_url) {
    return { field: 'image_url', rule: `is needed with model ${model}` }
  }
  if (!prompt && !image_url) return { field: 'prompt', rule: (nameOf) => `is needed without ${nameOf('image_url')}` }
  return sideOf(input) === 1080 && lengthOf(input) !== SECONDS
    ? { field: 'duration', rule: `must be ${SECONDS} with resolution 1080, not ${lengthOf(input)}` }
    : undefined
}

/** USD by length and resolution. Of 02 only the range is known: its ends are the first and the last, the middle inferred. */
const PRICES = {
  '02': { short: 0.25, long: 0.5, sharp: 0.8 },
  'v2.3': { short: 0.23, long: 0.45, sharp: 0.4 }, // v2.3-fast inferred: the same
}

function usdOf(input: VideoInput): number {
  if (!isNew(input)) return input.model === 's2v-01' ? 0.3 : 0.2
  const { short, long, sharp } = PRICES[input.model.endsWith('02') ? '02' : 'v2.3']
  if (sideOf(input) === 1080) return sharp
  return lengthOf(input) === SECONDS ? short : long
}

export const hailuoVideo = operation({
  model: 'hailuo',
  taskType: 'video_generation',
  title: 'Make a video from a description, its first frame or a face',
  input: VideoInput,
  produces: {
    kind: 'videos',
    of: (input) => ({ ...sizeByShortSide('16:9', sideOf(input)), seconds: lengthOf(input) }),
  },
  rules: brokenRule,
  price: (input) => usdToPoints(usdOf(input)),
  timeoutMs: 1_800_000,
  example: {
    model: 'v2.3',
    prompt: 'a clockmaker leans over his bench, the camera moves closer',
    expand_prompt: false,
    duration: 6,
    resolution: 768,
  },
})

export const hailuo: Operation[] = [hailuoVideo]
