import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { points } from '../../src/core/points.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type HandProvider, handProvider } from './hand-provider.ts'

const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
const LYRICS_PRICE = 20_000

let gateway: TestGateway
let hand: HandProvider
const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
beforeAll(async () => {
  hand = handProvider({ slots: 100, operations: ['suno/lyrics'] })
  gateway = await openGateway({ replaced: { builtIn: [hand], clock } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const post = (key: string, body: unknown = LYRICS) => gateway.send('POST', '/api/v1/task', { key, body })
const idIn = ({ body }: { body: unknown }): string => (body as { data: { task_id: string } }).data.task_id

async function finish(id: string, key: string): Promise<void> {
  hand.finish(id)
  await gateway.piapi.ended(id, { key })
}

describe('a concurrency limit', () => {
  it('parks tasks beyond it, and admits them as others end, the oldest first', async () => {
    const { key, tenantId } = await gateway.tenant({ maxConcurrent: 1, maxStaged: 2 })
    const answers = [await post(key), await post(key), await post(key)]
    expect(answers.map(({ body }) => (body as { data: { status: string } }).data.status)).toEqual([
      'pending',
      'staged',
      'staged',
    ])
    const [first = '', second = '', third = ''] = answers.map(idIn)
    expect(await gateway.balance(tenantId)).toMatchObject({ held: 3 * LYRICS_PRICE, active: 3, staged: 2 })

    const refused = await post(key)
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 429, message: expect.stringContaining('2 tasks may be parked') },
    })
    expect(refused.headers.get('retry-after')).toBe('30')
    expect(await gateway.balance(tenantId)).toMatchObject({ held: 3 * LYRICS_PRICE, active: 3 })

    const active = await gateway.send('GET', '/account/active_tasks', { key })
    expect(active.body).toMatchObject({ data: { 'music-s': { staged_count: 2 } } })
    const info = await gateway.send('GET', '/account/info', { key })
    expect(info.body).toMatchObject({ data: { max_concurrent_task_count: 1 } })

    await finish(first, key)
    await gateway.until(second, ({ status }) => status === 'processing')
    expect(await gateway.piapi.read(third, { key })).toMatchObject({ status: 'staged' })
    expect((await gateway.send('DELETE', `/api/v1/task/${third}`, { key })).status).toBe(200)
    await finish(second, key)
    expect(await gateway.balance(tenantId)).toMatchObject({ held: 0, active: 0, staged: 0 })
    await gateway.assertBalanced()
  })

  it('of a key counts the tasks of that key only', async () => {
    const { key } = await gateway.tenant({ key: { maxConcurrent: 1 } })
    const ids = [idIn(await post(key)), idIn(await post(key))]
    expect(await gateway.piapi.read(ids[1] ?? '', { key })).toMatchObject({ status: 'staged' })
    for (const id of ids) await finish(id, key)
    await gateway.assertBalanced()
  })
})

describe('a spend limit', () => {
  it('of a key admits what fits, and counts nothing that failed or was refused', async () => {
    const { key, tenantId } = await gateway.tenant({ key: { spendLimitPoints: points(LYRICS_PRICE) } })
    const song = await post(key, { model: 'suno', task_type: 'music', input: { prompt: 'la' } })
    expect(song).toMatchObject({ status: 402, body: { code: 402, error: { type: 'spend_limit_reached' } } })
    const first = await post(key)
    expect(first.status).toBe(200)
    expect((await post(key)).status).toBe(402)
    await finish(idIn(first), key)
    expect((await post(key)).status).toBe(402)
    expect(await gateway.balance(tenantId)).toMatchObject({
      held: 0,
      credited: 100_000_000,
      available: 100_000_000 - LYRICS_PRICE,
    })
  })

  it('is freed when a task is cancelled', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1, key: { spendLimitPoints: points(2 * LYRICS_PRICE) } })
    const [first, second] = [idIn(await post(key)), idIn(await post(key))]
    expect((await post(key)).status).toBe(402)
    expect((await gateway.send('DELETE', `/api/v1/task/${second}`, { key })).status).toBe(200)
    const third = await post(key)
    expect(third.status).toBe(200)
    for (const id of [first, idIn(third)]) await finish(id, key)
  })
})

describe('a tenant’s credit', () => {
  it('is never overdrawn by simultaneous submissions', async () => {
    const { key, tenantId } = await gateway.tenant({ creditPoints: 3 * LYRICS_PRICE + 1 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(key)))
    const accepted = answers.filter(({ status }) => status === 200)
    expect(accepted).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(7)
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 1, held: 3 * LYRICS_PRICE })
    for (const answer of accepted) await finish(idIn(answer), key)
    await gateway.assertBalanced()
  })
})

describe('an API key', () => {
  it('with a rate limit is told the time to wait, in PiAPI’s form', async () => {
    const { key } = await gateway.tenant({ key: { requestsPerMinute: 2 } })
    const ask = () => gateway.send('GET', '/account/info', { key })
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
    const refused = await ask()
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 429, message: expect.stringContaining('2 requests a minute') },
    })
    expect(refused.headers.get('retry-after')).toBe('30')
    clock.aheadMs += 30_000
    expect((await ask()).status).toBe(200)
  })

  it('for some models is refused others, and nothing is held', async () => {
    const { key, tenantId } = await gateway.tenant({ key: { allowedModels: ['luma'] } })
    const refused = { status: 403, body: { code: 403, error: { type: 'model_not_allowed', field: 'model' } } }
    expect(await post(key)).toMatchObject(refused)
    expect(await gateway.balance(tenantId)).toMatchObject({ held: 0, active: 0 })
  })

  it('is refused from the moment it expires', async () => {
    const { key } = await gateway.tenant({ key: { expiresAt: clock.now() + 3_600_000 } })
    expect((await gateway.send('GET', '/account/info', { key })).status).toBe(200)
    clock.aheadMs += 3_600_000
    expect(await gateway.send('GET', '/account/info', { key })).toMatchObject({ status: 401, body: { code: 401 } })
  })

  it('is refused from the moment it is revoked, on every route', async () => {
    const { key, keyId } = await gateway.tenant({})
    const id = idIn(await post(key))
    await gateway.store.revokeKey({ id: keyId, now: clock.now() })
    for (const [method, path] of [
      ['GET', '/account/info'],
      ['GET', `/api/v1/task/${id}`],
      ['GET', '/api/open/tasks/histories'],
      ['DELETE', `/api/v1/task/${id}`],
    ] as const) {
      expect(await gateway.send(method, path, { key })).toMatchObject({ status: 401, body: { code: 401 } })
    }
    expect((await post(key)).status).toBe(401)
    hand.finish(id)
    await gateway.until(id, ({ status }) => status === 'completed')
  })
})
