import { ApiError, createFalClient, type FalClient, type QueueStatus, ValidationError } from '@fal-ai/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { download, hasEnded, LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** The official client, whose hosts are fixed: through the gateway's proxy endpoint, and with its URLs rewritten. */

const FLUX = 'fal-ai/flux/dev'
const fast = { prompt: 'a lighthouse in the fog sandbox:fast' }
const slow = { prompt: 'a lighthouse in the fog sandbox:slow=600' }

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const throughProxy = (credentials = TEST_KEY, { url } = gateway): FalClient =>
  createFalClient({ credentials, proxyUrl: { url: `${url}/fal/proxy`, when: 'always' } })

const rewritten = (credentials = TEST_KEY, { url } = gateway): FalClient =>
  createFalClient({
    credentials,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url
        .replace('https://queue.fal.run', `${url}/fal/queue`)
        .replace('https://fal.run', `${url}/fal/run`)
        .replace('https://rest.fal.ai', `${url}/fal`),
    }),
  })

interface Pictures {
  images: { url: string; width: number; height: number; content_type: string }[]
  seed: number
  prompt: string
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}, key = TEST_KEY) =>
  gateway.send('POST', path, { key: null, headers: { authorization: `Key ${key}`, ...headers }, body })
const png = async () => new Uint8Array((await sampleFiles['image/png']?.()) ?? [])

