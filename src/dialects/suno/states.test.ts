import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTerminal, mayMove, STATUSES, type Task } from '../../core/task.ts'
import { failReasonOf, progressOf } from '../shared/relay-task.ts'
import { fromTask } from './from-task.ts'
import { standingOf } from './states.ts'
import { aSong, song, urls } from './tasks.testing.ts'

describe('status and progress of a Suno task', () => {
  it.each([
    ['staged', 'NOT_START', 'submitted'],
    ['pending', 'NOT_START', 'submitted'],
    ['submitting', 'SUBMITTED', 'queued'],
    ['uncertain', 'SUBMITTED', 'queued'],
    ['processing', 'IN_PROGRESS', 'streaming'],
    ['completed', 'SUCCESS', 'complete'],
    ['failed', 'FAILURE', 'error'],
    ['cancelled', 'FAILURE', 'error'],
  ] as const)('%s is shown as %s, and its clips as %s', (status, task, clip) => {
    const startedAt = status === 'processing' ? 1 : null
    expect(standingOf({ status, attempts: 0, startedAt })).toMatchObject({ task, clip })
  })

  it('never go back, whatever moves a task makes, and end exactly when it ends', () => {
    const steps = fc.array(fc.record({ to: fc.constantFrom(...STATUSES), gain: fc.integer({ min: 0, max: 60 }) }), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(steps, (path) => {
        let task = { ...song('staged'), progress: 0 }
        let reached = { rank: 0, percent: 0 }
        for (const { to, gain } of path) {
          if (!mayMove(task.status, to)) continue
          task = moved(task, to, gain)
          const { status, progress, fail_reason, start_time, finish_time, submit_time } = fromTask(task, urls)
          const now = { rank: RANKS.indexOf(status), percent: Number.parseInt(progress, 10) }
          expect(now.rank).toBeGreaterThanOrEqual(reached.rank)
          expect(now.percent).toBeGreaterThanOrEqual(reached.percent)
          expect(progress).toMatch(/^(\d{1,2}|100)%$/)
          expect(progress === '100%').toBe(isTerminal(to))
          expect(finish_time > 0).toBe(isTerminal(to))
          expect(fail_reason !== '').toBe(status === 'FAILURE')
          for (const time of [start_time, finish_time, submit_time]) expect(Number.isInteger(time)).toBe(true)
          reached = now
        }
      }),
    )
  })

  it('include a reason for a failed task, and for no other', () => {
    expect(failReasonOf({ status: 'failed', error: { code: 'vendor_refused', message: 'no' } })).toBe('no')
    expect(failReasonOf({ status: 'failed', error: null })).not.toBe('')
    expect(failReasonOf({ status: 'cancelled', error: null })).not.toBe('')
    expect(failReasonOf({ status: 'processing', error: { code: 'internal', message: 'a hiccup' } })).toBe('')
    expect(failReasonOf({ status: 'completed', error: { code: 'internal', message: 'a hiccup' } })).toBe('')
  })

  it('stay below 100% while the task runs, since some clients take that for the end', () => {
    expect(progressOf({ status: 'processing', progress: 100 })).toBe('99%')
  })
})

const RANKS = ['NOT_START', 'SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'SUCCESS', 'FAILURE']

/** A task after a move, as the store writes it. */
function moved(task: Task, to: Task['status'], gain: number): Task {
  const running = to === 'submitting' || to === 'processing'
  return {
    ...task,
    status: to,
    attempts: to === 'submitting' ? task.attempts + 1 : task.attempts,
    progress: to === 'completed' ? 100 : Math.min(100, task.progress + (running ? gain : 0)),
    startedAt: task.startedAt ?? (to === 'processing' || to === 'completed' ? task.createdAt : null),
    endedAt: isTerminal(to) ? task.createdAt : null,
    output: to === 'completed' ? aSong(task.id) : null,
    error: to === 'failed' ? { code: 'vendor_refused', message: 'too quiet' } : null,
  }
}
