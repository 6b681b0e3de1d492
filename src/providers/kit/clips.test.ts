import { describe, expect, it } from 'vitest'
import { outputSpecOf } from '../../catalog/outputs.ts'
import { sunoMusic } from '../../catalog/suno.ts'
import { itemId, newId } from '../../core/ids.ts'
import { clipIn } from './clips.ts'

function songSpecOf(input: object) {
  const spec = outputSpecOf(sunoMusic.produces, input)
  return spec.kind === 'clips' ? spec.song : undefined
}

const usual = { mv: 'chirp-v4', make_instrumental: false }

describe('the output spec of a song', () => {
  it('has only the idea in description mode, whatever else was sent', () => {
    const input = {
      ...usual,
      gpt_description_prompt: 'a cat',
      prompt: 'la',
      tags: 'jazz',
      title: 'T',
      continue_clip_id: 'x',
    }
    expect(songSpecOf(input)).toMatchObject({
      description: 'a cat',
      lyrics: '',
      tags: '',
      title: '',
      continueClipId: null,
    })
  })

  it('has lyrics, style and title in custom mode', () => {
    const input = {
      ...usual,
      gpt_description_prompt: '',
      prompt: 'la',
      tags: 'jazz',
      title: 'T',
      negative_tags: 'drums',
      seed: 7,
    }
    expect(songSpecOf(input)).toMatchObject({
      description: null,
      lyrics: 'la',
      tags: 'jazz',
      title: 'T',
      negativeTags: 'drums',
      instrumental: false,
      seed: 7,
    })
  })

  it.each([
    [{ tags: 'jazz' }, true],
    [{ prompt: '', tags: 'jazz' }, true],
    [{ prompt: 'la', make_instrumental: true }, true],
    [{ gpt_description_prompt: 'a cat' }, false],
    [{ gpt_description_prompt: 'a cat', make_instrumental: true }, true],
  ])('of %o is instrumental: %s', (input, instrumental) => {
    expect(songSpecOf({ ...usual, ...input })?.instrumental).toBe(instrumental)
  })
})

describe('a clip of a finished task', () => {
  const id = newId(Date.UTC(2026, 0, 1))
  const clips = [{ id: itemId(id, 1) }, { id: itemId(id, 2) }]
  const task = { id, output: { clips } }

  it('is found by its id, and no other', () => {
    expect(clipIn(task, itemId(id, 2))).toBe(clips[1])
    expect(clipIn(task, itemId(id, 3))).toBeUndefined()
    expect(clipIn(task, itemId(newId(Date.UTC(2026, 0, 1)), 1))).toBeUndefined()
    expect(clipIn(null, itemId(id, 1))).toBeUndefined()
    expect(clipIn({ ...task, output: null }, itemId(id, 1))).toBeUndefined()
  })
})
