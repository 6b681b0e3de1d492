import type { Json } from '../../src/core/json.ts'

/** A broken rule over several fields: the change to a valid input, the field in the error, and the rule. */
export interface BrokenExample {
  /** Fields as they are to be; undefined leaves one out. */
  change: Record<string, Json | undefined>
  field: string
  says: string
}

const FILE = 'https://example.com/file'
const files = (count: number): string[] => Array.from({ length: count }, (_, index) => `${FILE}${index}`)

const broken = (change: BrokenExample['change'], field: string, says: string): BrokenExample => ({
  change,
  field,
  says,
})

const silent = [
  broken({ style_prompt: undefined, lyrics: undefined }, 'style_prompt', 'is needed without lyrics'),
  broken({ style_prompt: '', lyrics: '' }, 'style_prompt', 'is needed without lyrics'),
]
const sourceless = [broken({ style_audio: undefined, audio: undefined }, 'style_audio', 'is required')]
const styleless = [
  broken({ style_prompt: undefined }, 'style_prompt', 'is needed without style_audio'),
  broken({ style_prompt: '' }, 'style_prompt', 'is needed without style_audio'),
]

const controlless = [broken({ control_image: undefined }, 'control_image', 'is needed without preprocessed_image')]
const offThe32 = [
  broken({ width: 1_000 }, 'width', 'must be a multiple of 32, not 1000'),
  broken({ height: 1_000 }, 'height', 'must be a multiple of 32, not 1000'),
]
const tooWide = ['22:9', '9:22'].map((ratio) =>
  broken({ aspect_ratio: ratio }, 'aspect_ratio', `must be from 21:9 to 9:21, not ${ratio}`),
)
const beyondFlux2 = [
  broken({ width: 8_192, height: 528 }, 'width', 'times height must be at most 4194304'),
  broken({ width: 1_000 }, 'width', 'must be a multiple of 16'),
]

const tooLarge = [
  broken({ width: 1_025, height: 1_024 }, 'width', 'times height must be at most 1048576, not 1049600'),
  broken({ width: 8_192, height: 129 }, 'width', 'times height must be at most'),
]
const oneOnly = broken({ batch_size: 2 }, 'batch_size', 'must be 1 with')
const grown = (left: number, right: number, top: number, bottom: number): Record<string, Json> => ({
  custom_settings: [
    {
      setting_type: 'outpaint',
      outpaint_left: left,
      outpaint_right: right,
      outpaint_top: top,
      outpaint_bottom: bottom,
    },
  ],
})

const shots = (count: number, duration: number): Json => new Array<Json>(count).fill({ prompt: 'a fox', duration })
const brokenShots = [
  broken({ prompt: undefined, multi_shots: undefined }, 'prompt', 'is needed without multi_shots'),
  broken({ prompt: '', multi_shots: [] }, 'prompt', 'is needed without multi_shots'),
  broken({ multi_shots: shots(2, 8) }, 'multi_shots', 'must last at most 15 seconds in all, not 16'),
  broken({ multi_shots: shots(6, 14) }, 'multi_shots', 'must last at most 15 seconds in all, not 84'),
]

const framed = [
  broken({ aspect_ratio: '15:1' }, 'aspect_ratio', 'asks for the ratio 15:1; it must lie between 1:14 and 14:1'),
  broken({ aspect_ratio: '1:15' }, 'aspect_ratio', 'asks for the ratio 1:15'),
  broken({ aspect_ratio: '0:1' }, 'aspect_ratio', 'asks for the ratio 0:1'),
  broken({ aspect_ratio: '1:0' }, 'aspect_ratio', 'asks for the ratio 1:0'),
  broken({ aspect_ratio: '0:0' }, 'aspect_ratio', 'asks for the ratio 0:0'),
]
const framedInPrompt = [
  broken({ prompt: 'a puppy --ar 30:1' }, 'prompt', 'asks for the ratio 30:1'),
  broken({ prompt: 'a puppy —aspect 0:5' }, 'prompt', 'asks for the ratio 0:5'),
]

