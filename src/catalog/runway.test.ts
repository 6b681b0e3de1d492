import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { runway } from './runway.ts'

const FILE = 'https://example.com/a.png'
const CREDIT = 100_000

function operationOf(taskType: string): Operation {
  const operation = runway.find((one) => one.taskType === taskType)
  if (!operation) throw new Error(`There is no ${taskType}.`)
  return operation
}

const read = (taskType: string, input: JsonObject) => readInput(operationOf(taskType), input)
const spec = (taskType: string, input: JsonObject) =>
  outputSpecOf(operationOf(taskType).produces, read(taskType, input))
const credits = (taskType: string, input: JsonObject) => operationOf(taskType).price(read(taskType, input)) / CREDIT

const still = (more: JsonObject = {}) => ({
  model: 'gen4_turbo',
  promptImage: [{ uri: FILE }],
  ratio: '1280:720',
  ...more,
})
const text = (more: JsonObject = {}) => ({
  model: 'gen4.5',
  promptText: 'fog',
  ratio: '1280:720',
  duration: 5,
  ...more,
})

describe('a video of Runway', () => {
  it.each<[string, JsonObject, number]>([
    ['image_to_video', still({ duration: 5 }), 25],
    ['image_to_video', still(), 50],
    ['text_to_video', text(), 60],
    ['text_to_video', text({ outputFormat: 'mp4' }), 60],
    ['text_to_video', text({ outputFormat: 'prores' }), 85],
    ['text_to_video', text({ outputFormat: 'hdr10' }), 160],
    ['text_to_video', text({ model: 'seedance2', ratio: '3840:2160', outputFormat: 'hdr10' }), 250],
    ['text_to_video', text({ model: 'veo3.1', duration: 8 }), 160],
    ['text_to_video', text({ model: 'veo3.1', duration: 8, audio: true }), 320],
    ['character_performance', { model: 'act_two', character: { image: FILE }, reference: { video: FILE } }, 25],
  ])('a Runway video %s with %j costs %i credits', (taskType, input, count) => {
    expect(credits(taskType, input)).toBe(count)
  })

  it.each<[string, JsonObject, string]>([
    ['image_to_video', still({ ratio: '16:9' }), 'ratio must be one of 1280:720, 720:1280, 1104:832'],
    ['image_to_video', { model: 'gen4_turbo', promptImage: [{ uri: FILE }] }, 'ratio is needed with gen4_turbo.'],
    ['image_to_video', still({ duration: 11 }), 'duration must be one of 2, 3, 4'],
    ['image_to_video', still({ duration: 'auto' }), 'with gen4_turbo, not auto.'],
    ['image_to_video', still({ promptImage: [] }), 'promptImage must not be empty.'],
    ['image_to_video', still({ promptText: 'x'.repeat(1_001) }), 'promptText has at most 1000 characters with'],
    ['image_to_video', still({ model: 'gen4.5', duration: 5 }), 'promptText is needed with gen4.5.'],
    ['image_to_video', still({ model: 'gen3a_turbo' }), 'ratio must be one of 1280:768, 768:1280 with gen3a_turbo'],
    ['text_to_video', text({ ratio: '960:960' }), 'ratio must be one of 1280:720, 720:1280 with gen4.5'],
    ['text_to_video', { model: 'gen4.5', promptText: 'x', ratio: '1280:720' }, 'duration is needed with gen4.5.'],
    ['text_to_video', text({ model: 'veo3.1', duration: 5 }), 'duration must be one of 4, 6, 8 with veo3.1, not 5.'],
    ['text_to_video', text({ model: 'wan3', ratio: 'wide' }), 'ratio must be a size such as'],
    ['text_to_video', text({ model: 'gen4_turbo' }), 'model must be one of'],
    ['text_to_video', text({ seed: 2 ** 32 }), 'seed must be at most 4294967295'],
    ['video_to_video', { model: 'aleph2' }, 'videoUri or promptVideo is needed.'],
    [
      'character_performance',
      { model: 'act_two', character: {}, reference: { video: FILE } },
      'character.image or character.video is needed.',
    ],
  ])('a Runway video %s with %j is refused', (taskType, input, message) => {
    expect(() => read(taskType, input)).toThrow(message)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['text_to_video', text(), { widthPx: 1_280, heightPx: 720, seconds: 5, hasSound: false }],
    [
      'text_to_video',
      text({ model: 'gen3', ratio: '9:16', duration: 10 }),
      { widthPx: 720, heightPx: 1_280, seconds: 10 },
    ],
    [
      'text_to_video',
      text({ model: 'seedance2', ratio: '2206:946', duration: 'auto' }),
      { widthPx: 2_206, seconds: 5 },
    ],
    ['text_to_video', { model: 'hailuo3', promptText: 'x', ratio: 'adaptive' }, { widthPx: 1_280, heightPx: 720 }],
    ['image_to_video', still({ model: 'veo3.1', audio: true }), { seconds: 8, hasSound: true }],
    ['image_to_video', still(), { seconds: 10 }],
  ])('a Runway video %s with %j has the requested size and length', (taskType, input, expected) => {
    expect(spec(taskType, input)).toMatchObject(expected)
  })
})

