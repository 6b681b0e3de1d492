import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import {
  type Answer,
  download,
  LIVE_KEY,
  openGateway,
  type PiapiTask,
  type Sending,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

let gateway: TestGateway
let receiver: Receiver
const hand = handProvider({ slots: 100, operations: ['suno/lyrics', 'Qubico/image-toolkit/background-remove'] })
beforeAll(async () => {
  gateway = await openGateway({ replaced: { builtIn: [hand] }, env: { POLYPHONY_UPLOAD_MAX_BYTES: '50000' } })
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver?.close()
  await gateway?.[Symbol.asyncDispose]()
})

interface Enveloped<Data> {
  code: number
  data: Data
  message: string
}

async function ask<Data>(method: string, path: string, sending: Sending = {}): Promise<Answer<Enveloped<Data>>> {
  return (await gateway.send(method, path, sending)) as unknown as Answer<Enveloped<Data>> // as a client trusts it
}

const lyrics = (prompt: string, more: JsonObject = {}): JsonObject => ({
  model: 'suno',
  task_type: 'lyrics',
  input: { prompt },
  ...more,
})

describe('a dry run at PiAPI’s route', () => {
  it('returns the price and stores nothing', async () => {
    const before = await gateway.balance()
    const body = {
      model: 'kling',
      task_type: 'video_generation',
      input: { prompt: 'a fox', duration: 10, mode: 'pro' },
    }
    const refused = await ask('POST', '/api/v1/task?dry_run=true', { body })
    expect(refused).toMatchObject({ status: 503, body: { error: { type: 'no_provider' } } })
    const { status, body: answer } = await ask<JsonObject>('POST', '/api/v1/task?dry_run=true', {
      body: lyrics('fog', { config: { service_mode: 'public' } }),
    })
    expect(status).toBe(200)
    expect(answer).toEqual({
      code: 200,
      data: {
        dry_run: true,
        model: 'suno',
        task_type: 'lyrics',
        config: { service_mode: 'public', webhook_config: { endpoint: '', secret: '' } },
        input: { prompt: 'fog' },
        price: { points: 20_000, usd: 0.002 },
        available: { points: before.available, usd: before.available / 10_000_000 },
        affordable: true,
      },
      message: 'success',
    })
    expect(await gateway.balance()).toEqual(before)
  })

  it('reports insufficient credit, and costs nothing with a test key', async () => {
    const { key } = await gateway.tenant({ creditPoints: 19_999 })
    const poor = await ask<JsonObject>('POST', '/api/v1/task?dry_run=true', { key, body: lyrics('fog') })
    expect(poor.body.data).toMatchObject({ affordable: false, price: { points: 20_000 } })
    const test = await ask<JsonObject>('POST', '/api/v1/task?dry_run=true', { key: TEST_KEY, body: lyrics('fog') })
    expect(test.body.data).toMatchObject({ affordable: true, price: { points: 0, usd: 0 } })
  })

  it.each([
    ['input.prompt', '?dry_run=true', { ...lyrics(''), input: {} }],
    ['dry_run', '?dry_run=perhaps', lyrics('fog')],
  ])('is refused like the task itself, naming %s', async (field, query, body) => {
    expect(await ask('POST', `/api/v1/task${query}`, { body })).toMatchObject({
      status: 400,
      body: { error: { field } },
    })
  })

  it('shows the operator’s price', async () => {
    await using dear = await openGateway({ env: { POLYPHONY_PRICES: '{"suno": "x2", "suno/lyrics": 7}' } })
    const price = async (body: JsonObject) =>
      ((await dear.send('POST', '/api/v1/task?dry_run=true', { body })).body as unknown as Enveloped<JsonObject>).data
        .price
    expect(await price(lyrics('fog'))).toEqual({ points: 7, usd: 0.0000007 })
    const song = { model: 'suno', task_type: 'music', input: { prompt: 'la' } }
    expect(await price(song)).toEqual({ points: 800_000, usd: 0.08 })
    const held = (await dear.piapi.post(song)).body.data.meta.usage
    expect(held.consume).toBe(800_000)
  })
})

describe('the list of models at PiAPI’s route', () => {
  interface Model {
    model: string
    task_types: { task_type: string; available: object; price: object; input_schema: JsonObject; example: JsonObject }[]
  }

  it('has every operation with its schema, its price and whether a provider performs it now', async () => {
    const { body } = await ask<Model[]>('GET', '/api/v1/models')
    const suno = body.data.find(({ model }) => model === 'suno')
    const music = suno?.task_types.find(({ task_type }) => task_type === 'music')
    expect(music).toMatchObject({
      produces: 'clips',
      available: { live: true, test: true },
      price: { points: 400_000, usd: 0.04 },
      timeout_seconds: 600,
      cancellable_while: ['staged', 'pending'],
      input_schema: { type: 'object', properties: { mv: { default: 'chirp-v3-0' } } },
      example: { title: 'Cat Dance' },
    })
    const kling = body.data.find(({ model }) => model === 'kling')
    expect(kling?.task_types[0]).toMatchObject({ available: { live: false, test: true } })
    expect(body.data.flatMap(({ task_types }) => task_types).length).toBeGreaterThan(100)
  })

  it('can be limited to one model, also by its short name', async () => {
    const { body } = await ask<Model[]>('GET', '/api/v1/models?model=wan')
    expect(body.data.map(({ model }) => model).sort()).toEqual(['Qubico/wanx', 'Wan'])
    expect((await ask<Model[]>('GET', '/api/v1/models?model=nobody')).body.data).toEqual([])
  })

  it('needs a key', async () => {
    expect((await ask('GET', '/api/v1/models', { key: null })).status).toBe(401)
  })
})

interface Page {
  tasks: PiapiTask[]
  next_cursor: string | null
}

describe('the list of tasks at PiAPI’s route', () => {
  it('pages through all tasks, newest first, each once', async () => {
    const { key } = await gateway.tenant({})
    const made: string[] = []
    for (let number = 0; number < 7; number += 1) {
      const answer = await gateway.piapi.post(lyrics(`song ${number}`), { key })
      made.unshift(answer.body.data.task_id)
    }
    const seen: string[] = []
    let cursor: string | null = ''
    const sizes: number[] = []
    while (cursor !== null) {
      const { body }: Answer<Enveloped<Page>> = await ask<Page>('GET', `/api/v1/tasks?limit=3&cursor=${cursor}`, {
        key,
      })
      sizes.push(body.data.tasks.length)
      seen.push(...body.data.tasks.map(({ task_id }) => task_id))
      cursor = body.data.next_cursor
    }
    expect(seen).toEqual(made)
    expect(sizes).toEqual([3, 3, 1])
  })

  it('has filters for model, status and times', async () => {
    const { key } = await gateway.tenant({ maxConcurrent: 1 })
    const song = await gateway.piapi.song({ prompt: 'la' }, { key })
    const cancelled = (await gateway.piapi.post(lyrics('parked behind the song'), { key })).body.data.task_id
    expect((await gateway.send('DELETE', `/api/v1/task/${cancelled}`, { key })).status).toBe(200)
    const list = async (query: string) =>
      (await ask<Page>('GET', `/api/v1/tasks?${query}`, { key })).body.data.tasks.map(({ task_id }) => task_id)
    expect(await list('model=music-s')).toEqual([cancelled, song.task_id])
    expect(await list('model=kling')).toEqual([])
    expect(await list('status=failed')).toEqual([cancelled])
    expect(await list('status=pending,processing,completed')).toEqual([song.task_id])
    const now = Math.floor(Date.now() / 1_000)
    expect(await list(`created_before=${now - 100}`)).toEqual([])
    expect(await list(`created_after=${now - 100}&created_before=${now + 100}`)).toHaveLength(2)
  })

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['status', 'status=done'],
    ['cursor', 'cursor=abc'],
    ['created_after', 'created_after=soon'],
    ['batch_id', 'batch_id=1'],
  ])('refuses a wrong %s (%s)', async (field, query) => {
    expect(await ask('GET', `/api/v1/tasks?${query}`)).toMatchObject({ status: 400, body: { error: { field } } })
  })
})

