import { expect, it } from 'vitest'
import { openHarness } from './harness.testing.ts'
import { HANDLE, TEXT } from './steps.testing.ts'

it('estimates the wait of a task after a provider that answers at once has done another one', async () => {
  await using harness = await openHarness({
    async submit() {
      harness.clock.advance(4_000)
      return { result: TEXT }
    },
  })
  const first = await harness.submit()
  expect(await harness.tasks.queuePosition(first.id, harness.caller)).toEqual({ ahead: 0, estimateMs: null })
  for (const task of await harness.claim()) await harness.work.begin(task)
  const next = await harness.submit()
  expect(await harness.tasks.queuePosition(next.id, harness.caller)).toEqual({ ahead: 0, estimateMs: 4_000 })
})

it('estimates the wait of a task from the time between acceptance and end of another one', async () => {
  await using harness = await openHarness({
    submit: async () => HANDLE,
    poll: async () => ({ status: 'completed', result: TEXT }),
  })
  await harness.work.begin(await harness.claimed())
  harness.clock.advance(7_000)
  for (const task of await harness.due()) await harness.work.carryOn(task)
  const next = await harness.submit()
  expect(await harness.tasks.queuePosition(next.id, harness.caller)).toEqual({ ahead: 0, estimateMs: 7_000 })
})

it('gives no position in the queue to a task that does not wait', async () => {
  await using harness = await openHarness({ submit: async () => ({ result: TEXT }) })
  const task = await harness.claimed()
  await harness.work.begin(task)
  expect(await harness.tasks.queuePosition(task.id, harness.caller)).toEqual({ ahead: null, estimateMs: null })
})
