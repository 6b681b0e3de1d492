import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import example from '../../src/dialects/piapi/examples/get-task.json' with { type: 'json' }
import { shapeDifferences } from '../../src/dialects/piapi/shape.testing.ts'
import { signingSecret } from '../../src/webhooks/sign.ts'
import { MASTER_SECRET, openGateway, type PiapiTask, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Received, type Receiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

let gateway: TestGateway
let receiver: Receiver
const hand = handProvider({ slots: 1, operations: ['suno/lyrics'] })
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
})
beforeEach(async () => {
  receiver = await openReceiver()
  return () => receiver.close()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const hooked = (secret: string) => ({ webhook_config: { endpoint: `${receiver.url}/hook`, secret } })

function bodyOf({ body }: Received): { timestamp: number; data: PiapiTask } {
  return JSON.parse(body)
}

function verified({ body, headers }: Received): unknown {
  const secret = signingSecret(MASTER_SECRET, gateway.tenantId, 1, 'test')
  return new Webhook(secret).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  })
}

describe('a webhook of a song', () => {
  it('reports a finished song, with PiAPI’s header and the standard ones, in the documented form', async () => {
    const { task_id: id } = await gateway.piapi.song(
      { prompt: 'sandbox:fast' },
      { key: TEST_KEY, config: hooked('my secret') },
    )
    await receiver.until((received) => received.length === 1)
    const [received] = receiver.received as [Received]
    expect(received.path).toBe('/hook')
    expect(received.headers).toMatchObject({ 'content-type': 'application/json', 'x-webhook-secret': 'my secret' })
    const body = bodyOf(received)
    expect(shapeDifferences(example, { ...body, data: { ...body.data, logs: [] } })).toEqual([
      '$.data.meta.usage.charged: added', // of a test key
    ])
    expect(body.data).toMatchObject({
      task_id: id,
      status: 'completed',
      config: { service_mode: '', ...hooked('my secret') },
    })
    expect(verified(received)).toEqual(body)
    expect(body.data).toEqual(await gateway.piapi.read(id, { key: TEST_KEY }))
    expect(body.timestamp).toBe(Math.floor(Date.parse(body.data.meta.ended_at) / 1_000))
  })

  it.each(['sandbox:fail', 'sandbox:refuse'])(
    'reports a failure too (%s), and has no secret header without a secret',
    async (word) => {
      const { task_id: id } = await gateway.piapi.song(
        { prompt: `${word} sandbox:fast` },
        { key: TEST_KEY, config: hooked('') },
      )
      await receiver.until((received) => received.length === 1)
      const [received] = receiver.received as [Received]
      expect(received.headers).not.toHaveProperty('x-webhook-secret')
      expect(verified(received)).toMatchObject({
        data: { task_id: id, status: 'failed', output: null, error: { code: 1_100 } },
      })
    },
  )

  it('reports a cancellation', async () => {
    const body = { model: 'suno', task_type: 'lyrics', input: { prompt: 'fog' }, config: hooked('s') }
    const running = (await gateway.piapi.post({ ...body, config: {} })).body.data.task_id
    await gateway.until(running, ({ status }) => status === 'processing')
    const id = (await gateway.piapi.post(body)).body.data.task_id
    expect((await gateway.send('DELETE', `/api/v1/task/${id}`)).status).toBe(200)
    await receiver.until((received) => received.length === 1)
    const [received] = receiver.received as [Received]
    expect(bodyOf(received).data).toMatchObject({ task_id: id, status: 'failed', error: { message: 'task canceled' } })
    hand.finish(running)
    await gateway.piapi.ended(running)
  })

  it('that was changed on its way does not verify', async () => {
    await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY, config: hooked('s') })
    await receiver.until((received) => received.length === 1)
    const [received] = receiver.received as [Received]
    expect(() => verified({ ...received, body: received.body.replace('completed', 'failed') })).toThrow('signature')
  })

  it('can be sent again on demand, with the same id and the same bytes', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY, config: hooked('s') })
    await receiver.until((received) => received.length === 1)
    const { store, tenantId } = gateway
    // Until the attempt is stored there is nothing to repeat, and no signal reports that it is.
    const delivery = await vi.waitUntil(
      async () =>
        (await store.listDeliveries({ tenantId, taskId: id, limit: 1 })).find((one) => one.status === 'delivered'),
      { interval: 5, timeout: 10_000 },
    )
    expect(await store.replayDelivery({ id: delivery.id, tenantId, now: Date.now() })).toBe(true)
    await receiver.until((received) => received.length === 2)
    const [first, second] = receiver.received as [Received, Received]
    expect(second.body).toBe(first.body)
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(second.headers['x-webhook-secret']).toBe('s')
    expect(verified(second)).toEqual(bodyOf(first))
  })

  it('moves no money, however often it is sent', async () => {
    const before = await gateway.balance()
    await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY, config: hooked('s') })
    await receiver.until((received) => received.length === 1)
    expect(await gateway.balance()).toMatchObject({ available: before.available, held: before.held })
    await gateway.assertBalanced()
  })
})
