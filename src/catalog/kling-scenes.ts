import { Type } from 'typebox'
import { usdToPoints } from '../core/points.ts'
import { mediaFile, optionalFile } from './fields.ts'
import { origin_task_id, prompt, VIDEO_TIMEOUT_MS } from './kling-fields.ts'
import { operation } from './operation.ts'

/** Videos that Kling makes of an earlier video, or of a picture and a source of movement. */

const PARENTS = ['kling', 'kling-turbo'] // the second inferred: its videos are Kling's, too
/** The assumed length of a file that is not opened yet. */
const ASSUMED_SECONDS = 10
const landscape = { widthPx: 1_280, heightPx: 720 }

export const klingExtend = operation({
  model: 'kling',
  taskType: 'extend_video',
  title: 'Go on with a video for about five seconds',
  input: Type.Object({ origin_task_id, prompt }),
  produces: { kind: 'videos', of: () => ({ ...landscape, seconds: 10 }) }, // a default video and five seconds more
  price: () => usdToPoints(0.26), // inferred: that of five seconds
  timeoutMs: VIDEO_TIMEOUT_MS,
  follows: (input) => input.origin_task_id,
  followsModels: PARENTS,
  example: { origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00' },
})

export const klingLipSync = operation({
  model: 'kling',
  taskType: 'lip_sync',
  title: 'Let the people of a video speak a text or a recording',
  input: Type.Object({
    origin_task_id: Type.Optional(origin_task_id),
    video_url: optionalFile('video', 'Any video of people, in place of a task; at most 10 MB.'),
    tts_text: Type.Optional(
      Type.String({ maxLength: 2_000, description: 'The text to speak; ignored with local_dubbing_url.' }), // limit inferred
    ),
    tts_timbre: Type.Optional(
      Type.String({
        maxLength: 128,
        description: 'The voice by its name at Kling, such as Rock or Rock-Happy.',
      }),
    ),
    tts_speed: Type.Number({ minimum: 0.8, maximum: 2, default: 1, description: 'How fast the voice speaks.' }),
    local_dubbing_url: optionalFile(
      'audio',
      'A recording in MP3, WAV, FLAC or OGG, under a minute; the video limits it.',
    ),
  }),
  produces: { kind: 'videos', of: () => ({ ...landscape, seconds: 5, hasSound: true }) },
  rules: (input) => {
    if (!input.origin_task_id && !input.video_url) {
      return { field: 'origin_task_id', rule: (nameOf) => `is needed without ${nameOf('video_url')}` }
    }
    if (input.origin_task_id && input.video_url) {
      return { field: 'video_url', rule: (nameOf) => `does not go together with ${nameOf('origin_task_id')}` }
    }
    if (input.local_dubbing_url) return undefined
    if (!input.tts_text)
      return { field: 'tts_text', rule: (nameOf) => `is needed without ${nameOf('local_dubbing_url')}` }
    return input.tts_timbre
      ? undefined
      : { field: 'tts_timbre', rule: (nameOf) => `is needed with ${nameOf('tts_text')}` }
  },
  price: () => usdToPoints(0.1), // inferred
  timeoutMs: VIDEO_TIMEOUT_MS,
  follows: (input) => input.origin_task_id || undefined,
  followsModels: PARENTS,
  example: {
    origin_task_id: '01234567-89ab-4cde-8f01-23456789ab00',
    tts_text: 'Good evening, and welcome aboard.',
    tts_timbre: 'Rock',
    tts_speed: 1,
  },
})

const EFFECTS = [
  'squish',
  'expansion',
  'jellycat_oversea',
  'spinoff',
  'rocket',
  'hearting',
  'fighting',
  'kissing',
  'hugging',
  'figure',
  'vstack',
  'birthday',
  'water',
  'surfing',
]

export const klingEffects = operation({
  model: 'kling',
  taskType: 'effects',
  title: 'Apply an effect to a picture',
  input: Type.Object({
    image_url: mediaFile('image', 'The picture.'),
    second_image_url: optionalFile('image', 'The person on the right, for effects of two people.'), // of Kling's own API
    effect: Type.Enum(EFFECTS, { description: 'The effect.' }),
    // Pages expect one for rocket, hearting, fighting, kissing, hugging, birthday and water; clients never send it.
    prompt,
    professional_mode: Type.Boolean({ default: false, description: 'A better picture, for a higher price.' }),
  }),
  produces: { kind: 'videos', of: () => ({ ...landscape, seconds: 5 }) },
  price: ({ professional_mode }) => usdToPoints(professional_mode ? 0.46 : 0.26),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: { image_url: 'https://example.com/cat.png', effect: 'squish' },
})

export const klingAvatar = operation({
  model: 'kling',
  taskType: 'avatar',
  title: 'Let a portrait speak a recording',
  input: Type.Object({
    image_url: mediaFile('image', 'The portrait.'),
    local_dubbing_url: mediaFile('audio', 'The recording to speak.'),
    prompt,
    mode: Type.Enum(['std', 'pro'], { default: 'std', description: 'Quality.' }),
    batch_size: Type.Integer({ minimum: 1, maximum: 4, default: 1, description: 'How many videos.' }), // limits as for try-on
  }),
  produces: {
    kind: 'videos',
    of: ({ batch_size }) => ({ ...landscape, seconds: ASSUMED_SECONDS, count: batch_size, hasSound: true }),
  },
  // Inferred from Kling's own price per second, for a recording of the assumed length.
  price: ({ mode, batch_size }) => usdToPoints((mode === 'pro' ? 0.12 : 0.06) * ASSUMED_SECONDS * batch_size),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    image_url: 'https://example.com/portrait.jpg',
    local_dubbing_url: 'https://example.com/speech.mp3',
    prompt: 'she smiles and speaks calmly',
  },
})

