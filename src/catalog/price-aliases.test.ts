import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { getOperation, listOperations } from './catalog.ts'
import { sizesIn } from './outputs.ts'
import { unpricedField } from './price-aliases.ts'
import { readInput } from './read-input.ts'

const read = (id: string, more: JsonObject) => {
  const operation = getOperation(id)
  return readInput(operation, { ...operation.example, ...more }, { '': 'input' })
}

describe('a field that an operation does not have', () => {
  it.each<[string, JsonObject, string]>([
    ['Qubico/flux1-dev/img2img', { batch_size: 4 }, 'input.batch_size must be at most 1'],
    ['Qubico/flux1-dev/img2img', { num_images: '4' }, 'input.num_images must be at most 1'],
    ['Qubico/flux1-dev/img2img', { numOutputs: '4.0' }, 'input.numOutputs must be at most 1'],
    ['Qubico/flux1-dev/txt2img', { n: 4 }, 'input.n must be at most 1'],
    ['gpt-image/generate', { n: 2, num_images: 10 }, 'input.num_images must be at most 2'],
    ['midjourney/imagine', { n: 5 }, 'input.n must be at most 4'],
    ['kling/effects', { duration: 10 }, 'input.duration must be at most 5 seconds'],
    ['kling/effects', { mode: 'pro' }, 'input.mode must be left out'],
    ['sora2/sora2-video', { seconds: '12' }, 'input.seconds must be at most'],
    ['sora2/sora2-video', { duration_ms: 60_000 }, 'input.duration_ms must be at most'],
    ['kling/video_generation', { video_resolution: '4k' }, 'input.video_resolution must be at most'],
    ['kling/video_generation', { size: '3840x2160' }, 'input.size must be at most'],
    ['kling/video_generation', { generate_audio: true }, 'input.generate_audio must be off'],
  ])('a field that %s does not have is refused when it requests more than is paid for: %j', (id, more, message) => {
    expect(() => read(id, more)).toThrow(message)
  })

  it.each<[string, JsonObject]>([
    ['Qubico/flux1-dev/img2img', { batch_size: 1, n: '1', num_images: null }],
    ['Qubico/flux1-dev/img2img', { some_future_field: 4, count: { of: 'words' } }],
    ['midjourney/imagine', { n: 4 }],
    ['kling/effects', { duration: '5', mode: 'std' }],
    ['kling/video_generation', { resolution: '720p', generate_audio: false, size: 'auto' }],
  ])('a field that %s does not have is kept when it requests nothing more: %j', (id, more) => {
    expect(read(id, more)).toMatchObject(more)
  })

  it('a field that PiAPI ignores is left out of the input, so that no vendor reads it', () => {
    expect(read('Qubico/flux1-dev/txt2img', { num_outputs: 4 })).not.toHaveProperty('num_outputs')
  })

  it('a count of a hundred in a field that an operation does not have is refused by every operation', () => {
    for (const operation of listOperations()) {
      if (operation.produces.kind === 'anything') continue
      const names = ['n', 'num_images', 'num_outputs', 'batch_size', 'count'].filter(
        (name) => !Object.hasOwn(operation.input.properties, name) && !isLeftOut(operation.id, name),
      )
      for (const name of names) {
        for (const value of [100, '100', '１００']) {
          expect(() => readInput(operation, { ...operation.example, [name]: value }), operation.id).toThrow(name)
        }
      }
    }
  })
})

function isLeftOut(id: string, name: string): boolean {
  return id === 'Qubico/flux1-dev/txt2img' && name === 'num_outputs'
}

describe('a size or a length that work on an earlier task does not have', () => {
  const video = { file: 'asset:a.mp4', cover: '', lastFrame: '', widthPx: 1_920, heightPx: 1_080, seconds: 9 }
  const beside = (id: string, more: JsonObject) => {
    const operation = getOperation(id)
    return unpricedField(operation, read(id, more), sizesIn({ videos: [{ ...video, seconds: 5 }, video] }))
  }

  it.each<[string, JsonObject]>([
    ['luma/add_audio', { resolution: '1080p', duration: 9 }],
    ['luma/add_audio', { size: '1920x1080', seconds: '9s' }],
    ['kling/lip_sync', { video_resolution: '1080p', duration: 9 }],
    ['midjourney/upscale', { size: '1024x1024' }],
  ])('is kept where the earlier one is as large and as long: %s with %j', (id, more) => {
    expect(beside(id, more)).toBeUndefined()
  })

  it.each<[string, JsonObject, string, string]>([
    ['luma/add_audio', { resolution: '4k' }, 'resolution', 'must be at most 1920 by 1080 pixels'],
    ['luma/add_audio', { duration: 10 }, 'duration', 'must be at most 9 seconds'],
    ['kling/lip_sync', { size: '3840x2160' }, 'size', 'must be at most 1920 by 1080 pixels'],
    ['kling/extend_video', { duration: 15 }, 'duration', 'must be at most 10 seconds'],
  ])('is refused where the earlier one is smaller or shorter: %s with %j', (id, more, field, rule) => {
    expect(beside(id, more)).toEqual({ field, rule: expect.stringContaining(rule) })
  })
})
