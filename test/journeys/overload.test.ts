import { setTimeout as after } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { type Answer, openGateway } from '../support/gateway.ts'
import { handProvider } from './hand-provider.ts'

/** Writes one task after the other, twenty milliseconds each. */
const STORED_PER_SECOND = 50
const SENT_PER_SECOND = 3 * STORED_PER_SECOND
const SECONDS = 4
const WAIT_MS = 1_500
const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
const LYRICS_PRICE = 20_000

/** The store with a known speed, which records how long its callers waited. */
function slowed(opened: Store) {
  let last: Promise<unknown> = Promise.resolve()
  let queued = 0
  const seen = { longestQueue: 0, longestWaitMs: 0 }
  const submitTasks: Store['submitTasks'] = async (args) => {
    const startedAt = performance.now()
    queued += 1
    seen.longestQueue = Math.max(seen.longestQueue, queued)
    const mine = last.then(() => after(1_000 / STORED_PER_SECOND))
    last = mine
    await mine
    const outcomes = await opened.submitTasks(args)
    queued -= 1
    seen.longestWaitMs = Math.max(seen.longestWaitMs, performance.now() - startedAt)
    return outcomes
  }
  return { store: { ...opened, submitTasks }, seen }
}

it('a gateway under three times its load accepts what it can store in time, and refuses the rest at no cost', async () => {
  let seen = { longestQueue: 0, longestWaitMs: 0 }
  await using gateway = await openGateway({
    env: { POLYPHONY_SUBMISSION_WAIT_MS: String(WAIT_MS) },
    replaced: {
      builtIn: [handProvider({ slots: 0, operations: ['suno/lyrics'] })],
      store: (opened) => {
        const slow = slowed(opened)
        seen = slow.seen
        return slow.store
      },
    },
  })
  const send = () => gateway.send('POST', '/api/v1/task', { body: LYRICS })
  const sent: Promise<Answer>[] = []
  const startedAt = performance.now()
  for (let at = 0; at < SECONDS * 1_000; at = performance.now() - startedAt) {
    while (sent.length < (at / 1_000) * SENT_PER_SECOND) sent.push(send())
    await after(5)
  }
  const answers = await Promise.all(sent)

  const accepted = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 429)
  expect(accepted.length + refused.length).toBe(answers.length)
  expect(accepted.length).toBeGreaterThan(STORED_PER_SECOND)
  expect(refused.length).toBeGreaterThan(STORED_PER_SECOND)
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({ code: 429, data: null, error: { type: 'overloaded' } })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  // The speed is an estimate, and a busy machine makes it vary; without a bound some 400 would be queued.
  expect(seen.longestQueue).toBeLessThan(2 * WAIT_MS * (STORED_PER_SECOND / 1_000))
  expect(seen.longestWaitMs).toBeLessThan(4 * WAIT_MS)

  // Refused submissions stored nothing, and later ones are accepted.
  expect(await gateway.store.countTasks({ tenantId: gateway.tenantId })).toBe(accepted.length)
  expect(await gateway.balance()).toMatchObject({ held: accepted.length * LYRICS_PRICE })
  expect((await send()).status).toBe(200)
  await gateway.assertBalanced()
}, 60_000)
