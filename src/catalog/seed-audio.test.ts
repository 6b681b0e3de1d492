import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { seedAudio } from './seed-audio.ts'

const [scene] = seedAudio as [Operation] // its only one
const SOUND = 'https://example.com/a.mp3'

describe('Seed-Audio', () => {
  it.each([
    ['hi', 1, 20_000],
    ['a'.repeat(150), 10, 200_000],
    ['a'.repeat(2_048), 120, 2_400_000],
  ])('a scene of Seed-Audio costs 0.002 USD for each second that its script takes', (text, seconds, points) => {
    const input = readInput(scene, { text })
    expect(outputSpecOf(scene.produces, input)).toMatchObject({ count: 1, seconds, mediaType: 'audio/mpeg' })
    expect(scene.price(input)).toBe(points)
  })

  it.each(['wav', 'pcm'])('Seed-Audio delivers %s in a WAV file', (format) => {
    expect(outputSpecOf(scene.produces, readInput(scene, { text: 'hi', format }))).toMatchObject({
      mediaType: 'audio/wav',
    })
  })

  it.each<[JsonObject, string]>([
    [{}, 'text is required.'],
    [{ text: 'a'.repeat(2_049) }, 'text has at most 2048 characters'],
    [{ text: 'a', format: 'ogg' }, 'format must be one of "mp3", "wav", "pcm", not "ogg".'],
    [{ text: 'a', audio_urls: [SOUND, SOUND, SOUND, SOUND] }, 'audio_urls has at most 3 elements.'],
    [{ text: 'a', audio_urls: [SOUND], image_url: SOUND }, 'image_url does not go together with audio_urls.'],
  ])('Seed-Audio refuses %j', (input, message) => {
    expect(() => readInput(scene, input)).toThrow(message)
  })
})