const ofMode = (mode: string) => ({ mode, image_urls: undefined, video_urls: undefined, audio_urls: undefined })
const seedanceModes = [
  ...['image_urls', 'video_urls', 'audio_urls'].map((name) =>
    broken({ ...ofMode('text_to_video'), [name]: files(1) }, name, 'does not go with mode text_to_video'),
  ),
  ...['video_urls', 'audio_urls'].map((name) =>
    broken(
      { ...ofMode('first_last_frames'), image_urls: files(1), [name]: files(1) },
      name,
      'does not go with mode first_last_frames',
    ),
  ),
  ...[0, 3, 9].map((count) =>
    broken(
      { ...ofMode('first_last_frames'), image_urls: files(count) },
      'image_urls',
      `must be one or two with mode first_last_frames, not ${count}`,
    ),
  ),
  broken(ofMode('first_last_frames'), 'image_urls', 'must be one or two with mode first_last_frames, not 0'),
]
const seedance = [
  broken({ ...ofMode('omni_reference'), image_urls: files(9), video_urls: files(4) }, 'video_urls', 'not 13'),
  broken({ ...ofMode('omni_reference'), image_urls: files(9), audio_urls: files(4) }, 'audio_urls', 'not 13'),
  broken(
    { ...ofMode('omni_reference'), mode: undefined, video_urls: files(12), audio_urls: files(12) },
    'video_urls',
    'and the other references must be at most 12 in all, not 24',
  ),
  ...seedanceModes,
]
/** Every type of Seedance with the limits of version 2. */
const SEEDANCE = [
  ...['seedance-2', 'seedance-2-fast', 'seedance-2-mini'].flatMap((type) => [type, `${type}-less-restriction`]),
  ...['seedance-2-preview', 'seedance-2-fast-preview'].flatMap((type) => [type, `${type}-vip`]),
]
const seedanceLength = [
  ...[1, 3].map((duration) => broken({ duration }, 'duration', `must be at least 4, not ${duration}`)),
  broken({ duration: 0 }, 'duration', '0 is read with video_urls only'),
]
const kling4 = [
  broken({ prompt: undefined, multi_shots: undefined }, 'prompt', 'is needed without multi_shots'),
  broken({ multi_shots: shots(3, 11) }, 'multi_shots', 'must last at most 30 seconds in all, not 33'),
  broken({ version: '4.0-flash', resolution: '1080p' }, 'resolution', 'must be 720p with version 4.0-flash'),
  broken({ version: '4.0-flash', duration: 21 }, 'duration', 'must be at most 20, not 21'),
]
const ideogram4 = [
  broken({ text_prompt: undefined }, 'text_prompt', 'is needed without json_prompt'),
  broken({ json_prompt: { objects: [] } }, 'json_prompt', 'does not go together with text_prompt'),
  broken({ aspect_ratio: '1x1', resolution: '1024x1024' }, 'resolution', 'cannot be set together with aspect_ratio'),
]

const lumaFrames = [
  { key_frames: { frame0: { type: 'image', url: FILE } } },
  { key_frames: { frame1: { type: 'video', url: FILE } } },
  { start_image: FILE },
  { end_image: FILE },
].map((frames) => ({ key_frames: undefined, start_image: undefined, end_image: undefined, ...frames }))
const lumaTooLong = lumaFrames.map((frames) =>
  broken({ ...frames, duration: 10 }, 'duration', 'must be 5 with key frames, not 10'),
)
const noFrames = [
  { key_frames: undefined },
  { key_frames: {} },
  { key_frames: { frame0: { type: '', url: '' }, frame1: { type: '' } } },
]

const tailOnly = [
  broken({ image_url: undefined, tail_image_url: FILE }, 'image_url', 'is needed with tail_image_url'),
  broken({ image_url: '', tail_image_url: FILE }, 'image_url', 'is needed with tail_image_url'),
]

const lumaNameless = ['frame0', 'frame1'].map((name) =>
  broken({ key_frames: { [name]: { type: 'generation' } } }, `key_frames.${name}.id`, 'is needed with type generation'),
)

