import { createHash } from 'node:crypto'
import Replicate, { type Prediction, validateWebhook } from 'replicate'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sampleFiles } from '../../src/assets/sample-files.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { signingSecret } from '../../src/webhooks/sign.ts'
import { freePort } from '../support/free-port.ts'
import {
  download,
  hasEnded,
  LIVE_KEY,
  MASTER_SECRET,
  openGateway,
  TEST_KEY,
  type TestGateway,
} from '../support/gateway.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { handProvider } from './hand-provider.ts'

/** The official client, with only its base address and key changed. */

const FLUX = 'black-forest-labs/flux-schnell'
const VERSION = '5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa'
const fast = { prompt: 'a lighthouse in the fog sandbox:fast' }
const slow = { prompt: 'a lighthouse in the fog sandbox:slow=600' }

let gateway: TestGateway
let client: Replicate
const clientWith = (auth: string) => new Replicate({ auth, baseUrl: `${gateway.url}/replicate/v1` })

beforeAll(async () => {
  gateway = await openGateway()
  client = clientWith(TEST_KEY)
})
afterAll(() => gateway?.[Symbol.asyncDispose]())

const created = (body: unknown, headers: Record<string, string> = {}, path = '/replicate/v1/predictions') =>
  gateway.send('POST', path, { key: null, headers: { authorization: `Bearer ${TEST_KEY}`, ...headers }, body })

describe('a version in Replicate’s protocol', () => {
  it('is read by its id, and the latest by the name of its model', async () => {
    const [owner, name] = FLUX.split('/') as [string, string]
    const version = await client.models.versions.get(owner, name, VERSION)
    expect(version).toMatchObject({ id: VERSION, openapi_schema: { components: { schemas: { Output: {} } } } })
    const { latest_version: latest } = await client.models.get(owner, name)
    expect(latest).toMatchObject({ id: FLUX, created_at: expect.any(String), cog_version: expect.any(String) })
    expect(await client.models.versions.get(owner, name, latest?.id ?? '')).toEqual(latest)
    const { results } = await client.models.versions.list(owner, name)
    expect(results).toEqual([latest])
    expect(await client.run(`${FLUX}:${latest?.id}`, { input: fast })).toHaveLength(1)
  })
})

