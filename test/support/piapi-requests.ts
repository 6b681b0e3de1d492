import type { JsonObject } from '../../src/core/json.ts'
import type { mcpReaders } from './piapi-clients.ts'

/**
 * What PiAPI's clients send, from their public sources: models, task types and fields as they spell them, with words and
 * files of the tests. These files are never opened; `sandbox:fast` in any text makes the sandbox quick.
 */

const FILES = 'http://127.0.0.1:9/sandbox:fast'
export const IMAGE = `${FILES}/cat.png`
export const VIDEO = `${FILES}/cat.mp4`
export const AUDIO = `${FILES}/cat.mp3`
const PROMPT = 'a fox crosses a frozen lake, sandbox:fast'
const prompt = PROMPT

/** Placeholders for results of earlier tasks: a Midjourney grid, a Kling video, a song of Udio. */
export interface Earlier {
  grid: string
  video: string
  song: string
}
const GRID = '$grid'
const KLING = '$video'
const SONG = '$song'

export function withEarlier(body: JsonObject, earlier: Earlier): JsonObject {
  const text = Object.entries(earlier).reduce((all, [name, id]) => all.replaceAll(`$${name}`, id), JSON.stringify(body))
  return JSON.parse(text) as JsonObject // as it was
}

export type Kind = 'image' | 'video' | 'audio' | 'model' | 'text'

/** An alias of the command line: its model and task type, the fields that it adds by itself, and those that a user gives. */
export type Alias = [name: string, kind: Kind, model: string, taskType: string, adds: JsonObject, given: JsonObject]

const ADVANCED = 'Qubico/flux1-dev-advanced'
const PICTURES = 'Qubico/image-toolkit'
const VIDEOS = 'Qubico/video-toolkit'
const WANX = 'Qubico/wanx'
const ACE_STEP = 'Qubico/ace-step'
const faces = { target_image: IMAGE, swap_image: IMAGE }
const ghibli = [{ lora_type: 'ghibli', lora_strength: 1 }]
const still = { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0, zoom: 0 }

