import { type TSchema, Type } from 'typebox'
import { klingExpand } from '../../catalog/kling-images.ts'
import { klingAvatar } from '../../catalog/kling-scenes.ts'
import { klingTryOn } from '../../catalog/kling-works.ts'
import type { JsonObject } from '../../core/json.ts'
import { plain } from '../kit/openapi.ts'
import { AVATAR, EXPANSION, type Path, TRY_ON } from './to-task.ts'

/**
 * The bodies as Kling's documents write them, for the description of the API: what is checked is the catalogue's input,
 * which itself describes the bodies that differ from it in names alone.
 */

const text = (description: string) => Type.Optional(Type.String({ description }))
const file = (what: string) => text(`${what}: a URL, or bare base64.`)
const seconds = Type.Optional(Type.String({ description: 'Seconds, as text: "5", "10".' }))
const mode = Type.Optional(Type.Enum(['std', 'pro']))
const number = (description: string) => Type.Optional(Type.Number({ description }))
const model_name = text('The model, such as `kling-v2-6`; `model` is read, too.')
const count = Type.Optional(Type.Integer({ minimum: 1, maximum: 9 }))

const video = {
  model_name,
  prompt: text('What the video shows.'),
  negative_prompt: text('What it must not show.'),
  cfg_scale: number('How closely it follows the prompt.'),
  mode,
  duration: seconds,
  aspect_ratio: text('16:9, 9:16 or 1:1.'),
  sound: Type.Optional(Type.Enum(['on', 'off'])),
  multi_shot: Type.Optional(Type.Boolean()),
  multi_prompt: Type.Optional(Type.Array(Type.Object({ prompt: Type.String(), duration: Type.String() }))),
}
/** Kling Omni has neither of the two. */
const { cfg_scale: _scale, negative_prompt: _negative, ...omni } = video
const masks = {
  static_mask: file('What must stay where it is, painted in a picture of the same shape'),
  dynamic_masks: Type.Optional(
    Type.Array(
      Type.Object({
        mask: Type.String({ description: 'What moves, painted: a URL, or bare base64.' }),
        trajectories: Type.Array(Type.Object({ x: Type.Number(), y: Type.Number() }), {
          description: 'Its path in pixels from the lower left corner.',
        }),
      }),
    ),
  ),
}
const sync = {
  video_id: text('A video of an earlier answer.'),
  mode: Type.Optional(Type.Enum(['text2video', 'audio2video'])),
  text: text('What is said.'),
  voice_id: text('The voice.'),
  voice_speed: number('0.8 to 2.'),
  audio_type: Type.Optional(Type.Enum(['file', 'url'])),
  audio_file: text('Bare base64.'),
  audio_url: text('The recording.'),
}
const subjects = {
  model_name,
  prompt: text('What the picture shows.'),
  subject_image_list: Type.Array(Type.Object({ subject_image: Type.String() })),
  scene_image: file('Where'),
  style_image: file('How it is drawn'),
  n: count,
  aspect_ratio: text('Width to height.'),
}
const FOX = 'a fox crosses a frozen lake'
const PICTURE = 'https://example.com/fox.jpg'
const VIDEO_ID = '01234567-89ab-4cde-8f01-23456789ab01'

interface Body {
  schema: JsonObject
  example: JsonObject
}

function body(fields: Record<string, TSchema>, example: JsonObject): Body {
  return { schema: plain(Type.Object(fields)), example }
}

const avatarBody: Body = {
  schema: AVATAR.describe(klingAvatar),
  example: { image: PICTURE, sound_file: 'https://example.com/speech.mp3', mode: 'std' },
}
const subjectsBody = body(subjects, {
  model_name: 'kling-v2',
  prompt: 'they sit in a boat',
  subject_image_list: [{ subject_image: PICTURE }],
})
const expansionBody: Body = {
  schema: EXPANSION.describe(klingExpand),
  example: { image: PICTURE, left_expansion_ratio: 0.5, right_expansion_ratio: 0.5 },
}

export const BODIES: Record<Path, Body> = {
  '/videos/text2video': body(video, { model_name: 'kling-v2-6', prompt: FOX, duration: '5', sound: 'off' }),
  '/videos/image2video': body(
    { ...video, image: file('The first frame'), image_tail: file('The last frame'), ...masks },
    { model_name: 'kling-v2-6', image: PICTURE, prompt: 'it looks up', duration: '5' },
  ),
  '/videos/multi-image2video': body(
    { ...video, image_list: Type.Array(Type.Object({ image: Type.String() })) },
    { model_name: 'kling-v1-6', prompt: FOX, image_list: [{ image: PICTURE }] },
  ),
  '/videos/omni-video': body(
    {
      ...omni,
      image_list: Type.Optional(Type.Array(Type.Object({ image_url: Type.String() }))),
      video_list: Type.Optional(Type.Array(Type.Object({ video_url: Type.String() }))),
    },
    { model_name: 'kling-video-o1', prompt: '<<<image_1>>> looks up', image_list: [{ image_url: PICTURE }] },
  ),
  '/videos/video-extend': body(
    { video_id: Type.String({ description: 'A video of an earlier answer.' }), prompt: text('How it goes on.') },
    { video_id: VIDEO_ID, prompt: 'it runs away' },
  ),
  '/videos/lip-sync': body(
    { input: Type.Object(sync) },
    { input: { video_id: VIDEO_ID, mode: 'text2video', text: 'Good evening.', voice_id: 'uk_boy1' } },
  ),
  '/videos/effects': body(
    {
      effect_scene: Type.String(),
      input: Type.Object({
        image: file('The picture'),
        images: Type.Optional(
          Type.Array(Type.String(), {
            maxItems: 2,
            description: 'In its place: who stands on the left, and on the right.',
          }),
        ),
        duration: seconds,
        mode,
      }),
    },
    { effect_scene: 'squish', input: { model_name: 'kling-v1-6', image: PICTURE, duration: '5' } },
  ),
  '/videos/motion-control': body(
    {
      image_url: file('The person'),
      video_url: text('The movement.'),
      character_orientation: Type.Optional(Type.Enum(['image', 'video'])),
      keep_original_sound: Type.Optional(Type.Enum(['yes', 'no'])),
      mode,
      prompt: text('What is seen.'),
    },
    {
      image_url: PICTURE,
      video_url: 'https://example.com/dance.mp4',
      character_orientation: 'image',
      mode: 'std',
    },
  ),
  '/videos/avatar': avatarBody,
  '/videos/avatar/image2video': avatarBody,
  '/images/generations': body(
    {
      model_name,
      prompt: text('What the picture shows.'),
      negative_prompt: text('What it must not show.'),
      image: file('A picture to refer to'),
      image_reference: Type.Optional(Type.Enum(['subject', 'face'])),
      image_fidelity: number('0 to 1.'),
      human_fidelity: number('0 to 1.'),
      resolution: Type.Optional(Type.Enum(['1k', '2k'])),
      n: count,
      aspect_ratio: text('Width to height.'),
    },
    { model_name: 'kling-v2', prompt: FOX, n: 2, aspect_ratio: '3:2' },
  ),
  '/images/kolors-virtual-try-on': {
    schema: TRY_ON.describe(klingTryOn),
    example: {
      model_name: 'kolors-virtual-try-on-v1-5',
      human_image: PICTURE,
      cloth_image: 'https://example.com/coat.jpg',
    },
  },
  '/images/multi-image2image': subjectsBody,
  '/images/multi-image-generations': subjectsBody,
  '/images/image-expansion': expansionBody,
  '/images/editing/expand': expansionBody,
}