describe('run of Replicate’s package', () => {
  it('in block mode returns the files of a model', async () => {
    const seen: Prediction[] = []
    const output = await client.run(FLUX, { input: { ...fast, num_outputs: 2 } }, (one) => seen.push(one))
    expect(output).toEqual([expect.stringContaining('.webp'), expect.stringContaining('.webp')])
    const [file = ''] = output as string[]
    const { headers, bytes } = await download(file)
    expect(headers.get('content-type')).toBe('image/webp')
    expect(bytes.length).toBeGreaterThan(100)
    expect(seen.at(-1)).toMatchObject({
      status: 'succeeded',
      model: FLUX,
      version: 'hidden',
      metrics: { predict_time: expect.any(Number) },
    })
  })

  it('in poll mode polls, and returns a single file as a string', async () => {
    const states = new Set<string>()
    const output = await client.run(
      'minimax/video-01',
      { input: { prompt: 'fog sandbox:slow=1', duration: 1 }, wait: { mode: 'poll', interval: 50 } },
      ({ status }) => states.add(status),
    )
    expect(output).toMatch(/\.mp4$/)
    expect([...states].at(0)).toBe('starting')
    expect([...states].at(-1)).toBe('succeeded')
    expect((await download(String(output))).headers.get('content-type')).toBe('video/mp4')
  })

  it('returns text in pieces, and accepts a version without a model', async () => {
    const pieces = (await client.run('meta/meta-llama-3-8b-instruct', { input: fast })) as string[]
    expect(pieces.join('')).toBe('Sandbox: not a real result.')
    expect(pieces.length).toBeGreaterThan(1)
    expect(await client.run(`${FLUX}:${VERSION}`, { input: fast })).toEqual([expect.stringContaining('.webp')])
  })

  it('goes on polling when a held request is answered before the end', async () => {
    const states: string[] = []
    const output = await client.run(
      FLUX,
      { input: { prompt: 'fog sandbox:slow=2' }, wait: { mode: 'block', timeout: 1 } },
      ({ status }) => states.push(status),
    )
    expect(states[0]).toBe('starting')
    expect(states.at(-1)).toBe('succeeded')
    expect(output).toHaveLength(1)
  })

  it('throws the provider’s reason for a failure', async () => {
    await expect(client.run(FLUX, { input: { prompt: 'sandbox:fail sandbox:fast' } })).rejects.toThrow(
      'Prediction failed: The generation failed, as sandbox:fail asks.',
    )
    await expect(client.run(FLUX, { input: { prompt: 'sandbox:moderation sandbox:fast' } })).rejects.toThrow(
      'moderation',
    )
  })

  it('returns file objects where the gateway is reached by https', async () => {
    const publicUrl = 'https://polyphony.example'
    const port = await freePort()
    await using _secure = await openGateway({ env: { PUBLIC_URL: publicUrl, PORT: String(port) } })
    const origin = `http://127.0.0.1:${port}`
    const through = new Replicate({
      auth: TEST_KEY,
      baseUrl: `${publicUrl}/replicate/v1`,
      // Takes the place of a proxy that terminates TLS in front of the gateway.
      fetch: (url, init) => fetch(String(url).replace(publicUrl, origin), init),
    })
    const [file] = (await through.run(FLUX, { input: fast })) as { blob(): Promise<Blob>; url(): URL }[]
    expect(String(file?.url())).toMatch(/^https:\/\/polyphony\.example\/files\//)
    const blob = await file?.blob()
    expect(blob?.type).toBe('image/webp')
    expect(blob?.size).toBeGreaterThan(100)
  })
})

describe('predictions in Replicate’s protocol', () => {
  it('are created, read, listed and delivered in the documented form', async () => {
    const made = await client.predictions.create({ model: FLUX, input: slow })
    expect(made).toMatchObject({
      status: 'starting',
      model: FLUX,
      version: 'hidden',
      input: slow,
      output: null,
      error: null,
      logs: '',
    })
    expect(made.urls.get).toBe(`${gateway.url}/replicate/v1/predictions/${made.id}`)
    await gateway.until(made.id, ({ status }) => status === 'processing')
    const read = await client.predictions.get(made.id)
    expect(read).toMatchObject({
      id: made.id,
      status: 'processing',
      started_at: expect.any(String),
      completed_at: null,
    })
    const viaUrl = await client.request(made.urls.get, { method: 'GET' })
    expect(await viaUrl.json()).toEqual(read)
    const { results } = await client.predictions.list()
    expect(results[0]).toMatchObject({ id: made.id, status: 'processing' })
  })

  it('are the same by a version’s id, by its full name and by a deployment', async () => {
    const byId = await client.predictions.create({ version: VERSION, input: fast, wait: 20 })
    expect(byId).toMatchObject({ status: 'succeeded', model: '', version: VERSION })
    const full = await client.predictions.create({ version: `${FLUX}:${VERSION}`, input: fast, wait: true })
    expect(full).toMatchObject({ status: 'succeeded', model: FLUX, version: VERSION })
    const deployed = await client.deployments.predictions.create('acme', 'hero', { input: fast, wait: true })
    expect(deployed).toMatchObject({
      status: 'succeeded',
      deployment: 'acme/hero',
      output: [expect.stringContaining('/files/')],
    })
  })

  it('are held no longer than requested, and never shown as processing then', async () => {
    const before = Date.now()
    const held = await client.predictions.create({ model: FLUX, input: slow, wait: 1 })
    expect(Date.now() - before).toBeGreaterThanOrEqual(990)
    expect(held.status).toBe('starting')
    expect((await client.predictions.get(held.id)).status).toBe('processing')
    const answer = await created({ version: FLUX, input: slow }, { prefer: 'wait=1' })
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([201, 'wait=1'])
  })

  it('are listed in pages that lead to one another', async () => {
    const { key } = await gateway.tenant({ key: { mode: 'test' }, maxConcurrent: 1, maxStaged: 200 })
    const own = clientWith(key)
    const made: string[] = []
    for (let number = 0; number < 102; number++) {
      made.push((await own.predictions.create({ model: FLUX, input: slow })).id)
    }
    const pages: string[][] = []
    for await (const page of own.paginate(own.predictions.list)) pages.push(page.map(({ id }) => id))
    expect(pages.map(({ length }) => length)).toEqual([100, 2])
    expect(pages.flat()).toEqual(made.toReversed())
    const former = Buffer.from(pages[0]?.at(-1) ?? '').toString('base64url')
    const { body } = await gateway.send('GET', `/replicate/v1/predictions?cursor=${former}`, { key })
    expect((body as { results: { id: string }[] }).results.map(({ id }) => id)).toEqual(pages[1])
    const since = await gateway.send('GET', '/replicate/v1/predictions?created_after=2999-01-01T00:00:00Z', { key })
    expect(since.body).toEqual({ previous: null, next: null, results: [] })
    for (const query of ['cursor=nonsense', 'created_before=yesterday']) {
      const answer = await gateway.send('GET', `/replicate/v1/predictions?${query}`, { key })
      expect(answer).toMatchObject({ status: 422, body: { invalid_fields: [{ field: query.split('=')[0] }] } })
    }
  })

  it('can be cancelled while they wait or run, also twice', async () => {
    await using narrow = await openGateway({ env: { POLYPHONY_SANDBOX_SLOTS: '1' } })
    const own = new Replicate({ auth: TEST_KEY, baseUrl: `${narrow.url}/replicate/v1` })
    const running = await own.predictions.create({ model: FLUX, input: slow })
    await narrow.until(running.id, ({ status }) => status === 'processing')
    const waiting = await own.predictions.create({ model: FLUX, input: slow })
    const cancelled = await own.predictions.cancel(waiting.id)
    expect(cancelled).toMatchObject({ id: waiting.id, status: 'canceled', error: null, output: null })
    expect(await own.predictions.cancel(waiting.id)).toEqual(cancelled)
    expect(await own.predictions.cancel(running.id)).toMatchObject({ id: running.id, status: 'canceled' })
    expect(await own.predictions.get(running.id)).toMatchObject({ status: 'canceled', output: null })
    await narrow.assertBalanced()
  })

  it('are cancelled when the time of Cancel-After is over', async () => {
    const answer = await created({ version: FLUX, input: slow }, { 'cancel-after': '5s' })
    const { id } = answer.body as unknown as Prediction
    await gateway.until(id, hasEnded)
    expect(await client.predictions.get(id)).toMatchObject({
      status: 'canceled',
      deadline: expect.any(String),
      error: null,
    })
    expect(await created({ version: FLUX, input: fast }, { 'cancel-after': 'soon' })).toMatchObject({ status: 422 })
  })

  it('are submitted once under one Idempotency-Key', async () => {
    const body = { version: FLUX, input: slow }
    const first = await created(body, { 'idempotency-key': 'replicate-1' })
    const again = await created(body, { 'idempotency-key': 'replicate-1' })
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    expect((again.body as unknown as Prediction).id).toBe((first.body as unknown as Prediction).id)
    const other = await created({ version: FLUX, input: fast }, { 'idempotency-key': 'replicate-1' })
    expect(other).toMatchObject({ status: 422, body: { title: 'Idempotency key used before' } })
  })

  it('are also served at the vendor’s bare paths', async () => {
    const bare = new Replicate({ auth: TEST_KEY, baseUrl: `${gateway.url}/v1` })
    const { id } = await bare.predictions.create({ model: FLUX, input: fast, wait: true })
    expect(await bare.predictions.get(id)).toMatchObject({ id, status: 'succeeded' })
    expect(await bare.predictions.cancel(id)).toMatchObject({ id, status: 'succeeded' })
    expect(await bare.run(`acme/thing:${VERSION}`, { input: fast })).toHaveLength(1)
    expect(await created({ input: fast }, {}, '/v1/deployments/acme/hero/predictions')).toMatchObject({ status: 201 })
    for (const path of ['/v1/files', '/v1/models/acme/thing']) {
      expect((await gateway.send('GET', path)).body).not.toHaveProperty('detail')
    }
  })

  it('can be tasks of PiAPI’s routes, and the other way round', async () => {
    const { task_id: id } = await gateway.piapi.create(
      'txt2img',
      { prompt: 'rain sandbox:fast' },
      { model: 'Qubico/flux1-dev', key: TEST_KEY },
    )
    const ended = await gateway.piapi.ended(id, { key: TEST_KEY })
    expect(await client.predictions.get(id)).toMatchObject({
      id,
      model: 'Qubico/flux1-dev',
      version: 'hidden',
      status: 'succeeded',
      output: [(ended.output as { image_url: string }).image_url],
    })
    const own = await client.predictions.create({ model: FLUX, input: fast, wait: true })
    expect(await gateway.piapi.read(own.id, { key: TEST_KEY })).toMatchObject({
      model: FLUX,
      task_type: 'prediction',
      input: { model: FLUX, input: fast },
      output: { value: own.output },
    })
    const song = await gateway.piapi.song({ prompt: 'rain sandbox:fast' }, { key: TEST_KEY })
    await expect(client.predictions.get(song.task_id)).rejects.toThrow('404')
  })

  it('cost the price of their kind, once', async () => {
    const hand = handProvider({ slots: 5, operations: ['replicate/prediction'] })
    await using paid = await openGateway({ replaced: { builtIn: [hand] } })
    const before = await paid.balance()
    const own = new Replicate({ auth: LIVE_KEY, baseUrl: `${paid.url}/replicate/v1` })
    const { id } = await own.predictions.create({ model: FLUX, input: { prompt: 'fog', num_outputs: 2 } })
    expect((await paid.balance()).held).toBe(800_000)
    hand.finish(id, { output: { value: ['https://vendor.example/1.webp'] }, files: [] })
    await paid.until(id, hasEnded)
    expect(await paid.balance()).toMatchObject({ held: 0, available: before.available - 800_000 })
    expect(hand.jobs[0]?.input).toEqual({ model: FLUX, version: '', input: { prompt: 'fog', num_outputs: 2 } })
    await paid.assertBalanced()
  })
})

describe('files in Replicate’s protocol', () => {
  const png = async () => Buffer.from((await sampleFiles['image/png']?.()) ?? [])

  it('are uploaded, read and deleted', async () => {
    const bytes = await png()
    const file = await client.files.create(bytes, { album: 'fog' })
    expect(file).toMatchObject({
      content_type: 'image/png',
      size: bytes.length,
      metadata: { album: 'fog' },
      checksums: { sha256: createHash('sha256').update(bytes).digest('hex') },
    })
    expect(await client.files.get(file.id)).toEqual(file)
    expect(Buffer.from((await download(file.urls.get)).bytes).equals(bytes)).toBe(true)
    expect(await client.files.delete(file.id)).toBe(true)
    await expect(client.files.get(file.id)).rejects.toThrow('404')
    await expect(client.files.delete(file.id)).rejects.toThrow('404')
    expect((await fetch(file.urls.get)).status).toBe(404)
  })

  it('in an input are uploaded by the client, and reach the provider as URLs of this gateway', async () => {
    const made = await client.predictions.create({ model: FLUX, input: { ...fast, image: await png() }, wait: true })
    const { image } = made.input as { image: string }
    expect(image).toMatch(new RegExp(`^${gateway.url}/files/[0-9a-f-]+\\.png$`))
    const stored = await gateway.store.getTask({ id: made.id })
    expect(stored?.input).toMatchObject({ input: { image: image.replace(`${gateway.url}/files/`, 'asset:') } })
  })

  it('as data URIs are stored at any depth', async () => {
    const uri = `data:image/png;base64,${(await png()).toString('base64')}`
    const made = await client.predictions.create({ model: FLUX, input: { ...fast, all: [{ image: uri }] }, wait: true })
    const { all } = made.input as { all: { image: string }[] }
    expect(all[0]?.image).toMatch(/\/files\/[0-9a-f-]+\.png$/)
    expect((await download(all[0]?.image ?? '')).bytes).toEqual(new Uint8Array(await png()))
  })

  it('that cannot be stored are refused, naming their field', async () => {
    const refused = async (input: JsonObject) => (await created({ version: FLUX, input: { ...fast, ...input } })).body
    expect(await refused({ a: [{ b: 'http://169.254.169.254/latest' }] })).toMatchObject({
      status: 422,
      invalid_fields: [{ type: 'address_refused', field: 'input.a.0.b' }],
    })
    expect(await refused({ a: 'data:text/html;base64,PGh0bWw+' })).toMatchObject({
      status: 415,
      detail: expect.stringContaining('input.a'),
    })
    expect(await refused({ a: 'asset:01234567-89ab-4cde-8f01-23456789ab00.png' })).toMatchObject({ status: 415 })
    await expect(client.files.create(Buffer.from('no file of any kind'))).rejects.toThrow('415')
    const form = new FormData()
    form.append('metadata', '{}')
    const answer = await fetch(`${gateway.url}/replicate/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}` },
      body: form,
    })
    expect(await answer.json()).toMatchObject({ status: 422, detail: 'content is required: the file.' })
  })

  it('of other tenants are unknown, and one’s own are listed', async () => {
    const file = await client.files.create(await png())
    const { key } = await gateway.tenant({})
    await expect(clientWith(key).files.get(file.id)).rejects.toThrow('404')
    await expect(clientWith(key).files.delete(file.id)).rejects.toThrow('404')
    expect((await client.files.list()).results.map(({ id }) => id)).toContain(file.id)
    expect((await clientWith(key).files.list()).results).toEqual([])
    await client.files.delete(file.id)
    expect((await client.files.list()).results.map(({ id }) => id)).not.toContain(file.id)
  })
})

