import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { PolyphonyError } from '../../core/errors.ts'
import type { Provider } from '../../providers/provider.ts'
import { CREDIT, type Harness } from '../harness.testing.ts'
import { carryOnDue, HANDLE, openWithAccount, processing, TEXT, throwing, useSharedStore } from '../steps.testing.ts'

const openHarness = useSharedStore()

const submit: Provider['submit'] = async () => HANDLE

const healthOf = (harness: Harness, id: string) => harness.accounts.find(id)?.record

it('pauses an account after three calls that did not arrive, and fails the task with the fifth', async () => {
  const submit = vi.fn(() =>
    Promise.reject(new PolyphonyError('vendor_unreachable', 'connect ECONNREFUSED 10.1.2.3:8188')),
  )
  const { harness, id } = await openWithAccount(openHarness, { submit, probe: async () => {} })
  await using _ = harness
  const task = await harness.submit()
  for (let miss = 1; miss <= 5; miss++) {
    const [claimed] = await harness.claim()
    if (!claimed) throw new Error('The task is not back in the queue.')
    await harness.work.begin(claimed)
    expect(healthOf(harness, id)?.state).toBe(miss === 3 ? 'cooling_down' : 'connected')
    if (miss === 3) {
      harness.clock.advance(MINUTE_MS)
      expect(await harness.claim()).toEqual([]) // it is to be probed first
      await harness.accounts.recordEvent(id, { kind: 'worked' })
    }
    harness.clock.advance(MINUTE_MS)
  }
  expect(await harness.read(task.id)).toMatchObject({
    status: 'failed',
    error: { code: 'vendor_unreachable', message: 'The provider cannot be reached at present.' },
    attempts: 5,
  })
  expect(JSON.stringify(await harness.read(task.id))).not.toContain('10.1.2.3') // the address of the account is not shown
  expect(await harness.available()).toBe(CREDIT)
  expect(submit).toHaveBeenCalledTimes(5)
  // Two breaks after the probe that got through: the next one lets it rest again.
  expect(healthOf(harness, id)).toMatchObject({ state: 'connected', troubles: 2 })
})

it('does not blame the account for a file of the caller that cannot be downloaded', async () => {
  const server = createServer((_request, response) => response.writeHead(503).end())
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const submit: Provider['submit'] = async (job, _account, signal) => {
    await job.file(`http://127.0.0.1:${port}/mask.png`, signal)
    return HANDLE
  }
  const { harness, id } = await openWithAccount(openHarness, { submit })
  await using _ = harness
  const { id: taskId } = await harness.submit()
  for (let miss = 1; miss <= 5; miss++) {
    for (const task of await harness.claim()) await harness.work.begin(task)
    harness.clock.advance(MINUTE_MS)
  }
  server.close()
  expect(healthOf(harness, id)).toMatchObject({ state: 'connected', troubles: 0 })
  const task = await harness.read(taskId)
  expect(task).toMatchObject({ status: 'failed', attempts: 5 })
  expect(task.error?.message).toContain('answered 503, not a file') // and the caller learns why
})

it('counts answers for an account and broken calls against it, and ends no pause for an answer to a poll', async () => {
  const answers: Provider['poll'][] = [throwing('vendor_unreachable'), throwing('vendor_unreachable')]
  const poll: Provider['poll'] = (...args) => (answers.shift() ?? (async () => ({ status: 'processing' })))(...args)
  const { harness, id } = await openWithAccount(openHarness, { submit, poll })
  await using _ = harness
  await harness.work.carryOn(await processing(harness))
  harness.clock.advance(10 * SECOND_MS)
  await carryOnDue(harness)
  expect(healthOf(harness, id)).toMatchObject({ state: 'connected', troubles: 2 })
  harness.clock.advance(10 * SECOND_MS)
  await carryOnDue(harness)
  expect(healthOf(harness, id)).toMatchObject({ state: 'connected', troubles: 0 })
  await harness.accounts.recordEvent(id, { kind: 'limited', reason: 'full', retryAfterMs: HOUR_MS })
  harness.clock.advance(10 * SECOND_MS)
  await carryOnDue(harness)
  expect(healthOf(harness, id)).toMatchObject({ state: 'limited' })
})

it('counts the tasks in a row that moderation refuses, until one is delivered', async () => {
  const ends: (() => ReturnType<NonNullable<Provider['poll']>>)[] = [
    async () => ({ status: 'failed', reason: 'not this', isModerated: true }),
    throwing('content_moderated'),
    async () => ({ status: 'failed', reason: 'no memory left' }),
  ]
  const { harness, id } = await openWithAccount(openHarness, {
    submit,
    poll: () => (ends.shift() ?? (async () => ({ status: 'completed', result: TEXT })))(),
  })
  await using _ = harness
  const strikes: (number | undefined)[] = []
  for (let n = 0; n < 4; n++) {
    await harness.work.carryOn(await processing(harness))
    strikes.push(healthOf(harness, id)?.strikes)
  }
  // Each was taken at first, which says nothing about its content; what failed for another reason says nothing either.
  expect(strikes).toEqual([1, 2, 2, 0])
})
