import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../core/json.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { udioLyrics, udioMusic } from './udio.ts'

const SONG = '01234567-89ab-4cde-8f01-23456789ab01'
const songOf = (input: JsonObject) => outputSpecOf(udioMusic.produces, readInput(udioMusic, input))

describe('Udio songs', () => {
  it('a Udio task makes two songs for 0.05 USD, with every kind of input', () => {
    for (const input of [
      { lyrics_type: 'generate', gpt_description_prompt: 'rain' },
      { lyrics_type: 'user', prompt: 'la la', continue_song_id: SONG },
    ]) {
      expect(udioMusic.price(readInput(udioMusic, input))).toBe(500_000)
      expect(songOf(input)).toMatchObject({ count: 2, type: 'gen' })
    }
  })

  it.each<[JsonObject, string]>([
    [{ gpt_description_prompt: 'rain' }, 'lyrics_type is required.'],
    [{ lyrics_type: 'generate' }, 'gpt_description_prompt is needed with lyrics_type generate.'],
    [{ lyrics_type: 'instrumental', prompt: 'la' }, 'gpt_description_prompt is needed with lyrics_type instrumental.'],
    [{ lyrics_type: 'user', gpt_description_prompt: 'rain' }, 'prompt is needed with lyrics_type user.'],
    [{ lyrics_type: 'user', prompt: '', lyrics: '' }, 'prompt is needed with lyrics_type user.'],
    [{ lyrics_type: 'rap', prompt: 'la' }, 'lyrics_type must be one of "generate", "instrumental", "user", not "rap".'],
  ])('a Udio task refuses %j', (input, message) => {
    expect(() => readInput(udioMusic, input)).toThrow(message)
  })

  it('a Udio song can be made from a description', () => {
    expect(songOf({ lyrics_type: 'generate', gpt_description_prompt: 'rain', negative_tags: '', seed: -1 })).toEqual({
      kind: 'clips',
      count: 2,
      type: 'gen',
      song: {
        description: 'rain',
        lyrics: '',
        tags: '',
        negativeTags: '',
        title: '',
        instrumental: false,
        mv: '',
        seed: undefined,
        continueClipId: null,
        continueAt: null,
      },
    })
    expect(
      songOf({ lyrics_type: 'instrumental', gpt_description_prompt: '', prompt: '', lyrics: '', seed: -1 }),
    ).toMatchObject({ song: { description: null, lyrics: '', instrumental: true, seed: undefined } })
    expect(songOf({ lyrics_type: 'instrumental', gpt_description_prompt: 'rain', seed: 7 })).toMatchObject({
      song: { description: 'rain', instrumental: true, seed: 7 },
    })
  })

  it.each<[JsonObject]>([[{ prompt: 'la la' }], [{ lyrics: 'la la' }], [{ prompt: '', lyrics: 'la la' }]])(
    'a Udio song sings the lyrics that the caller sends as %j',
    (words) => {
      const input = { lyrics_type: 'user', gpt_description_prompt: 'jazz', negative_tags: 'rock', ...words }
      expect(songOf(input)).toMatchObject({
        song: { description: null, lyrics: 'la la', tags: 'jazz', negativeTags: 'rock', instrumental: false },
      })
    },
  )

  it('a Udio song continues a song of an earlier task', () => {
    const input = { lyrics_type: 'generate', gpt_description_prompt: 'rain', continue_song_id: SONG }
    expect(udioMusic.follows(readInput(udioMusic, input))).toBe(SONG)
    expect(songOf({ ...input, continue_at: 12.5 })).toMatchObject({ song: { continueClipId: SONG, continueAt: 12.5 } })
    expect(songOf({ ...input, continue_at: 0 })).toMatchObject({ song: { continueClipId: SONG, continueAt: null } })
    expect(udioMusic.follows(readInput(udioMusic, { ...input, continue_song_id: '' }))).toBeUndefined()
  })
})

describe('Udio songs with gen_params', () => {
  const idea = { lyrics_type: 'generate', gpt_description_prompt: 'rain' }
  const source = { source_type: 'song', song_id: SONG }

  it('a Udio song costs twice as much with the longer model', () => {
    for (const [model_type, points] of [
      ['', 500_000],
      ['udio32-v1.5', 500_000],
      ['udio130-v1.5', 1_000_000],
    ] as const) {
      expect(udioMusic.price(readInput(udioMusic, { ...idea, model_type }))).toBe(points)
    }
  })

  it('a Udio song continues the song in its config, except in the regular mode', () => {
    const config = { mode: 'precede', context_length: 130, source }
    expect(songOf({ ...idea, config })).toMatchObject({ song: { continueClipId: SONG } })
    expect(udioMusic.follows(readInput(udioMusic, { ...idea, config }))).toBe(SONG)
    expect(songOf({ ...idea, config: { mode: 'regular', source } })).toMatchObject({ song: { continueClipId: null } })
    for (const broken of [{ mode: 'continuation' }, { mode: 'precede', source: {} }]) {
      expect(() => readInput(udioMusic, { ...idea, config: broken })).toThrow(
        `config.source.song_id is needed with mode ${broken.mode}.`,
      )
    }
  })

  it('a share in the input of a Udio song must be from 0 to 1', () => {
    expect(() => readInput(udioMusic, { ...idea, generation_quality: 1.5 })).toThrow(
      'generation_quality must be at most 1, not 1.5.',
    )
    expect(readInput(udioMusic, { ...idea, song_section_start: 0.4 })).toMatchObject({ song_section_start: 0.4 })
  })
})

describe('Udio lyrics', () => {
  it('a Udio lyrics task writes two texts about the prompt', () => {
    const input = readInput(udioLyrics, { prompt: 'fog' })
    expect(outputSpecOf(udioLyrics.produces, input)).toMatchObject({ count: 2, about: 'fog' })
    expect(udioLyrics.price(input)).toBe(20_000)
    expect(() => readInput(udioLyrics, { prompt: '' })).toThrow('prompt must not be empty.')
  })
})