interface BatchData {
  batch_id: string
  status: string
  progress: number
  counts: Record<string, number>
  errors: { index: number; code: string; message: string; field: string | null }[]
  tasks?: { index: number; task_id: string }[]
  ended_at: string
}

const BATCH = '/api/v1/tasks/batch'

describe('a batch at PiAPI’s route', () => {
  const ended = async (id: string, key = TEST_KEY): Promise<BatchData> => {
    let data: BatchData | undefined
    await expect
      .poll(
        async () => {
          data = (await ask<BatchData>('GET', `${BATCH}/${id}`, { key })).body.data
          return data.status
        },
        { timeout: 20_000 },
      )
      .toBe('completed')
    return data as BatchData
  }

  it('runs its tasks, lists refused entries by their index, and sends one webhook at its end', async () => {
    const hook = { webhook_config: { endpoint: `${receiver.url}/batch`, secret: 'my secret' } }
    const body = {
      config: hook,
      tasks: [
        lyrics('sandbox:fast one'),
        lyrics(''),
        lyrics('sandbox:fast sandbox:fail'),
        { model: 'nobody', task_type: 'x', input: {} },
        'nonsense',
        lyrics('sandbox:fast two'),
      ],
    }
    const { status, body: answer } = await ask<BatchData>('POST', BATCH, { key: TEST_KEY, body })
    expect(status).toBe(200)
    expect(answer.data).toMatchObject({
      status: 'processing',
      counts: { total: 6, accepted: 3, rejected: 3, completed: 0, failed: 0, canceled: 0 },
      config: hook,
      errors: [
        { index: 1, code: 'invalid_input', field: 'input.prompt' },
        { index: 3, code: 'unknown_operation', field: 'model' },
        { index: 4, code: 'malformed_body', field: null },
      ],
    })
    expect(answer.data.tasks?.map(({ index }) => index)).toEqual([0, 2, 5])
    const end = await ended(answer.data.batch_id)
    expect(end).toMatchObject({ progress: 100, counts: { unfinished: 0, completed: 2, failed: 1 } })
    await receiver.until((received) => received.some(({ path }) => path === '/batch'))
    const shown = receiver.received.filter(({ path }) => path === '/batch')
    expect(shown).toHaveLength(1)
    expect(shown[0]?.headers).toMatchObject({ 'x-webhook-secret': 'my secret' })
    const { timestamp, data } = JSON.parse(shown[0]?.body ?? '{}')
    expect(data).toEqual(end)
    expect(timestamp).toBe(Math.floor(Date.parse(end.ended_at) / 1_000))
    const members = await ask<Page>('GET', `/api/v1/tasks?batch_id=${end.batch_id}`, { key: TEST_KEY })
    expect(members.body.data.tasks).toHaveLength(3)
  })

  it('may be sent as JSON Lines, with the webhook in headers', async () => {
    const text = `${JSON.stringify(lyrics('sandbox:fast a'))}\n\n{"model": \n${JSON.stringify(lyrics('sandbox:fast b'))}\n`
    const headers = { 'content-type': 'application/x-ndjson', 'x-webhook-endpoint': `${receiver.url}/lines` }
    const { body } = await ask<BatchData>('POST', BATCH, { key: TEST_KEY, text, headers })
    expect(body.data).toMatchObject({ counts: { accepted: 2 }, errors: [{ index: 1, code: 'malformed_body' }] })
    await ended(body.data.batch_id)
    await receiver.until((received) => received.some(({ path }) => path === '/lines'))
  })

  it('is the same batch under the same Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'one-batch' }
    const body = [lyrics('sandbox:fast a')]
    const first = await ask<BatchData>('POST', BATCH, { key: TEST_KEY, headers, body })
    const again = await ask<BatchData>('POST', BATCH, { key: TEST_KEY, headers, body })
    expect(again.body.data.batch_id).toBe(first.body.data.batch_id)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const other = await ask('POST', BATCH, { key: TEST_KEY, headers, body: [lyrics('other')] })
    expect(other.status).toBe(422)
  })

  it('of a thousand tasks is accepted at once, holds the whole price and can be cancelled', async () => {
    const { key, tenantId } = await gateway.tenant({ maxConcurrent: 2, creditPoints: 20_000_000 })
    const tasks = Array.from({ length: 1_000 }, (_, number) => lyrics(`song ${number}`))
    const { status, body } = await ask<BatchData>('POST', BATCH, { key, body: { tasks } })
    expect(status).toBe(200)
    expect(body.data.counts).toMatchObject({ accepted: 1_000 })
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 0, held: 20_000_000, active: 1_000 })
    const cancelled = await ask<{ canceled: number }>('DELETE', `${BATCH}/${body.data.batch_id}`, { key })
    expect(cancelled.body.data.canceled).toBeGreaterThanOrEqual(998)
    for (const { task_id } of body.data.tasks ?? []) hand.finish(task_id)
    const end = await ended(body.data.batch_id, key)
    expect((end.counts.canceled ?? 0) + (end.counts.completed ?? 0)).toBe(1_000)
    await gateway.assertBalanced()
  })

  it('accepts the other entries when no provider performs one', async () => {
    const nobodys = { model: 'kling', task_type: 'video_generation', input: { prompt: 'a fox' } }
    const { status, body } = await ask<BatchData>('POST', BATCH, { body: [nobodys, lyrics('a')] })
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ counts: { accepted: 1 }, errors: [{ index: 0, code: 'no_provider' }] })
  })

  it('that costs more than there is, is refused as a whole', async () => {
    const { key, tenantId } = await gateway.tenant({ creditPoints: 39_999 })
    const answer = await ask('POST', BATCH, { key, body: [lyrics('a'), lyrics('b')] })
    expect(answer).toMatchObject({ status: 402, body: { error: { type: 'insufficient_points' } } })
    expect(await gateway.balance(tenantId)).toMatchObject({ available: 39_999, held: 0, active: 0 })
  })

  it.each([
    ['tasks', 'is required', {}],
    ['tasks', 'must not be empty', []],
    ['tasks', 'must be an array', { tasks: {} }],
    ['tasks', 'at most 1000', Array.from({ length: 1_001 }, () => lyrics('a'))],
    ['tasks.0.input.prompt', 'No task can be accepted', [{ ...lyrics(''), input: {} }]],
    ['config.service_mode', 'must be', { tasks: [lyrics('a')], config: { service_mode: 'shared' } }],
  ])('is refused by %s, which %s', async (field, words, body) => {
    const answer = await ask('POST', BATCH, { body })
    expect(answer).toMatchObject({ status: 400, body: { error: { field } } })
    expect(answer.body.message).toContain(words)
  })

  it('belongs to its tenant only', async () => {
    const { body } = await ask<BatchData>('POST', BATCH, { key: TEST_KEY, body: [lyrics('sandbox:fast a')] })
    const { key } = await gateway.tenant({})
    for (const method of ['GET', 'DELETE']) {
      expect((await ask(method, `${BATCH}/${body.data.batch_id}`, { key })).status).toBe(404)
    }
  })
})

