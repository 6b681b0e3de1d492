import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { sandboxPicture } from '../../src/engines/sandbox-media/sandbox-media.ts'
import { signingSecret } from '../../src/webhooks/sign.ts'
import {
  download,
  LIVE_KEY,
  MASTER_SECRET,
  openGateway,
  type Sending,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { openReceiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** Polyphony's own protocol, as a client uses it. */

interface NativeTask extends JsonObject {
  id: string
  status: string
  price_points: number
  consumed_points: number
}

const LYRICS = { operation: 'suno/lyrics', input: { prompt: 'fog over the harbour' } }
const PICTURE = {
  operation: 'Qubico/flux1-schnell/txt2img',
  input: { prompt: 'a heron sandbox:fast', width: 512, height: 256 },
}

let gateway: TestGateway
const hand = handProvider({ slots: 10, operations: ['suno/lyrics'] })
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] } })
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

async function created(body: JsonObject, sending: Sending = {}): Promise<NativeTask> {
  const answer = await gateway.send('POST', '/polyphony/v1/tasks', { ...sending, body })
  expect(answer).toMatchObject({ status: 201 })
  return answer.body as NativeTask
}

async function read(id: string, { query = '', ...sending }: Sending & { query?: string } = {}): Promise<NativeTask> {
  const answer = await gateway.send('GET', `/polyphony/v1/tasks/${id}${query}`, sending)
  expect(answer).toMatchObject({ status: 200 })
  return answer.body as NativeTask
}