const frames = { model: 'gen4.5', promptText: 'a boat', ratio: '1280:720', duration: 5 }
const runwayFilm = [
  broken({ model: 'gen4.5', promptText: 'x'.repeat(1_001) }, 'promptText', 'has at most 1000 characters with gen4.5'),
  broken({ model: 'gen4.5', ratio: undefined }, 'ratio', 'is needed with gen4.5'),
  broken({ model: 'veo3.1', ratio: '16:9', duration: 4 }, 'ratio', 'must be one of 1280:720, 720:1280'),
  broken({ model: 'gen4.5', duration: undefined }, 'duration', 'is needed with gen4.5'),
  broken(
    { model: 'gen4.5', duration: 11 },
    'duration',
    'must be one of 2, 3, 4, 5, 6, 7, 8, 9, 10 with gen4.5, not 11',
  ),
  broken({ model: 'veo3.1_fast', duration: 'auto' }, 'duration', 'must be one of 4, 6, 8 with veo3.1_fast, not auto'),
]
const runwayRules: Record<string, BrokenExample[]> = {
  'runway/image_to_video': [
    ...runwayFilm,
    broken({ ...frames, promptText: undefined }, 'promptText', 'is needed with gen4.5'),
    broken({ model: 'gen3a_turbo', ratio: '1280:720' }, 'ratio', 'must be one of 1280:768, 768:1280 with gen3a_turbo'),
  ],
  'runway/text_to_video': [
    ...runwayFilm,
    broken({ ...frames, ratio: '960:960' }, 'ratio', 'must be one of 1280:720, 720:1280 with gen4.5, not 960:960'),
  ],
  'runway/video_to_video': [
    broken({ videoUri: undefined }, 'videoUri', 'or promptVideo is needed'),
    broken({ videoUri: '', promptVideo: '' }, 'videoUri', 'or promptVideo is needed'),
  ],
  'runway/character_performance': [
    broken({ character: {} }, 'character.image', 'or character.video is needed'),
    broken({ character: { image: '', video: '' } }, 'character.image', 'or character.video is needed'),
  ],
  'runway/text_to_image': [
    broken({ ratio: undefined }, 'ratio', 'is required'),
    broken({ promptText: 'x'.repeat(1_001) }, 'promptText', 'has at most 1000 characters with gen4_image'),
    broken({ ratio: '1000:1000' }, 'ratio', 'must be one of 1024:1024'),
    broken({ referenceImages: files(4).map((uri) => ({ uri })) }, 'referenceImages', 'has at most 3 elements with'),
    broken({ model: 'gen4_image_turbo', referenceImages: [] }, 'referenceImages', 'is needed with gen4_image_turbo'),
  ],
  'runway/video_upscale': [broken({ model: 'enhance_frame_rate' }, 'targetFramerate', 'is needed with')],
  'runway/text_to_speech': [broken({ voice: undefined }, 'voice', 'is needed with eleven_multilingual_v2')],
  'runway/speech_to_speech': [
    broken({ media: {} }, 'media.audio', 'or media.video is needed'),
    broken({ media: { audio: '', video: '' } }, 'media.audio', 'or media.video is needed'),
  ],
}

