import { describe, expect, it } from 'vitest'
import { getOperation } from './catalog.ts'
import { readInput } from './read-input.ts'

const FILE = 'https://example.com/a.png'
const OTHER = 'https://example.com/b.png'
const DATA = 'data:image/png;base64,iVBORw0KGgo='
const BARE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='
const TASK = '01234567-89ab-4cde-8f01-23456789ab00'

describe('a field that an operation does not have, and that says what is made', () => {
  it.each<[operation: string, input: object, says: string]>([
    ['kling/video_generation', { prompt: 'a', image: FILE }, 'image is a file, and kling/video_generation has no such'],
    ['kling/video_generation', { prompt: 'a', images: [FILE] }, 'it has image_url'],
    ['kling/video_generation', { prompt: 'a', img_url: 'data:image/png;base64,AA' }, 'img_url is a file'],
    ['kling/video_generation', { prompt: 'a', width: 720, height: 1_280 }, 'width is not read by kling'],
    ['kling/video_generation', { prompt: 'a', seconds: 3 }, 'seconds must be 5 seconds'],
    ['luma/video_generation', { prompt: 'a', image_url: FILE }, 'image_url is a file'],
    ['luma/video_generation', { prompt: 'a', size: '720x1280' }, 'size is not read by luma/video_generation'],
    ['midjourney/imagine', { prompt: 'a', aspectRatio: '16:9' }, 'aspectRatio is not read by midjourney/imagine'],
    ['midjourney/imagine', { prompt: 'a', dimensions: 'PORTRAIT' }, 'dimensions is not read'],
    ['midjourney/imagine', { prompt: 'a', images: [{ url: FILE }] }, 'images is a file'],
    ['bfl/flux-kontext-pro', { prompt: 'a', image: FILE }, 'image is a file'],
    ['sora2/sora2-video', { prompt: 'a', orientation: 'portrait' }, 'orientation is not read'],
    ['hailuo/video_generation', { model: 'v2.3', prompt: 'a', aspect_ratio: '9:16' }, 'aspect_ratio is not read'],
    ['Qubico/flux1-dev-advanced/fill-inpaint', { prompt: 'a', image: FILE, mask_image: OTHER }, 'mask_image is a file'],
    ['gemini/nano-banana-pro', { prompt: 'a', image_urls: [FILE], mask: DATA }, 'mask is a file'],
    ['kling/video_generation', { prompt: 'a', image: BARE }, 'image is a file'],
    ['kling/video_generation', { prompt: 'a', image_base64: BARE }, 'image_base64 is a file'],
    ['kling/video_generation', { prompt: 'a', picture_uri: 'asset://fox' }, 'picture_uri is a file'],
    ['hailuo/video_generation', { model: 't2v-02', prompt: 'a', reference_video_url: FILE }, 'reference_video_url is'],
    // Another file than that of the known field, or the same at the other end of the film.
    ['kling/video_generation', { prompt: 'a', image_url: FILE, image: OTHER }, 'image is a file'],
    ['kling/video_generation', { prompt: 'a', image_url: FILE, images: [FILE, OTHER] }, 'images is a file'],
    ['kling/video_generation', { prompt: 'a', image_url: FILE, last_frame: FILE }, 'last_frame is a file'],
    // A trained model has no shape of its own.
    ['bfl/flux-pro-finetuned', { prompt: 'a', finetune_id: TASK, dimensions: 'PORTRAIT' }, 'dimensions is not read'],
  ])('of %s with %j is refused by its name', (operation, input, says) => {
    expect(() => readInput(getOperation(operation), input)).toThrow(says)
  })

  it.each<[operation: string, input: object]>([
    ['kling/video_generation', { prompt: 'a', seconds: 5, width: 1_280, height: 720, size: '1280x720' }],
    ['kling/video_generation', { prompt: 'a', image: '', images: [], callback: FILE, seed: 3 }],
    [
      'kling/video_generation',
      { prompt: 'a', image: 'none', picture: 'a word that is no file, however long it goes on', audio: false },
    ],
    ['midjourney/imagine', { prompt: 'a', dimensions: 'SQUARE', aspectRatio: '1:1' }],
    ['hailuo/video_generation', { model: 'v2.3', prompt: 'a', aspect_ratio: '16:9' }],
    ['hailuo/video_generation', { model: 'i2v-02', prompt: 'a', image_url: FILE, last_frame_image: FILE }],
    // The same file under the names of several vendors.
    ['kling/video_generation', { prompt: 'a', image_url: FILE, image: FILE }],
    ['kling/video_generation', { prompt: 'a', image_url: FILE, images: [{ url: FILE }] }],
    ['kling/video_generation', { prompt: 'a', image_url: FILE, image_tail_url: OTHER, end_image: OTHER }],
    ['luma/video_generation', { prompt: 'a', start_image: DATA, image: DATA }],
    ['luma/video_generation', { prompt: 'a', key_frames: { frame1: { type: 'image', url: FILE } }, last_frame: FILE }],
    ['Qubico/skyreels/img2video', { prompt: 'a', image: BARE, image_url: BARE }],
    ['Qubico/hunyuan/img2video-concat', { prompt: 'a', image: FILE, image_url: FILE }],
    ['Qubico/mmaudio/video2audio', { prompt: 'a', video: FILE, video_url: FILE }],
    // The shape is that of the earlier task.
    ['kling/extend_video', { origin_task_id: TASK, aspect_ratio: '9:16' }],
    ['kling/extend_video', { origin_task_id: TASK, aspect_ratio: '16:9' }],
    ['kling/lip_sync', { origin_task_id: TASK, tts_text: 'a', tts_timbre: 'Rachel', aspect_ratio: '9:16' }],
    ['midjourney/upscale', { origin_task_id: TASK, index: '1', aspect_ratio: '16:9' }],
    ['midjourney/pan', { origin_task_id: TASK, direction: 'up', size: '768x1024' }],
    ['luma/upscale_video', { origin_task_id: TASK, resolution: '1080p', aspect_ratio: '9:16' }],
    ['luma/add_audio', { origin_task_id: TASK, prompt: 'a', dimensions: { width: 9, height: 16 } }],
    [
      'luma/extend_video',
      { prompt: 'a', key_frames: { frame0: { type: 'generation', id: TASK } }, aspectRatio: '9:16' },
    ],
    ['suno/mp4', { clip_id: TASK, orientation: 'landscape', aspect_ratio: '16:9' }],
    // The shape is that of the picture.
    ['hailuo/video_generation', { model: 'v2.3', prompt: 'a', image_url: FILE, aspect_ratio: '9:16' }],
  ])('of %s with %j changes nothing, and is kept', (operation, input) => {
    expect(readInput(getOperation(operation), input)).toMatchObject(input)
  })
})

