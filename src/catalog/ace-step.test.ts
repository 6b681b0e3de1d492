import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { aceStep } from './ace-step.ts'
import { filesIn } from './media.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const SOUND = 'https://example.com/a.mp3'
const named = (taskType: string) => {
  const found = aceStep.find((operation) => operation.taskType === taskType)
  if (!found) throw new Error(taskType)
  return found
}

describe('ACE-Step', () => {
  it.each<[string, JsonObject, number, number]>([
    ['txt2audio', { duration: 10 }, 10, 50_000],
    ['txt2audio', {}, 30, 150_000],
    ['audio2audio', { duration: 60, style_audio: SOUND }, 60, 300_000],
    ['edit', { duration: 20, style_audio: SOUND }, 20, 100_000],
    ['extend', { duration: 240, audio: SOUND }, 240, 1_200_000],
  ])('ACE-Step %s with %j makes %i seconds for %i points', (taskType, input, seconds, points) => {
    const operation = named(taskType)
    const complete = readInput(operation, { style_prompt: 'swing', lyrics: '[inst]', ...input })
    expect(outputSpecOf(operation.produces, complete)).toMatchObject({ count: 1, seconds })
    expect(operation.price(complete)).toBe(points)
  })

  it.each<[string, JsonObject, string]>([
    ['txt2audio', {}, 'style_prompt is needed without lyrics.'],
    ['txt2audio', { lyrics: '' }, 'style_prompt is needed without lyrics.'],
    ['txt2audio', { style_prompt: 'a', duration: 0 }, 'duration must be at least 1, not 0.'],
    ['audio2audio', { style_prompt: 'a' }, 'style_audio is required.'],
    ['edit', { style_prompt: 'a' }, 'style_audio is required.'],
    ['edit', { audio: SOUND }, 'style_prompt is needed without lyrics.'],
    ['extend', {}, 'style_audio is required.'],
  ])('ACE-Step %s refuses %j', (taskType, input, message) => {
    expect(() => readInput(named(taskType), input)).toThrow(message)
  })

  it.each<[string, JsonObject]>([
    ['txt2audio', { style_prompt: 'a', lyrics: '[inst]', negative_style_prompt: 'drums', infer_step: 60 }],
    ['txt2audio', { lyrics: 'la', negative_prompt: 'noise', duration: 5 }],
    ['audio2audio', { style_audio: SOUND }],
    ['extend', { audio: SOUND }],
  ])('ACE-Step %s accepts %j', (taskType, input) => {
    expect(readInput(named(taskType), input)).toMatchObject(input)
  })

  it('the sounds that ACE-Step builds on are found as files of its input', () => {
    const operation = named('edit')
    const input = readInput(operation, { audio: SOUND, lyrics: 'la' })
    expect(filesIn(operation.input, input)).toEqual([{ field: 'audio', media: 'audio', value: SOUND }])
  })
})
