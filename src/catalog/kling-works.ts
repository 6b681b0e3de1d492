import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile } from './fields.ts'
import { prompt, VIDEO_TIMEOUT_MS } from './kling-fields.ts'
import { operation } from './operation.ts'

/** Kling's try-on (a person in given clothes) and sounds. */

const SOUNDS = 4

export const klingTryOn = operation({
  model: 'kling',
  taskType: 'ai_try_on',
  title: 'Dress a person in the clothes of other pictures',
  input: Type.Object({
    model_input: mediaFile('image', 'The person.'),
    dress_input: optionalFile('image', 'A dress, or whatever covers the whole body.'),
    upper_input: optionalFile('image', 'What is worn above.'),
    lower_input: optionalFile('image', 'What is worn below.'),
    batch_size: Type.Integer({ minimum: 1, maximum: 4, default: 1, description: 'How many pictures.' }),
  }),
  produces: { kind: 'pictures', of: ({ batch_size }) => ({ count: batch_size, widthPx: 768, heightPx: 1_024 }) },
  rules: ({ dress_input, upper_input, lower_input }) => {
    const isParted = Boolean(upper_input || lower_input)
    if (!dress_input && !isParted)
      return { field: 'dress_input', rule: 'is needed without upper_input and lower_input' }
    return dress_input && isParted
      ? { field: 'dress_input', rule: 'does not go together with upper_input or lower_input' }
      : undefined
  },
  price: ({ batch_size }) => usdToPoints(0.07 * batch_size),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    model_input: 'https://example.com/person.jpg',
    dress_input: 'https://example.com/dress.jpg',
    batch_size: 1,
  },
})

export const klingSound = operation({
  model: 'kling',
  taskType: 'sound',
  title: 'Make four sounds from a description or for a video',
  input: Type.Object({
    prompt,
    duration: Type.Enum([5, 10], { default: 10, description: 'Seconds.' }),
    origin_task_id: Type.Optional(Type.String({ maxLength: 64, description: 'A Kling video to make the sound for.' })),
  }),
  produces: { kind: 'sounds', of: ({ duration }) => ({ count: SOUNDS, seconds: duration }) },
  rules: (input) =>
    input.prompt || input.origin_task_id ? undefined : { field: 'prompt', rule: 'is needed without origin_task_id' },
  price: () => usdToPoints(0.07),
  follows: (input) => input.origin_task_id || undefined,
  followsModels: ['kling', 'kling-turbo'],
  example: { prompt: 'waves against a wooden pier, gulls far away', duration: 10 },
})
