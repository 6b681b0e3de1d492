import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { klingAvatar, klingEffects, klingExtend, klingLipSync, klingMotionControl } from './kling-scenes.ts'
import { filesIn } from './media.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { withoutPlaceholders } from './placeholders.testing.ts'
import { readInput } from './read-input.ts'

const TASK = '01234567-89ab-4cde-8f01-23456789ab00'
const PICTURE = 'https://example.com/a.png'
const SOUND = 'https://example.com/a.mp3'
const VIDEO = 'https://example.com/a.mp4'
const priceOf = (operation: Operation, input: JsonObject) => operation.price(readInput(operation, input))

describe('extending a Kling video', () => {
  it('extending a Kling video follows the task that it names', () => {
    const input = readInput(klingExtend, { origin_task_id: TASK })
    expect(klingExtend.follows(input)).toBe(TASK)
    expect(klingExtend.price(input)).toBe(2_600_000)
    expect(() => readInput(klingExtend, {})).toThrow('origin_task_id is required.')
    expect(() => readInput(klingExtend, { origin_task_id: '' })).toThrow('origin_task_id must not be empty.')
  })
})

describe('lip sync', () => {
  it.each<[string, JsonObject]>([
    ['a text', { tts_text: 'Hello', tts_timbre: 'Rock-Happy', tts_speed: 1.2, local_dubbing_url: '' }],
    ['a recording', { tts_text: '', tts_timbre: '', tts_speed: 1, local_dubbing_url: SOUND }],
    ['a recording that wins over a text', { tts_text: 'Hello', local_dubbing_url: SOUND }],
  ])('Kling lip sync accepts %s while its unused fields are empty', (_what, fields) => {
    const input = readInput(klingLipSync, { origin_task_id: TASK, ...fields })
    expect(input).toMatchObject(withoutPlaceholders(fields))
    expect(klingLipSync.follows(input)).toBe(TASK)
    expect(outputSpecOf(klingLipSync.produces, input)).toMatchObject({ hasSound: true })
  })

  it.each<[JsonObject, string]>([
    [{}, 'tts_text is needed without local_dubbing_url.'],
    [{ tts_text: '', local_dubbing_url: '' }, 'tts_text is needed without local_dubbing_url.'],
    [{ tts_text: 'Hello' }, 'tts_timbre is needed with tts_text.'],
    [{ tts_text: 'Hello', tts_timbre: 'Rock', tts_speed: 3 }, 'tts_speed must be at most 2, not 3.'],
    [{ local_dubbing_url: 'a.mp3' }, 'local_dubbing_url must be an http or https URL'],
  ])('Kling lip sync refuses %j', (fields, message) => {
    expect(() => readInput(klingLipSync, { origin_task_id: TASK, ...fields })).toThrow(message)
  })
})

describe('a Kling effect', () => {
  it.each<[JsonObject, number]>([
    [{ effect: 'squish' }, 2_600_000],
    [{ effect: 'rocket', professional_mode: true }, 4_600_000],
  ])('a Kling effect of %j costs %i points', (fields, points) => {
    expect(priceOf(klingEffects, { image_url: PICTURE, ...fields })).toBe(points)
  })

  it('a Kling effect for two people takes a picture of each', () => {
    const fields = { image_url: PICTURE, second_image_url: `${PICTURE}?right`, effect: 'hugging' }
    const input = readInput(klingEffects, fields)
    expect(filesIn(klingEffects.input, input).map(({ field }) => field)).toEqual(['image_url', 'second_image_url'])
    expect(() => readInput(klingEffects, { ...fields, second_image_url: 'a cat' })).toThrow('second_image_url must be')
  })

  it('a Kling effect that Kling does not offer is refused', () => {
    expect(() => readInput(klingEffects, { image_url: PICTURE, effect: 'melt' })).toThrow('effect must be one of')
  })
})

describe('an avatar', () => {
  it('a Kling avatar is made in the requested number, and each one costs', () => {
    const fields = { image_url: PICTURE, local_dubbing_url: SOUND }
    const input = readInput(klingAvatar, { ...fields, batch_size: 3 })
    expect(outputSpecOf(klingAvatar.produces, input)).toMatchObject({ count: 3, seconds: 10, hasSound: true })
    expect(priceOf(klingAvatar, fields)).toBe(6_000_000)
    expect(klingAvatar.price(input)).toBe(18_000_000)
    expect(priceOf(klingAvatar, { ...fields, mode: 'pro' })).toBe(12_000_000)
    expect(() => readInput(klingAvatar, { image_url: PICTURE })).toThrow('local_dubbing_url is required.')
  })
})

describe('motion control', () => {
  it('Kling motion control takes the movement from a video or from a preset', () => {
    for (const movement of [{ video_url: VIDEO }, { preset_motion: 'Running', video_url: '' }]) {
      expect(readInput(klingMotionControl, { image_url: PICTURE, ...movement })).toMatchObject({
        ...withoutPlaceholders(movement),
        motion_direction: 'video',
        mode: 'std',
        version: '2.6',
      })
    }
    expect(() => readInput(klingMotionControl, { image_url: PICTURE })).toThrow(
      'video_url is needed without preset_motion.',
    )
  })

  it('Kling motion control costs 0.065 USD for a second of standard video', () => {
    const fields = { image_url: PICTURE, preset_motion: 'Running' }
    expect(priceOf(klingMotionControl, fields)).toBe(6_500_000)
    expect(priceOf(klingMotionControl, { ...fields, mode: 'pro' })).toBe(10_400_000)
  })

  it('Kling motion control keeps the sound on request', () => {
    const fields = { image_url: PICTURE, video_url: VIDEO }
    const spec = (more: JsonObject) =>
      outputSpecOf(klingMotionControl.produces, readInput(klingMotionControl, { ...fields, ...more }))
    expect(spec({ keep_original_sound: true })).toMatchObject({ hasSound: true, seconds: 10, heightPx: 720 })
    expect(spec({ mode: 'pro' })).toMatchObject({ hasSound: false, heightPx: 1_080 })
  })
})
