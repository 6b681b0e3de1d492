import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { minimaxMusic, minimaxSpeech } from './minimax-audio.ts'
import { minimaxImage } from './minimax-image.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'

const VOICE = { voice_id: 'English_expressive_narrator' }

describe('speech of MiniMax', () => {
  it.each<[JsonObject, number, object]>([
    [{ model: 'speech-2.8-hd' }, 10_000_000, { seconds: 667, mediaType: 'audio/mpeg' }],
    [{ model: 'speech-02-turbo' }, 6_000_000, { seconds: 667 }],
    [{ audio_setting: { format: 'pcm' } }, 6_000_000, { mediaType: 'audio/wav' }],
    [{ audio_setting: { format: 'flac' } }, 6_000_000, { mediaType: 'audio/flac' }],
    [{ voice_setting: { ...VOICE, speed: 2 } }, 6_000_000, { seconds: 334 }],
  ])('ten thousand characters with %j cost %i points', (more, points, spec) => {
    const raw = { model: 'speech-2.8-turbo', text: 'a'.repeat(10_000), voice_setting: VOICE, ...more }
    const input = readInput(minimaxSpeech, raw)
    expect(minimaxSpeech.price(input)).toBe(points)
    expect(outputSpecOf(minimaxSpeech.produces, input)).toMatchObject(spec)
  })

  it.each<[JsonObject, string]>([
    [{ voice_setting: { voice_id: 'a', pitch: 13 } }, 'voice_setting.pitch must be at most 12, not 13.'],
    [{ audio_setting: { format: 'ogg' } }, 'audio_setting.format must be one of'],
    [{ audio_setting: { sample_rate: 48_000 } }, 'audio_setting.sample_rate must be one of'],
    [{ voice_setting: {} }, 'voice_setting.voice_id is needed without timbre_weights.'],
    [{ voice_modify: { sound_effects: 'cave' } }, 'voice_modify.sound_effects must be one of'],
  ])('speech with %j is refused by the field’s name', (more, message) => {
    const raw = { model: 'speech-2.8-hd', text: 'Hello.', voice_setting: VOICE, ...more }
    expect(() => readInput(minimaxSpeech, raw)).toThrow(message)
  })

  it('a mixture of voices needs no voice beside it', () => {
    const timbre_weights = [{ voice_id: 'a', weight: 30 }]
    expect(readInput(minimaxSpeech, { model: 'speech-2.8-hd', text: 'Hello.', timbre_weights })).toMatchObject({
      timbre_weights,
    })
  })
})

describe('music of MiniMax', () => {
  it.each<[JsonObject, number, object]>([
    [{ lyrics: '[Verse]\nla' }, 1_500_000, { description: null, lyrics: '[Verse]\nla', tags: 'folk' }],
    [{ lyrics_optimizer: true }, 1_500_000, { description: 'folk', lyrics: '' }],
    [{ is_instrumental: true, lyrics: 'la' }, 1_500_000, { description: null, lyrics: '', instrumental: true }],
    [{ model: 'music-2.0', lyrics: 'la', seed: 7 }, 300_000, { seed: 7 }],
  ])('a song with %j costs %i points, and is one', (more, points, song) => {
    const input = readInput(minimaxMusic, { model: 'music-2.6', prompt: 'folk', ...more })
    expect(minimaxMusic.price(input)).toBe(points)
    expect(outputSpecOf(minimaxMusic.produces, input)).toMatchObject({ count: 1, song })
  })
})

describe('pictures of MiniMax', () => {
  it.each<[JsonObject, number, object]>([
    [{}, 35_000, { widthPx: 1_024, heightPx: 1_024, count: 1 }],
    [{ aspect_ratio: '9:16', n: 9 }, 315_000, { widthPx: 720, heightPx: 1_280, count: 9 }],
    [{ width: 512, height: 2_048 }, 35_000, { widthPx: 512, heightPx: 2_048 }],
  ])('pictures with %j cost %i points', (more, points, spec) => {
    const input = readInput(minimaxImage, { model: 'image-01', prompt: 'a', ...more })
    expect(minimaxImage.price(input)).toBe(points)
    expect(outputSpecOf(minimaxImage.produces, input)).toMatchObject(spec)
  })

  it('a side that is no multiple of eight is refused', () => {
    const raw = { model: 'image-01', prompt: 'a', width: 513, height: 512 }
    expect(() => readInput(minimaxImage, raw)).toThrow('width must be multiple of 8, not 513.')
  })
})
