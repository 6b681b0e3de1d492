import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { bfl, bflFinetune, finetuneOf } from './bfl.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

function named(taskType: string): Operation {
  const found = bfl.find((one) => one.taskType === taskType)
  if (!found) throw new Error(`There is no ${taskType}.`)
  return found
}

const image = 'https://example.com/a.png'
const finetune_id = '01234567-89ab-4cde-8f01-23456789ab00'
const training = { file_data: 'https://example.com/a.zip', finetune_comment: 'a heron', mode: 'general' }

describe('Flux of Black Forest Labs', () => {
  it('each Flux model is a task type with the name of its path', () => {
    expect(bfl.map(({ id }) => id)).toEqual([
      'bfl/flux-pro-1.1',
      'bfl/flux-pro-1.1-ultra',
      'bfl/flux-pro',
      'bfl/flux-dev',
      'bfl/flux-kontext-pro',
      'bfl/flux-kontext-max',
      'bfl/flux-pro-1.0-fill',
      'bfl/flux-pro-1.0-expand',
      'bfl/flux-pro-1.0-canny',
      'bfl/flux-pro-1.0-depth',
      'bfl/flux-2-pro',
      'bfl/flux-2-max',
      'bfl/flux-2-flex',
      'bfl/flux-2-klein-4b',
      'bfl/flux-2-klein-9b',
      'bfl/flux-3-video',
      'bfl/finetune',
      'bfl/flux-pro-finetuned',
      'bfl/flux-pro-1.1-ultra-finetuned',
      'bfl/flux-pro-1.0-fill-finetuned',
      'bfl/flux-pro-1.0-canny-finetuned',
      'bfl/flux-pro-1.0-depth-finetuned',
    ])
  })

  it.each<[string, JsonObject, number]>([
    ['flux-pro-1.1', {}, 400_000],
    ['flux-pro-1.1-ultra', {}, 600_000],
    ['flux-pro', {}, 500_000],
    ['flux-dev', {}, 250_000],
    ['flux-kontext-pro', { prompt: 'a' }, 400_000],
    ['flux-kontext-max', { prompt: 'a' }, 800_000],
    ['flux-pro-1.0-fill', { image }, 500_000],
    ['flux-2-pro', { prompt: 'a' }, 300_000],
    ['flux-2-pro', { prompt: 'a', width: 2_048, height: 2_048 }, 750_000],
    ['flux-2-pro', { prompt: 'a', input_image: image, input_image_2: '' }, 450_000],
    ['flux-2-klein-4b', { prompt: 'a' }, 140_000],
    ['flux-3-video', {}, 8_500_000],
    ['flux-3-video', { duration: 10, resolution: 'fhd' }, 29_000_000],
    ['flux-3-video', { mode: 'v2v', start_video: image }, 20_500_000],
    ['flux-3-video', { draft: true, duration: 5 }, 3_000_000],
    ['finetune', { ...training, iterations: 149 }, 20_000_000],
    ['finetune', { ...training, iterations: 150 }, 40_000_000],
    ['finetune', training, 40_000_000],
    ['finetune', { ...training, iterations: 500 }, 40_000_000],
    ['finetune', { ...training, iterations: 501 }, 60_000_000],
    ['flux-pro-finetuned', { finetune_id }, 600_000],
    ['flux-pro-1.1-ultra-finetuned', { finetune_id }, 700_000],
    ['flux-pro-1.0-fill-finetuned', { finetune_id, image }, 600_000],
    ['flux-pro-1.0-canny-finetuned', { finetune_id, prompt: 'a', control_image: image }, 600_000],
    ['flux-pro-1.0-depth-finetuned', { finetune_id, prompt: 'a', control_image: image }, 600_000],
  ])('the Flux task type %s with %j costs %i points', (taskType, input, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, input))).toBe(points)
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['flux-pro-1.1', {}, { widthPx: 1_024, heightPx: 768, mediaType: 'image/jpeg' }],
    ['flux-pro-1.1', { width: 256, height: 1_440, output_format: 'webp' }, { widthPx: 256, mediaType: 'image/webp' }],
    ['flux-pro-1.1-ultra', {}, { widthPx: 2_736, heightPx: 1_536 }],
    ['flux-kontext-pro', { prompt: 'a' }, { widthPx: 1_024, heightPx: 1_024, mediaType: 'image/png' }],
    ['flux-kontext-pro', { prompt: 'a', aspect_ratio: '16:9' }, { widthPx: 1_360, heightPx: 768 }],
    ['flux-pro-1.0-expand', { image, left: 100, top: 50 }, { widthPx: 1_124, heightPx: 1_074 }],
    ['flux-2-max', { prompt: 'a', width: 2_752, height: 1_520 }, { widthPx: 2_752, heightPx: 1_520 }],
    [
      'flux-3-video',
      { resolution: 'fhd', duration: 7 },
      { widthPx: 1_920, heightPx: 1_080, seconds: 7, hasSound: true },
    ],
    ['flux-3-video', { aspect_ratio: '9:16' }, { widthPx: 720, heightPx: 1_280, seconds: 5 }],
    ['flux-pro-finetuned', { finetune_id, width: 512 }, { kind: 'pictures', widthPx: 512, heightPx: 768 }],
    ['flux-pro-1.1-ultra-finetuned', { finetune_id }, { kind: 'pictures', widthPx: 2_736, heightPx: 1_536 }],
  ])('the Flux task type %s with %j produces the output that the input describes', (taskType, input, spec) => {
    const operation = named(taskType)
    expect(outputSpecOf(operation.produces, readInput(operation, input))).toMatchObject({ ...spec })
  })

  it.each<[string, JsonObject, string]>([
    ['flux-pro-1.1', { width: 1_000 }, 'width must be a multiple of 32, not 1000.'],
    ['flux-dev', { height: 300 }, 'height must be a multiple of 32, not 300.'],
    ['flux-pro-1.1', { width: 224 }, 'width must be at least 256'],
    ['flux-pro-1.1-ultra', { aspect_ratio: '22:9' }, 'aspect_ratio must be from 21:9 to 9:21, not 22:9.'],
    ['flux-kontext-max', { prompt: 'a', aspect_ratio: '1:3' }, 'aspect_ratio must be from 21:9 to 9:21'],
    ['flux-kontext-max', { prompt: 'a', aspect_ratio: 'wide' }, 'aspect_ratio must be a ratio such as "16:9"'],
    ['flux-kontext-pro', {}, 'prompt is required'],
    ['flux-pro-1.0-canny', { prompt: 'a' }, 'control_image is needed without preprocessed_image'],
    ['flux-2-pro', { prompt: 'a', width: 1_000 }, 'width must be a multiple of 16'],
    ['flux-2-flex', { prompt: 'a', width: 4_096, height: 1_040 }, 'width times height must be at most 4194304'],
    ['flux-2-flex', { prompt: 'a', width: 8_192, height: 528 }, 'width times height must be at most 4194304'],
    ['flux-2-flex', { prompt: 'a', guidance: 11 }, 'guidance must be at most 10'],
    ['flux-2-pro', { prompt: 'a', safety_tolerance: 6 }, 'safety_tolerance must be at most 5'],
    ['flux-3-video', { duration: 21 }, 'duration must be a whole number from 5 to 20, or "auto"'],
    ['flux-3-video', { safety_tolerance: 5 }, 'safety_tolerance must be at most 4'],
    ['finetune', { finetune_comment: 'a', mode: 'general' }, 'file_data is required'],
    [
      'finetune',
      { ...training, file_data: 'heron.zip' },
      'file_data must be an http or https URL, a data URI or base64',
    ],
    ['finetune', { ...training, finetune_comment: '' }, 'finetune_comment must not be empty'],
    ['finetune', { ...training, mode: 'object' }, 'mode must be one of "general", "character", "style", "product"'],
    ['finetune', { ...training, iterations: 99 }, 'iterations must be at least 100'],
    ['finetune', { ...training, lora_rank: 8 }, 'lora_rank must be one of 16, 32'],
    ['finetune', { ...training, learning_rate: 0.01 }, 'learning_rate must be at most 0.005'],
    ['flux-pro-finetuned', { prompt: 'a' }, 'finetune_id is required'],
    ['flux-pro-finetuned', { finetune_id, finetune_strength: 2.1 }, 'finetune_strength must be at most 2'],
    ['flux-pro-finetuned', { finetune_id, width: 1_000 }, 'width must be a multiple of 32, not 1000.'],
    ['flux-pro-1.1-ultra-finetuned', { finetune_id, aspect_ratio: '22:9' }, 'aspect_ratio must be from 21:9 to 9:21'],
    [
      'flux-pro-1.0-canny-finetuned',
      { finetune_id, prompt: 'a' },
      'control_image is needed without preprocessed_image',
    ],
  ])('the Flux task type %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })

  it.each<[string, JsonObject]>([
    ['flux-pro-1.1-ultra', { aspect_ratio: '21:9' }],
    ['flux-pro-1.1-ultra', { aspect_ratio: '9:21' }],
    ['flux-pro-1.0-depth', { prompt: 'a', preprocessed_image: image }],
    ['flux-2-flex', { prompt: 'a', width: 4_096, height: 1_024 }],
    ['flux-pro-1.1', { image_prompt: '', seed: null, prompt: null }],
  ])('the Flux task type %s accepts %j', (taskType, input) => {
    expect(() => readInput(named(taskType), input)).not.toThrow()
  })

  it.each([
    ['flux-pro', 1.1],
    ['flux-pro-1.1-ultra', 1.2],
    ['flux-pro-1.0-fill', 1.1],
    ['flux-pro-1.0-canny', 1.1],
    ['flux-pro-1.0-depth', 1.1],
  ])(
    '%s-finetuned accepts the input of %s with a finetune, and follows the task that trained it',
    (taskType, strength) => {
      const [base, operation] = [named(taskType), named(`${taskType}-finetuned`)]
      expect(Object.keys(operation.input.properties)).toEqual([
        ...Object.keys(base.input.properties),
        'finetune_id',
        'finetune_strength',
      ])
      const input = readInput(operation, { ...base.example, finetune_id })
      expect(input.finetune_strength).toBe(strength)
      expect(operation.follows(input)).toBe(finetune_id)
      expect(base.follows(input)).toBeUndefined()
    },
  )

  it.each([
    ['full', undefined, 0.000_01],
    ['lora', undefined, 0.000_1],
    ['lora', 0.002, 0.002],
  ])('says of a finetune of type %s at the rate %s what it was trained with', (finetune_type, rate, learning_rate) => {
    const input = readInput(bflFinetune, { ...training, finetune_type, ...(rate ? { learning_rate: rate } : {}) })
    const said = {
      finetune_comment: 'a heron',
      mode: 'general',
      trigger_word: 'TOK',
      iterations: 300,
      captioning: true,
      priority: 'quality',
      finetune_type,
      lora_rank: 32,
      learning_rate,
    }
    expect(finetuneOf(input)).toEqual(said)
    expect(outputSpecOf(bflFinetune.produces, input)).toEqual({ kind: 'data', sample: said })
  })
})
