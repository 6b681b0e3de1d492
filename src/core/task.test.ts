import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRunning, isTerminal, mayMove, RUNNING, STATUSES, type Status, sourcesOf } from './task.ts'

const status = fc.constantFrom(...STATUSES)
const TERMINAL: Status[] = ['completed', 'failed', 'cancelled']

describe('statuses', () => {
  it('a task has three ends, and none of them leads on', () => {
    expect(STATUSES.filter(isTerminal)).toEqual(TERMINAL)
    fc.assert(fc.property(fc.constantFrom(...TERMINAL), status, (from, to) => !mayMove(from, to)))
  })

  it('a task moves from exactly the statuses that a compare-and-set compares with', () => {
    fc.assert(fc.property(status, status, (from, to) => sourcesOf(to).includes(from) === mayMove(from, to)))
  })

  it('a task never stays where it is by a move', () => {
    expect(STATUSES.filter((one) => mayMove(one, one))).toEqual([])
  })

  it('a task can fail and be cancelled from wherever it has not ended', () => {
    const unfinished = STATUSES.filter((one) => !isTerminal(one))
    expect(sourcesOf('failed')).toEqual(unfinished)
    expect(sourcesOf('cancelled')).toEqual(unfinished)
  })

  it('a task completes only where a provider may have had it', () => {
    expect(sourcesOf('completed')).toEqual(RUNNING)
    expect(STATUSES.filter(isRunning)).toEqual(RUNNING)
  })

  it('a task is claimed only from the queue, and returns to it only when no provider is known to have it', () => {
    expect(sourcesOf('submitting')).toEqual(['pending'])
    expect(sourcesOf('pending')).toEqual(['staged', 'submitting', 'uncertain'])
    expect(sourcesOf('staged')).toEqual([])
  })

  it('a task can come to every end from its beginning, by moves that are allowed', () => {
    const reached = new Set<Status>(['staged'])
    for (const from of reached) for (const to of STATUSES) if (mayMove(from, to)) reached.add(to)
    expect([...reached].sort()).toEqual([...STATUSES].sort())
  })
})