export const klingMotionControl = operation({
  model: 'kling',
  taskType: 'motion_control',
  title: 'Move a person in a picture as in a video or a preset',
  input: Type.Object({
    image_url: mediaFile('image', 'The person.'),
    video_url: optionalFile('video', 'The movement.'),
    // The list of the presets is not complete anywhere, so that any name is taken.
    preset_motion: Type.Optional(
      Type.String({
        maxLength: 100,
        description:
          'A movement by its name in place of a video: Heart Gesture Dance, Subject 3 Dance, Ghost Step Dance, Martial Arts, Running, Poping.',
      }),
    ),
    motion_direction: Type.Enum(['video', 'image'], { default: 'video', description: 'Which of the two is faced.' }),
    keep_original_sound: Type.Optional(Type.Boolean({ description: 'Keep the sound of the video.' })),
    mode: Type.Enum(['std', 'pro'], { default: 'std', description: 'Quality.' }),
    version: Type.Enum(['2.6'], { default: '2.6', description: 'Model version.' }),
  }),
  produces: {
    kind: 'videos',
    of: ({ mode, keep_original_sound }) => ({
      ...(mode === 'pro' ? { widthPx: 1_920, heightPx: 1_080 } : landscape),
      seconds: ASSUMED_SECONDS,
      hasSound: keep_original_sound === true,
    }),
  },
  rules: (input) =>
    input.video_url || input.preset_motion
      ? undefined
      : { field: 'video_url', rule: 'is needed without preset_motion' },
  // 0.065 USD a started second, from PiAPI's answers, for a video of the assumed length; pro inferred from Kling's own ratio.
  price: ({ mode }) => usdToPoints((mode === 'pro' ? 0.104 : 0.065) * ASSUMED_SECONDS),
  timeoutMs: VIDEO_TIMEOUT_MS,
  example: {
    image_url: 'https://example.com/dancer.png',
    preset_motion: 'Heart Gesture Dance',
    motion_direction: 'video',
    mode: 'std',
    version: '2.6',
  },
})