/** https://github.com/PiAPI-1/piapi-cli, its catalogue without the thirteen entries for language models and their kin. */
export const COMMAND_LINE: Alias[] = [
  ['flux-dev', 'image', 'Qubico/flux1-dev', 'txt2img', {}, { prompt, aspect_ratio: '16:9', num_outputs: 4 }],
  ['flux-schnell', 'image', 'Qubico/flux1-schnell', 'txt2img', {}, { prompt }],
  ['flux-dev-advanced', 'image', ADVANCED, 'txt2img', {}, { prompt }],
  ['flux-img2img', 'image', 'Qubico/flux1-schnell', 'img2img', {}, { prompt, image: IMAGE }],
  ['flux-kontext', 'image', ADVANCED, 'kontext', {}, { prompt, image: IMAGE }],
  ['flux-inpaint', 'image', ADVANCED, 'fill-inpaint', {}, { prompt, image: IMAGE }],
  [
    'flux-outpaint',
    'image',
    ADVANCED,
    'fill-outpaint',
    {},
    { prompt, image: IMAGE, custom_settings: [{ setting_type: 'outpaint', outpaint_left: 64 }] },
  ],
  ['flux-redux', 'image', ADVANCED, 'redux-variation', {}, { prompt, image: IMAGE }],
  ['midjourney', 'image', 'midjourney', 'imagine', {}, { prompt, aspect_ratio: '16:9' }],
  ['mj-upscale', 'image', 'midjourney', 'upscale', {}, { origin_task_id: GRID, index: '1' }],
  ['mj-variation', 'image', 'midjourney', 'variation', {}, { origin_task_id: GRID, index: '2', prompt }],
  ['mj-reroll', 'image', 'midjourney', 'reroll', {}, { origin_task_id: GRID, prompt }],
  ['mj-describe', 'text', 'midjourney', 'describe', {}, { image_url: IMAGE }],
  ['mj-seed', 'text', 'midjourney', 'seed', {}, { origin_task_id: GRID }],
  ['mj-blend', 'image', 'midjourney', 'blend', {}, { image_urls: [IMAGE, IMAGE], dimension: 'square' }],
  ['mj-inpaint', 'image', 'midjourney', 'inpaint', {}, { origin_task_id: GRID, mask: IMAGE, prompt }],
  ['mj-outpaint', 'image', 'midjourney', 'outpaint', {}, { origin_task_id: GRID, zoom_ratio: 1.5, prompt }],
  ['mj-pan', 'image', 'midjourney', 'pan', {}, { origin_task_id: GRID, direction: 'left', prompt }],
  ['nano-banana-pro', 'image', 'gemini', 'nano-banana-pro', {}, { prompt, resolution: '2K', safety_level: 'high' }],
  ['nano-banana-2', 'image', 'gemini', 'nano-banana-2', {}, { prompt, image_urls: [IMAGE] }],
  ['gemini-2.5-flash-image', 'image', 'gemini', 'gemini-2.5-flash-image', {}, { prompt, aspect_ratio: '16:9' }],
  ['qwen-image', 'image', 'Qubico/qwen-image', 'txt2img', {}, { prompt }],
  ['qwen-image-edit', 'image', 'Qubico/qwen-image', 'image-edit', {}, { prompt, image1: IMAGE }],
  ['z-image', 'image', 'Qubico/z-image', 'txt2img', {}, { prompt }],
  ['seedream-5-lite', 'image', 'seedream', 'seedream-5-lite', {}, { prompt }],
  ['remove-bg', 'image', PICTURES, 'background-remove', {}, { image: IMAGE }],
  ['upscale', 'image', PICTURES, 'upscale', {}, { image: IMAGE, scale: 2 }],
  ['segment', 'image', PICTURES, 'segment', {}, { image: IMAGE, prompt }],
  ['joycaption', 'text', 'Qubico/joycaption', 'joycaption-beta-one', {}, { image: IMAGE }],
  ['faceswap', 'image', PICTURES, 'face-swap', {}, faces],
  [
    'multi-faceswap',
    'image',
    PICTURES,
    'multi-face-swap',
    {},
    { ...faces, swap_faces_index: '0,1', target_faces_index: '0,1' },
  ],
  ['sora2', 'video', 'sora2', 'sora2-video', {}, { prompt, duration: 4 }],
  ['sora2-watermark', 'video', 'sora2', 'remove-watermark', {}, { video_url: VIDEO }],
  ['sora2-pro', 'video', 'sora2', 'sora2-pro-video', {}, { prompt }],
  ['veo3', 'video', 'veo3', 'veo3-video', {}, { prompt, duration: '8s' }],
  ['veo3-fast', 'video', 'veo3', 'veo3-video-fast', {}, { prompt, image_url: IMAGE }],
  ['veo3.1', 'video', 'veo3.1', 'veo3.1-video', {}, { prompt }],
  ['veo3.1-fast', 'video', 'veo3.1', 'veo3.1-video-fast', {}, { prompt }],
  ['kling-3', 'video', 'kling', 'video_generation', { version: '3.0' }, { prompt, duration: 5 }],
  ['kling-3-omni', 'video', 'kling', 'omni_video_generation', { version: '3.0' }, { prompt }],
  ['kling-o1', 'video', 'kling', 'omni_video_generation', { version: 'o1' }, { prompt }],
  ['kling-tryon', 'image', 'kling', 'ai_try_on', { version: '2.6' }, { model_input: IMAGE, dress_input: IMAGE }],
  ['kling-effects', 'video', 'kling', 'effects', { version: '2.6' }, { image_url: IMAGE, effect: 'squish' }],
  ['kling-sound', 'audio', 'kling', 'sound', { version: '2.6' }, { prompt }],
  ['kling-avatar', 'video', 'kling', 'avatar', { version: '2.6' }, { image_url: IMAGE, local_dubbing_url: AUDIO }],
  ['kling-motion', 'video', 'kling', 'motion_control', { version: '2.6' }, { image_url: IMAGE, video_url: VIDEO }],
  ['kling-turbo', 'video', 'kling-turbo', 'video_generation', {}, { prompt }],
  [
    'kling-elements',
    'video',
    'kling',
    'video_generation',
    { version: '1.6' },
    { prompt, elements: [{ image_url: IMAGE }, { image_url: IMAGE }] },
  ],
  ['hailuo', 'video', 'hailuo', 'video_generation', { model: 'v2.3' }, { prompt }],
  ['skyreels', 'video', 'Qubico/skyreels', 'img2video', {}, { prompt, image: IMAGE }],
  ['framepack', 'video', 'Qubico/framepack', 'img2video', {}, { start_image: IMAGE }],
  ['hunyuan-video', 'video', 'Qubico/hunyuan', 'txt2video', {}, { prompt }],
  ['luma', 'video', 'luma', 'video_generation', {}, { prompt }],
  ['omni-human', 'video', 'omni-human', 'omni-human-1.5', {}, { image_url: IMAGE, audio_url: AUDIO }],
  ['ai-hug-video', 'video', 'Qubico/hug-video', 'image_to_video', {}, { image_url: IMAGE }],
  ['wan2.6', 'video', 'Wan', 'wan26-txt2video', {}, { prompt, resolution: '1080P' }],
  ['wan2.6-img2vid', 'video', 'Wan', 'wan26-img2video', {}, { prompt, image: IMAGE }],
  ['wanx-lora', 'video', WANX, 'txt2video-14b-lora', {}, { prompt, lora_settings: ghibli }],
  ['wanx-lora-img2vid', 'video', WANX, 'img2video-14b-lora', {}, { image: IMAGE, lora_settings: ghibli }],
  ['wanx-keyframe', 'video', WANX, 'img2video-14b-keyframe', {}, { start_image: IMAGE, end_image: IMAGE }],
  [
    'wanx-camera',
    'video',
    WANX,
    'img2video-14b-control-camera',
    {},
    { image: IMAGE, control_camera_settings: [{ type: 'static', config: still }] },
  ],
  ['wanx22', 'video', WANX, 'wan22-txt2video-14b', {}, { prompt }],
  ['wanx22-img2vid', 'video', WANX, 'wan22-img2video-14b', {}, { image: IMAGE }],
  ['seedance-2', 'video', 'seedance', 'seedance-2', { mode: 'text_to_video' }, { prompt, duration: 5 }],
  ['seedance-2-preview', 'video', 'seedance', 'seedance-2-preview', {}, { prompt }],
  ['seedance-watermark', 'video', 'seedance', 'remove-watermark', {}, { video_url: VIDEO }],
  ['video-upscale', 'video', VIDEOS, 'upscale', {}, { video: VIDEO }],
  ['video-remove-bg', 'video', VIDEOS, 'background-remove', {}, { video: VIDEO }],
  ['video-faceswap', 'video', VIDEOS, 'face-swap', {}, { swap_image: IMAGE, target_video: VIDEO }],
  [
    'udio-music',
    'audio',
    'music-u',
    'generate_music',
    {},
    { gpt_description_prompt: PROMPT, lyrics_type: 'generate', negative_tags: '', seed: -1 },
  ],
  [
    'udio-song-extend',
    'audio',
    'music-u',
    'generate_music',
    {},
    { gpt_description_prompt: PROMPT, lyrics_type: 'generate', continue_song_id: SONG, continue_at: 0 },
  ],
  ['udio-lyrics', 'text', 'music-u', 'generate_lyrics', {}, { prompt }],
  ['ace-step', 'audio', ACE_STEP, 'txt2audio', {}, { style_prompt: PROMPT, lyrics: '[inst]', duration: 10 }],
  ['ace-step-audio2audio', 'audio', ACE_STEP, 'audio2audio', {}, { style_prompt: 'swing', style_audio: AUDIO }],
  ['ace-step-edit', 'audio', ACE_STEP, 'edit', {}, { style_prompt: 'swing', style_audio: AUDIO }],
  ['ace-step-extend', 'audio', ACE_STEP, 'extend', {}, { style_prompt: 'swing', style_audio: AUDIO }],
  ['mmaudio', 'audio', 'Qubico/mmaudio', 'video2audio', {}, { prompt, video: VIDEO }],
  ['diffrhythm', 'audio', 'Qubico/diffrhythm', 'txt2audio-base', {}, { style_prompt: PROMPT }],
  ['f5-tts', 'audio', 'Qubico/tts', 'zero-shot', {}, { gen_text: 'Good evening.', ref_audio: AUDIO }],
  ['trellis', 'model', 'Qubico/trellis', 'text-to-3d', {}, { prompt }],
  ['trellis2', 'model', 'Qubico/trellis2', 'image-to-3d', {}, { image: IMAGE }],
]