describe('a picture of Runway', () => {
  const drawn = (more: JsonObject = {}) => ({ model: 'gen4_image', promptText: 'x', ratio: '1080:1080', ...more })

  it('Runway pictures have the requested size and number', () => {
    expect(spec('text_to_image', drawn())).toMatchObject({ widthPx: 1_080, heightPx: 1_080, count: 1 })
    const many = drawn({ model: 'gpt_image_2', ratio: 'auto', outputCount: 3, background: 'transparent' })
    expect(spec('text_to_image', many)).toMatchObject({ widthPx: 1_024, count: 3, isTransparent: true })
    expect(credits('text_to_image', many)).toBe(24)
    expect(credits('text_to_image', drawn({ model: 'gen4_image_turbo', referenceImages: [{ uri: FILE }] }))).toBe(2)
    const larger = { model: 'magnific_precision_upscaler_v2', imageUri: FILE, scaleFactor: 16 }
    expect(spec('image_upscale', larger)).toMatchObject({ widthPx: 8_192 })
    expect(credits('image_upscale', larger)).toBe(80)
  })

  it.each<[JsonObject, string]>([
    [{ model: 'gen4_image', promptText: 'x' }, 'ratio is required.'],
    [drawn({ ratio: '1000:1000' }), 'ratio must be one of 1024:1024'],
    [drawn({ promptText: 'x'.repeat(1_001) }), 'promptText has at most 1000 characters with gen4_image.'],
    [drawn({ model: 'gen4_image_turbo' }), 'referenceImages is needed with gen4_image_turbo.'],
    [
      drawn({ referenceImages: Array(4).fill({ uri: FILE }) }),
      'referenceImages has at most 3 elements with gen4_image.',
    ],
  ])('a Runway picture with %j is refused', (input, message) => {
    expect(() => read('text_to_image', input)).toThrow(message)
  })
})

describe('Runway’s tools and sounds', () => {
  it('the tools and sounds of Runway name the field that is missing', () => {
    const faster = { model: 'enhance_frame_rate', videoUri: FILE }
    expect(() => read('video_upscale', faster)).toThrow('targetFramerate is needed with enhance_frame_rate.')
    expect(read('video_upscale', { ...faster, targetFramerate: '60' })).toMatchObject({ resolution: '2k' })
    const speech = { model: 'eleven_v3', promptText: 'x' }
    expect(() => read('text_to_speech', speech)).toThrow('voice is needed with eleven_v3.')
    expect(read('text_to_speech', { ...speech, model: 'seed_audio' })).toMatchObject({ model: 'seed_audio' })
    const voice = { type: 'runway-preset', presetId: 'Maya' }
    const other = { model: 'eleven_multilingual_sts_v2', voice, media: {} }
    expect(() => read('speech_to_speech', other)).toThrow('media.audio or media.video is needed.')
  })

  it.each<[string, JsonObject, number, JsonObject]>([
    [
      'text_to_speech',
      { model: 'seed_audio', promptText: 'x'.repeat(150) },
      3,
      { seconds: 10, mediaType: 'audio/mpeg' },
    ],
    ['text_to_speech', { model: 'seed_audio', promptText: 'x', outputFormat: 'wav' }, 1, { mediaType: 'audio/wav' }],
    ['sound_effect', { model: 'seed_audio', promptText: 'x', duration: 30 }, 5, { seconds: 30 }],
    ['sound_effect', { model: 'seed_audio', promptText: 'x' }, 2, { seconds: 10 }],
    ['voice_isolation', { model: 'eleven_voice_isolation', audioUri: FILE }, 2, { kind: 'sounds' }],
    ['voice_dubbing', { model: 'eleven_voice_dubbing', audioUri: FILE, targetLang: 'es' }, 5, { kind: 'sounds' }],
    [
      'video_upscale',
      { model: 'magnific_video_upscaler_creative', videoUri: FILE, resolution: '720p' },
      100,
      { widthPx: 1_280, heightPx: 720 },
    ],
    ['video_to_hdr', { model: 'ruby', videoUri: FILE }, 100, { kind: 'videos' }],
  ])('the Runway task type %s with %j costs %i credits', (taskType, input, count, expected) => {
    expect(credits(taskType, input)).toBe(count)
    expect(spec(taskType, input)).toMatchObject(expected)
  })
})
