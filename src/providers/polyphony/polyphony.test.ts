import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeVendor, openFakeVendor } from '../../../test/support/fake-vendor.ts'
import { getOperation, listOperations } from '../../catalog/catalog.ts'
import { itemId } from '../../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { sampleTask } from '../../core/task.testing.ts'
import { toTask } from '../../dialects/polyphony/to-task.ts'
import { providerContract } from '../contract.ts'
import { aJob, anAccount, aSignal, resultOf } from '../kit/provider.testing.ts'
import { aReadableJob, aStoredJob, expectResult } from '../kit/results.testing.ts'
import { polyphony as manifest } from './manifest.ts'
import { polyphonyProvider } from './polyphony.ts'

const KEY = 'sk-live-of-the-upstream'
const SECRET = `whsec_${Buffer.from('a secret of the upstream tenant').toString('base64')}`
const OURS = '01234567-89ab-4cde-8f01-23456789ab00'
const PARENT = '01234567-0000-4cde-8f01-23456789ab00'
const PARENT_THERE = '76543210-0000-4edc-8f01-ba9876543200'
const TIMES = { createdAt: 1, startedAt: 2, endedAt: 3 }
const LYRICS = { lyrics: [{ title: 'Fog', text: '[Verse]', tags: ['slow'] }] }

/** The id of the nth task of the upstream. */
const there = (count: number): string => `76543210-ba98-4edc-8f01-${String(count).padStart(10, '0')}00`

const failure = (status: number, code: string, message = 'words of the upstream') => ({
  status,
  json: { error: { code, message } },
})

interface Upstream extends FakeVendor {
  /** The outputs of the next tasks, and how they end. */
  makes: { output: Json; status?: string; error?: Json; more?: JsonObject }
  uploads: File[]
}

/** Another gateway: it checks what it is sent as the real one does, and has done its work at the second look. */
async function openUpstream(): Promise<Upstream> {
  const tasks = new Map<string, JsonObject>()
  const byKey = new Map<string, string>()
  const uploads: File[] = []
  const vendor = await openFakeVendor(async ({ method, path, headers, json, query, form }) => {
    if (headers.authorization !== `Bearer ${KEY}`) return failure(401, 'unauthorized', 'The key is unknown.')
    if (path === '/prefix/polyphony/v1/files') {
      uploads.push((await form()).get('file') as File) // the form that the route reads has one
      return { status: 201, json: { url: `https://upstream.example/files/upload-${uploads.length}` } }
    }
    const [, rest] = /^\/prefix\/polyphony\/v1\/tasks(\/.*)?$/.exec(path) ?? [undefined, 'elsewhere']
    if (rest === undefined && method === 'POST') {
      const { operation, input } = toTask(json)
      const key = String(headers['idempotency-key'])
      const known = tasks.get(byKey.get(key) ?? '')
      if (known) return { status: 201, json: known }
      const id = there(tasks.size + 1)
      const { output, status = 'completed', error = null, more = {} } = upstream.makes
      const price = { price_points: 400, consumed_points: status === 'completed' ? 400 : 0 }
      const task = { id, operation: operation.id, input, parent_id: null, provider: 'studio', ...price, ...more }
      tasks.set(id, { ...task, output, error, ends: status, looks: 0 })
      byKey.set(key, id)
      return { status: 201, json: { ...task, status: 'pending', progress: 0, output: null, error: null } }
    }
    if (rest === undefined) {
      const task = tasks.get(byKey.get(query.get('idempotency_key') ?? '') ?? '')
      return { json: { tasks: task ? [task] : [], next_cursor: null } }
    }
    const [, id = '', cancel] = /^\/([0-9a-f-]+)(\/cancel)?$/.exec(rest) ?? []
    const task = tasks.get(id)
    if (!task)
      return rest === 'elsewhere' ? failure(404, 'not_found') : failure(404, 'task_not_found', `No task ${id}.`)
    if (cancel) task.ends = 'cancelled'
    const looks = Number(task.looks)
    task.looks = looks + 1
    if (looks === 0 && !cancel)
      return { json: { ...task, status: 'processing', progress: 40, output: null, error: null } }
    return { json: { ...task, status: String(task.ends), progress: 100 } }
  })
  const upstream: Upstream = Object.assign(vendor, { makes: { output: LYRICS }, uploads })
  return upstream
}

