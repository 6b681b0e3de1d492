import { describe, expect, it } from 'vitest'
import { getOperation } from './catalog.ts'
import { readInput } from './read-input.ts'

const FILE = 'https://example.com/a.png'

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
  ])('of %s with %j is refused by its name', (operation, input, says) => {
    expect(() => readInput(getOperation(operation), input)).toThrow(says)
  })

  it.each<[operation: string, input: object]>([
    ['kling/video_generation', { prompt: 'a', seconds: 5, width: 1_280, height: 720, size: '1280x720' }],
    ['kling/video_generation', { prompt: 'a', image: '', images: [], callback: FILE, seed: 3 }],
    ['kling/video_generation', { prompt: 'a', image: 'none', audio: false }],
    ['midjourney/imagine', { prompt: 'a', dimensions: 'SQUARE', aspectRatio: '1:1' }],
    ['hailuo/video_generation', { model: 'v2.3', prompt: 'a', aspect_ratio: '16:9' }],
    ['hailuo/video_generation', { model: 'i2v-02', prompt: 'a', image_url: FILE, last_frame_image: FILE }],
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