/** Every branch of every operation's `rules`. A change is made to the operation's example. */
export const BROKEN_RULES: Record<string, BrokenExample[]> = {
  'suno/music': [
    broken({ task: 'cover' }, 'cover_clip_id', 'is needed with task "cover"'),
    broken({ task: 'artist_consistency' }, 'persona_id', 'is needed with task'),
    broken({ task: 'infill' }, 'continue_clip_id', 'is needed with task "infill"'),
    broken({ task: 'infill', continue_clip_id: 'x' }, 'infill_start_s', 'is needed'),
    broken({ task: 'infill', continue_clip_id: 'x', infill_start_s: 1 }, 'infill_end_s', 'is needed'),
    broken(
      { task: 'infill', continue_clip_id: 'x', infill_start_s: 5, infill_end_s: 5 },
      'infill_end_s',
      'must be more than',
    ),
    broken({ prompt: undefined, tags: undefined, title: undefined }, 'prompt', 'is needed: send'),
    broken({ prompt: '', tags: '', title: '', gpt_description_prompt: '' }, 'prompt', 'is needed: send'),
    broken({ mv: 'chirp-v4', prompt: 'x'.repeat(3_001) }, 'prompt', 'has at most 3000 characters with chirp-v4 (v4)'),
    broken({ mv: undefined, prompt: 'x'.repeat(3_001) }, 'prompt', 'has at most 3000 characters with chirp-v3-0 (v3)'),
    broken({ mv: 'chirp-v3-5', tags: 'x'.repeat(201) }, 'tags', 'has at most 200 characters with chirp-v3-5 (v3.5)'),
    // With lyrics it is a plain song.
    broken({ prompt: undefined, task: 'extend' }, 'continue_clip_id', 'is needed with task "extend"'),
    broken(
      { prompt: '', task: 'upload_extend', continue_clip_id: '' },
      'continue_clip_id',
      'is needed with task "upload_extend"',
    ),
    broken({ continue_at: 12 }, 'continue_clip_id', 'is needed with continue_at'),
  ],
  'music-u/generate_music': [
    broken({ lyrics_type: 'user' }, 'prompt', 'is needed with lyrics_type user'),
    broken({ lyrics_type: 'user', prompt: '', lyrics: '' }, 'prompt', 'is needed with lyrics_type user'),
    ...['generate', 'instrumental'].map((type) =>
      broken(
        { lyrics_type: type, gpt_description_prompt: undefined, prompt: 'la' },
        'gpt_description_prompt',
        `is needed with lyrics_type ${type}`,
      ),
    ),
    ...['precede', 'continuation'].map((mode) =>
      broken({ config: { mode } }, 'config.source.song_id', `is needed with mode ${mode}`),
    ),
  ],
  'Qubico/diffrhythm/txt2audio-base': styleless,
  'Qubico/diffrhythm/txt2audio-full': styleless,
  'Qubico/ace-step/txt2audio': silent,
  'Qubico/ace-step/edit': [...sourceless, ...silent],
  'Qubico/ace-step/extend': sourceless,
  'Qubico/flux1-schnell/txt2img': tooLarge,
  'Qubico/flux1-dev/txt2img': [...tooLarge, oneOnly],
  'Qubico/flux1-dev-advanced/txt2img': [...tooLarge, oneOnly],
  'Qubico/flux1-dev-advanced/txt2img-lora': tooLarge,
  'Qubico/flux1-dev-advanced/controlnet-lora': tooLarge,
  'Qubico/flux1-dev-advanced/kontext': tooLarge,
  'Qubico/flux1-dev-advanced/fill-outpaint': [
    broken(grown(0, 0, 0, 0), 'custom_settings.0', 'must add pixels on at least one side'),
    broken(
      { custom_settings: [{ setting_type: 'outpaint' }] },
      'custom_settings.0',
      'must add pixels on at least one side',
    ),
    broken(grown(512, 512, 0, 0), 'custom_settings.0', 'must add less than 1024 pixels in width and in height'),
    broken(grown(0, 0, 1_024, 0), 'custom_settings.0', 'must add less than 1024 pixels in width and in height'),
  ],
  'midjourney/imagine': [...framed, ...framedInPrompt],
  'midjourney/variation': [...framed, ...framedInPrompt],
  'midjourney/reroll': [...framed, ...framedInPrompt],
  'midjourney/outpaint': [...framed, ...framedInPrompt],
  'midjourney/inpaint': framedInPrompt,
  'kling/image_generation': [
    broken({ prompt: undefined }, 'prompt', 'is needed without image_url'),
    broken({ image_reference: 'face' }, 'image_url', 'is needed with image_reference'),
    broken({ version: '1.5', image_url: FILE }, 'image_reference', 'is needed with image_url and version 1.5'),
  ],
  'kling/image_expansion': [
    broken(
      { left_expansion_ratio: 0, right_expansion_ratio: 0 },
      'up_expansion_ratio',
      'or another side must be more than 0',
    ),
    broken({ left_expansion_ratio: 2, up_expansion_ratio: 2 }, 'up_expansion_ratio', 'and the others make'),
  ],
  'suno/stems': [broken({ stem_task: 'twelve' }, 'stem_task', 'must agree with stem_type_group_name "Two"')],
  'midjourney/edits': framedInPrompt,
  'midjourney/retexture': framedInPrompt,
  'midjourney/video': [
    broken({ image_url: undefined }, 'image_url', 'is needed where no task is named'),
    broken({ image_url: '', origin_task_id: '' }, 'image_url', 'is needed where no task is named'),
    broken({ action: 'extend' }, 'origin_task_id', 'is needed with the action extend'),
    ...framedInPrompt,
  ],
  'bfl/flux-pro-1.1': offThe32,
  'bfl/flux-pro-1.1-ultra': tooWide,
  'bfl/flux-pro-1.1-ultra-finetuned': tooWide,
  'bfl/flux-pro': offThe32,
  'bfl/flux-pro-finetuned': offThe32,
  'bfl/flux-dev': offThe32,
  'bfl/flux-kontext-pro': tooWide,
  'bfl/flux-kontext-max': tooWide,
  'bfl/flux-pro-1.0-canny': controlless,
  'bfl/flux-pro-1.0-canny-finetuned': controlless,
  'bfl/flux-pro-1.0-depth': controlless,
  'bfl/flux-pro-1.0-depth-finetuned': controlless,
  'bfl/flux-2-pro': beyondFlux2,
  'bfl/flux-2-max': beyondFlux2,
  'bfl/flux-2-flex': beyondFlux2,
  'bfl/flux-2-klein-4b': beyondFlux2,
  'bfl/flux-2-klein-9b': beyondFlux2,
  'midjourney/blend': framed,
  'kling/video_generation': [
    broken(
      { motion_brush: { mask_url: FILE, static_masks: [], dynamic_masks: [] } },
      'image_url',
      'is needed with motion_brush',
    ),
    ...brokenShots.map((one) => ({ ...one, change: { version: '3.0', ...one.change } })),
    ...[3, 7, 15].map((duration) =>
      broken({ duration }, 'duration', `must be 5 or 10 with version 2.6, not ${duration}`),
    ),
    broken({ version: undefined, duration: 6 }, 'duration', 'must be 5 or 10 with version 1.0, not 6'),
    broken({ prompt: undefined }, 'prompt', 'is needed without image_url'),
    broken({ prompt: '', image_url: '', image_tail_url: '', elements: [] }, 'prompt', 'is needed without image_url'),
  ],
  'kling/omni_video_generation': [
    ...brokenShots,
    broken({ images: files(8) }, 'images', 'has at most 7 elements with version 3.0'),
    broken({ videos: files(1) }, 'videos', 'is read with version 4.0 and 4.0-flash only'),
    broken({ audio_urls: files(1) }, 'audio_urls', 'is read with version 4.0 only'),
    broken({ version: '4.0', video: FILE, videos: files(1) }, 'video', 'does not go together with videos'),
    broken({ version: '4.0-flash', resolution: '1080p' }, 'resolution', 'must be 720p with version 4.0-flash'),
  ],
  'kling/lip_sync': [
    broken({ origin_task_id: undefined }, 'origin_task_id', 'is needed without video_url'),
    broken({ video_url: FILE }, 'video_url', 'does not go together with origin_task_id'),
    broken({ tts_text: undefined }, 'tts_text', 'is needed without local_dubbing_url'),
    broken({ tts_text: '' }, 'tts_text', 'is needed without local_dubbing_url'),
    broken({ tts_timbre: undefined }, 'tts_timbre', 'is needed with tts_text'),
    broken({ tts_timbre: '' }, 'tts_timbre', 'is needed with tts_text'),
  ],
  'kling/ai_try_on': [
    broken({ dress_input: undefined }, 'dress_input', 'is needed without upper_input and lower_input'),
    broken({ dress_input: '' }, 'dress_input', 'is needed without upper_input and lower_input'),
    broken({ upper_input: FILE }, 'dress_input', 'does not go together with upper_input or lower_input'),
    broken({ lower_input: FILE }, 'dress_input', 'does not go together with upper_input or lower_input'),
  ],
  'kling/sound': [
    broken({ prompt: undefined }, 'prompt', 'is needed without origin_task_id'),
    broken({ prompt: '', origin_task_id: '' }, 'prompt', 'is needed without origin_task_id'),
  ],
  'kling/motion_control': [
    broken({ preset_motion: undefined }, 'video_url', 'is needed without preset_motion'),
    broken({ preset_motion: '', video_url: '' }, 'video_url', 'is needed without preset_motion'),
  ],
  'kling-turbo/video_generation': [
    broken({ prompt: undefined, start_image_url: undefined }, 'prompt', 'is needed without start_image_url'),
    broken({ prompt: '', start_image_url: '', end_image_url: '' }, 'prompt', 'is needed without start_image_url'),
  ],
  'veo3.1/veo3.1-video': tailOnly,
  'veo3.1/veo3.1-video-fast': tailOnly,
  'hailuo/video_generation': [
    ...['i2v-01', 'i2v-01-live', 'i2v-01-director', 'i2v-02', 's2v-01'].map((model) =>
      broken({ model }, 'image_url', `is needed with model ${model}`),
    ),
    broken({ prompt: undefined }, 'prompt', 'is needed without image_url'),
    broken({ prompt: '', image_url: '' }, 'prompt', 'is needed without image_url'),
    ...['v2.3', 'v2.3-fast', 't2v-02'].map((model) =>
      broken({ model, resolution: 1080, duration: 10 }, 'duration', 'must be 6 with resolution 1080, not 10'),
    ),
  ],
  'Qubico/wanx/img2video-14b-keyframe': [
    broken({ start_image: undefined }, 'start_image', 'is required'),
    broken({ end_image: undefined }, 'end_image', 'is required'),
    broken({ start_image: undefined, end_image: undefined, last_frame: FILE }, 'start_image', 'is required'),
    broken({ start_image: undefined, end_image: undefined, first_frame: FILE }, 'end_image', 'is required'),
  ],
  'luma/video_generation': [
    ...lumaTooLong,
    ...lumaNameless,
    broken({ prompt: undefined, key_frames: undefined }, 'prompt', 'is needed without a frame'),
    broken({ prompt: '', key_frames: { frame0: { type: '', url: '' } } }, 'prompt', 'is needed without a frame'),
  ],
  'luma/image_generation': [
    broken({ prompt: undefined }, 'prompt', 'is needed without a picture to go by'),
    broken({ prompt: '', image_ref: [], style_ref: [] }, 'prompt', 'is needed without a picture to go by'),
  ],
  ...runwayRules,
  'luma/extend_video': [
    ...lumaTooLong,
    ...lumaNameless,
    ...noFrames.map((frames) =>
      broken({ start_image: undefined, ...frames }, 'key_frames', 'must name a frame to go on from'),
    ),
    broken({ start_image: '', end_image: '' }, 'key_frames', 'must name a frame to go on from'),
  ],
  ...Object.fromEntries(SEEDANCE.map((type) => [`seedance/${type}`, [...seedance, ...seedanceLength]])),
  'seedance/seedance-2.5': [...seedanceModes, ...seedanceLength],
  'seedance/seedance-2.5-less-restriction': [...seedanceModes, ...seedanceLength],
  'kling/text_to_video': kling4,
  'kling/image_to_video': kling4,
  'ideogram/v4-generate': ideogram4,
  'ideogram/v4-generate-transparent': ideogram4,
  'ideogram/v4-remix': ideogram4,
  'ideogram/v45-generate': [
    broken({ mask: FILE }, 'mask', 'is read with images only'),
    broken({ quality: 'very_low' }, 'quality', 'very_low needs images'),
    broken({ size: '1000x1000' }, 'size', '1000x1000 is none of the sizes'),
    broken({ size: 'source' }, 'size', 'source needs a picture'),
    broken({ images: files(5), mask: FILE, size: undefined }, 'images', 'has at most 4 elements with mask'),
    broken({ images: files(1), mask: FILE }, 'size', 'is not set with mask'),
    broken({ images: files(1), size: '500x512' }, 'size', 'must have sides that are multiples of 32'),
  ],
  'ideogram/v45-precise-edit': [
    broken({ mask: FILE, reference_images: files(4) }, 'reference_images', 'has at most 3 elements with mask'),
  ],
  'byteaudio/seed-audio-1.0': [broken({ audio_urls: files(1), image_url: FILE }, 'image_url', 'does not go together')],
  'minimax/video_generation': [
    broken({ prompt: undefined }, 'prompt', 'is needed without a picture or video'),
    broken({ first_frame_image: FILE, reference_images: files(1) }, 'reference_images', 'does not go together'),
  ],
  'minimax/text_to_speech': [
    broken({ voice_setting: {} }, 'voice_setting.voice_id', 'is needed without timbre_weights'),
  ],
  'minimax/music_generation': [
    broken({ lyrics: undefined }, 'lyrics', 'is needed without is_instrumental and lyrics_optimizer'),
    broken({ prompt: undefined, is_instrumental: true }, 'prompt', 'is needed without lyrics'),
  ],
  'minimax/image_generation': [
    broken({ aspect_ratio: undefined, width: 512 }, 'height', 'is needed with width'),
    broken({ aspect_ratio: undefined, height: 512 }, 'width', 'is needed with height'),
    broken({ width: 512, height: 512 }, 'aspect_ratio', 'does not go together with width'),
    broken({ style: { style_type: '水彩' } }, 'style', 'is read with image-01-live only'),
    broken(
      { model: 'image-01-live', aspect_ratio: undefined, width: 512, height: 512 },
      'width',
      'is read with image-01 only',
    ),
  ],
  'Qubico/trellis/image-to-3d': [
    broken({ image: undefined }, 'image', 'or images is needed'),
    broken({ image: undefined, images: [] }, 'image', 'or images is needed'),
  ],
}