describe('the adapter for another gateway', () => {
  let vendor: Upstream
  const provider = polyphonyProvider()
  const account = (given: Record<string, string> = {}) =>
    anAccount(manifest, { apiKey: KEY, baseUrl: `${vendor.url}/prefix/`, ...given })
  const file = (extension: string, number = 1): string =>
    `${vendor.url}/prefix/files/01234567-89ab-4cde-8f01-2345678900${String(number).padStart(2, '0')}.${extension}`

  beforeAll(async () => {
    vendor = await openUpstream()
  })
  beforeEach(() => {
    vendor.next.length = 0
    vendor.makes = { output: LYRICS }
  })
  afterAll(() => vendor?.close())

  const lyrics = (given: Parameters<typeof aJob>[2] = {}) => aJob('suno/lyrics', { prompt: 'fog' }, given)
  const POST = '/prefix/polyphony/v1/tasks'

  it('sends the operation and its input with the task’s idempotency key and callback URL', async () => {
    const job = lyrics({
      callbackUrl: 'https://us.example/callbacks/x',
      idempotencyKey: 'the-key-of-the-task',
    })
    vendor.next.push({ status: 201, json: { id: there(900), status: 'pending' } })
    const submitted = await provider.submit(job, account(), aSignal())
    expect(submitted).toEqual({ handle: { id: there(900) } })
    const sent = vendor.at('POST', POST).at(-1)
    expect(sent?.json).toEqual({
      operation: 'suno/lyrics',
      input: { prompt: 'fog' },
      webhook: 'https://us.example/callbacks/x',
    })
    expect(sent?.headers['idempotency-key']).toBe('the-key-of-the-task')
  })

  it.each(listOperations().map(({ id }) => [id]))(
    'sends %s and its files in a form that the upstream reads',
    async (id) => {
      for (const job of [aReadableJob(id), aStoredJob(id)]) {
        const submitted = await provider.submit({ ...job, idempotencyKey: crypto.randomUUID() }, account(), aSignal())
        expect(submitted).toEqual({ handle: { id: expect.any(String) } })
        const { json } = vendor.at('POST', POST).at(-1) ?? {}
        const { operation, input } = toTask(json)
        expect(operation).toBe(getOperation(id))
        expect(JSON.stringify(input)).not.toContain('asset:')
      }
    },
  )

  it('uploads a file without a public address, and sends its URL at the upstream', async () => {
    const job = aStoredJob('luma/modify_video')
    await provider.submit(job, account(), aSignal())
    const upload = vendor.uploads.at(-1)
    expect(upload).toMatchObject({ name: 'video.mp4', type: 'video/mp4' })
    const { bytes } = await job.file('a.mp4', aSignal())
    expect(new Uint8Array((await upload?.arrayBuffer()) ?? [])).toEqual(new Uint8Array(bytes))
    expect(vendor.at('POST', POST).at(-1)?.json).toMatchObject({
      input: { media: { url: `https://upstream.example/files/upload-${vendor.uploads.length}` } },
    })
    const before = vendor.at('POST', POST).length
    vendor.next.push(failure(413, 'payload_too_large', 'file holds more than 10 bytes.'))
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({ code: 'vendor_refused' })
    vendor.next.push({ status: 201, json: {} })
    await expect(provider.submit(job, account(), aSignal())).rejects.toMatchObject({ code: 'vendor_unreachable' })
    expect(vendor.at('POST', POST)).toHaveLength(before)
  })

  it('performs the operations that the account’s settings name', () => {
    const of = (models: string) => [...(provider.performs?.(account({ models })) ?? [])]
    expect(of('')).toHaveLength(listOperations().length)
    expect(of('suno/lyrics, luma').every((id) => id === 'suno/lyrics' || id.startsWith('luma/'))).toBe(true)
    expect(of('suno/lyrics')).toEqual(['suno/lyrics'])
  })

  it('reports the progress, then the result with its files and the provider’s name', async () => {
    const sounds = { sounds: [{ file: file('mp3'), seconds: 4.2 }] }
    vendor.makes = { output: sounds }
    const job = aReadableJob('Qubico/ace-step/txt2audio', undefined, { idempotencyKey: 'sounds' })
    const submitted = await provider.submit(job, account(), aSignal())
    if (!('handle' in submitted) || !submitted.handle) throw new Error('It was not taken.')
    const look = () => provider.poll?.(submitted.handle ?? null, account(), aSignal(), job)
    expect(await look()).toEqual({ status: 'processing', progress: 40 })
    vendor.makes = { output: LYRICS }
    const done = await look()
    if (done?.status !== 'completed') throw new Error(`It is ${done?.status}.`)
    expect(done.result).toEqual({
      costPoints: 400, // what the upstream took
      output: { sounds: [{ file: 'file:file-1', seconds: 4.2 }] },
      files: [{ key: 'file-1', content: { read: expect.any(Function) } }], // at the upstream's own address
      logs: ['performed upstream by studio'],
    })
    vendor.next.push({ bytes: Buffer.from('a sound'), type: 'audio/mpeg' })
    const [sound] = await expectResult(job.operation, done.result)
    expect(Buffer.from(sound ?? []).toString()).toBe('a sound')
    const request = vendor.seen.at(-1)
    expect(request?.path).toBe(new URL(file('mp3')).pathname)
    expect(request?.headers.authorization).toBeUndefined() // files need no key
  })

  it('reads files at other hosts as public files, and types text files by their names', async () => {
    const drawing = 'https://files.example/files/01234567-89ab-4cde-8f01-234567890002.svg'
    const picture = { file: drawing, widthPx: 1_024, heightPx: 1_024 }
    vendor.makes = { output: { pictures: [picture, picture], grid: null } }
    const job = aReadableJob('recraft/generate', undefined, { idempotencyKey: 'drawing' })
    const { output, files } = await resultOf(provider, job, account())
    expect(output).toMatchObject({ pictures: [{ file: 'file:file-1' }, { file: 'file:file-1' }], grid: null })
    expect(files).toEqual([{ key: 'file-1', mediaType: 'image/svg+xml', content: { url: drawing } }])
  })

  it('names a parent by the upstream’s ids, and a result by ours', async () => {
    const clip = {
      title: 'On',
      tags: 'folk',
      prompt: '',
      gptDescriptionPrompt: null,
      mv: 'chirp-crow',
      type: 'gen',
      durationSeconds: 60,
      audio: file('mp3'),
      image: '',
      imageLarge: '',
      continueClipId: itemId(PARENT_THERE, 2),
      continueAt: 30,
    }
    vendor.makes = {
      output: { clips: [1, 2].map((number) => ({ ...clip, id: itemId(there(1), number) })) },
      more: { id: there(1), parent_id: PARENT_THERE },
    }
    const parent = sampleTask(TIMES, { id: PARENT, operation: 'suno/music', handle: { id: PARENT_THERE } })
    const input = {
      task: 'extend',
      task_id: PARENT,
      continue_clip_id: itemId(PARENT, 2),
      continue_at: 30,
      prompt: `${PARENT} is in the words`,
      mv: 'chirp-crow',
    }
    const job = aJob('suno/music', input, { parent, idempotencyKey: 'extension' })
    await provider.submit(job, account(), aSignal())
    expect(vendor.at('POST', POST).at(-1)?.json).toMatchObject({
      operation: 'suno/music',
      input: {
        task_id: PARENT_THERE,
        continue_clip_id: itemId(PARENT_THERE, 2),
        prompt: `${PARENT} is in the words`,
      },
    })
    const task = {
      id: there(1),
      parent_id: PARENT_THERE,
      status: 'completed',
      output: vendor.makes.output,
      provider: 'studio',
    }
    vendor.next.push({ json: task })
    const done = await provider.poll?.({ id: there(1) }, account(), aSignal(), job)
    if (done?.status !== 'completed') throw new Error(`It is ${done?.status}.`)
    expect(done.result.output).toMatchObject({
      clips: [1, 2].map((number) => ({ id: itemId(OURS, number), continueClipId: itemId(PARENT, 2) })),
    })
    expect(JSON.stringify(done.result.output)).not.toContain('76543210')
  })

  it('charges what the upstream charged when that was less than its price', async () => {
    const look = async (price_points: number, consumed_points: number) => {
      vendor.next.push({ json: { id: there(5), status: 'completed', output: LYRICS, price_points, consumed_points } })
      const done = await provider.poll?.({ id: there(5) }, account(), aSignal(), lyrics())
      return done?.status === 'completed' ? done.result.consumedPoints : 'not completed'
    }
    expect(await look(400, 400)).toBeUndefined()
    expect(await look(0, 0)).toBeUndefined() // a key that pays nothing says nothing of the price
    expect(await look(400, 150)).toBe(150)
  })

  it('reports what the upstream took as the cost, also of a task that failed', async () => {
    const look = async (answer: JsonObject) => {
      vendor.next.push({ json: { id: there(5), ...answer } })
      return provider.poll?.({ id: there(5) }, account(), aSignal(), lyrics())
    }
    const done = { status: 'completed', output: LYRICS, price_points: 400 }
    expect(await look({ ...done, consumed_points: 150 })).toMatchObject({ result: { costPoints: 150 } })
    expect(await look({ status: 'failed', consumed_points: 3 })).toMatchObject({ status: 'failed', costPoints: 3 })
    expect(JSON.stringify(await look(done))).not.toContain('costPoints')
  })

  it.each<[string, Record<string, string>, FakeAnswer | undefined, string, object]>([
    ['a wrong key', { apiKey: 'wrong' }, undefined, 'account_refused', { lacks: 'credential' }],
    ['too little credit', {}, failure(402, 'insufficient_points'), 'account_refused', { lacks: 'credit' }],
    ['a spent limit', {}, failure(402, 'spend_limit_reached'), 'account_refused', { lacks: 'credit' }],
    ['a model that is not allowed', {}, failure(403, 'model_not_allowed'), 'vendor_refused', {}],
    [
      'a rate limit',
      {},
      { ...failure(429, 'rate_limited'), headers: { 'retry-after': '7' } },
      'account_busy',
      { retryAfterSeconds: 7 },
    ],
    ['too many parked tasks', {}, failure(429, 'too_many_staged'), 'account_busy', {}],
    [
      'more than it can store in time',
      {},
      { ...failure(503, 'overloaded'), headers: { 'retry-after': '2' } },
      'account_busy',
      {},
    ],
    ['a fault', {}, failure(400, 'invalid_input', 'input.safety is no number.'), 'vendor_refused', {}],
    ['an operation of another version', {}, failure(400, 'unknown_operation'), 'vendor_refused', {}],
    ['no provider for it', {}, failure(503, 'no_provider'), 'vendor_refused', {}],
    ['moderation', {}, failure(400, 'content_moderated'), 'content_moderated', {}],
    ['another request under the key', {}, failure(422, 'idempotency_mismatch'), 'vendor_silent', {}],
    ['a breakdown', {}, failure(500, 'internal'), 'vendor_silent', {}],
    ['a full disk', {}, failure(507, 'storage_full'), 'vendor_silent', {}],
    ['a store that is away', {}, failure(503, 'store_unavailable'), 'vendor_unreachable', {}],
    [
      'a gateway that is away',
      {},
      { status: 502, bytes: Buffer.from('<html>'), type: 'text/html' },
      'vendor_silent',
      {},
    ],
    [
      'an address of something else',
      {},
      { status: 404, bytes: Buffer.from('?'), type: 'text/html' },
      'vendor_refused',
      {},
    ],
    [
      'an answer that is none',
      {},
      { status: 201, bytes: Buffer.from('fine'), type: 'text/plain' },
      'vendor_silent',
      {},
    ],
    ['an answer without an id', {}, { status: 201, json: { status: 'pending' } }, 'vendor_silent', {}],
    ['a list for an answer', {}, { status: 201, json: [] }, 'vendor_silent', {}],
    ['silence', {}, 'lost', 'vendor_silent', {}],
  ])('maps %s to its error', async (_, given, answer, code, details) => {
    if (answer !== undefined) vendor.next.push(answer)
    const before = vendor.seen.length
    const submitting = provider.submit(lyrics(), account(given), aSignal())
    await expect(submitting).rejects.toMatchObject({ code, details })
    expect(vendor.seen.length).toBe(before + 1) // a paid call is made once
  })

  it('reports a gateway that refuses connections as unreachable', async () => {
    const unreachable = account({ baseUrl: 'http://127.0.0.1:2' })
    await expect(provider.submit(lyrics(), unreachable, aSignal())).rejects.toMatchObject({
      code: 'vendor_unreachable',
    })
  })

  it('reports how a task ended, and marks refused content', async () => {
    const look = (task: JsonObject) => {
      vendor.next.push({ json: { id: there(1), output: null, ...task } })
      return provider.poll?.({ id: there(1) }, account(), aSignal(), lyrics())
    }
    const error = { code: 'vendor_refused', message: 'Out of memory' }
    expect(await look({ status: 'failed', error })).toEqual({
      status: 'failed',
      reason: 'Out of memory',
      isModerated: false,
    })
    expect(await look({ status: 'failed', error: { ...error, code: 'content_moderated' } })).toMatchObject({
      isModerated: true,
    })
    expect(await look({ status: 'failed', error: null })).toMatchObject({
      reason: expect.stringContaining('without a reason'),
    })
    expect(await look({ status: 'cancelled', error: null })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('cancelled'),
    })
    for (const status of ['staged', 'pending', 'submitting', 'uncertain', 'dreaming']) {
      expect(await look({ status, progress: 3, error: null })).toEqual({ status: 'processing', progress: 3 })
    }
    await expect(look({ status: 'completed', output: { pages: [] } })).rejects.toMatchObject({
      code: 'output_unusable',
    })
  })

  it('tells a task that is gone from a gateway that is gone', async () => {
    const poll = () => provider.poll?.({ id: there(999) }, account(), aSignal(), lyrics())
    expect(await poll()).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('no longer knows the task'),
    })
    const away: FakeAnswer[] = [
      { status: 404, bytes: Buffer.from('<html>'), type: 'text/html' },
      failure(404, 'not_found'),
      failure(500, 'internal'),
      { status: 200, bytes: Buffer.from('<html>'), type: 'text/html' },
      'lost',
    ]
    for (const answer of away) {
      vendor.next.push(answer)
      await expect(poll()).rejects.toMatchObject({ code: 'vendor_unreachable' })
    }
  })

  it('finds the task of a lost answer, or proves that there is none', async () => {
    const job = lyrics({ idempotencyKey: 'lost' })
    const reconcile = () => provider.reconcile?.(job, account(), aSignal())
    expect(await reconcile()).toBe('absent')
    const first = await provider.submit(job, account(), aSignal())
    expect(await reconcile()).toEqual(first)
    expect(await provider.submit(job, account(), aSignal())).toEqual(first) // once, however often it is sent
    expect(vendor.at('GET', POST).at(-1)?.query.get('idempotency_key')).toBe('lost')
    vendor.next.push({ json: { tasks: 'none' } })
    expect(await reconcile()).toBe('unknown')
    vendor.next.push({ json: { tasks: [7] } })
    expect(await reconcile()).toBe('unknown')
    vendor.next.push(failure(503, 'store_unavailable'))
    await expect(reconcile()).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })

  it('cancels a task once and again, and throws when the upstream refuses', async () => {
    const submitted = await provider.submit(lyrics({ idempotencyKey: 'cancelled' }), account(), aSignal())
    const handle = 'handle' in submitted ? (submitted.handle ?? null) : null
    const cancel = (which: Json) => provider.cancel?.(which, account(), aSignal(), lyrics())
    await cancel(handle)
    await cancel(handle)
    const { id } = isJsonObject(handle) ? handle : {}
    expect(vendor.at('POST', `${POST}/${id}/cancel`)).toHaveLength(2)
    await cancel({ id: there(999) })
    vendor.next.push(failure(409, 'not_cancellable'))
    await expect(cancel(handle)).rejects.toMatchObject({ code: 'vendor_refused' })
  })

  it('probes the key without creating a task', async () => {
    await expect(provider.probe?.(account(), aSignal())).resolves.toBeUndefined()
    expect(vendor.seen.at(-1)).toMatchObject({ method: 'GET', path: POST })
    await expect(provider.probe?.(account({ apiKey: 'no' }), aSignal())).rejects.toMatchObject({
      details: { lacks: 'credential' },
    })
  })

  it('accepts callbacks, and only signed ones when the secret is known', async () => {
    const rawBody = JSON.stringify({ id: there(7), status: 'completed' })
    const now = new Date()
    const signed = {
      'webhook-id': 'msg-1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(SECRET).sign('msg-1', now, rawBody),
    }
    const receive = (headers: Record<string, string>, body = rawBody, settings: Record<string, string> = {}) =>
      provider.receive?.({ headers, rawBody: body, receivedAt: 0 }, account(settings))
    const known = { webhookSecret: SECRET }
    expect(await receive({})).toEqual({ handle: { id: there(7) } })
    expect(await receive({}, '{}')).toEqual({})
    expect(await receive(signed, rawBody, known)).toEqual({ handle: { id: there(7) } })
    await expect(receive({}, rawBody, known)).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(receive(signed, `${rawBody} `, known)).rejects.toMatchObject({ code: 'unauthorized' })
  })

  providerContract('another gateway', {
    provider: () => provider,
    account: () => account(),
    job: (operation) => aReadableJob(operation, undefined, { idempotencyKey: crypto.randomUUID() }),
    operations: ['suno/lyrics'],
  })
})
