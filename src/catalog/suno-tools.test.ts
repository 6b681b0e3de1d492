import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { findOperation } from './catalog.ts'
import type { Operation } from './operation.ts'
import { outputSpecOf } from './outputs.ts'
import { readInput } from './read-input.ts'
import { sunoMusic } from './suno.ts'
import { sunoStems, sunoTags, sunoTools, sunoWav } from './suno-tools.ts'

const CLIP = '01234567-89ab-4cde-8f01-23456789ab01'

function fieldAtFault(operation: Operation, input: object): string | undefined {
  try {
    readInput(operation, input)
  } catch (error) {
    if (error instanceof PolyphonyError) return error.details.field
    throw error
  }
  return undefined
}

describe('splitting a clip', () => {
  it.each([
    [{}, 2, 100_000],
    [{ stem_type_group_name: 'Two', stem_task: 'two' }, 2, 100_000],
    [{ stem_type_group_name: 'Twelve', stem_task: 'twelve' }, 12, 500_000],
  ])('splitting a clip with %o gives %i tracks for %i points', (fields, count, points) => {
    const input = readInput(sunoStems, { clip_id: CLIP, ...fields })
    expect(outputSpecOf(sunoStems.produces, input)).toMatchObject({ kind: 'clips', count, type: 'stem' })
    expect(sunoStems.price(input)).toBe(points)
  })

  it('the two fields that name a kind of split must agree', () => {
    expect(fieldAtFault(sunoStems, { clip_id: CLIP, stem_type_group_name: 'Two', stem_task: 'twelve' })).toBe(
      'stem_task',
    )
    expect(fieldAtFault(sunoStems, { clip_id: CLIP, stem_task: 'two' })).toBeUndefined()
  })
})

describe('the tools for Suno clips', () => {
  it('each tool for Suno clips is in the catalogue and builds on a task of Suno', () => {
    for (const operation of sunoTools) {
      expect(findOperation(operation.id)).toBe(operation)
      expect(operation.followsModels).toEqual(['suno'])
      if (operation !== sunoTags) expect(operation.follows(operation.example)).toBe(CLIP)
    }
  })

  it('each tool for Suno clips delivers the kind of output that its name promises', () => {
    const specs = sunoTools.map(({ taskType, produces, example }) => [taskType, outputSpecOf(produces, example).kind])
    expect(Object.fromEntries(specs)).toEqual({
      persona: 'data',
      stems: 'clips',
      timing: 'data',
      wav: 'sounds',
      mp4: 'videos',
      midi: 'data',
      tags: 'data',
    })
    expect(outputSpecOf(sunoWav.produces, sunoWav.example)).toMatchObject({ mediaType: 'audio/wav' })
  })
})

describe('the mode of a Suno song', () => {
  it.each([
    [{ task: 'cover', prompt: 'la' }, 'cover_clip_id'],
    [{ task: 'artist_consistency', prompt: 'la' }, 'persona_id'],
    [{ task: 'infill', prompt: 'la' }, 'continue_clip_id'],
    [{ task: 'infill', prompt: 'la', continue_clip_id: CLIP }, 'infill_start_s'],
    [{ task: 'infill', prompt: 'la', continue_clip_id: CLIP, infill_start_s: 5 }, 'infill_end_s'],
    [{ task: 'infill', prompt: 'la', continue_clip_id: CLIP, infill_start_s: 5, infill_end_s: 5 }, 'infill_end_s'],
    [{ task: 'upload_extend', tags: 'folk' }, 'continue_clip_id'],
  ])('a Suno song with %o needs %s', (input, field) => {
    expect(fieldAtFault(sunoMusic, input)).toBe(field)
    expect(fieldAtFault(sunoMusic, { ...input, gpt_description_prompt: 'an idea wins' })).toBeUndefined()
  })

  it.each([
    [
      { task: 'cover', cover_clip_id: CLIP },
      { coverClipId: CLIP, continueClipId: null, instrumental: false },
    ],
    [
      { task: 'artist_consistency', persona_id: CLIP },
      { personaId: CLIP, coverClipId: null },
    ],
    [
      { task: 'infill', continue_clip_id: CLIP, infill_start_s: 5, infill_end_s: 9 },
      { continueClipId: CLIP, continueAt: 5, replaces: { fromSeconds: 5, toSeconds: 9 } },
    ],
    [
      { continue_clip_id: CLIP, cover_clip_id: CLIP },
      { continueClipId: CLIP, coverClipId: null, replaces: null },
    ],
  ])('a Suno song with %o follows the clip or persona that it builds on', (fields, song) => {
    const input = readInput(sunoMusic, { tags: 'folk', ...fields })
    expect(sunoMusic.follows(input)).toBe(CLIP)
    expect(outputSpecOf(sunoMusic.produces, input)).toMatchObject({ song })
  })
})
