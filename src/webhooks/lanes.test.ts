import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lanes } from './lanes.ts'

const limits = { slots: 4, slotsPerLane: 2, maxWaiting: 3 }

function takeAll(lanes: Lanes<string>): string[] {
  const taken: string[] = []
  for (let next = lanes.take(); next; next = lanes.take()) taken.push(next.item)
  return taken
}

describe('lanes', () => {
  it('start what fits, leaving room for other lanes', () => {
    const lanes = new Lanes<string>(limits)
    for (const item of ['a1', 'a2', 'a3', 'b1']) lanes.offer(item.slice(0, 1), item)
    expect(takeAll(lanes)).toEqual(['a1', 'b1', 'a2'])
    expect(lanes.waiting).toBe(1)
    expect(lanes.freeSlots).toBe(1)
    lanes.done('a')
    expect(takeAll(lanes)).toEqual(['a3'])
  })

  it('take turns', () => {
    const lanes = new Lanes<string>({ slots: 1, slotsPerLane: 1, maxWaiting: 10 })
    for (const item of ['a1', 'a2', 'b1', 'b2']) lanes.offer(item.slice(0, 1), item)
    const order: string[] = []
    for (let next = lanes.take(); next; next = lanes.take()) {
      order.push(next.item)
      lanes.done(next.name)
    }
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2'])
  })

  it('refuse what has no room to wait, and take what can start at once', () => {
    const lanes = new Lanes<string>(limits)
    for (const item of ['a1', 'a2']) lanes.offer('a', item)
    takeAll(lanes)
    expect(['a3', 'a4', 'a5', 'a6'].map((item) => lanes.offer('a', item))).toEqual([true, true, true, false])
    expect(lanes.offer('b', 'b1')).toBe(true)
    expect(takeAll(lanes)).toEqual(['b1'])
  })

  it('never run more than they may, and lose nothing that they took in', () => {
    const steps = fc.array(fc.record({ lane: fc.constantFrom('a', 'b', 'c'), act: fc.constantFrom('offer', 'done') }))
    fc.assert(
      fc.property(steps, (acts) => {
        const lanes = new Lanes<number>(limits)
        const running: Record<string, number> = { a: 0, b: 0, c: 0 }
        let accepted = 0
        let started = 0
        for (const [item, { lane, act }] of acts.entries()) {
          const runs = running[lane] ?? 0
          if (act === 'offer') accepted += lanes.offer(lane, item) ? 1 : 0
          else if (runs > 0) {
            lanes.done(lane)
            running[lane] = runs - 1
          }
          for (let next = lanes.take(); next; next = lanes.take()) {
            started += 1
            running[next.name] = (running[next.name] ?? 0) + 1
          }
          const counts = Object.values(running)
          expect(Math.max(...counts)).toBeLessThanOrEqual(limits.slotsPerLane)
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(limits.slots - lanes.freeSlots)
          expect(lanes.freeSlots).toBeGreaterThanOrEqual(0)
          expect(accepted).toBe(started + lanes.waiting)
        }
      }),
    )
  })
})