export type Tool = [name: string, reader: keyof typeof mcpReaders, urls: number, body: JsonObject]

const negative_prompt = 'chaos, bad photo, low quality, low resolution'
const square = { width: 1_024, height: 1_024 }
const noPadding = { outpaint_right: 0, outpaint_top: 0, outpaint_bottom: 0 }

function request(model: string, task_type: string, input: JsonObject): JsonObject {
  return { model, task_type, input }
}

/** https://github.com/apinetwork/piapi-mcp-server: what each tool sends, and how many addresses it then shows. */
export const MCP_TOOLS: Tool[] = [
  ['image_faceswap', 'images', 1, request(PICTURES, 'face-swap', faces)],
  ['image_rmbg', 'images', 1, request(PICTURES, 'background-remove', { image: IMAGE })],
  ['image_segment', 'images', 1, request(PICTURES, 'segment', { image: IMAGE, prompt, segment_factor: -15 })],
  ['image_upscale', 'images', 1, request(PICTURES, 'upscale', { image: IMAGE, scale: 2, face_enhance: false })],
  ['video_faceswap', 'video', 1, request(VIDEOS, 'face-swap', { swap_image: IMAGE, target_video: VIDEO })],
  ['video_upscale', 'video', 1, request(VIDEOS, 'upscale', { video: VIDEO })],
  [
    'generate_image',
    'images',
    1,
    request('Qubico/flux1-schnell', 'txt2img', { prompt, negative_prompt, ...square, steps: 4 }),
  ],
  [
    'generate_image, dev, after a picture',
    'images',
    1,
    request('Qubico/flux1-dev', 'img2img', { prompt, negative_prompt, image: IMAGE, ...square, steps: 25 }),
  ],
  [
    'generate_image, with a LoRA',
    'images',
    1,
    request(ADVANCED, 'txt2img-lora', {
      prompt,
      negative_prompt,
      ...square,
      steps: 25,
      lora_settings: [{ lora_type: 'mystic-realism' }],
    }),
  ],
  [
    'modify_image, inpaint',
    'images',
    1,
    request(ADVANCED, 'fill-inpaint', { prompt, negative_prompt, image: IMAGE, steps: 25 }),
  ],
  [
    'modify_image, outpaint',
    'images',
    1,
    request(ADVANCED, 'fill-outpaint', {
      prompt,
      negative_prompt,
      image: IMAGE,
      steps: 25,
      custom_settings: [{ setting_type: 'outpaint', outpaint_left: 200, ...noPadding }],
    }),
  ],
  [
    'derive_image',
    'images',
    1,
    request(ADVANCED, 'redux-variation', { prompt, negative_prompt, image: IMAGE, ...square, steps: 25 }),
  ],
  [
    'generate_image_controlnet',
    'images',
    1,
    request(ADVANCED, 'controlnet-lora', {
      prompt,
      negative_prompt,
      ...square,
      steps: 25,
      lora_settings: [],
      control_net_settings: [{ control_type: 'hed', control_image: IMAGE }],
    }),
  ],
  [
    'generate_video_hunyuan',
    'video',
    1,
    request('Qubico/hunyuan', 'txt2video', { prompt, negative_prompt, aspect_ratio: '16:9' }),
  ],
  [
    'generate_video_hunyuan, after a picture',
    'video',
    1,
    request('Qubico/hunyuan', 'img2video-concat', { image: IMAGE, prompt, negative_prompt, aspect_ratio: '1:1' }),
  ],
  [
    'generate_video_skyreels',
    'video',
    1,
    request('Qubico/skyreels', 'img2video', { prompt, negative_prompt, aspect_ratio: '16:9', image: IMAGE }),
  ],
  ['generate_video_wan', 'video', 1, request(WANX, 'txt2video-1.3b', { prompt, negative_prompt, aspect_ratio: '1:1' })],
  [
    'generate_video_wan, after a picture',
    'video',
    1,
    request(WANX, 'img2video-14b', { prompt, negative_prompt, aspect_ratio: '16:9', image: IMAGE }),
  ],
  [
    'generate_music_for_video',
    'audio',
    1,
    request('Qubico/mmaudio', 'video2audio', { prompt, negative_prompt, video: VIDEO }),
  ],
  ['tts_zero_shot', 'audio', 1, request('Qubico/tts', 'zero-shot', { gen_text: 'Good evening.', ref_audio: AUDIO })],
  ['midjourney_imagine', 'images', 5, request('midjourney', 'imagine', { prompt, process_mode: 'fast' })],
  [
    'generate_video_kling',
    'kling',
    2,
    request('kling', 'video_generation', { prompt, negative_prompt, aspect_ratio: '16:9', duration: 5 }),
  ],
  ['generate_video_effect_kling', 'kling', 2, request('kling', 'effects', { image_url: IMAGE, effect: 'expansion' })],
  ['generate_music_suno', 'sunoMended', 4, request('music-s', 'generate_music', { prompt, make_instrumental: false })],
  [
    'generate_music_suno, with a title',
    'sunoMended',
    4,
    request('music-s', 'generate_music_custom', { prompt, title: 'Fox', tags: 'folk', negative_tags: 'metal' }),
  ],
  [
    'generate_video_luma',
    'luma',
    2,
    request('luma', 'video_generation', { prompt, duration: 10, key_frames: { frame0: { type: '' } } }),
  ],
  [
    'generate_video_luma, after a picture',
    'luma',
    2,
    request('luma', 'video_generation', {
      prompt,
      duration: 5,
      aspect_ratio: '4:3',
      key_frames: { frame0: { type: 'image', url: IMAGE } },
    }),
  ],
  ['generate_3d_model', 'trellis', 3, request('Qubico/trellis', 'image-to-3d', { image: IMAGE })],
  // The sub-model is in the place of the model.
  ['generate_video_hailuo', 'video', 1, request('t2v-01', 'video_generation', { prompt, expand_prompt: false })],
  [
    'generate_video_hailuo, after a face',
    'video',
    1,
    request('s2v-01', 'video_generation', { prompt, image_url: IMAGE, expand_prompt: true }),
  ],
]

