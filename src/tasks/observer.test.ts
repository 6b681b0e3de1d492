import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Task } from '../core/task.ts'
import { observers, type TaskObserver } from './observer.ts'

const claim = {} as Task // whatever it is: it is only passed on

test('an observer that throws is logged, and neither the caller nor the next observer hears of it', () => {
  const lines: string[] = []
  const seen: Task[] = []
  const broken: TaskObserver = {
    submitted() {},
    claimed() {
      throw new Error('no such label')
    },
    moved() {},
  }
  const observer = observers(pino({}, { write: (line: string) => void lines.push(line) }), broken, {
    submitted() {},
    claimed: (task) => void seen.push(task),
    moved() {},
  })
  observer.claimed(claim)
  expect(seen).toEqual([claim])
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 50, err: { message: 'no such label' } })
})
