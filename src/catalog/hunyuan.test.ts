import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { hunyuan } from './hunyuan.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const named = (taskType: string) => {
  const found = hunyuan.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}

describe('Hunyuan Video', () => {
  it.each([
    ['txt2video', 1_200_000],
    ['fast-txt2video', 400_000],
    ['txt2video-lora', 1_200_000],
    ['img2video-concat', 1_600_000],
    ['img2video-replace', 1_600_000],
  ])('Hunyuan %s costs %i points', (taskType, points) => {
    const operation = named(taskType)
    expect(operation.price(readInput(operation, operation.example))).toBe(points)
  })

  it.each<[string, string, number, number]>([
    ['txt2video', '16:9', 848, 480],
    ['txt2video', '9:16', 480, 848],
    ['fast-txt2video', '1:1', 640, 640],
    ['img2video-concat', '9:16', 544, 960],
    ['img2video-replace', '1:1', 720, 720],
  ])('a Hunyuan %s video in %s measures %i by %i pixels', (taskType, aspect_ratio, widthPx, heightPx) => {
    const operation = named(taskType)
    const input = readInput(operation, { ...operation.example, aspect_ratio })
    expect(outputSpecOf(operation.produces, input)).toMatchObject({ widthPx, heightPx, seconds: 3.5 })
  })

  it.each<[string, JsonObject, string]>([
    ['txt2video', { prompt: 'x'.repeat(1_001) }, 'prompt has at most 1000 characters.'],
    ['txt2video-lora', { prompt: 'a' }, 'lora_settings is required.'],
    [
      'txt2video-lora',
      { prompt: 'a', lora_settings: [{ lora_type: 'anime', lora_strength: 3 }] },
      'lora_settings.0.lora_strength must be at most 2, not 3.',
    ],
    ['img2video-concat', { prompt: 'a' }, 'image is required.'],
  ])('Hunyuan %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })
})
