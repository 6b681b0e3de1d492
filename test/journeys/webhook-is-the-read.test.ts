import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Received, type Receiver } from '../support/receiver.ts'

/**
 * One protocol whose webhooks carry the task: how it is submitted with a webhook, and how the same is read. MiniMax and the
 * relays' Runway call back with a body that differs from a read; their own journeys compare those.
 */
interface Protocol {
  name: string
  submit: (prompt: string, hook: string) => { path: string; body: JsonObject }
  /** Where the id is in the answer to the submission. */
  idAt: string
  read: (id: string) => string
  /** What has to be the same, as paths in the webhook's body and in the answer to a read; '' is all of it. */
  inWebhook: string
  inRead: string
}

function at(body: Json, path: string): Json {
  let value: Json = body
  for (const name of path === '' ? [] : path.split('.')) value = isJsonObject(value) ? (value[name] ?? null) : null
  return value
}

const PROTOCOLS: Protocol[] = [
  {
    name: 'PiAPI',
    submit: (prompt, endpoint) => ({
      path: '/api/v1/task',
      body: { model: 'suno', task_type: 'lyrics', input: { prompt }, config: { webhook_config: { endpoint } } },
    }),
    idAt: 'data.task_id',
    read: (id) => `/api/v1/task/${id}`,
    inWebhook: 'data',
    inRead: 'data',
  },
  {
    name: 'Polyphony',
    submit: (prompt, webhook) => ({
      path: '/polyphony/v1/tasks',
      body: { operation: 'suno/lyrics', input: { prompt }, webhook },
    }),
    idAt: 'id',
    read: (id) => `/polyphony/v1/tasks/${id}`,
    inWebhook: '',
    inRead: '',
  },
  {
    name: 'Suno of a relay',
    submit: (prompt, notify_hook) => ({ path: '/suno/submit/lyrics', body: { prompt, notify_hook } }),
    idAt: 'data',
    read: (id) => `/suno/fetch/${id}`,
    inWebhook: '',
    inRead: 'data',
  },
  {
    name: 'Midjourney of a relay',
    submit: (prompt, notifyHook) => ({ path: '/mj/submit/imagine', body: { prompt, notifyHook } }),
    idAt: 'result',
    read: (id) => `/mj/task/${id}/fetch`,
    inWebhook: '',
    inRead: '',
  },
  {
    name: 'Udio of a relay',
    submit: (prompt, notify_hook) => ({ path: '/udio/submit/music', body: { gen_params: { prompt }, notify_hook } }),
    idAt: 'data',
    read: (id) => `/udio/fetch/${id}`,
    inWebhook: '',
    inRead: 'data',
  },
  {
    name: 'Luma',
    submit: (prompt, callback_url) => ({
      path: '/luma/dream-machine/v1/generations',
      body: { model: 'ray-2', prompt, callback_url },
    }),
    idAt: 'id',
    read: (id) => `/luma/dream-machine/v1/generations/${id}`,
    inWebhook: '',
    inRead: '',
  },
  {
    name: 'Kling',
    submit: (prompt, callback_url) => ({
      path: '/kling/v1/videos/text2video',
      body: { model_name: 'kling-v1-6', prompt, callback_url },
    }),
    idAt: 'data.task_id',
    read: (id) => `/kling/v1/videos/text2video/${id}`,
    inWebhook: '',
    inRead: 'data',
  },
  {
    name: 'Replicate',
    submit: (prompt, webhook) => ({
      path: '/replicate/v1/models/black-forest-labs/flux-schnell/predictions',
      body: { input: { prompt }, webhook, webhook_events_filter: ['completed'] },
    }),
    idAt: 'id',
    read: (id) => `/replicate/v1/predictions/${id}`,
    inWebhook: '',
    inRead: '',
  },
  {
    name: 'fal',
    submit: (prompt, hook) => ({
      path: `/fal/queue/fal-ai/flux/dev?fal_webhook=${encodeURIComponent(hook)}`,
      body: { prompt },
    }),
    idAt: 'request_id',
    read: (id) => `/fal/queue/fal-ai/flux/requests/${id}`,
    inWebhook: 'payload',
    inRead: '',
  },
  {
    name: 'Black Forest Labs',
    submit: (prompt, webhook_url) => ({ path: '/bfl/v1/flux-dev', body: { prompt, webhook_url } }),
    idAt: 'id',
    read: (id) => `/bfl/v1/get_result?id=${id}`,
    inWebhook: '',
    inRead: '',
  },
]

const HEADERS = { authorization: `Bearer ${TEST_KEY}`, 'x-key': TEST_KEY }

let gateway: TestGateway
let receiver: Receiver

beforeAll(async () => {
  gateway = await openGateway()
  receiver = await openReceiver()
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await receiver?.close()
})

async function send(method: string, path: string, body?: JsonObject): Promise<Json> {
  const sending = { key: TEST_KEY, headers: HEADERS, ...(body === undefined ? {} : { body }) }
  const answer = await gateway.send(method, path, sending)
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body
}

describe.concurrent('the last webhook of a task', () => {
  it.each(PROTOCOLS)(
    'equals a read of the task in the protocol of $name',
    async ({ name, submit, idAt, read, inWebhook, inRead }) => {
      const hook = `${receiver.url}/${encodeURIComponent(name)}`
      const { path, body } = submit('a heron sandbox:slow=0.3', hook)
      const id = String(at(await send('POST', path, body), idAt))
      await gateway.until(id, ({ status }) => status === 'completed')
      const mine = (all: Received[]) =>
        all.filter((one) => hook.endsWith(one.path)).map((one) => JSON.parse(one.body) as Json)
      const answer = at(await send('GET', read(id)), inRead)
      const isSame = (one: Json) => JSON.stringify(at(one, inWebhook)) === JSON.stringify(answer)
      await receiver.until((all) => mine(all).some(isSame), 10_000).catch(() => {}) // compared below, with a readable difference
      expect(at(mine(receiver.received).at(-1) ?? null, inWebhook)).toEqual(answer)
      expect(JSON.stringify(answer)).toContain(name === 'fal' ? 'images' : id)
    },
  )
})
