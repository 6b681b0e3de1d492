import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { openInHand } from './in-hand.ts'

function inHandOf(max: number, log = pino({ level: 'silent' })) {
  const onRoom = vi.fn()
  return { onRoom, inHand: openInHand({ max, clock: systemClock, log, onRoom }) }
}

it('has room until the most tasks are in hand, and says when there is room again', async () => {
  const { inHand, onRoom } = inHandOf(2)
  const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  for (const [n, { promise }] of steps.entries()) {
    expect(inHand.hasRoom()).toBe(true)
    inHand.add(promise, `task ${n}`)
  }
  expect(inHand.hasRoom()).toBe(false)
  for (const { resolve } of steps) resolve()
  await inHand.settled()
  expect(inHand.hasRoom()).toBe(true)
  expect(onRoom).toHaveBeenCalledTimes(1)
})

it('logs a step that failed, and takes the task out of hand', async () => {
  const log = pino({ level: 'silent' })
  const error = vi.spyOn(log, 'error')
  const { inHand } = inHandOf(1, log)
  inHand.add(Promise.reject(new Error('The disk is full.')), 'a task')
  await inHand.settled()
  expect(inHand.hasRoom()).toBe(true)
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ taskId: 'a task' }), expect.any(String))
})

it('waits for steps that end in time, and no longer than it may for others', async () => {
  const { inHand } = inHandOf(10)
  inHand.add(Promise.resolve(), 'a task')
  await inHand.drain(60_000)
  const endless = Promise.withResolvers<void>()
  inHand.add(endless.promise, 'another task')
  await inHand.drain(5)
  endless.resolve()
  await inHand.settled()
  expect(inHand.hasRoom()).toBe(true)
})