describe('a file in an input', () => {
  const REMOVE = { model: 'Qubico/image-toolkit', task_type: 'background-remove' }
  let png: Buffer
  let mp3: Buffer
  beforeAll(async () => {
    png = Buffer.from(await (sampleFiles['image/png']?.() ?? []))
    mp3 = Buffer.from(await (sampleFiles['audio/mpeg']?.() ?? []))
  })

  it.each(['bare', 'data URI'])('as base64 (%s) is stored, and shown as a URL in the task', async (form) => {
    const base64 = png.toString('base64')
    const image = form === 'bare' ? base64 : `data:image/png;base64,${base64}`
    const created = await gateway.piapi.post({ ...REMOVE, input: { image } }, { key: TEST_KEY })
    expect(created.status).toBe(200)
    const url = String(created.body.data.input.image)
    expect(url).toMatch(new RegExp(`^${gateway.url}/files/[0-9a-f-]+\\.png$`))
    const { bytes, headers } = await download(url)
    expect(headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(bytes).equals(png)).toBe(true)
    const stored = await gateway.store.getTask({ id: created.body.data.task_id })
    expect(JSON.stringify(stored?.input)).toMatch(/"image":"asset:[0-9a-f-]+\.png"/)
    // The same URL can be sent again, although it leads to this machine.
    const again = await gateway.piapi.post({ ...REMOVE, input: { image: url } }, { key: TEST_KEY })
    expect(again.body.data.input.image).toBe(url)
    // Their files come until then; the tests below count what is stored.
    for (const { body } of [created, again]) await gateway.piapi.ended(body.data.task_id, { key: TEST_KEY })
  })

  it('can be downloaded by the provider', async () => {
    const image = png.toString('base64')
    const { task_id: id } = (await gateway.piapi.post({ ...REMOVE, input: { image } })).body.data
    await gateway.until(id, ({ status }) => status === 'processing' || status === 'submitting')
    await expect.poll(() => hand.jobs.some(({ taskId }) => taskId === id)).toBe(true)
    const job = hand.jobs.find(({ taskId }) => taskId === id)
    const read = await job?.download(String(job.input.image), { maxBytes: 1e6, signal: AbortSignal.timeout(5_000) })
    expect(Buffer.from(read ?? []).equals(png)).toBe(true)
    hand.finish(id, {
      output: { pictures: [{ file: 'file:cut-out', widthPx: 1, heightPx: 1 }], grid: null },
      files: [{ key: 'cut-out', mediaType: 'image/png', content: png }],
    })
    expect(await gateway.piapi.ended(id)).toMatchObject({ status: 'completed' })
  })

  const files = async () => (await gateway.store.listExpiredAssets({ now: Date.now() * 2, limit: 1_000 })).length

  it.each([
    ['that is not a picture', () => mp3.toString('base64'), 'audio/mpeg'],
    ['of an unknown type', () => Buffer.alloc(100, 'a').toString('base64'), 'of no known type'],
    [
      'that is too large',
      () => Buffer.concat([png, Buffer.alloc(60_000)]).toString('base64'),
      'uploads may have 50000',
    ],
    ['that has expired', () => `${gateway.url}/files/01234567-89ab-4cde-8f01-23456789ab00.png`, 'gone'],
  ])('%s is refused, naming its field, and nothing is kept', async (_title, image, words) => {
    const before = [await files(), await gateway.balance()]
    const answer = await gateway.piapi.post({ ...REMOVE, input: { image: image() } })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body).toMatchObject({ error: { field: 'input.image' } })
    expect(answer.body.message).toContain(words)
    expect([await files(), await gateway.balance()]).toEqual(before)
  })

  it('is not kept when the task cannot be paid', async () => {
    const { key, tenantId } = await gateway.tenant({ creditPoints: 1 })
    const answer = await gateway.piapi.post({ ...REMOVE, input: { image: png.toString('base64') } }, { key })
    expect(answer.status).toBe(402)
    const stored = await gateway.store.listExpiredAssets({ now: Date.now() * 2, limit: 1_000 })
    // Of this tenant: outputs of tasks before may still be on their way.
    expect(stored.filter((asset) => asset.tenantId === tenantId)).toEqual([])
  })
})