describe.each([
  ['through the proxy', throughProxy],
  ['with rewritten URLs', rewritten],
] as const)('the official fal client %s', (_how, clientFor) => {
  let client: FalClient
  beforeEach(() => {
    client = clientFor()
  })

  it('subscribes, reads its place in the queue, and gets pictures', async () => {
    const states: QueueStatus[] = []
    const { data, requestId } = await client.subscribe(FLUX, {
      input: { ...fast, image_size: 'landscape_4_3', num_images: 2, seed: 7 },
      logs: true,
      pollInterval: 50,
      onQueueUpdate: (state) => states.push(state),
    })
    const { images, seed, prompt } = data as Pictures
    expect(images).toHaveLength(2)
    expect(images[0]).toMatchObject({ width: 1_024, height: 768, content_type: 'image/jpeg' })
    expect({ seed, prompt }).toEqual({ seed: 7, prompt: fast.prompt })
    expect((await download(images[0]?.url ?? '')).headers.get('content-type')).toBe('image/jpeg')
    expect(states.at(-1)).toMatchObject({
      status: 'COMPLETED',
      request_id: requestId,
      logs: [{ message: 'Sandbox: not a real result.', level: 'INFO', source: 'USER' }],
      metrics: { inference_time: expect.any(Number) },
    })
  })

  it('subscribes by an event stream', async () => {
    const states: string[] = []
    const { data } = await client.subscribe('fal-ai/kling-video/v2/master/text-to-video', {
      input: { prompt: 'fog sandbox:slow=0.3', duration: '5' },
      mode: 'streaming',
      logs: true,
      onQueueUpdate: ({ status }) => states.push(status),
    })
    expect(data).toEqual({ video: { url: expect.stringMatching(/\.mp4$/), content_type: 'video/mp4' } })
    expect(states.at(-1)).toBe('COMPLETED')
    expect(states).toContain('IN_PROGRESS')
  })

  it('uses the queue step by step, by URLs of this gateway', async () => {
    const submitted = await client.queue.submit(FLUX, { input: slow })
    const at = `${gateway.url}/fal/queue/fal-ai/flux/requests/${submitted.request_id}`
    expect(submitted).toEqual({
      request_id: submitted.request_id,
      response_url: at,
      status_url: `${at}/status`,
      cancel_url: `${at}/cancel`,
      status: 'IN_QUEUE',
      queue_position: 0,
    })
    const requestId = submitted.request_id
    await gateway.until(requestId, ({ status }) => status === 'processing')
    expect(await client.queue.status(FLUX, { requestId })).toMatchObject({
      status: 'IN_PROGRESS',
      status_url: `${at}/status`,
    })
    await expect(client.queue.result(FLUX, { requestId })).rejects.toMatchObject({
      status: 400,
      body: { detail: 'Request is still in progress' },
    })
    await client.queue.cancel(FLUX, { requestId })
    expect(await client.queue.status(FLUX, { requestId })).toMatchObject({ error_type: 'client_cancelled' })
  })

  it('reads a state or a result with ?wait= when the work has ended, also through the proxy', async () => {
    const read = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await gateway.send('GET', path, { headers, key: TEST_KEY })
      return [answer.status, answer.body]
    }
    const at = async () => {
      const { request_id: id } = await client.queue.submit(FLUX, { input: fast })
      return `fal-ai/flux/requests/${id}`
    }
    expect(await read(`/fal/queue/${await at()}/status?wait=30`)).toMatchObject([200, { status: 'COMPLETED' }])
    expect(await read(`/fal/queue/${await at()}?wait=30`)).toMatchObject([200, { images: [{}] }])
    const target = `https://queue.fal.run/${await at()}/status?wait=30`
    expect(await read('/fal/proxy', { 'x-fal-target-url': target })).toMatchObject([200, { status: 'COMPLETED' }])
    const [status, body] = await read(`/fal/queue/${await at()}/status?wait=soon`)
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('wait')])
  })

  it('runs a model and waits in one call', async () => {
    const { data, requestId } = await client.run(FLUX, { input: fast })
    expect((data as Pictures).images).toHaveLength(1)
    expect((await gateway.store.getTask({ id: requestId }))?.status).toBe('completed')
    const text = await client.run('fal-ai/any-llm', { input: fast })
    expect(text.data).toEqual({ output: 'Sandbox: not a real result.' })
  })

  it('uploads a file, and names it in an input', async () => {
    const bytes = await png()
    const url = await client.storage.upload(new File([bytes], 'my fog.png', { type: 'image/png' }))
    expect(url).toMatch(new RegExp(`^${gateway.url}/fal/storage/files/[0-9a-f-]+/my%20fog\\.png$`))
    expect((await download(url)).bytes).toEqual(bytes)
    const { request_id: id } = await client.queue.submit(FLUX, {
      input: { ...slow, image_url: url, loras: [{ path: url }] } as never, // the client's own types have no such fields
    })
    const stored = await gateway.store.getTask({ id })
    const reference = expect.stringMatching(/^asset:[0-9a-f-]+\.png$/)
    expect(stored?.input).toEqual({
      model: FLUX,
      input: { ...slow, image_url: reference, loras: [{ path: reference }] },
    })
  })

  it('uploads files that an input contains by itself', async () => {
    const input = { ...fast, image_url: new Blob([await png()], { type: 'image/png' }) }
    const { requestId } = await client.run('fal-ai/birefnet', { input: input as never }) // the client's own types require a string
    const stored = await gateway.store.getTask({ id: requestId })
    expect(stored?.input).toMatchObject({ input: { image_url: expect.stringMatching(/^asset:/) } })
    expect(stored?.output).toMatchObject({ value: { image: { content_type: 'image/jpeg' } } })
  })

  it('throws the reason of a failure, without a second request', async () => {
    const failed = await client
      .subscribe(FLUX, { input: { prompt: 'sandbox:fail sandbox:fast' }, pollInterval: 50 })
      .catch((error) => error)
    expect(failed).toBeInstanceOf(ApiError)
    expect(failed).toMatchObject({
      status: 400,
      body: {
        detail: [
          { loc: ['body'], msg: 'The generation failed, as sandbox:fail asks.', type: 'downstream_service_error' },
        ],
      },
    })
    const moderated = await client
      .run(FLUX, { input: { prompt: 'sandbox:moderation sandbox:fast' } })
      .catch((error) => error)
    expect(moderated).toBeInstanceOf(ValidationError)
    expect(moderated.fieldErrors).toMatchObject([{ type: 'content_policy_violation' }])
    const invalid = await client.queue
      .submit(FLUX, { input: { ...fast, image_url: 'http://169.254.169.254/latest' } as never })
      .catch((error) => error)
    expect(invalid).toBeInstanceOf(ValidationError)
    expect(invalid.getFieldErrors('image_url')).toMatchObject([{ loc: ['body', 'image_url'], type: 'value_error' }])
    const before = (await gateway.store.summary({})).tasks
    await expect(clientFor('sk-nobody').run(FLUX, { input: fast })).rejects.toMatchObject({
      status: 401,
      body: { error_type: 'unauthorized' },
    })
    await expect(client.queue.status(FLUX, { requestId: 'none' })).rejects.toMatchObject({ status: 404 })
    expect((await gateway.store.summary({})).tasks).toEqual(before)
  })
})

