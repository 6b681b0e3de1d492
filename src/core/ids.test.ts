import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idBefore, isId, isSameItem, itemId, newId, taskOfItem } from './ids.ts'

const instant = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2100) })
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('ids', () => {
  it('an id looks like a UUID of version 4', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const id = newId(ms)
        expect(id).toMatch(UUID_V4)
        expect(isId(id)).toBe(true)
      }),
    )
  })

  it('an id is never created twice, and sorts by its creation, a hundred thousand times within a few milliseconds', () => {
    const now = Date.UTC(2101)
    const ids = Array.from({ length: 100_000 }, (_, n) => newId(now + Math.floor(n / 40_000)))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
  })

  it('an id sorts by its creation when the clock goes forward, stands still or is set back a little', () => {
    let now = Date.UTC(2102)
    let last = newId(now)
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 5 }), (stepMs) => {
        now += stepMs
        const id = newId(now)
        expect(id > last).toBe(true)
        last = id
      }),
    )
  })

  it('an id begins with the time of its creation, also after the clock was set back by far', () => {
    const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
    newId(Date.UTC(2103))
    expect(timeOf(newId(Date.UTC(2099)))).toBe(Date.UTC(2099))
  })

  it('a text that is not an id is refused', () => {
    const id = newId(Date.UTC(2026))
    for (const other of ['', 'x', id.toUpperCase().replace('-4', '-A'), `${id}0`, ` ${id}`, id.replaceAll('-', '')]) {
      expect(isId(other)).toBe(false)
    }
  })

  it('of a millisecond and later ones sort after the id before them, and earlier ones before it', () => {
    const now = Date.UTC(2099, 1)
    const bound = idBefore(now)
    expect([isId(bound), newId(now - 1) < bound, newId(now) > bound]).toEqual([true, true, true])
  })
})

describe('ids of items', () => {
  it('the id of an item leads back to its task and its number', () => {
    fc.assert(
      fc.property(instant, fc.nat(255), (ms, number) => {
        const taskId = newId(ms)
        const item = itemId(taskId, number)
        expect(isId(item)).toBe(true)
        expect(taskOfItem(item)).toEqual({ taskId, number })
        expect(item === taskId).toBe(number === 0)
      }),
    )
  })

  it('the id of an item exists for 255 items, and no more', () => {
    const id = newId(Date.UTC(2026))
    for (const number of [-1, 256, 1.5, Number.NaN]) expect(() => itemId(id, number)).toThrow(RangeError)
  })

  it('the ids of the items of a task, and of tasks of one moment, begin differently', () => {
    const tasks = Array.from({ length: 50 }, () => newId(Date.UTC(2026)))
    const begins = tasks.flatMap((id) => [0, 1, 2, 3, 4].map((number) => itemId(id, number).slice(0, 8)))
    expect(new Set(begins).size).toBe(1 + 50 * 4) // the tasks themselves begin with their time
    const all = Array.from({ length: 255 }, (_, index) => itemId(newId(Date.UTC(2026)), index + 1).slice(0, 8))
    expect(new Set(all).size).toBe(255)
  })

  it('the id that an item had in former versions leads to its task as well', () => {
    const taskId = newId(Date.UTC(2026))
    const former = `${taskId.slice(0, -2)}02`
    expect(taskOfItem(former)).toEqual({ taskId, number: 2 })
    expect(isSameItem(former, itemId(taskId, 2))).toBe(true)
    expect(isSameItem(former, itemId(taskId, 1))).toBe(false)
    expect(isSameItem(former, itemId(newId(Date.UTC(2026)), 2))).toBe(false)
  })
})
