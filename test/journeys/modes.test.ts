import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signingSecret } from '../../src/webhooks/sign.ts'
import { LIVE_KEY, MASTER_SECRET, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** A tenant's test keys and live keys see and change only what belongs to their own mode. */

const LYRICS = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' } }
const MODES = [
  ['live', LIVE_KEY, TEST_KEY],
  ['test', TEST_KEY, LIVE_KEY],
] as const
/** A picture of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const NO_TASK = { status: 404, body: { error: { type: 'task_not_found' } } }

let gateway: TestGateway
beforeAll(async () => {
  // Without slots, so that submitted tasks wait, and can be cancelled.
  const house = [handProvider({ slots: 0, operations: ['suno/lyrics', 'suno/music'] })]
  gateway = await openGateway({ env: { POLYPHONY_SANDBOX_SLOTS: '1' }, replaced: { builtIn: house } })
  // The sandbox's only slot is taken, so that its tasks wait too.
  await gateway.piapi.song({ prompt: 'sandbox:slow' }, { key: TEST_KEY })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const created = async (key: string, headers = {}) => {
  const answer = await gateway.piapi.post(LYRICS, { key, headers })
  expect(answer.status).toBe(200)
  return { id: answer.body.data.task_id, answer }
}

describe.each(MODES)('a task of a %s key', (_mode, own, other) => {
  it.each([
    ['GET', ''],
    ['GET', '?wait=1'],
    ['GET', '/events'],
    ['GET', '/queue'],
    ['GET', '/attempts'],
    ['DELETE', ''],
  ])('does not exist for the other keys of the tenant: %s %s', async (method, rest) => {
    const { id } = await created(own)
    expect(await gateway.send(method, `/api/v1/task/${id}${rest}`, { key: other })).toMatchObject(NO_TASK)
    expect(await gateway.piapi.read(id, { key: own })).toMatchObject({ task_id: id, status: 'pending' })
  })

  it('is in no list and no count of the other keys', async () => {
    const { id } = await created(own)
    for (const path of ['/api/open/tasks/histories', '/api/v1/tasks', '/account/active_tasks', '/polyphony/v1/tasks']) {
      expect(JSON.stringify((await gateway.send('GET', path, { key: own })).body)).toContain(id)
      expect(JSON.stringify((await gateway.send('GET', path, { key: other })).body)).not.toContain(id)
    }
    const total = async (key: string) => {
      const { body } = await gateway.send('GET', '/api/open/tasks/histories', { key })
      return (body as { data: { total: number } }).data.total
    }
    const before = [await total(own), await total(other)]
    await created(own)
    expect([await total(own), await total(other)]).toEqual([(before[0] ?? 0) + 1, before[1]])
  })

  it('is found in a list of ids by its own keys only', async () => {
    const { id } = await created(own)
    const fetched = async (key: string) => {
      const { body } = await gateway.send('POST', '/suno/fetch', { key, body: { ids: [id] } })
      return (body as { data: unknown[] }).data
    }
    expect(await fetched(own)).toHaveLength(1)
    expect(await fetched(other)).toEqual([])
  })

  it('is not cancelled when the other keys cancel all waiting tasks', async () => {
    const { id } = await created(own)
    const path = `/api/v1/tasks?created_before=${Math.floor(Date.now() / 1_000) + 60}&model=all`
    await gateway.send('DELETE', path, { key: other })
    expect(await gateway.piapi.read(id, { key: own })).toMatchObject({ status: 'pending' })
    expect(await gateway.send('DELETE', path, { key: own })).toMatchObject({ status: 200 })
    expect((await gateway.store.getTask({ id }))?.status).toBe('cancelled')
  })

  it('cannot be built on with the other keys', async () => {
    const { id } = await created(own)
    const input = { task: 'extend', continue_clip_id: id, continue_at: 10, prompt: 'la' }
    const body = { model: 'suno', task_type: 'music', input }
    const [ours, theirs] = [
      await gateway.piapi.post(body, { key: own }),
      await gateway.piapi.post(body, { key: other }),
    ]
    expect(theirs).toMatchObject({ status: 400, body: { error: { type: 'parent_not_usable' } } })
    expect(theirs.body.message).toContain(`names ${id}, but there is no such task`)
    expect(ours.body.message).not.toContain(`names ${id}, but there is no such task`)
  })

  it('does not answer the same request of the other keys under its Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': `rehearsal-${own}` }
    const first = await created(own, headers)
    const second = await created(other, headers)
    expect(second.id).not.toBe(first.id)
    expect(second.answer.headers.get('idempotency-replayed')).toBeNull()
    expect(await created(own, headers)).toMatchObject({ id: first.id })
    const named = async (key: string) => {
      const path = `/polyphony/v1/tasks?idempotency_key=${headers['Idempotency-Key']}`
      const { body } = await gateway.send('GET', path, { key })
      return (body as { tasks: { id: string }[] }).tasks.map(({ id }) => id)
    }
    expect([await named(own), await named(other)]).toEqual([[first.id], [second.id]])
  })
})

describe.each(MODES)('a batch of a %s key', (_mode, own, other) => {
  const batch = (key: string, headers = {}) =>
    gateway.send('POST', '/api/v1/tasks/batch', { key, headers, body: { tasks: [LYRICS, LYRICS] } })
  const idOf = ({ body }: { body: unknown }): string => (body as { data: { batch_id: string } }).data.batch_id

  it('does not exist for the other keys of the tenant', async () => {
    const id = idOf(await batch(own))
    for (const method of ['GET', 'DELETE']) {
      expect(await gateway.send(method, `/api/v1/tasks/batch/${id}`, { key: other })).toMatchObject(NO_TASK)
    }
    expect(await gateway.send('GET', `/api/v1/tasks/batch/${id}`, { key: own })).toMatchObject({ status: 200 })
  })

  it('does not answer the same request of the other keys under its Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': `batch-${own}` }
    const [first, second] = [await batch(own, headers), await batch(other, headers)]
    expect(idOf(second)).not.toBe(idOf(first))
    expect(second.headers.get('idempotency-replayed')).toBeNull()
    expect(idOf(await batch(own, headers))).toBe(idOf(first))
  })
})

describe.each(MODES)('an unfinished upload or finetune of a %s key', (_mode, own, other) => {
  it('does not exist for the other keys of the tenant: a file of Replicate’s API', async () => {
    const form = new FormData()
    form.set('content', new Blob([PNG], { type: 'image/png' }), 'a.png')
    const headers = { authorization: `Bearer ${own}` }
    const answer = await fetch(`${gateway.url}/replicate/v1/files`, { method: 'POST', headers, body: form })
    expect(answer.status).toBe(201)
    const { id } = (await answer.json()) as { id: string }
    for (const method of ['GET', 'DELETE']) {
      expect((await gateway.send(method, `/replicate/v1/files/${id}`, { key: other })).status).toBe(404)
    }
    const { body } = await gateway.send('GET', '/replicate/v1/files', { key: other })
    expect(JSON.stringify(body)).not.toContain(id)
    expect((await gateway.send('GET', `/replicate/v1/files/${id}`, { key: own })).status).toBe(200)
  })
})

describe('the secret for webhooks', () => {
  const secretOf = async (key: string) => {
    const { body } = await gateway.send('GET', '/replicate/v1/webhooks/default/secret', { key })
    return (body as { key: string }).key
  }

  it('is different for test keys, and each key is shown its own', async () => {
    expect(await secretOf(LIVE_KEY)).toBe(signingSecret(MASTER_SECRET, gateway.tenantId, 1))
    expect(await secretOf(TEST_KEY)).toBe(signingSecret(MASTER_SECRET, gateway.tenantId, 1, 'test'))
    expect(await secretOf(TEST_KEY)).not.toBe(await secretOf(LIVE_KEY))
  })

  it.each(MODES)('of the %s keys signs the webhooks of their tasks and batches, and no others', async (mode, key) => {
    const receiver = await openReceiver()
    const hand = handProvider({ slots: 10, operations: ['suno/lyrics'] })
    await using busy = await openGateway({ replaced: { builtIn: [hand] } })
    try {
      const config = { webhook_config: { endpoint: `${receiver.url}/hook`, secret: '' } }
      const task = { ...LYRICS, input: { prompt: 'sandbox:fast' } }
      const single = await busy.piapi.post({ ...task, config }, { key })
      const batch = await busy.send('POST', '/api/v1/tasks/batch', { key, body: { tasks: [task], config } })
      expect([single.status, batch.status]).toEqual([200, 200])
      const [{ task_id: inBatch } = { task_id: '' }] = (batch.body as { data: { tasks: { task_id: string }[] } }).data
        .tasks
      for (const id of [single.body.data.task_id, inBatch]) hand.finish(id)
      await receiver.until((received) => received.length >= 2)

      const [right, wrong] = (mode === 'live' ? ['live', 'test'] : ['test', 'live']).map(
        (one) => new Webhook(signingSecret(MASTER_SECRET, busy.tenantId, 1, one as 'live' | 'test')),
      )
      for (const { body, headers } of receiver.received) {
        const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
        expect(right?.verify(body, signed)).toEqual(JSON.parse(body))
        expect(() => wrong?.verify(body, signed)).toThrow()
      }
    } finally {
      await receiver.close()
    }
  })
})
