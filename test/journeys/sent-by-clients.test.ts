import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getOperation } from '../../src/catalog/catalog.ts'
import { filesIn } from '../../src/catalog/media.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Task } from '../../src/core/task.ts'
import { hasEnded, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'

/** Bodies as real clients send them, in the protocols that they speak, and the tasks that they are. */

const PICTURE = 'https://1.1.1.1/a.png' // a number, so that no name service is asked
const OTHER = 'https://1.1.1.1/b.png'
const FILM = 'https://1.1.1.1/a.mp4'
const SOUND = 'https://1.1.1.1/a.mp3'
const DATA =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='
const FACE = { type: 'character', image: [PICTURE] }
const FACE_FILE = { type: 'character', image_file: PICTURE }
const STILL = { horizontal: 0, vertical: 0, pan: 0, tilt: 0, roll: 0, zoom: 0 }

let gateway: TestGateway
let receiver: Receiver
beforeAll(async () => {
  gateway = await openGateway({})
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

let sent = 0

/** The task that a body makes with a test key; the text of the answer if it is refused. */
async function sentTo(path: string, body: JsonObject): Promise<Task | string> {
  const key = `client-${sent++}`
  const answer = await gateway.send('POST', path, { key: TEST_KEY, body, headers: { 'idempotency-key': key } })
  const [task] = await gateway.store.listTasks({ tenantId: gateway.tenantId, idempotencyKey: key, limit: 1 })
  return task ?? `${answer.status} ${JSON.stringify(answer.body)}`
}

const piapi = (model: string, task_type: string, input: JsonObject): [string, JsonObject] => [
  '/api/v1/task',
  { model, task_type, input },
]
const GO_SONG = {
  ...{ prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: false },
  ...{ gpt_description_prompt: '', task_id: '', continue_at: 0, continue_clip_id: '', notify_hook: '' },
}
const SONG = { prompt: '[Verse]\nla la', tags: 'pop', title: 'x', mv: 'chirp-v4', make_instrumental: false }

/** How many files a body has, at any depth. */
function filesNamedIn(value: Json | undefined): number {
  if (typeof value === 'string') return /^(?:https?:|data:)/.test(value) ? 1 : 0
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, one) => sum + filesNamedIn(one), 0)
}

describe('a body as clients send it', () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ['/suno/submit/music', GO_SONG, 'suno/music', SONG],
    ['/suno/generate', GO_SONG, 'suno/music', SONG],
    [
      '/suno/generate/description-mode',
      { ...GO_SONG, gpt_description_prompt: 'rain', prompt: '' },
      'suno/music',
      { gpt_description_prompt: 'rain' },
    ],
    [...piapi('suno', 'music', GO_SONG), 'suno/music', SONG],
    ['/suno/submit/music', { ...GO_SONG, task: 'extend' }, 'suno/music', SONG],
    ['/suno/submit/music', { prompt: 'la', model: 'chirp-v4' }, 'suno/music', { mv: 'chirp-v4' }],
    ['/suno/generate', { prompt: 'la', model: 'V4_5', mv: '' }, 'suno/music', { mv: 'chirp-auk' }],
    [...piapi('suno', 'music', { prompt: 'la', model: 'chirp-crow' }), 'suno/music', { mv: 'chirp-crow' }],
    [
      ...piapi('music-s', 'generate_music', { gpt_description_prompt: 'rain', model_version: 'chirp-v3-5', seed: '' }),
      'suno/music',
      { mv: 'chirp-v3-5' },
    ],
    ['/luma/generations', { user_prompt: '', image_url: PICTURE }, 'luma/video_generation', { start_image: PICTURE }],
    [
      '/luma/generations',
      { user_prompt: 'a cat', keyframes: { frame0: { type: 'image', url: PICTURE } } },
      'luma/video_generation',
      { key_frames: { frame0: { type: 'image', url: PICTURE } } },
    ],
    [
      ...piapi('luma', 'video_generation', { prompt: 'a cat', keyframes: { frame1: { type: 'image', url: PICTURE } } }),
      'luma/video_generation',
      { key_frames: { frame1: { type: 'image', url: PICTURE } } },
    ],
    [
      '/flux/v1/flux-kontext-pro',
      { prompt: 'a cat', aspect_ratio: '', seed: '7' },
      'bfl/flux-kontext-pro',
      { seed: 7 },
    ],
    [
      '/fal/queue/fal-ai/flux/dev',
      { prompt: '3', num_images: '3', image_size: { width: '512', height: '768' } },
      'fal/request',
      { input: { prompt: '3', num_images: 3, image_size: { width: 512, height: 768 } } },
    ],
    [
      '/replicate/v1/models/acme/flux/predictions',
      { input: { prompt: 'a', num_outputs: '2', go_fast: 'true', image: '' }, webhook: '', webhook_events_filter: [] },
      'replicate/prediction',
      { input: { prompt: 'a', num_outputs: 2, go_fast: true } },
    ],
    [
      '/v1/images/generations',
      { model: 'gpt-image-1', prompt: 'a', n: '2', size: '', stream: '' },
      'gpt-image/generate',
      { n: 2 },
    ],
    ['/v1/images/generations', { model: 'flux-dev', prompt: 'a', n: '1' }, 'bfl/flux-dev', { prompt: 'a' }],
    [
      '/kling/v1/videos/text2video',
      {
        model_name: 'kling-v2-6',
        prompt: 'a',
        duration: '10',
        cfg_scale: '0.5',
        camera_control: { type: '', config: null },
      },
      'kling/video_generation',
      { duration: 10, cfg_scale: 0.5 },
    ],
    [
      '/mj/submit/video',
      { prompt: 'it runs', image: PICTURE, batchSize: '2', loop: 'true', taskId: '', index: 0 },
      'midjourney/video',
      { batch_size: 2, loop: true },
    ],
    [
      '/runway/tasks',
      { taskType: 'gen3', options: { text_prompt: 'a', seconds: '5', width: '1280', height: '768', seed: null } },
      'runway/text_to_video',
      { duration: 5, ratio: '1280:768' },
    ],
    [
      '/minimax/v1/video_generation',
      { model: 'MiniMax-Hailuo-02', prompt: 'a', duration: '6', prompt_optimizer: 'false', resolution: '' },
      'hailuo/video_generation',
      { duration: 6, expand_prompt: false },
    ],
    [
      '/udio/submit/music',
      { gen_params: { prompt: 'a tram', lyrics_type: '', lyrics: '', seed: '7' } },
      'music-u/generate_music',
      { seed: 7, lyrics_type: 'generate' },
    ],
    [
      '/recraft/v1/images/generations',
      { prompt: 'a', n: '2', style: '', style_id: '', response_format: '' },
      'recraft/generate',
      { n: 2 },
    ],
    [
      '/ideogram/generate',
      { image_request: { prompt: 'a', num_images: '2', seed: '', color_palette: null } },
      'ideogram/generate',
      { num_images: 2 },
    ],
    [
      '/polyphony/v1/tasks',
      { operation: 'luma/video_generation', input: { prompt: 'a', duration: '5', loop: 'true' }, webhook: '' },
      'luma/video_generation',
      { duration: 5, loop: true },
    ],
    [
      ...piapi('kling', 'video_generation', {
        prompt: 'a',
        version: 2.5,
        mode: 'turbo',
        start_image_url: PICTURE,
        end_image_url: OTHER,
      }),
      'kling/video_generation',
      { version: '2.5', mode: 'turbo', image_url: PICTURE, image_tail_url: OTHER },
    ],
    [
      ...piapi('hailuo', 'video_generation', { model: 's2v-01', prompt: 'she waves', reference_images: [PICTURE] }),
      'hailuo/video_generation',
      { image_url: PICTURE },
    ],
    [
      ...piapi('kling', 'video_generation', {
        prompt: 'a',
        camera_control: { type: '', config: { horizontal: 0, pan: 0 } },
      }),
      'kling/video_generation',
      { prompt: 'a' },
    ],
    [...piapi('seedance', 'seedance-2', { prompt: 'a', audio: 'false' }), 'seedance/seedance-2', { audio: false }],
    [
      ...piapi('seedance', 'seedance-2-fast-preview', {
        ...{ prompt: '@image1 waves', image_urls: [PICTURE, OTHER], mode: 'first_last_frames' },
        ...{ aspect_ratio: 'auto', duration: 5 },
      }),
      'seedance/seedance-2-fast-preview',
      { aspect_ratio: 'auto', mode: 'first_last_frames', image_urls: [PICTURE, OTHER] },
    ],
    [
      ...piapi('seedance', 'seedance-2-preview-vip', { prompt: 'a', duration: 0, video_urls: [FILM], image_urls: [] }),
      'seedance/seedance-2-preview-vip',
      { duration: 0, video_urls: [FILM] },
    ],
    [
      '/api/v1/task',
      {
        ...{ model: 'seedance', task_type: 'seedance-2-less-restriction', auto_upload_assets: true },
        input: { prompt: 'a', image_urls: [PICTURE], asset_retention_hours: '3' },
      },
      'seedance/seedance-2-less-restriction',
      { auto_upload_assets: true, asset_retention_hours: 3 },
    ],
    [
      ...piapi('kling', 'lip_sync', { video_url: FILM, tts_text: 'hello', tts_timbre: 'Rock', origin_task_id: '' }),
      'kling/lip_sync',
      { video_url: FILM, tts_text: 'hello' },
    ],
    [
      '/kling/v1/videos/lip-sync',
      { input: { video_url: FILM, mode: 'text2video', text: 'hello', voice_id: 'uk_boy1', voice_language: 'en' } },
      'kling/lip_sync',
      { video_url: FILM, tts_text: 'hello', tts_timbre: 'uk_boy1' },
    ],
    [
      '/kling/v1/videos/text2video',
      { model_name: 'kling-v4', prompt: 'a', duration: '30', mode: 'pro', sound: 'on' },
      'kling/video_generation',
      { version: '4.0', duration: 30, mode: 'pro', enable_audio: true },
    ],
    [
      '/kling/v1/videos/image2video',
      { model_name: 'kling-v4-flash', prompt: 'a', image: PICTURE, duration: '20' },
      'kling/video_generation',
      { version: '4.0-flash', duration: 20, image_url: PICTURE },
    ],
    [
      '/kling/v1/videos/omni-video',
      {
        ...{ model_name: 'kling-v4-omni', prompt: '<<<video_2>>> as <<<image_1>>>', duration: '12' },
        image_list: [{ image_url: PICTURE }],
        video_list: [{ video_url: FILM }, { video_url: FILM }],
      },
      'kling/omni_video_generation',
      { version: '4.0', prompt: '@video_2 as @image_1', images: [PICTURE], videos: [FILM, FILM] },
    ],
    // The vendor's command line turns whatever reads as a number into one.
    [
      ...piapi('kling', 'video_generation', { prompt: 'a', version: 2.6, duration: 5, cfg_scale: 0.5, seed: -1 }),
      'kling/video_generation',
      { version: '2.6', cfg_scale: 0.5 },
    ],
    [...piapi('kling', 'video_generation', { prompt: 'a', version: 3 }), 'kling/video_generation', { version: '3.0' }],
    [
      ...piapi('kling', 'video_generation', {
        prompt: 'a',
        camera_control: { type: 'simple', config: { ...STILL, pan: '-10', horizontal: -5 } },
      }),
      'kling/video_generation',
      { camera_control: { type: 'simple', config: { ...STILL, pan: -10, horizontal: -5 } } },
    ],
    [
      ...piapi('kling', 'image_to_video', { prompt: 'a', start_image_url: PICTURE, end_image_url: OTHER }),
      'kling/image_to_video',
      { image_url: PICTURE, image_tail_url: OTHER },
    ],
    [
      ...piapi('Qubico/minimax-h3', 'img2video', { prompt: 'a', image_url: PICTURE }),
      'Qubico/minimax-h3/img2video',
      { image: PICTURE, resolution: '768p' },
    ],
    [
      ...piapi('byteaudio', 'seed-audio-1.0', { prompt: 'She laughs.', format: 'wav' }),
      'byteaudio/seed-audio-1.0',
      { text: 'She laughs.', format: 'wav' },
    ],
    // Lists with one empty element, and objects that hold nothing, as form builders send them.
    [
      '/mj/submit/imagine',
      { prompt: 'a', base64Array: [''], accountFilter: {} },
      'midjourney/imagine',
      { prompt: 'a' },
    ],
    [
      ...piapi('seedance', 'seedance-2', { prompt: 'a', image_urls: [''], video_urls: [null], audio_urls: [] }),
      'seedance/seedance-2',
      { prompt: 'a' },
    ],
    [
      '/runwayml/v1/text_to_image',
      { model: 'gen4_image', promptText: 'a', ratio: '1920:1080', referenceImages: [null] },
      'runway/text_to_image',
      { promptText: 'a' },
    ],
    [
      '/luma/dream-machine/v1/generations',
      { prompt: 'a', keyframes: { frame0: { type: 'image', url: PICTURE }, frame1: { type: 'image', url: '' } } },
      'luma/video_generation',
      { key_frames: { frame0: { type: 'image', url: PICTURE } } },
    ],
    ...[{}, { image_url: '' }].map((input_reference): [string, JsonObject, string, JsonObject] => [
      '/v1/videos',
      { model: 'sora-2', prompt: 'a', input_reference },
      'sora2/sora2-video',
      { duration: 4 },
    ]),
    [
      '/fal/queue/fal-ai/flux/dev',
      { prompt: '3', image_size: { width: '', height: null }, loras: [''] },
      'fal/request',
      { input: { prompt: '3' } },
    ],
    [
      '/kling/v1/videos/text2video',
      { prompt: 'a', negative_prompt: 'fog', negativePrompt: 'fog' },
      'kling/video_generation',
      { negative_prompt: 'fog' },
    ],
    // Shapes, pictures and lengths under the names of neighbouring APIs.
    [
      ...piapi('Qubico/flux1-dev', 'txt2img', { prompt: 'a', aspect_ratio: '16:9' }),
      'Qubico/flux1-dev/txt2img',
      { width: 1_344, height: 768 },
    ],
    ['/flux/v1/flux-pro-1.1', { prompt: 'a', aspect_ratio: '1:1' }, 'bfl/flux-pro-1.1', { width: 864, height: 864 }],
    [
      ...piapi('gemini', 'gemini-2.5-flash-image', { prompt: 'a', image_url: PICTURE }),
      'gemini/gemini-2.5-flash-image',
      { image_urls: [PICTURE] },
    ],
    [...piapi('veo3', 'veo3-video', { prompt: 'a', duration: 8 }), 'veo3/veo3-video', { duration: '8s' }],
    [
      ...piapi('kling', 'video_generation', { prompt: 'a', camera_control: { type: 'simple', config: { zoom: 3 } } }),
      'kling/video_generation',
      { camera_control: { type: 'simple', config: { ...STILL, zoom: 3 } } },
    ],
    [
      '/suno/submit/music',
      { prompt: 'la', customMode: true, style: 'pop', instrumental: true, negativeTags: 'metal', model: 'V4_5' },
      'suno/music',
      { tags: 'pop', make_instrumental: true, negative_tags: 'metal', mv: 'chirp-auk' },
    ],
    ['/mj/submit/imagine', { prompt: 'a', mode: 'RELAX' }, 'midjourney/imagine', { process_mode: 'relax' }],
    ['/mj/submit/imagine', { prompt: 'a', speed: 'turbo' }, 'midjourney/imagine', { process_mode: 'turbo' }],
    ['/luma/dream-machine/v1/generations/image', { prompt: 'a' }, 'luma/image_generation', { model: 'photon-1' }],
    [
      '/udio/submit/music',
      { gen_params: { prompt: 'a tram', make_instrumental: true } },
      'music-u/generate_music',
      { lyrics_type: 'instrumental' },
    ],
    [
      ...piapi('music-u', 'generate_music', {
        ...{ lyrics_type: 'instrumental', gpt_description_prompt: '', lyrics: '', negative_tags: '', seed: -1 },
      }),
      'music-u/generate_music',
      { lyrics_type: 'instrumental', seed: -1 },
    ],
  ])('at %s: %j is a task of %s with %j', async (path, body, operation, input) => {
    const task = await sentTo(path, body)
    expect(task).toMatchObject({ operation, input })
    for (const name of Object.keys(input)) expect((task as Task).input[name]).toEqual(input[name])
    expect(placeholdersIn(task as Task)).toEqual([])
  })

  it.each<[string, JsonObject, string]>([
    ['/fal/queue/fal-ai/flux/dev', { prompt: 'a', num_images: 'three' }, 'num_images must be a number'],
    ['/fal/queue/fal-ai/flux/dev', { prompt: 'a', num_images: true }, 'num_images must be a number, not true'],
    [
      '/replicate/v1/models/acme/flux/predictions',
      { input: { prompt: 'a', num_outputs: [3] } },
      'num_outputs must be a number, not an array',
    ],
    ['/suno/submit/music', { prompt: 'la', make_instrumental: 'yes' }, 'make_instrumental must be a boolean'],
    ['/suno/submit/music', { prompt: 'la', model: 'chirp-v99' }, 'model must be one of'],
    ['/suno/submit/music', { tags: 'pop', task: 'extend' }, 'continue_clip_id is needed'],
    ['/suno/submit/music', { prompt: 'la', continue_at: 12 }, 'continue_clip_id is needed'],
    [
      '/minimax/v1/video_generation',
      { model: 'T2V-01', prompt: 'a', subject_reference: [{ type: 'character', image: [PICTURE] }] },
      'subject_reference is read with the model S2V-01 only',
    ],
    [
      '/minimax/v1/video_generation',
      { model: 'T2V-01', prompt: 'a', reference_images: [PICTURE] },
      'reference_images is read with',
    ],
    [
      '/kling/v1/videos/text2video',
      { prompt: 'a', multi_prompt: [{ prompt: 'b', duration: '5' }] },
      'multi_prompt is read with multi_shot true only',
    ],
    [
      '/runway/tasks',
      { taskType: 'gen3', options: { text_prompt: 'a', width: 'wide', height: 768 } },
      'options.width must be a number',
    ],
    [
      '/mj/submit/retexture',
      { prompt: 'a', image: PICTURE, maskBase64: PICTURE },
      'maskBase64 is not read by retexture',
    ],
    ['/ideogram/generate', { image_request: { prompt: 'a' }, image_file: PICTURE }, 'image_file is not read here'],
    ['/mj/submit/video', { prompt: 'a', image: PICTURE, mode: 'slow' }, 'mode must be one of'],
    [
      ...piapi('hailuo', 'video_generation', { model: 'v2.3', prompt: 'a', reference_images: [PICTURE] }),
      'input.reference_images is read with model s2v-01 only',
    ],
    [
      ...piapi('kling', 'video_generation', { prompt: 'a', image_url: PICTURE, start_image_url: OTHER }),
      'input.start_image_url does not go together with input.image_url',
    ],
    [...piapi('kling', 'video_generation', { prompt: 'a', start_image_url: 'fox' }), 'input.start_image_url must be'],
    [...piapi('seedance', 'seedance-2', { prompt: 'a', duration: 0 }), 'input.duration must be at least 4, not 0'],
    [...piapi('seedance', 'seedance-2-fast', { prompt: 'a', resolution: '1080p' }), 'input.resolution must be one of'],
    [
      ...piapi('kling', 'omni_video_generation', { prompt: 'a', video_urls: [FILM] }),
      'input.video_urls is read with version 4.0 and 4.0-flash only',
    ],
    ['/kling/v1/videos/text2video', { model_name: 'kling-v4-flash', prompt: 'a', mode: 'pro' }, 'mode must be std'],
    // What the body says beside its input, and what an operation has under another name.
    [
      '/api/v1/task',
      { model: 'kling', task_type: 'video_generation', version: '1.6', input: { prompt: 'a' } },
      'version belongs into input',
    ],
    [
      '/api/v1/task',
      { model: 'kling', task_type: 'video_generation', webhook_url: PICTURE, input: { prompt: 'a' } },
      'webhook_url belongs into config.webhook_config',
    ],
    [...piapi('kling', 'video_generation', { prompt: 'a', image: PICTURE }), 'input.image is a file'],
    ['/luma/dream-machine/v1/generations', { prompt: 'a', image_url: PICTURE }, 'image_url is a file'],
    ['/flux/v1/flux-kontext-pro', { prompt: 'a', image: PICTURE }, 'image is a file'],
    ['/mj/submit/imagine', { prompt: 'a', aspectRatio: '16:9' }, 'aspectRatio is not read'],
    // A known field in other letters, which would not be read.
    ['/kling/v1/videos/text2video', { prompt: 'a', negativePrompt: 'fog' }, 'send negative_prompt'],
    ['/suno/submit/music', { prompt: 'la', Tags: 'pop' }, 'Tags is not read in these letters; send tags'],
    [...piapi('seedance', 'seedance-2', { prompt: 'a', image_urls: ['', PICTURE] }), 'input.image_urls.0 must be'],
    ['/v1/videos', { prompt: 'a', duration: 8 }, 'duration is not read here; send seconds'],
    ['/v1/videos', { prompt: 'a', aspect_ratio: '16:9' }, 'aspect_ratio is not read here; send size'],
    ['/v1/videos', { prompt: 'a', image: PICTURE }, 'image is a file'],
    ['/runway/pro/generate', { prompt: 'a', seconds: 5 }, 'seconds must be 10 seconds'],
    ['/suno/submit/music', { prompt: 'la', lyrics: 'lo' }, 'lyrics does not go together with prompt'],
    [
      '/udio/submit/music',
      { gen_params: { prompt: 'a', make_instrumental: 'yes' } },
      'make_instrumental must be a boolean',
    ],
    [
      '/kling/v1/videos/lip-sync',
      { input: { video_url: 'a film', mode: 'text2video', text: 'hello', voice_id: 'uk_boy1' } },
      'input.video_url must be an http',
    ],
  ])('at %s: %j is refused, since %s', async (path, body, message) => {
    expect(await sentTo(path, body)).toContain(message)
  })

  // Files and shapes that the vendors' documents name, each of which the task must have.
  // `sandbox:fast` where the answer is the result.
  it.each<[string, JsonObject]>([
    ['/kling/v1/videos/image2video', { model_name: 'kling-v2-1', image: PICTURE, image_tail: OTHER, mode: 'pro' }],
    ['/kling/v1/videos/multi-image2video', { prompt: 'a', image_list: [{ image: PICTURE }, { image: OTHER }] }],
    ['/kling/v1/videos/avatar/image2video', { image: PICTURE, sound_file: SOUND, prompt: 'a', mode: 'std' }],
    ['/kling/v1/images/generations', { prompt: 'a', image: PICTURE, aspect_ratio: '16:9', n: 1, image_fidelity: 0.5 }],
    ['/kling/v1/images/kolors-virtual-try-on', { human_image: PICTURE, cloth_image: OTHER }],
    [
      '/minimax/v1/video_generation',
      { model: 'MiniMax-Hailuo-02', prompt: 'a', first_frame_image: PICTURE, last_frame_image: OTHER, duration: 6 },
    ],
    ['/minimax/v1/video_generation', { model: 'S2V-01', prompt: 'a', subject_reference: [FACE] }],
    [
      '/minimax/v1/image_generation',
      { model: 'image-01', prompt: 'sandbox:fast', aspect_ratio: '16:9', subject_reference: [FACE_FILE] },
    ],
    ['/flux/v1/flux-pro-1.1', { prompt: 'a', image_prompt: DATA, width: 1_024, height: 768 }],
    ['/flux/v1/flux-pro-1.1-ultra', { prompt: 'a', image_prompt: DATA, aspect_ratio: '21:9', raw: false }],
    ['/bfl/v1/flux-kontext-max', { prompt: 'a', input_image: PICTURE, input_image_2: OTHER, aspect_ratio: '16:9' }],
    ['/flux/v1/flux-pro-1.0-fill', { prompt: 'a', image: DATA, mask: DATA, steps: 50, guidance: 60 }],
    ['/flux/v1/flux-pro-1.0-canny', { prompt: 'a', control_image: DATA, steps: 50 }],
    ['/bfl/v1/flux-2-pro', { prompt: 'a', input_image: PICTURE, input_image_8: OTHER, width: 1_024, height: 768 }],
    [
      '/luma/generations',
      { user_prompt: 'a', image_url: PICTURE, image_end_url: OTHER, aspect_ratio: '9:16', loop: true },
    ],
    [
      '/luma/dream-machine/v1/generations/image',
      { prompt: 'a', image_ref: [{ url: PICTURE, weight: 0.8 }], aspect_ratio: '9:21' },
    ],
    ['/runwayml/v1/image_to_video', { promptImage: PICTURE, model: 'gen4_turbo', ratio: '832:1104', duration: 5 }],
    [
      '/runwayml/v1/text_to_image',
      { promptText: '@a', model: 'gen4_image', ratio: '1080:1920', referenceImages: [{ uri: PICTURE, tag: 'a' }] },
    ],
    [
      '/runway/pro/generate',
      { prompt: 'a', image: PICTURE, model: 'gen3', ratio: '9:16', style: 'cinematic', options: { seconds: 5 } },
    ],
    ['/runway/pro/act_one', { video: FILM, image: PICTURE, options: { motion_multiplier: 3, flip: false } }],
    [
      '/mj/submit/imagine',
      { prompt: 'a', base64Array: [DATA], botType: 'MID_JOURNEY', accountFilter: { modes: ['FAST'] } },
    ],
    ['/mj/submit/blend', { base64Array: [DATA, DATA], dimensions: 'PORTRAIT', botType: 'MID_JOURNEY' }],
    ['/mj/submit/video', { prompt: 'it runs', image: PICTURE, endImage: OTHER, motion: 'high' }],
  ])('at %s: the documented %j is a task that has all of its files', async (path, body) => {
    const task = await sentTo(path, body)
    expect(task).toBeTypeOf('object')
    const { operation: id, input } = task as Task
    expect(filesIn(getOperation(id).input, input)).toHaveLength(filesNamedIn(body))
  })

  it('as metadata of a PiAPI task is kept, and returned in reads and webhooks', async () => {
    const metadata = { order: 7, tags: ['a', ''], note: null }
    const hook = { webhook_config: { endpoint: `${receiver.url}/metadata`, secret: '' } }
    const body = { model: 'suno', task_type: 'lyrics', input: { prompt: 'sandbox:fast' }, metadata, config: hook }
    const created = await gateway.piapi.post(body, { key: TEST_KEY })
    expect(created.body.data).toMatchObject({ metadata })
    const { task_id: id } = created.body.data
    await gateway.until(id, hasEnded)
    expect(await gateway.piapi.read(id, { key: TEST_KEY })).toMatchObject({ metadata })
    await receiver.until((all) => all.some(({ path }) => path === '/metadata'))
    const notice = receiver.received.find(({ path }) => path === '/metadata')?.body ?? '{}'
    expect(JSON.parse(notice)).toMatchObject({ data: { task_id: id, metadata } })
    const plain = await gateway.piapi.song({ prompt: 'la' }, { key: TEST_KEY })
    expect(plain).not.toHaveProperty('metadata')
    const huge = await gateway.piapi.post({ ...body, metadata: 'x'.repeat(20_000) }, { key: TEST_KEY })
    expect(huge).toMatchObject({ status: 400, body: { error: { field: 'metadata' } } })
  })
})

