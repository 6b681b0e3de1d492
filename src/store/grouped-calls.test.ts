import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PolyphonyError } from '../core/errors.ts'
import { groupedCalls } from './grouped-calls.ts'

/** A far side that answers when the test lets it, and doubles what it is sent. */
function farSide(refuses: (items: number[]) => PolyphonyError | undefined = () => undefined) {
  const groups: number[][] = []
  const open: (() => void)[] = []
  let underWay = 0
  let mostAtOnce = 0
  return {
    groups,
    get mostAtOnce() {
      return mostAtOnce
    },
    async send(items: number[]): Promise<number[]> {
      groups.push(items)
      underWay += 1
      mostAtOnce = Math.max(mostAtOnce, underWay)
      await new Promise<void>((resolve) => open.push(resolve))
      underWay -= 1
      const error = refuses(items)
      if (error) throw error
      return items.map((item) => item * 2)
    },
    /** Answers what is under way, the last first, until nothing is. */
    async answerAll() {
      await turn()
      while (open.length > 0) {
        open.pop()?.()
        await turn()
      }
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const internal = () => new PolyphonyError('internal', 'A row is refused.')
const unavailable = () => new PolyphonyError('store_unavailable', 'No answer.')

describe('calls that arrive together', () => {
  it('calls that arrive together travel in one group, and each gets its own result', async () => {
    const far = farSide()
    const call = groupedCalls(far.send, { maxGroup: 10, atOnce: 1 })
    const results = Promise.all([call(1), call(2), call(3)])
    await far.answerAll()
    expect(await results).toEqual([2, 4, 6])
    expect(far.groups).toEqual([[1, 2, 3]])
  })

  it('calls wait while the most groups are under way, and travel in the next', async () => {
    const far = farSide()
    const call = groupedCalls(far.send, { maxGroup: 10, atOnce: 1 })
    const first = call(1)
    await turn()
    const rest = Promise.all([call(2), call(3)])
    await turn()
    expect(far.groups).toEqual([[1]])
    await far.answerAll()
    expect(await first).toBe(2)
    expect(await rest).toEqual([4, 6])
    expect(far.groups).toEqual([[1], [2, 3]])
  })

  it('a call that fails does not affect the others of its group', async () => {
    const far = farSide((items) => (items.includes(2) ? internal() : undefined))
    const call = groupedCalls(far.send, { maxGroup: 10, atOnce: 1 })
    const results = Promise.allSettled([call(1), call(2), call(3)])
    await far.answerAll()
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(far.groups).toEqual([[1, 2, 3], [1], [2], [3]])
  })

  it('calls are not sent again when their answer is lost, since they may have been written', async () => {
    const far = farSide(unavailable)
    const call = groupedCalls(far.send, { maxGroup: 10, atOnce: 1 })
    const results = Promise.allSettled([call(1), call(2)])
    await far.answerAll()
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(far.groups).toEqual([[1, 2]])
  })

  it('calls go on after a group that failed', async () => {
    let isDown = true
    const far = farSide(() => (isDown ? unavailable() : undefined))
    const call = groupedCalls(far.send, { maxGroup: 1, atOnce: 1 })
    const first = call(1).catch((error: PolyphonyError) => error.code)
    await far.answerAll()
    expect(await first).toBe('store_unavailable')
    isDown = false
    const second = call(2)
    await far.answerAll()
    expect(await second).toBe(4)
  })

  it('each call is answered once and correctly, in groups within the bounds, whichever calls are refused', async () => {
    const call = fc.record({ isBad: fc.boolean(), waits: fc.boolean() })
    const bounds = fc.record({ maxGroup: fc.integer({ min: 1, max: 4 }), atOnce: fc.integer({ min: 1, max: 3 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), bounds, async (calls, { maxGroup, atOnce }) => {
        const far = farSide((items) => (items.some((item) => calls[item]?.isBad) ? internal() : undefined))
        const grouped = groupedCalls(far.send, { maxGroup, atOnce })
        const results: Promise<number | string>[] = []
        for (const [item, { waits }] of calls.entries()) {
          results.push(grouped(item).catch((error: PolyphonyError) => error.code))
          if (waits) await turn()
        }
        await far.answerAll()
        expect(await Promise.all(results)).toEqual(calls.map(({ isBad }, item) => (isBad ? 'internal' : item * 2)))
        expect(far.mostAtOnce).toBeLessThanOrEqual(atOnce)
        for (const group of far.groups) expect(group.length).toBeLessThanOrEqual(maxGroup)
        const firstSent = [...new Set(far.groups.flat())]
        expect(firstSent).toEqual(calls.map((_, item) => item))
      }),
      { numRuns: 100 },
    )
  })
})