describe('webhooks in Replicate’s protocol', () => {
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await openReceiver()
    return () => receiver.close()
  })

  it('report the requested events, begin and end, with a signature that the client verifies', async () => {
    const { id } = await client.predictions.create({
      model: FLUX,
      input: { prompt: 'fog sandbox:slow=0.2' },
      webhook: `${receiver.url}/hook`,
      webhook_events_filter: ['start', 'completed'],
    })
    await receiver.until((received) => received.length === 2)
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as Prediction)
    expect(bodies.map(({ status }) => status).sort()).toEqual(['processing', 'succeeded'])
    expect(bodies.find(({ status }) => status === 'succeeded')).toEqual(await client.predictions.get(id))
    const { key: secret } = await client.webhooks.default.secret.get()
    expect(secret).toBe(signingSecret(MASTER_SECRET, gateway.tenantId, 1, 'test'))
    for (const { headers, body } of receiver.received) {
      const signed = {
        id: String(headers['webhook-id']),
        timestamp: String(headers['webhook-timestamp']),
        signature: String(headers['webhook-signature']),
        secret,
      }
      expect(await validateWebhook({ ...signed, body })).toBe(true)
      expect(await validateWebhook({ ...signed, body: `${body} ` })).toBe(false)
    }
  })

  it('report the end only by default, and are checked before anything is stored', async () => {
    const webhook = `${receiver.url}/hook`
    await client.predictions.create({ model: FLUX, input: { prompt: 'sandbox:fail sandbox:fast' }, webhook })
    await receiver.until((received) => received.length === 1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ status: 'failed', webhook })
    const refused = await created({ version: FLUX, input: fast, webhook: 'http://10.0.0.1/hook' })
    expect(refused).toMatchObject({ status: 422, body: { invalid_fields: [{ field: 'webhook' }] } })
  })
})