/** Suno's versions by the names of its products, and by its own. */
const VERSIONS: [alias: string, version: string][] = [
  ['chirp-v3', 'chirp-v3-0'],
  ['chirp-v3.5', 'chirp-v3-5'],
  ['chirp-v4', 'chirp-v4'],
  ['chirp-v4-5', 'chirp-auk'],
  ['chirp-v4.5', 'chirp-auk'],
  ['chirp-v4-5-plus', 'chirp-bluejay'],
  ['chirp-v5', 'chirp-crow'],
  ['chirp-v5-5', 'chirp-fenix'],
]
/** Every way in which a protocol names the version of a song. */
const NAMING: [name: string, (version: string) => [path: string, body: JsonObject]][] = [
  ['PiAPI', (mv) => piapi('suno', 'music', { prompt: 'la', mv })],
  ['PiAPI, as model', (model) => piapi('suno', 'music', { prompt: 'la', model })],
  ['PiAPI before 2025', (model_version) => piapi('music-s', 'generate_music', { prompt: 'rain', model_version })],
  ['the relay', (mv) => ['/suno/submit/music', { prompt: 'la', mv }]],
  ['the relay, as model', (model) => ['/suno/submit/music', { prompt: 'la', model }]],
  ['the feed', (mv) => ['/suno/generate', { prompt: 'la', mv }]],
  ['the feed, by a description', (mv) => ['/suno/generate/description-mode', { gpt_description_prompt: 'rain', mv }]],
  ['Polyphony', (mv) => ['/polyphony/v1/tasks', { operation: 'suno/music', input: { prompt: 'la', mv } }]],
]

describe.each(NAMING)('a version of Suno in the form of %s', (_name, bodyOf) => {
  it.each(VERSIONS)('is taken as %s, which is %s', async (alias, version) => {
    expect(await sentTo(...bodyOf(alias))).toMatchObject({ operation: 'suno/music', input: { mv: version } })
  })
})

/** The fields of an operation that hold a placeholder which is not their default. */
function placeholdersIn({ operation, input }: Task): string[] {
  const { properties } = getOperation(operation).input
  const isPlaceholder = (value: Json) => value === null || value === '' || (Array.isArray(value) && value.length === 0)
  return Object.entries(input).flatMap(([name, value]) => {
    const known = Object.hasOwn(properties, name) ? (properties[name] as { default?: Json }) : undefined
    return known && isPlaceholder(value) && known.default !== value ? [name] : []
  })
}