export type Node = [name: string, kind: Kind, at: string, body: JsonObject]

const NO_HOOK = { webhook_config: { endpoint: '', secret: '' } }
const PUBLIC = { service_mode: 'public' }
/** One white pixel. */
const UPLOADED =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsrQDOwAAAABJRU5ErkJggg=='

/** https://github.com/lvalics/n8n-nodes-piapi: what each node sends, and where its users read the result. */
export const N8N_NODES: Node[] = [
  [
    'DiffRhythm',
    'audio',
    'audio_url',
    { ...request('Qubico/diffrhythm', 'txt2audio-full', { style_prompt: PROMPT }), config: {} },
  ],
  [
    'Dream Machine, text',
    'video',
    'video.url',
    {
      ...request('luma', 'video_generation', { prompt, model_name: 'ray-v1', duration: 10, aspect_ratio: '21:9' }),
      config: { service_mode: '' },
    },
  ],
  [
    'Dream Machine, picture',
    'video',
    'video_raw.url',
    {
      ...request('luma', 'video_generation', {
        prompt,
        key_frames: { frame1: { type: 'image', url: IMAGE } },
        model_name: 'ray-v2',
        duration: 5,
        aspect_ratio: '9:16',
      }),
      config: { service_mode: 'private' },
    },
  ],
  [
    'Dream Machine, extend',
    'image',
    'last_frame.url',
    {
      ...request('luma', 'extend_video', {
        prompt,
        key_frames: { frame0: { type: 'video', url: VIDEO } },
        model_name: 'ray-v1',
        aspect_ratio: '16:9',
      }),
      config: PUBLIC,
    },
  ],
  ['Face swap', 'image', 'image_url', request(PICTURES, 'face-swap', faces)],
  [
    'Face swap, several faces',
    'image',
    'image_url',
    request(PICTURES, 'multi-face-swap', { ...faces, swap_faces_index: '0', target_faces_index: '' }),
  ],
  [
    'Face swap, video',
    'video',
    'video_url',
    { ...request(VIDEOS, 'face-swap', { swap_image: IMAGE, target_video: VIDEO }), config: PUBLIC },
  ],
  [
    'Flux, picture',
    'image',
    'image_url',
    request('Qubico/flux1-dev', 'img2img', {
      prompt,
      negative_prompt: '',
      image: IMAGE,
      denoise: 0.7,
      guidance_scale: 3,
      batch_size: 1,
    }),
  ],
  [
    'Flux, text',
    'image',
    'image_urls.2',
    request('Qubico/flux1-schnell', 'txt2img', { prompt, width: 1_344, height: 576, guidance_scale: 3, batch_size: 3 }),
  ],
  [
    'Flux, ControlNet without a LoRA',
    'image',
    'image_url',
    request(ADVANCED, 'controlnet-lora', {
      prompt,
      width: 864,
      height: 1_080,
      guidance_scale: 3,
      lora_settings: [],
      control_net_settings: [
        {
          control_type: 'soft_edge',
          control_image: IMAGE,
          control_strength: 0.5,
          return_preprocessed_image: false,
        },
      ],
    }),
  ],
  [
    'Hailuo, picture',
    'video',
    'video_url',
    {
      ...request('hailuo', 'video_generation', { image_url: IMAGE, model: 'i2v-02', duration: 6, resolution: 1_080 }),
      config: PUBLIC,
    },
  ],
  [
    'Hailuo, subject',
    'video',
    'video',
    {
      ...request('hailuo', 'video_generation', { prompt, image_url: IMAGE, model: 's2v-01', expand_prompt: false }),
      config: PUBLIC,
    },
  ],
  [
    'Hunyuan, picture as base64',
    'video',
    'video_url',
    {
      ...request('Qubico/hunyuan', 'img2video-replace', { prompt, image: UPLOADED, aspect_ratio: '9:16' }),
      config: NO_HOOK,
    },
  ],
  [
    'Hunyuan, text',
    'video',
    'video_url',
    { ...request('Qubico/hunyuan', 'fast-txt2video', { prompt, aspect_ratio: '1:1' }), config: NO_HOOK },
  ],
  [
    'Kling, effects',
    'video',
    'video_url',
    { ...request('kling', 'effects', { image_url: IMAGE, effect: 'kissing' }), config: NO_HOOK },
  ],
  [
    'Kling, picture',
    'video',
    'works.0.video.resource_without_watermark',
    {
      ...request('kling', 'video_generation', {
        prompt,
        negative_prompt: '',
        duration: 10,
        aspect_ratio: '16:9',
        mode: 'pro',
        version: '2.1-master',
        cfg_scale: 0.5,
        image_url: IMAGE,
        image_tail_url: IMAGE,
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Kling, elements',
    'image',
    'works.0.cover.resource',
    {
      ...request('kling', 'video_generation', {
        prompt,
        negative_prompt: '',
        duration: 5,
        aspect_ratio: '1:1',
        mode: 'std',
        version: '1.6',
        cfg_scale: '0.5',
        elements: [{ image_url: IMAGE }],
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Kling, lip sync to a text',
    'video',
    'video_url',
    {
      ...request('kling', 'lip_sync', {
        origin_task_id: KLING,
        tts_text: `Good evening. ${PROMPT}`,
        tts_timbre: 'Rock-Happy',
        tts_speed: 1,
        local_dubbing_url: '',
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Kling, lip sync to a sound',
    'video',
    'video_url',
    {
      ...request('kling', 'lip_sync', {
        origin_task_id: KLING,
        tts_text: '',
        tts_timbre: '',
        tts_speed: 1,
        local_dubbing_url: AUDIO,
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Kling, try-on',
    'image',
    'works.1.image.resource',
    {
      ...request('kling', 'ai_try_on', { model_input: IMAGE, batch_size: 2, upper_input: IMAGE, lower_input: IMAGE }),
      config: NO_HOOK,
    },
  ],
  [
    'Kling, extend',
    'video',
    'video_url',
    { ...request('kling', 'extend_video', { origin_task_id: KLING }), config: NO_HOOK },
  ],
  [
    'MMAudio',
    'audio',
    'audio_url',
    { ...request('Qubico/mmaudio', 'video2audio', { prompt, video: VIDEO, steps: 20 }), config: {} },
  ],
  [
    'Midjourney, imagine',
    'image',
    'temporary_image_urls.3',
    {
      ...request('midjourney', 'imagine', {
        prompt,
        aspect_ratio: '21:9',
        process_mode: 'relax',
        skip_prompt_check: false,
      }),
      config: {},
    },
  ],
  [
    'Midjourney, upscale',
    'image',
    'image_url',
    { ...request('midjourney', 'upscale', { origin_task_id: GRID, index: '4' }), config: {} },
  ],
  [
    'Segment',
    'image',
    'image_url',
    request(PICTURES, 'segment', { image: IMAGE, prompt, negative_prompt: '', segment_factor: 0 }),
  ],
  [
    'Skyreels',
    'video',
    'video_url',
    {
      ...request('Qubico/skyreels', 'img2video', {
        prompt,
        negative_prompt: '',
        image: IMAGE,
        aspect_ratio: '16:9',
        guidance_scale: 3.5,
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Text to speech',
    'audio',
    'audio_url',
    { ...request('Qubico/tts', 'zero-shot', { gen_text: 'Good evening.', ref_audio: AUDIO }), config: PUBLIC },
  ],
  [
    'Trellis',
    'model',
    'model_file',
    {
      ...request('Qubico/trellis', 'image-to-3d', {
        image: IMAGE,
        seed: 0,
        ss_sampling_steps: 50,
        slat_sampling_steps: 50,
        ss_guidance_strength: 7.5,
        slat_guidance_strength: 3,
      }),
      config: NO_HOOK,
    },
  ],
  [
    'Udio, own lyrics',
    'audio',
    'songs.0.song_path',
    {
      ...request('music-u', 'generate_music', {
        lyrics_type: 'user',
        negative_tags: '',
        seed: -1,
        lyrics: `[Verse] ${PROMPT}`,
        gpt_description_prompt: 'folk',
      }),
      config: { ...PUBLIC, ...NO_HOOK },
    },
  ],
  [
    'Udio, extend',
    'audio',
    'songs.1.song_path',
    {
      ...request('music-u', 'generate_music', {
        lyrics_type: 'instrumental',
        negative_tags: '',
        seed: -1,
        gpt_description_prompt: PROMPT,
        continue_song_id: SONG,
        continue_at: 0,
      }),
      config: { ...PUBLIC, ...NO_HOOK },
    },
  ],
  [
    'WanX, LoRA',
    'video',
    'video_url',
    request(WANX, 'txt2video-14b-lora', {
      prompt,
      negative_prompt: '',
      aspect_ratio: '9:16',
      video_resolution: '480P',
      lora_settings: [{ lora_type: 'pixel-art', lora_strength: 1 }],
    }),
  ],
  [
    'WanX, key frames',
    'video',
    'video_url',
    request(WANX, 'img2video-14b-keyframe', {
      prompt,
      negative_prompt: '',
      aspect_ratio: '16:9',
      video_resolution: '480P',
      first_frame: UPLOADED,
      last_frame: UPLOADED,
    }),
  ],
]