describe('a cancel of a fal request', () => {
  it('ends a waiting request, and reports one that has ended or does not exist', async () => {
    await using narrow = await openGateway({ env: { POLYPHONY_SANDBOX_SLOTS: '1' } })
    const client = throughProxy(TEST_KEY, narrow)
    const { request_id: running } = await client.queue.submit(FLUX, { input: slow })
    await narrow.until(running, ({ status }) => status === 'processing')
    const { request_id: requestId } = await client.queue.submit(FLUX, { input: slow })
    await client.queue.cancel(FLUX, { requestId })
    expect(await client.queue.status(FLUX, { requestId })).toMatchObject({
      status: 'COMPLETED',
      error_type: 'client_cancelled',
    })
    await expect(client.queue.result(FLUX, { requestId })).rejects.toMatchObject({ status: 499 })
    const cancel = (id: string) => narrow.send('PUT', `/fal/queue/fal-ai/flux/requests/${id}/cancel`, { key: TEST_KEY })
    expect(await cancel(requestId)).toMatchObject({ status: 400, body: { status: 'ALREADY_COMPLETED' } })
    expect(await cancel('none')).toMatchObject({ status: 404, body: { status: 'NOT_FOUND' } })
    expect(await cancel(running)).toMatchObject({ status: 202, body: { status: 'CANCELLATION_REQUESTED' } })
    expect(await cancel(running)).toMatchObject({ status: 400, body: { status: 'ALREADY_COMPLETED' } })
  })
})

describe('the HTTP interface of fal’s protocol', () => {
  it('answers 202 while a request is open and 200 afterwards, with the request’s id', async () => {
    const { body } = await post(`/fal/queue/${FLUX}`, { prompt: 'fog sandbox:slow=0.5' })
    const {
      status_url,
      response_url,
      request_id: id,
    } = body as { status_url: string; response_url: string; request_id: string }
    const read = (url: string) => fetch(url, { headers: { authorization: `Key ${TEST_KEY}` } })
    expect((await read(status_url)).status).toBe(202)
    await gateway.until(id, hasEnded)
    const ended = await read(`${status_url}?logs=1`)
    expect([ended.status, ended.headers.get('x-fal-request-id')]).toEqual([200, id])
    const result = await read(response_url)
    expect([result.status, result.headers.get('x-fal-request-id')]).toEqual([200, id])
    expect(result.headers.get('content-type')).toContain('application/json')
  })

  it('accepts the key bare, as Key, as Bearer and in x-api-key', async () => {
    const headers = [
      { authorization: `Key ${TEST_KEY}` },
      { authorization: `Bearer ${TEST_KEY}` },
      { authorization: TEST_KEY },
      { 'x-api-key': TEST_KEY },
    ]
    for (const one of headers) {
      const answer = await gateway.send('POST', `/fal/queue/${FLUX}`, { key: null, headers: one, body: slow })
      expect(answer.status).toBe(200)
    }
  })

  it('makes one request for one Idempotency-Key, by the path and through the proxy', async () => {
    const key = { 'idempotency-key': 'fal-1' }
    const first = await post(`/fal/queue/${FLUX}`, slow, key)
    const target = (model: string) => ({ ...key, 'x-fal-target-url': `https://queue.fal.run/${model}` })
    const again = await post('/fal/proxy', slow, target(FLUX))
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
    expect((again.body as JsonObject).request_id).toBe((first.body as JsonObject).request_id)
    expect(await post('/fal/proxy', slow, target('fal-ai/veo3'))).toMatchObject({ status: 422 })
  })

  it('serves namespaces, and requests under the whole name of their model', async () => {
    const { body } = await post('/fal/queue/workflows/me/sticker', fast)
    const { request_id: id, response_url } = body as { request_id: string; response_url: string }
    expect(response_url).toBe(`${gateway.url}/fal/queue/workflows/me/sticker/requests/${id}`)
    await gateway.until(id, hasEnded)
    for (const app of ['workflows/me/sticker', FLUX]) {
      expect((await gateway.send('GET', `/fal/queue/${app}/requests/${id}`, { key: TEST_KEY })).status).toBe(200)
    }
  })

  it('forwards nothing that is sent to the proxy', async () => {
    const receiver = await openReceiver()
    for (const target of [receiver.url, 'https://evilfal.run/fal-ai/flux', 'https://queue.fal.run@127.0.0.1/x']) {
      const answer = await post('/fal/proxy', fast, { 'x-fal-target-url': target })
      expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['header', 'x-fal-target-url'] }] } })
    }
    expect(await post('/fal/proxy', fast)).toMatchObject({ status: 422 })
    for (const target of ['https://api.fal.ai/v1/models', 'https://rest.fal.ai/tokens/', 'https://fal.run/fal-ai']) {
      expect(await post('/fal/proxy', fast, { 'x-fal-target-url': target })).toMatchObject({ status: 404 })
    }
    expect(receiver.received).toEqual([])
    await receiver.close()
  })

  it('refuses what it does not offer: streams of models, uploads in parts, other paths', async () => {
    expect(await post('/fal/run/fal-ai/any-llm/stream', fast)).toMatchObject({ status: 405 })
    expect(await post('/fal/storage/upload/initiate-multipart', { file_name: 'a.png' })).toMatchObject({ status: 413 })
    const nowhere = await post('/fal/nowhere', fast)
    expect(nowhere).toMatchObject({ status: 404, body: { detail: 'Invalid URL (POST /fal/nowhere)' } })
    expect(nowhere.headers.get('x-fal-error-type')).toBe('not_found')
    const nobody = await post(`/fal/queue/${FLUX}`, fast, {}, LIVE_KEY)
    expect(nobody).toMatchObject({ status: 503, body: { error_type: 'runner_scheduling_failure' } })
    expect(nobody.headers.get('x-fal-retryable')).toBe('false')
  })
})

