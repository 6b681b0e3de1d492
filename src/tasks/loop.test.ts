import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { type LoopOptions, openLoop } from './loop.ts'

function loopOf(step: () => Promise<boolean>, options: Partial<LoopOptions> = {}) {
  const log = pino({ level: 'silent' })
  return openLoop({ name: 'test', step, isRunning: () => true, hasRoom: () => true, log, ...options })
}

it('runs the step once when it finds no work', async () => {
  const step = vi.fn(async () => false)
  const loop = loopOf(step)
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(1)
})

it('runs the step again and again while it finds work', async () => {
  const found = [true, true, false]
  const step = vi.fn(async () => found.shift() ?? false)
  const loop = loopOf(step)
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(3)
})

it('runs the step once more, however often it is woken during a run', async () => {
  const step = vi.fn(async () => {
    if (step.mock.calls.length === 1) for (let n = 0; n < 10; n++) loop.wake()
    return false
  })
  const loop = loopOf(step)
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(2)
})

it('never runs two steps at once', async () => {
  let running = 0
  let most = 0
  const loop = loopOf(async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= 1
    return false
  })
  for (let n = 0; n < 5; n++) {
    loop.wake()
    await new Promise(setImmediate)
  }
  await loop.settled()
  expect(most).toBe(1)
})

it('loses no call, in whichever moment of the end of a run it comes', async () => {
  for (let ticks = 0; ticks < 20; ticks++) {
    const step = vi.fn(async () => false)
    const loop = loopOf(step)
    loop.wake()
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    loop.wake()
    await expect.poll(() => step.mock.calls.length, { interval: 2 }).toBe(2)
  }
})

it('does not run before it may', async () => {
  const step = vi.fn(async () => false)
  const loop = loopOf(step, { isRunning: () => false })
  loop.wake()
  await loop.settled()
  expect(step).not.toHaveBeenCalled()
})

it('ends after the step under way once it may not run any more, even if it was woken', async () => {
  let isRunning = true
  const step = vi.fn(async () => {
    isRunning = false
    loop.wake()
    return true
  })
  const loop = loopOf(step, { isRunning: () => isRunning })
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(1)
})

it('rests while there is no room, and goes on when it is woken again', async () => {
  let room = 2
  const step = vi.fn(async () => {
    room -= 1
    return true
  })
  const loop = loopOf(step, { hasRoom: () => room > 0 })
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(2)
  room = 1
  loop.wake()
  await loop.settled()
  expect(step).toHaveBeenCalledTimes(3)
})

it('logs a step that failed, and runs again when it is woken', async () => {
  const log = pino({ level: 'silent' })
  const error = vi.spyOn(log, 'error')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const step = vi.fn(async () => false).mockRejectedValueOnce(new Error('The database went away.'))
    const loop = loopOf(step, { log })
    loop.wake()
    await vi.advanceTimersByTimeAsync(1_000)
    await loop.settled()
    expect(error).toHaveBeenCalledTimes(1)
    loop.wake()
    await vi.advanceTimersByTimeAsync(10)
    await loop.settled()
    expect(step).toHaveBeenCalledTimes(2)
  } finally {
    vi.useRealTimers()
  }
})