describe('an upload as a form at PiAPI’s route', () => {
  const send = (form: FormData, key = LIVE_KEY) =>
    fetch(`${gateway.url}/api/ephemeral_resource`, { method: 'POST', headers: { 'x-api-key': key }, body: form })

  it('is stored like an upload as JSON', async () => {
    const bytes = await (sampleFiles['image/png']?.() ?? new Uint8Array())
    const form = new FormData()
    form.set('file', new Blob([Buffer.from(bytes)]), 'cat.png')
    const answer = await send(form)
    expect(answer.status).toBe(200)
    const { data } = (await answer.json()) as Enveloped<{ url: string }>
    expect(Buffer.from((await download(data.url)).bytes).equals(Buffer.from(bytes))).toBe(true)
  })

  it.each([
    ['without a file', () => new FormData(), 400, 'file'],
    ['of a kind that is not taken', () => withFile('cat.exe', 10), 400, 'file_name'],
    ['that says it is another kind', () => withFile('cat.png', 100), 415, 'file'],
    ['that is too large', () => withFile('cat.png', 50_001), 413, 'file'],
  ])('%s is refused', async (_title, form, status, field) => {
    const answer = await send(form())
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ code: status, error: { field } })
  })

  it('that is cut off or has no boundary is refused', async () => {
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      const answer = await gateway.send('POST', '/api/ephemeral_resource', {
        text: '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc',
        headers: { 'content-type': type },
      })
      expect(answer).toMatchObject({ status: 400, body: { error: { type: 'malformed_body' } } })
    }
  })

  function withFile(name: string, size: number): FormData {
    const form = new FormData()
    form.set('file', new Blob([Buffer.alloc(size, 'a')]), name)
    return form
  }
})