describe('sync_mode in fal’s protocol', () => {
  it('gives the files of the result as data URIs, also through the queue', async () => {
    const input = { ...fast, image_size: 'square' as const, sync_mode: true }
    const isPicture = async ({ images }: Pictures) => {
      const [type, base64 = ''] = images[0]?.url.split(',') ?? []
      expect(type).toBe('data:image/jpeg;base64')
      expect(Buffer.from(base64, 'base64').subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    }
    await isPicture((await rewritten().run(FLUX, { input })).data as Pictures)
    await isPicture((await rewritten().subscribe(FLUX, { input, pollInterval: 50 })).data as Pictures)
  })
})

describe('an upload to fal’s protocol', () => {
  it('in one step is sent with a token in place of the key', async () => {
    const { body } = await post('/fal/storage/auth/token?storage_type=fal-cdn-v3', {})
    const { token, token_type, base_url, expires_at } = body as Record<string, string>
    expect(token_type).toBe('Bearer')
    expect(Date.parse(expires_at ?? '')).toBeGreaterThan(Date.now())
    const upload = async (authorization: string) =>
      fetch(`${base_url}/files/upload`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'image/png', 'x-fal-file-name': 'a.png' },
        body: await png(),
      })
    const { access_url } = (await (await upload(`Bearer ${token}`)).json()) as { access_url: string }
    expect((await download(access_url)).bytes).toEqual(await png())
    const model = 'fal-ai/flux/dev/image-to-image'
    expect(await post(`/fal/queue/${model}`, { ...fast, image_url: access_url })).toMatchObject({ status: 200 })
    expect((await upload(`Bearer ${TEST_KEY}`)).status).toBe(401)
    expect((await upload('Bearer 01234567-89ab-4cde-8f01-23456789ab00')).status).toBe(401)
  })

  const begun = async (name = 'a.png') => {
    const { body } = await post('/fal/storage/upload/initiate', { file_name: name, content_type: 'image/png' })
    return body as { upload_url: string; file_url: string }
  }
  const put = (url: string, body: Uint8Array<ArrayBuffer> | string) => fetch(url, { method: 'PUT', body })

  it('is sent once, to a URL that cannot be guessed', async () => {
    const { upload_url, file_url } = await begun('../../etc/passwd.png')
    expect(new URL(upload_url).pathname).toMatch(/^\/fal\/storage\/upload\/[0-9a-f-]+\/passwd\.png$/)
    expect((await fetch(file_url)).status).toBe(404)
    expect(await post(`/fal/queue/${FLUX}`, { ...fast, image_url: file_url })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'image_url'], msg: 'image_url names a file that was not uploaded.' }] },
    })
    expect((await put(upload_url, await png())).status).toBe(200)
    expect((await put(upload_url, await png())).status).toBe(403)
    expect((await fetch(file_url)).status).toBe(200)
    const strange = upload_url.replace(/[0-9a-f-]{36}/, '01234567-89ab-4cde-8f01-23456789ab00')
    expect((await put(strange, await png())).status).toBe(404)
  })

  it('is refused with an invalid file, a file too large or none, and may then be sent again', async () => {
    const { upload_url } = await begun()
    for (const [body, status] of [
      ['no file of any kind', 422],
      ['', 422],
      [new Uint8Array(11 * 2 ** 20), 413],
    ] as const) {
      const answer = await put(upload_url, body)
      expect([answer.status, typeof ((await answer.json()) as JsonObject).detail]).toEqual([
        status,
        expect.stringMatching(/string|object/),
      ])
    }
    expect((await put(upload_url, await png())).status).toBe(200)
    expect(await post('/fal/storage/upload/initiate', {})).toMatchObject({ status: 422 })
  })
})

