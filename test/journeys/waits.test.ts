import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Answer, openGateway, type TestGateway } from '../support/gateway.ts'
import { type HandProvider, handProvider } from './hand-provider.ts'

const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
const PATIENCE = { timeout: 10_000 }
const REFUSED = { status: 429, body: { error: { type: 'too_many_waiting' } } }

let gateway: TestGateway
let hand: HandProvider
beforeAll(async () => {
  hand = handProvider({ slots: 100, operations: ['suno/lyrics', 'suno/persona', 'luma/photon-1/image_generation'] })
  const env = { POLYPHONY_WAITS_PER_KEY: '2', POLYPHONY_WAITS: '3' }
  gateway = await openGateway({ env, replaced: { builtIn: [hand] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

/** Two keys of two tenants, and a task of each that runs until the test ends it. */
let one: { key: string; id: string }
let other: { key: string; id: string }
beforeEach(async () => {
  ;[one, other] = [await running(), await running()]
})

async function running(): Promise<{ key: string; id: string }> {
  const { key } = await gateway.tenant({})
  const { body } = await gateway.piapi.post(LYRICS, { key })
  const id = body.data.task_id
  await gateway.until(id, ({ status }) => status === 'processing')
  return { key, id }
}

/** A waiting request, once the gateway has received it. */
function waiting(
  { key, id }: { key: string; id: string },
  path = '?wait=30',
): { end(): void; answer: Promise<Answer> } {
  const leave = new AbortController()
  const answer = (async () => {
    for (;;) {
      const one = await gateway.send('GET', `/api/v1/task/${id}${path}`, { key, signal: leave.signal })
      if (one.status !== 429) return one // one of the short requests below may have had the place for a moment
    }
  })()
  answer.catch(() => {}) // a request that the test ends itself
  return { answer, end: () => leave.abort() }
}

const read = ({ key, id }: { key: string; id: string }) => gateway.send('GET', `/api/v1/task/${id}`, { key })
const shortWait = ({ key, id }: { key: string; id: string }, path = '?wait=0.01') =>
  gateway.send('GET', `/api/v1/task/${id}${path}`, { key })
const isRefused = (mine: { key: string; id: string }) =>
  vi.waitFor(async () => expect(await shortWait(mine)).toMatchObject(REFUSED), PATIENCE)
const isTaken = (mine: { key: string; id: string }) =>
  vi.waitFor(async () => expect((await shortWait(mine)).status).toBe(200), PATIENCE)

describe('requests that wait for results', () => {
  it('are refused beyond as many as a key may have, and accepted again when one has ended', async () => {
    const held = [waiting(one), waiting(one, '/events')]
    await isRefused(one)
    const refused = await shortWait(one)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(await shortWait(one, '/events')).toMatchObject(REFUSED)
    // Reads that do not wait are answered, and other keys may wait.
    expect((await read(one)).status).toBe(200)
    expect((await shortWait(other)).status).toBe(200)

    hand.finish(one.id)
    expect(await held[0]?.answer).toMatchObject({ status: 200, body: { data: { status: 'completed' } } })
    expect((await held[1]?.answer)?.status).toBe(200)
    expect((await shortWait(one)).status).toBe(200)
  })

  it.each(['?wait=30', '/events'])('free their place when the client disconnects: %s', async (path) => {
    const held = [waiting(one, path), waiting(one, path)]
    await isRefused(one)
    held[0]?.end()
    await isTaken(one)
    for (const { end } of held) end()
    hand.finish(one.id)
  })

  it('are refused beyond as many as the process may have, whichever key they use', async () => {
    const held = [waiting(one), waiting(one), waiting(other)]
    await isRefused(other)
    for (const { end } of held) end()
    await isTaken(other)
  })

  it('submit nothing when they would have to wait for what they submit', async () => {
    const held = [waiting(one), waiting(one)]
    await isRefused(one)
    const before = await gateway.store.countTasks({
      tenantId: (await gateway.store.getTask({ id: one.id }))?.tenantId ?? '',
    })
    const body = { input: { prompt: 'fog' } }
    const path = '/replicate/v1/models/suno/lyrics/predictions'
    const refused = await gateway.send('POST', path, { key: one.key, body, headers: { prefer: 'wait=5' } })
    expect(refused).toMatchObject({ status: 429, body: { title: 'Too many requests' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const tags = await gateway.send('POST', '/v1/images/generations', {
      key: one.key,
      body: { model: 'gpt-image-1', prompt: 'fog' },
    })
    expect(tags.status).toBeGreaterThanOrEqual(429)
    const tenantId = (await gateway.store.getTask({ id: one.id }))?.tenantId ?? ''
    expect(await gateway.store.countTasks({ tenantId })).toBe(before)
    for (const { end } of held) end()
  })
})
