import { describe, expect, it } from 'vitest'
import type { Task } from '../core/task.ts'
import type { SignalListener } from '../store/store.ts'
import { openWatchers } from './watch.ts'

/** A task of which only what watchers look at is there, in a store that counts how often it is read. */
function aStore() {
  const listeners = new Set<SignalListener>()
  const task = { id: 't1', status: 'pending', progress: 0 } as Task
  const store = {
    reads: 0,
    async getTask() {
      store.reads += 1
      return { ...task }
    },
    onSignal(listener: SignalListener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  function become(status: Task['status'], progress = 0): void {
    Object.assign(task, { status, progress })
    for (const listener of listeners) listener({ kind: 'task', id: task.id, status, progress }, true)
  }
  return { store, become, read: () => store.getTask() }
}

const forever = () => new AbortController().signal
const noPlace = () => null

describe('watching a task', () => {
  it('reads a task only at the beginning and at the end of a wait', async () => {
    const { store, become, read } = aStore()
    const ended = openWatchers(store).end('t1', read, noPlace, forever())
    await new Promise(setImmediate)
    for (const progress of [10, 20, 30]) become('processing', progress)
    await new Promise(setImmediate)
    become('completed', 100)
    expect(await ended).toMatchObject({ status: 'completed' })
    expect(store.reads).toBe(2)
  })

  it('notices an end that comes while the task is first read', async () => {
    const { store, become, read } = aStore()
    const slowly = async () => {
      const before = await read()
      become('completed', 100)
      return before
    }
    const ended = await openWatchers(store).end('t1', slowly, noPlace, forever())
    expect(ended).toMatchObject({ status: 'completed', progress: 100 })
  })

  it('shows each state once, even when a signal comes twice', async () => {
    const { store, become, read } = aStore()
    const seen: string[] = []
    const states = openWatchers(store).watch('t1', read, forever())
    const watching = (async () => {
      for await (const { status, progress } of states) seen.push(`${status} ${progress}`)
    })()
    for (const [status, progress] of [
      ['processing', 5],
      ['processing', 5],
      ['processing', 50],
      ['completed', 100],
    ] as const) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      become(status, progress)
    }
    await watching
    expect(seen).toEqual(['pending 0', 'processing 5', 'processing 50', 'completed 100'])
  })

  it('gives the task as it is when the wait is over, and gives the place back', async () => {
    const { store, become, read } = aStore()
    const wait = new AbortController()
    let isHeld = false
    const takePlace = () => {
      isHeld = true
      return {
        [Symbol.dispose]() {
          isHeld = false
        },
      }
    }
    const ended = openWatchers(store).end('t1', read, takePlace, wait.signal)
    await expect.poll(() => isHeld).toBe(true)
    become('processing', 40)
    wait.abort()
    expect(await ended).toMatchObject({ status: 'processing', progress: 40 })
    expect(isHeld).toBe(false)
  })

  it('takes no place for a task that has ended', async () => {
    const { store, become, read } = aStore()
    become('failed')
    const takePlace = () => expect.unreachable('a place was taken')
    expect(await openWatchers(store).end('t1', read, takePlace, forever())).toMatchObject({ status: 'failed' })
  })
})
