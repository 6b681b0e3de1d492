import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemId, newId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { idIn, ownNames, renamed, upstreamNames } from './ids.ts'

const HERE = '01234567-89ab-4cde-8f01-23456789ab00'
const THERE = '76543210-ba98-4edc-8f01-ba9876543200'
const PARENT_HERE = '01234567-0000-4cde-8f01-23456789ab00'
const PARENT_THERE = '76543210-0000-4edc-8f01-ba9876543200'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }

describe('renaming of task ids', () => {
  const names = new Map([[HERE, THERE]])

  it('replaces the ids of a task and its items, with their numbers, at any depth', () => {
    const given = { task_id: HERE, clips: [itemId(HERE, 1), { id: itemId(HERE, 255) }], note: null, count: 2 }
    expect(renamed(given, names)).toEqual({
      task_id: THERE,
      clips: [itemId(THERE, 1), { id: itemId(THERE, 255) }],
      note: null,
      count: 2,
    })
  })

  it('keeps other ids, and text that merely contains one', () => {
    const given = {
      another: PARENT_HERE,
      words: `go on from ${HERE}`,
      upper: HERE.toUpperCase(),
      file: `asset:${HERE}.mp3`,
      url: `https://gateway.example/files/${HERE}.mp3`,
      [HERE]: 'a name is no value',
    }
    expect(renamed(given, names)).toEqual(given)
  })

  it('gives the original when it is reversed', () => {
    const tasks = fc.array(fc.integer({ min: 1, max: 2 ** 40 }).map(newId), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(tasks, fc.jsonValue(), fc.nat(255), ([here = '', there = '', ...others], any, number) => {
        fc.pre(here !== there && !others.includes(there))
        const value = [itemId(here, number), ...others, any as Json] // what fast-check makes is JSON
        const sent = renamed(value, new Map([[here, there]]))
        expect(sent).toEqual([itemId(there, number), ...(renamed(others, new Map([[here, there]])) as Json[]), any])
        expect(renamed(sent, new Map([[there, here]]))).toEqual(value)
      }),
    )
  })
})

describe('the pairs of ids that the adapter renames', () => {
  it('contain the parent’s ids for an input', () => {
    const parent = sampleTask(TIMES, { id: PARENT_HERE, operation: 'suno/music', handle: { id: PARENT_THERE } })
    expect(upstreamNames({ parent })).toEqual(new Map([[PARENT_HERE, PARENT_THERE]]))
    expect(upstreamNames({ parent: null })).toEqual(new Map())
  })

  it('contain the ids of the task and its parent for an output', () => {
    const input = { clip_id: itemId(PARENT_HERE, 2) }
    const request = { taskId: HERE, operation: 'suno/concat', input }
    expect(ownNames({ id: THERE, parentId: PARENT_THERE }, request)).toEqual(
      new Map([
        [THERE, HERE],
        [PARENT_THERE, PARENT_HERE],
      ]),
    )
    const alone = { taskId: HERE, operation: 'suno/lyrics', input: { prompt: 'fog' } }
    expect(ownNames({ id: THERE, parentId: null }, alone)).toEqual(new Map([[THERE, HERE]]))
  })

  it('are not read from a handle of another provider', () => {
    expect(idIn({ id: THERE })).toBe(THERE)
    for (const handle of [null, {}, { id: 7 }, [THERE], THERE]) {
      expect(() => idIn(handle)).toThrow('not a valid Polyphony handle')
    }
  })
})
