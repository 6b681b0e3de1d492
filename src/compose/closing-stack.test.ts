import { describe, expect, it } from 'vitest'
import { ClosingStack } from './closing-stack.ts'

function stackOf(closed: string[], failing: string[] = []): ClosingStack {
  const stack = new ClosingStack()
  for (const name of ['store', 'tasks', 'server']) {
    stack.defer(async () => {
      closed.push(name)
      if (failing.includes(name)) throw new Error(`${name} is stuck`)
    })
  }
  return stack
}

describe('a stack of what was opened', () => {
  it('closes the last first, and each once', async () => {
    const closed: string[] = []
    const stack = stackOf(closed)
    await stack[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
    expect(closed).toEqual(['server', 'tasks', 'store'])
  })

  it('closes nothing after it was handed over', async () => {
    const closed: string[] = []
    const stack = stackOf(closed)
    const moved = stack.move()
    await stack[Symbol.asyncDispose]()
    expect(closed).toEqual([])
    await moved[Symbol.asyncDispose]()
    expect(closed).toHaveLength(3)
  })

  it('closes the rest after an error, and throws the error', async () => {
    const closed: string[] = []
    await expect(stackOf(closed, ['server'])[Symbol.asyncDispose]()).rejects.toThrow('server is stuck')
    expect(closed).toHaveLength(3)
    await expect(stackOf([], ['server', 'store'])[Symbol.asyncDispose]()).rejects.toThrow(
      '2 parts did not close: Error: server is stuck; Error: store is stuck',
    )
  })
})