describe('a client of Polyphony’s own protocol', () => {
  it('submits a picture, waits for it and downloads it', async () => {
    const { id, ...begun } = await created(PICTURE, { key: TEST_KEY })
    expect(begun).toMatchObject({ operation: PICTURE.operation, status: 'pending', output: null, price_points: 0 })
    const done = await read(id, { key: TEST_KEY, query: '?wait=20' })
    expect(done).toMatchObject({
      status: 'completed',
      progress: 100,
      provider: 'sandbox',
      error: null,
      output: {
        pictures: [{ widthPx: 512, heightPx: 256, file: expect.stringContaining(`${gateway.url}/files/`) }],
        grid: null,
      },
    })
    const { pictures } = done.output as unknown as { pictures: { file: string }[] }
    expect((await download(pictures[0]?.file ?? '')).headers.get('content-type')).toBe('image/png')
  })

  it('pays for work once, however often it repeats the request', async () => {
    const before = await gateway.balance()
    const headers = { 'idempotency-key': 'order-1' }
    const first = await created(LYRICS, { headers })
    const again = await gateway.send('POST', '/polyphony/v1/tasks', { body: LYRICS, headers })
    expect(again).toMatchObject({ status: 201, body: { id: first.id } })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const other = await gateway.send('POST', '/polyphony/v1/tasks', {
      body: { ...LYRICS, input: { prompt: 'sun' } },
      headers,
    })
    expect(other).toMatchObject({ status: 422, body: { error: { code: 'idempotency_mismatch' } } })
    hand.finish(first.id)
    const done = await read(first.id, { query: '?wait=20' })
    expect(done).toMatchObject({ status: 'completed', price_points: 20_000, consumed_points: 20_000 })
    expect(before.available - (await gateway.balance()).available).toBe(20_000)
    await gateway.assertBalanced()
  })

  it('finds a task by its idempotency key, or learns that none exists', async () => {
    const { id } = await created(LYRICS, { headers: { 'idempotency-key': 'order-2' } })
    const found = (key: string, sending: Sending = {}) =>
      gateway.send('GET', `/polyphony/v1/tasks?idempotency_key=${key}`, sending)
    expect(await found('order-2')).toMatchObject({ status: 200, body: { tasks: [{ id }], next_cursor: null } })
    expect((await found('order-3')).body).toEqual({ tasks: [], next_cursor: null })
    const { key } = await gateway.tenant({})
    expect((await found('order-2', { key })).body).toEqual({ tasks: [], next_cursor: null })
    hand.finish(id)
    await read(id, { query: '?wait=20' })
  })

  it('lists its tasks page after page, newest first', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const ids: string[] = []
    for (let count = 0; count < 3; count++) ids.unshift((await created(PICTURE, { key })).id)
    const page = async (query: string) =>
      (await gateway.send('GET', `/polyphony/v1/tasks?${query}`, { key })).body as unknown as {
        tasks: { id: string }[]
        next_cursor: string | null
      }
    const first = await page('limit=2')
    expect(first.tasks.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const second = await page(`limit=2&cursor=${first.next_cursor}`)
    expect(second).toMatchObject({ tasks: [{ id: ids[2] }], next_cursor: null })
  })

  it('narrows the list of tasks by state, kind, operation, time and a text in their inputs', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const fox = await created({ ...PICTURE, input: { ...PICTURE.input, prompt: 'A fox' } }, { key })
    const song = await created(LYRICS, { key })
    await read(fox.id, { key, query: '?wait=20' })
    await read(song.id, { key, query: '?wait=20' })
    const found = async (query: string) => {
      const { body } = await gateway.send('GET', `/polyphony/v1/tasks?${query}`, { key })
      return (body as unknown as { tasks: { id: string }[] }).tasks.map(({ id }) => id)
    }
    expect(await found('kind=pictures')).toEqual([fox.id])
    expect(await found('kind=lyrics,sounds')).toEqual([song.id])
    expect(await found(`operation=${LYRICS.operation}`)).toEqual([song.id])
    expect(await found('model=suno&kind=pictures')).toEqual([])
    expect(await found('status=completed&search=FOX')).toEqual([fox.id])
    expect(await found('status=failed,cancelled')).toEqual([])
    expect(await found('created_from=4102444800000')).toEqual([])
    for (const [field, query] of [
      ['status', 'status=done'],
      ['kind', 'kind=smells'],
      ['created_from', 'created_from=yesterday'],
      ['search', `search=${'x'.repeat(201)}`],
    ]) {
      const answer = await gateway.send('GET', `/polyphony/v1/tasks?${query}`, { key })
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', field } } })
    }
  })

  it('reads the price of a task, or the rule that it breaks, and nothing is stored', async () => {
    const { key, tenantId } = await gateway.tenant({ creditPoints: 10_000 })
    const quote = (body: JsonObject) => gateway.send('POST', '/polyphony/v1/quote', { key, body })
    expect(await quote(LYRICS)).toMatchObject({
      status: 200,
      body: { price_points: 20_000, available_points: 10_000, is_affordable: false },
    })
    expect(await quote({ ...LYRICS, input: { prompt: 7 } })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', field: 'input.prompt' } },
    })
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 10_000, held: 0 })
    const { body } = await gateway.send('GET', '/polyphony/v1/tasks', { key })
    expect(body).toEqual({ tasks: [], next_cursor: null })
  })

  it('lists the whole catalogue, and says what no account performs now', async () => {
    const list = async (query: string) => {
      const { body } = await gateway.send('GET', `/polyphony/v1/operations${query}`)
      return (body as unknown as { operations: { id: string; available: boolean }[] }).operations
    }
    const [own, all] = await Promise.all([list(''), list('?all=true')])
    expect(own.every(({ available }) => available)).toBe(true)
    expect(all.filter(({ available }) => available).map(({ id }) => id)).toEqual(own.map(({ id }) => id))
    expect(all.length).toBeGreaterThan(own.length + 100)
  })

  it('cancels a waiting task, also twice, but none that has ended', async () => {
    const { key, tenantId } = await gateway.tenant({ maxConcurrent: 1, creditPoints: 100_000 })
    const running = await created(LYRICS, { key })
    const { id } = await created(LYRICS, { key })
    const cancel = (one: string) => gateway.send('POST', `/polyphony/v1/tasks/${one}/cancel`, { key })
    const ended = { status: 200, body: { id, status: 'cancelled', consumed_points: 0 } }
    expect(await cancel(id)).toMatchObject(ended)
    expect(await cancel(id)).toMatchObject(ended)
    hand.finish(running.id)
    await read(running.id, { key, query: '?wait=20' })
    expect(await cancel(running.id)).toMatchObject({ status: 409, body: { error: { code: 'not_cancellable' } } })
    expect(await gateway.send('POST', '/polyphony/v1/tasks/none/cancel', { key })).toMatchObject({
      status: 404,
      body: { error: { code: 'task_not_found' } },
    })
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 80_000, held: 0 })
    await gateway.assertBalanced()
  })

  it('cancels a running task where its provider can end it', async () => {
    const slow = { ...PICTURE, input: { prompt: 'a heron sandbox:slow=600' } }
    const { id } = await created(slow, { key: TEST_KEY })
    await gateway.until(id, ({ status }) => status === 'processing')
    const answer = await gateway.send('POST', `/polyphony/v1/tasks/${id}/cancel`, { key: TEST_KEY })
    expect(answer).toMatchObject({ status: 200, body: { id, status: 'cancelled' } })
    expect(await read(id, { key: TEST_KEY })).toMatchObject({ status: 'cancelled', output: null, error: null })
  })

  it('reads the place of a waiting task in its line, and the calls of providers for one that ended', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' } })
    const { id } = await created(PICTURE, { key })
    await read(id, { key, query: '?wait=20' })
    expect((await gateway.send('GET', `/polyphony/v1/tasks/${id}/attempts`, { key })).body).toMatchObject({
      attempts: [{ number: 1, provider: 'sandbox', outcome: 'completed', begun_at: expect.any(Number) }],
    })
    expect((await gateway.send('GET', `/polyphony/v1/tasks/${id}/queue`, { key })).body).toMatchObject({
      tasks_ahead: null,
    })
    for (const what of ['attempts', 'queue']) {
      expect(await gateway.send('GET', `/polyphony/v1/tasks/none/${what}`, { key })).toMatchObject({
        status: 404,
        body: { error: { code: 'task_not_found' } },
      })
    }
  })

  it('gets a signed webhook at the end', async () => {
    const receiver = await openReceiver()
    const { id } = await created({ ...PICTURE, webhook: `${receiver.url}/told` }, { key: TEST_KEY })
    await receiver.until((received) => received.length > 0)
    await receiver.close()
    const [shown] = receiver.received
    if (!shown) throw new Error('Nothing was told.')
    expect(JSON.parse(shown.body)).toEqual(await read(id, { key: TEST_KEY }))
    const signed = {
      'webhook-id': String(shown.headers['webhook-id']),
      'webhook-timestamp': String(shown.headers['webhook-timestamp']),
      'webhook-signature': String(shown.headers['webhook-signature']),
    }
    const secret = signingSecret(MASTER_SECRET, gateway.tenantId, 1, 'test')
    expect(new Webhook(secret).verify(shown.body, signed)).toMatchObject({ id, status: 'completed' })
    expect(receiver.received).toHaveLength(1)
  })

  it('uploads a file and names it in an input', async () => {
    const upload = async (form: FormData, key = TEST_KEY) => {
      const answer = await fetch(`${gateway.url}/polyphony/v1/files`, {
        method: 'POST',
        headers: { 'x-api-key': key },
        body: form,
      })
      return { status: answer.status, body: (await answer.json()) as JsonObject }
    }
    const picture = await sandboxPicture({ widthPx: 64, heightPx: 64, mediaType: 'image/png' })
    const form = new FormData()
    form.set('file', new File([Buffer.from(picture)], 'a picture.png'))
    const { status, body } = await upload(form)
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        url: expect.stringContaining(`${gateway.url}/files/`),
        media_type: 'image/png',
        size_bytes: picture.length,
        expires_at: expect.any(Number),
      },
    })
    expect(Buffer.from((await download(String(body.url))).bytes).equals(picture)).toBe(true)
    const input = { ...PICTURE.input, image: body.url as string }
    const { id } = await created({ operation: 'Qubico/flux1-dev/img2img', input }, { key: TEST_KEY })
    expect(await read(id, { key: TEST_KEY, query: '?wait=20' })).toMatchObject({
      status: 'completed',
      input: { image: body.url },
    })

    const refused = (code: string, field?: string) => ({ body: { error: { code, ...(field ? { field } : {}) } } })
    expect(await upload(form, 'sk-test-nobody-has-this')).toMatchObject({
      status: 401,
      ...refused('unauthorized'),
    })
    const other = new FormData()
    other.set('file', new File(['fog'], 'fog.txt'))
    expect(await upload(other)).toMatchObject({ status: 415, ...refused('unsupported_media') })
    const empty = new FormData()
    empty.set('note', 'no file')
    expect(await upload(empty)).toMatchObject({ status: 400, ...refused('invalid_input', 'file') })
    const json = await gateway.send('POST', '/polyphony/v1/files', { body: { file: 'base64' } })
    expect(json).toMatchObject({ status: 415, ...refused('unsupported_media') })
  })

  it('lists the operations that its key can have now', async () => {
    const operations = async (sending: Sending) => {
      const { status, body } = await gateway.send('GET', '/polyphony/v1/operations', sending)
      expect(status).toBe(200)
      return (body as unknown as { operations: { id: string }[] }).operations.map(({ id }) => id)
    }
    const live = await operations({ key: LIVE_KEY })
    expect(live).toContain('suno/lyrics')
    expect(live).not.toContain(PICTURE.operation)
    expect(await operations({ key: TEST_KEY })).toContain(PICTURE.operation)
    const { key } = await gateway.tenant({ key: { mode: 'test', allowedModels: ['luma'] } })
    expect(new Set((await operations({ key })).map((id) => id.split('/')[0]))).toEqual(new Set(['luma']))
  })

  it('reads tasks of other protocols, which can read its own', async () => {
    const { task_id: id } = await gateway.piapi.song({ prompt: 'sandbox:fast' }, { key: TEST_KEY })
    await gateway.piapi.ended(id, { key: TEST_KEY })
    const song = await read(id, { key: TEST_KEY })
    const { clips } = song.output as unknown as { clips: { audio: string }[] }
    expect((await download(clips[0]?.audio ?? '')).headers.get('content-type')).toBe('audio/mpeg')
    const ours = await created(PICTURE, { key: TEST_KEY })
    expect(await gateway.piapi.ended(ours.id, { key: TEST_KEY })).toMatchObject({ status: 'completed' })
  })
})