describe('errors in Replicate’s protocol', () => {
  it('have the protocol’s own form', async () => {
    await expect(clientWith('sk-nobody').predictions.create({ model: FLUX, input: fast })).rejects.toThrow('401')
    const unauthorized = await gateway.send('GET', '/replicate/v1/account', { key: null })
    expect(unauthorized).toMatchObject({ status: 401, body: { title: 'Unauthenticated', status: 401 } })
    expect(await created({ version: FLUX })).toMatchObject({
      status: 422,
      body: { detail: 'input is required.', invalid_fields: [{ field: 'input' }] },
    })
    expect(await created([])).toMatchObject({ status: 400, body: { title: 'Invalid request' } })
    const path = '/replicate/v1/trainings'
    expect(await gateway.send('GET', path)).toMatchObject({
      status: 404,
      body: { detail: `Invalid URL (GET ${path})` },
    })
    expect(await gateway.send('GET', '/replicate/v1/predictions/none')).toMatchObject({ status: 404 })
    const { key } = await gateway.tenant({})
    const { id } = await client.predictions.create({ model: FLUX, input: slow })
    await expect(clientWith(key).predictions.get(id)).rejects.toThrow('404')
    await expect(clientWith(key).predictions.cancel(id)).rejects.toThrow('404')
  })

  it('name the provider that a live key lacks', async () => {
    const answer = await gateway.send('POST', '/replicate/v1/predictions', {
      key: LIVE_KEY,
      body: { version: FLUX, input: fast },
    })
    expect(answer).toMatchObject({ status: 503, body: { detail: expect.stringContaining('replicate/prediction') } })
  })
})

describe('the catalogue in Replicate’s protocol', () => {
  it('shows the account of the key, what well-known models make, and no more', async () => {
    const account = await client.accounts.current()
    expect(account).toMatchObject({ type: 'organization', username: expect.any(String) })
    const answer = await gateway.send('GET', '/replicate/v1/account', {
      key: null,
      headers: { authorization: `Token ${TEST_KEY}` },
    })
    expect(answer.body).toEqual(account)
    expect(await client.models.get('minimax', 'video-01')).toMatchObject({
      owner: 'minimax',
      name: 'video-01',
      description: 'Makes a video.',
    })
    await expect(client.models.get('acme', 'thing')).rejects.toThrow('404')
    expect(await client.collections.list()).toEqual({ next: null, previous: null, results: [] })
  })
})