describe('a shape in one text', () => {
  it.each<[operation: string, input: object, width: number, height: number]>([
    ['Qubico/flux1-dev/txt2img', { aspect_ratio: '16:9' }, 1_344, 768],
    ['Qubico/flux1-dev/txt2img', { aspect_ratio: '1:1' }, 1_024, 1_024],
    ['Qubico/flux1-dev/txt2img', { size: '1024x768', width: null, height: '' }, 1_024, 768],
    ['bfl/flux-pro-1.1', { aspect_ratio: '9:16' }, 640, 1_152],
    ['bfl/flux-2-pro', { aspectRatio: '16:9' }, 1_344, 768],
  ])('of %s with %j is its width and height', (operation, input, width, height) => {
    const read = readInput(getOperation(operation), { prompt: 'a', ...input })
    expect(read).toMatchObject({ width, height })
    expect(read).not.toHaveProperty(Object.keys(input)[0] ?? '')
  })

  it.each<[input: object, width: number, height: number]>([
    [{ size: '1280x720', aspect_ratio: '16:9' }, 1_280, 720],
    [{ size: '1360x768', aspectRatio: '16:9' }, 1_360, 768],
    [{ aspect_ratio: '1:1', image_size: '512x512' }, 512, 512],
    [{ aspect_ratio: 'auto', size: '1024x768' }, 1_024, 768],
    [{ aspect_ratio: null, size: '16:9' }, 1_344, 768],
  ])('of %j is the pixels before the ratio', (input, width, height) => {
    const read = readInput(getOperation('Qubico/flux1-dev/txt2img'), { prompt: 'a', ...input })
    expect(read).toMatchObject({ width, height })
  })

  it('is refused where a ratio says something else than the pixels beside it', () => {
    const input = { prompt: 'a', size: '1024x1024', aspect_ratio: '16:9' }
    expect(() => readInput(getOperation('Qubico/flux1-dev/txt2img'), input)).toThrow(
      'aspect_ratio is not read by Qubico/flux1-dev/txt2img, which would make 1024 by 1024 pixels',
    )
  })

  it('is refused where it differs from a width and height beside it', () => {
    const input = { prompt: 'a', width: 1_024, height: 1_024, aspect_ratio: '16:9' }
    expect(() => readInput(getOperation('Qubico/flux1-dev/txt2img'), input)).toThrow('aspect_ratio is not read')
  })
})