describe('a webhook of fal’s protocol', () => {
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await openReceiver()
    return () => receiver.close()
  })

  it('reports success and failure', async () => {
    const client = throughProxy()
    const webhookUrl = `${receiver.url}/hook?a=b&c=d`
    const { request_id: good } = await client.queue.submit(FLUX, { input: fast, webhookUrl })
    await receiver.until((received) => received.length === 1)
    const { request_id: bad } = await client.queue.submit(FLUX, {
      input: { prompt: 'sandbox:fail sandbox:fast' },
      webhookUrl,
    })
    await receiver.until((received) => received.length === 2)
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?a=b&c=d', '/hook?a=b&c=d'])
    expect(receiver.received[0]?.headers).toHaveProperty('webhook-signature')
    const [first, second] = receiver.received.map(({ body }) => JSON.parse(body))
    const { data } = await client.queue.result(FLUX, { requestId: good })
    expect(first).toEqual({ request_id: good, gateway_request_id: good, status: 'OK', payload: data, error: null })
    expect(second).toMatchObject({
      request_id: bad,
      status: 'ERROR',
      payload: { detail: [{ type: 'downstream_service_error' }] },
      error: 'The generation failed, as sandbox:fail asks.',
    })
  })

  it('to a private address is refused before anything is stored', async () => {
    const answer = await post(`/fal/queue/${FLUX}?fal_webhook=http://10.0.0.1/hook`, fast)
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['query', 'fal_webhook'] }] } })
  })
})

describe('tasks of other protocols at fal’s routes', () => {
  it('can be read, as fal’s tasks can be at PiAPI’s routes', async () => {
    const client = throughProxy()
    const { task_id: requestId } = await gateway.piapi.create(
      'txt2img',
      { prompt: 'rain sandbox:fast', width: 512, height: 256 },
      { model: 'Qubico/flux1-dev', key: TEST_KEY },
    )
    const { output } = await gateway.piapi.ended(requestId, { key: TEST_KEY })
    const { data } = await client.queue.result(FLUX, { requestId })
    const { image_url: url } = output as { image_url: string }
    expect(data).toEqual({ images: [{ url, width: 512, height: 256, content_type: 'image/png' }] })
    const own = await client.run(FLUX, { input: fast })
    expect(await gateway.piapi.read(own.requestId, { key: TEST_KEY })).toMatchObject({
      model: FLUX,
      task_type: 'request',
      output: { value: own.data },
    })
    const song = await gateway.piapi.song({ prompt: 'rain sandbox:fast' }, { key: TEST_KEY })
    await expect(client.queue.status(FLUX, { requestId: song.task_id })).rejects.toMatchObject({ status: 404 })
  })

  it('are unknown when they are another tenant’s', async () => {
    const { request_id: requestId } = await throughProxy().queue.submit(FLUX, { input: slow })
    const { key } = await gateway.tenant({})
    await expect(throughProxy(key).queue.status(FLUX, { requestId })).rejects.toMatchObject({ status: 404 })
    await expect(throughProxy(key).queue.cancel(FLUX, { requestId })).rejects.toMatchObject({ status: 404 })
  })
})

describe('a live fal request', () => {
  it('is performed with its input unchanged, and paid once', async () => {
    const hand = handProvider({ slots: 5, operations: ['fal/request'] })
    await using paid = await openGateway({ replaced: { builtIn: [hand] } })
    const before = await paid.balance()
    const client = rewritten(LIVE_KEY, paid)
    const input = { prompt: 'fog', num_images: 2, strange: { deep: [null, 1] } }
    const { request_id: requestId } = await client.queue.submit(FLUX, { input: input as never })
    expect((await paid.balance()).held).toBe(800_000)
    hand.finish(requestId, { output: { value: { images: [], mine: true } }, files: [] })
    await paid.until(requestId, hasEnded)
    expect((await client.queue.result(FLUX, { requestId })).data).toEqual({ images: [], mine: true })
    expect(await paid.balance()).toMatchObject({ held: 0, available: before.available - 800_000 })
    expect(hand.jobs[0]?.input).toEqual({ model: FLUX, input })
    await paid.assertBalanced()
  })
})
