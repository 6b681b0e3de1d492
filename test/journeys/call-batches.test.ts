import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { createPartFromUri, GoogleGenAI, type HttpOptions, type InlinedResponse } from '@google/genai'
import OpenAI, { toFile } from 'openai'
import type { FileObject } from 'openai/resources/files'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { usdToPoints } from '../../src/core/points.ts'
import { type FakeModels, openFakeModels, USED, WORDS } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

const WITH_KEY = { headers: { 'x-goog-api-key': LIVE_KEY } }
const TEXT = WORDS.join('')
const ASK = [{ role: 'user' as const, content: 'What colour is the rain?' }]

let vendor: FakeModels
let test: TestGateway

beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      GEMINI_API_KEY: 'sk-vendor-gemini',
      GOOGLE_GEMINI_BASE_URL: `${vendor.url}/gemini`,
      POLYPHONY_BATCH_PRICE_FACTOR: '0.25',
      POLYPHONY_MODELS: JSON.stringify({
        dear: { to: [{ provider: 'openai', model: 'gpt-5' }], price: { input: 100, output: 1_000 } },
      }),
    },
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  vendor.troubles.length = 0
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const _anthropic = (apiKey = LIVE_KEY) => new Anthropic({ apiKey, baseURL: test.url, maxRetries: 0 })

const anthropic = (apiKey = LIVE_KEY) => new Anthropic({ apiKey, baseURL: test.url, maxRetries: 0 })
/** The id in the store. */
const uuidOf = (id: string) => id.replace(/^.*[-_](.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const line = (custom_id: string, body: object, url = '/v1/chat/completions') => ({
  custom_id,
  method: 'POST',
  url,
  body,
})
const jsonl = (lines: readonly unknown[]) =>
  lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')

async function upload(client: OpenAI, lines: readonly unknown[]): Promise<FileObject> {
  return client.files.create({ file: await toFile(Buffer.from(jsonl(lines)), 'lines.jsonl'), purpose: 'batch' })
}

/** The batch when it has ended. */
async function ended(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  let batch = await client.batches.retrieve(id)
  await expect
    .poll(
      async () => {
        batch = await client.batches.retrieve(id)
        return batch.status
      },
      { timeout: 10_000, interval: 20 },
    )
    .toMatch(/^(?:completed|failed|expired|cancelled)$/)
  return batch
}

type Result = { custom_id: string; response: { status_code: number; body: Record<string, never> } | null; error: null }

async function results(client: OpenAI, id: string | undefined | null): Promise<Record<string, Result>> {
  const text = await (await client.files.content(id ?? '')).text()
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.trimEnd().split('\n')
  const all = lines.map((one) => JSON.parse(one) as Result)
  return Object.fromEntries(all.map((one) => [one.custom_id, one]))
}

async function batchOf(client: OpenAI, lines: readonly unknown[], endpoint = '/v1/chat/completions') {
  const { id } = await upload(client, lines)
  const created = await client.batches.create({
    input_file_id: id,
    endpoint: endpoint as '/v1/responses',
    completion_window: '24h',
    metadata: { for: 'a test' },
  })
  return { created, batch: await ended(client, created.id), inputId: id }
}

/** Files whose writing has ended. */
async function filesOnDisk(): Promise<string[]> {
  const names = await readdir(join(test.dataDir, 'files'), { recursive: true })
  return names.filter((name) => name.endsWith('.bin')).sort()
}

const callsOf = ({ id }: { id: string }) => test.store.listCalls({ batchId: uuidOf(id), limit: 1_000 })

describe('files for calls', () => {
  it('the official client uploads, lists, reads and deletes files', async () => {
    const client = openai()
    const bytes = Buffer.from('notes about rain')
    const made = await client.files.create({
      file: await toFile(bytes, 'nötes.txt'),
      purpose: 'user_data',
      expires_after: { anchor: 'created_at', seconds: 7_200 },
    })
    expect(made).toMatchObject({
      id: expect.stringMatching(/^file-[0-9a-f]{32}$/),
      object: 'file',
      bytes: bytes.length,
      filename: 'nötes.txt',
      purpose: 'user_data',
      status: 'processed',
    })
    expect((made.expires_at ?? 0) - made.created_at).toBe(7_200)
    const second = await upload(client, [line('a', {})])
    const listed: string[] = []
    for await (const file of client.files.list({ limit: 1 })) listed.push(file.id)
    expect(listed.slice(0, 2)).toEqual([second.id, made.id])
    expect((await client.files.list({ purpose: 'user_data', order: 'asc' })).data.map(({ id }) => id)).toEqual([
      made.id,
    ])
    expect(await client.files.retrieve(made.id)).toEqual(made)
    expect(await (await client.files.content(made.id)).text()).toBe('notes about rain')
    for (const other of [openai(TEST_KEY)]) {
      await expect(other.files.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
      expect((await other.files.list()).data).toEqual([])
    }
    expect(await client.files.delete(made.id)).toEqual({ id: made.id, object: 'file', deleted: true })
    await expect(client.files.content(made.id)).rejects.toMatchObject({ status: 404 })
  })

  it('a file of ours is sent to the vendor in the place of its id', async () => {
    const client = openai()
    const file = await client.files.create({ file: await toFile(Buffer.from('wet'), 'rain.txt'), purpose: 'user_data' })
    const data = `data:text/plain;base64,${Buffer.from('wet').toString('base64')}`
    await client.chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: file.id } }] }],
    })
    expect(vendor.seen.at(-1)?.json.messages).toEqual([
      { role: 'user', content: [{ type: 'file', file: { filename: 'rain.txt', file_data: data } }] },
    ])
    const input = (part: object) => [{ role: 'user' as const, content: [part as never] }]
    await client.responses.create({ model: 'gpt-5-mini', input: input({ type: 'input_file', file_id: file.id }) })
    expect(vendor.seen.at(-1)?.json.input).toEqual(input({ type: 'input_file', filename: 'rain.txt', file_data: data }))
    await client.responses.create({ model: 'gpt-5-mini', input: input({ type: 'input_image', file_id: file.id }) })
    expect(vendor.seen.at(-1)?.json.input).toEqual(input({ type: 'input_image', image_url: data }))
    const calls = vendor.seen.length
    const theirs = input({ type: 'input_file', file_id: 'file-of-the-vendor' })
    await expect(client.responses.create({ model: 'gpt-5-mini', input: theirs })).rejects.toMatchObject({
      status: 404,
      param: 'input[0].content[0].file_id',
    })
    const part = { type: 'file' as const, file: { file_id: 'file-of-the-vendor' } }
    const messages = [{ role: 'user' as const, content: [part] }]
    await expect(client.chat.completions.create({ model: 'gpt-5-mini', messages })).rejects.toMatchObject({
      status: 404,
      param: 'messages[0].content[0].file.file_id',
    })
    expect(vendor.seen).toHaveLength(calls)
  })

  const wrong: [string, Record<string, string | Blob>, string][] = [
    ['no file', { purpose: 'batch' }, 'file'],
    ['an empty file', { purpose: 'batch', file: new Blob([]) }, 'file'],
    ['no purpose', { file: new Blob(['x']) }, 'purpose'],
    ['an unknown purpose', { file: new Blob(['x']), purpose: 'fun' }, 'purpose'],
    ['two files', { file: new Blob(['x']), other: new Blob(['x']), purpose: 'batch' }, 'file'],
    [
      'an expiry without seconds',
      { file: new Blob(['x']), purpose: 'batch', 'expires_after[anchor]': 'created_at' },
      'expires_after.seconds',
    ],
    [
      'a short expiry',
      {
        file: new Blob(['x']),
        purpose: 'batch',
        'expires_after[anchor]': 'created_at',
        'expires_after[seconds]': '60',
      },
      'expires_after.seconds',
    ],
    [
      'another anchor',
      { file: new Blob(['x']), purpose: 'batch', 'expires_after[anchor]': 'now', 'expires_after[seconds]': '3600' },
      'expires_after.anchor',
    ],
  ]
  it.each(wrong)('%s is refused with the field, and nothing is stored', async (_what, fields, param) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    const before = await filesOnDisk()
    const answer = await fetch(`${test.url}/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LIVE_KEY}` },
      body: form,
    })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param } }])
    expect(await filesOnDisk()).toEqual(before)
  })
})

const PDF = Buffer.from('%PDF-1.4 a page of rain')

describe('lists of files and batches', () => {
  it('go on from an id that is gone, and do not tell whether another tenant or mode has it', async () => {
    const { key } = await test.tenant({})
    const { batch, inputId } = await batchOf(openai(key), [line('a', { model: 'dear', messages: ASK })])
    const nobodys = (id: string) => id.replace(/.{6}$/, 'abcd00')
    for (const [batchId, fileId] of [
      [batch.id, inputId],
      [nobodys(batch.id), nobodys(inputId)],
    ] as const) {
      const file = fileId.replace('file-', 'file_')
      const ids: [path: string, param: string, id: string, headers: Record<string, string>][] = [
        ['/v1/files', 'after', fileId, {}],
        ['/v1/batches', 'after', batchId, {}],
        ...['after_id', 'before_id'].flatMap((param): typeof ids => [
          ['/v1/files', param, file, { 'anthropic-version': '2023-06-01' }],
          ['/v1/messages/batches', param, batchId.replace('batch_', 'msgbatch_'), {}],
        ]),
      ]
      for (const [path, param, id, headers] of ids) {
        const { status, body } = await test.send('GET', `${path}?${param}=${id}`, { headers })
        expect([status, body], `${path} ${param} ${id}`).toMatchObject([200, { data: expect.any(Array) }])
      }
    }
    const first = await upload(openai(), ['{}'])
    const second = await upload(openai(), ['{}'])
    await openai().files.delete(second.id)
    expect((await openai().files.list({ after: second.id, limit: 1 })).data[0]?.id).toBe(first.id)
  })
})

describe('uploads in parts', () => {
  const begin = (bytes: number, client = openai()) =>
    client.uploads.create({ bytes, filename: 'rain.pdf', mime_type: 'application/pdf', purpose: 'user_data' })
  const part = (id: string, text: Uint8Array, client = openai()) =>
    client.uploads.parts.create(id, { data: new File([Buffer.from(text)], 'part') })

  async function partsKept(): Promise<number> {
    const purposes = ['upload_part']
    const page = { purposes, order: 'asc' as const, limit: 100, now: Date.now(), mode: 'live' as const }
    return (await test.store.listCallFiles({ ...page, tenantId: test.tenantId })).length
  }

  it('the official client sends a file in parts, in the order that it names at the end', async () => {
    const client = openai()
    const begun = await begin(PDF.length)
    expect(begun).toMatchObject({
      ...{ id: expect.stringMatching(/^upload_[0-9a-f]{32}$/), object: 'upload', status: 'pending', file: null },
      ...{ bytes: PDF.length, filename: 'rain.pdf', purpose: 'user_data' },
    })
    expect(begun.expires_at - begun.created_at).toBe(3_600)
    const [last, first] = await Promise.all([part(begun.id, PDF.subarray(10)), part(begun.id, PDF.subarray(0, 10))])
    expect(first).toMatchObject({ object: 'upload.part', upload_id: begun.id, id: expect.stringMatching(/^part_/) })
    expect((await client.files.list()).data.map(({ filename }) => filename)).not.toContain('rain.pdf')
    const md5 = createHash('md5').update(PDF).digest('hex')
    const done = await client.uploads.complete(begun.id, { part_ids: [first.id, last.id], md5 })
    expect(done).toMatchObject({ id: begun.id, status: 'completed', file: { filename: 'rain.pdf', bytes: PDF.length } })
    const content = await client.files.content(done.file?.id ?? '')
    expect(Buffer.from(await content.arrayBuffer()).equals(PDF)).toBe(true)
    expect(await client.files.retrieve(done.file?.id ?? '')).toEqual(done.file)
    await expect(part(begun.id, PDF)).rejects.toMatchObject({ status: 400, param: 'id' })
    await client.files.delete(done.file?.id ?? '')
    expect(await partsKept()).toBe(0)
  })

  it('a cancelled upload keeps no part, and takes no other', async () => {
    const client = openai()
    const { id } = await begin(3)
    await part(id, Buffer.from('abc'))
    expect(await client.uploads.cancel(id)).toMatchObject({ id, status: 'cancelled', file: null })
    await expect(part(id, Buffer.from('d'))).rejects.toMatchObject({ status: 400 })
    await expect(client.uploads.complete(id, { part_ids: ['part_x'] })).rejects.toMatchObject({ status: 400 })
    expect(await partsKept()).toBe(0)
  })

  it('what does not fit together is refused with the field, and the upload stays as it is', async () => {
    const client = openai()
    const { id } = await begin(6)
    const one = await part(id, Buffer.from('abc'))
    const other = await part((await begin(3)).id, Buffer.from('def'))
    const wrong: [object, string][] = [
      [{}, 'part_ids'],
      [{ part_ids: [] }, 'part_ids'],
      [{ part_ids: [7] }, 'part_ids[0]'],
      [{ part_ids: [one.id] }, 'part_ids'],
      [{ part_ids: [one.id, one.id] }, 'part_ids'],
      [{ part_ids: [one.id, other.id] }, 'part_ids[1]'],
      [{ part_ids: [one.id, 'part_none'] }, 'part_ids[1]'],
    ]
    for (const [body, param] of wrong) {
      await expect(client.uploads.complete(id, body as never)).rejects.toMatchObject({ status: 400, param })
    }
    const rest = await part(id, Buffer.from('def'))
    const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
    const named = { part_ids: [one.id, rest.id] }
    await expect(client.uploads.complete(id, { ...named, md5 })).rejects.toMatchObject({ status: 400, param: 'md5' })
    await expect(openai(TEST_KEY).uploads.complete(id, named)).rejects.toMatchObject({ status: 404 })
    expect(await client.uploads.complete(id, named)).toMatchObject({ status: 'completed', file: { bytes: 6 } })
  })

  it.each<[object, string]>([
    [{}, 'bytes'],
    [{ bytes: 0 }, 'bytes'],
    [{ bytes: 2 ** 40 }, 'bytes'],
    [{ bytes: 1 }, 'filename'],
    [{ bytes: 1, filename: 'a' }, 'mime_type'],
    [{ bytes: 1, filename: 'a\n', mime_type: 'text/plain', purpose: 'batch' }, 'filename'],
    [{ bytes: 1, filename: 'a', mime_type: 'text/plain', purpose: 'fun' }, 'purpose'],
    [
      {
        ...{ bytes: 1, filename: 'a', mime_type: 'text/plain', purpose: 'batch' },
        expires_after: { anchor: 'created_at', seconds: 1 },
      },
      'expires_after.seconds',
    ],
  ])('an upload with %j is refused with the field', async (body, param) => {
    await expect(openai().uploads.create(body as never)).rejects.toMatchObject({ status: 400, param })
  })
})

describe('Anthropic’s files', () => {
  it('the official client uploads, lists, reads and deletes files, which OpenAI’s client sees as well', async () => {
    const client = anthropic()
    const made = await client.beta.files.upload({ file: await toFile(PDF, 'rain.pdf') })
    expect(made).toMatchObject({
      ...{ id: expect.stringMatching(/^file_[0-9a-f]{32}$/), type: 'file', filename: 'rain.pdf' },
      ...{ mime_type: 'application/pdf', size_bytes: PDF.length, downloadable: true },
    })
    expect(new Date(made.created_at).toISOString()).toBe(made.created_at)
    const same = made.id.replace('file_', 'file-')
    expect(await openai().files.retrieve(same)).toMatchObject({ id: same, filename: 'rain.pdf', purpose: 'user_data' })
    const second = await openai().files.create({ file: await toFile(Buffer.from('x'), 'x.txt'), purpose: 'vision' })
    const list = async (query: object) => (await client.beta.files.list(query)).data.map(({ id }) => id)
    const newest = second.id.replace('file-', 'file_')
    expect((await list({})).slice(0, 2)).toEqual([newest, made.id])
    expect((await list({ limit: 1 }))[0]).toBe(newest)
    expect((await list({ after_id: newest }))[0]).toBe(made.id)
    expect(await list({ before_id: made.id, limit: 1 })).toEqual([newest])
    expect(await client.beta.files.retrieveMetadata(made.id)).toEqual(made)
    expect(Buffer.from(await (await client.beta.files.download(made.id)).arrayBuffer()).equals(PDF)).toBe(true)
    await expect(anthropic(TEST_KEY).beta.files.retrieveMetadata(made.id)).rejects.toMatchObject({ status: 404 })
    expect(await client.beta.files.delete(made.id)).toEqual({ id: made.id, type: 'file_deleted' })
    await expect(openai().files.retrieve(same)).rejects.toMatchObject({ status: 404 })
    await openai().files.delete(second.id)
  })

  it('a file is sent to the vendor in the place of its id, and no id of the vendor to an account that others share', async () => {
    const client = anthropic()
    const pdf = await client.beta.files.upload({ file: await toFile(PDF, 'rain.pdf') })
    const text = await client.beta.files.upload({ file: await toFile(Buffer.from('wet'), 'rain.txt') })
    const ask = (file_id: string) =>
      client.messages.create({
        ...{ model: 'claude-haiku-4-5', max_tokens: 50 },
        messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id } as never }] }],
      })
    const sent = () => {
      const { messages = [] } = (vendor.seen.at(-1)?.json ?? {}) as { messages?: { content: { source: object }[] }[] }
      return messages[0]?.content[0]?.source
    }
    await ask(pdf.id)
    expect(sent()).toEqual({ type: 'base64', media_type: 'application/pdf', data: PDF.toString('base64') })
    await ask(text.id)
    expect(sent()).toEqual({ type: 'text', media_type: 'text/plain', data: 'wet' })
    const calls = vendor.seen.length
    await expect(ask('file_of_the_vendor')).rejects.toMatchObject({
      status: 404,
      error: { error: { type: 'not_found_error', message: expect.stringContaining('file_of_the_vendor') } },
    })
    expect(vendor.seen).toHaveLength(calls)
    for (const { id } of [pdf, text]) await client.beta.files.delete(id)
  })

  it('an error has the form of Anthropic’s API', async () => {
    const at = (path: string, init: RequestInit = {}) =>
      fetch(test.url + path, { ...init, headers: { 'x-api-key': LIVE_KEY, 'anthropic-version': '2023-06-01' } })
    const unknown = await at('/v1/files/file_none')
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { type: 'not_found_error' } }])
    const empty = await at('/v1/files', { method: 'POST', body: new FormData() })
    expect([empty.status, await empty.json()]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
    const below = await at('/anthropic/v1/files?limit=0')
    expect([below.status, await below.json()]).toMatchObject([
      400,
      { error: { message: expect.stringContaining('limit') } },
    ])
  })
})

describe('Gemini’s files', () => {
  const gemini = ({ baseUrl = '', ...httpOptions }: HttpOptions = {}) =>
    new GoogleGenAI({ apiKey: LIVE_KEY, httpOptions: { baseUrl: test.url + baseUrl, ...httpOptions } })
  const pdf = () => new Blob([PDF], { type: 'application/pdf' })

  it.each([{}, { apiVersion: 'v1beta' }, { baseUrl: '/gemini' }, { baseUrl: '/gemini', apiVersion: 'v1beta' }])(
    'the official client with %j uploads, lists, reads and deletes files',
    async (options) => {
      const { files } = gemini(options)
      const made = await files.upload({ file: pdf(), config: { displayName: 'räin.pdf' } })
      expect(made).toMatchObject({
        ...{
          name: expect.stringMatching(/^files\/[0-9a-f]{32}$/),
          displayName: 'räin.pdf',
          mimeType: 'application/pdf',
        },
        ...{ sizeBytes: String(PDF.length), state: 'ACTIVE', source: 'UPLOADED' },
        sha256Hash: createHash('sha256').update(PDF).digest('base64'),
      })
      const name = made.name ?? ''
      expect(await files.get({ name })).toMatchObject({ name, uri: made.uri, mimeType: 'application/pdf' })
      const same = name.replace('files/', 'file-')
      expect(await openai().files.retrieve(same)).toMatchObject({
        id: same,
        filename: 'räin.pdf',
        purpose: 'user_data',
      })
      const second = await files.upload({ file: new Blob(['x'], { type: 'text/x-python' }) })
      const listed: unknown[] = []
      for await (const file of await files.list({ config: { pageSize: 1 } })) listed.push(file.name)
      expect(listed.slice(0, 2)).toEqual([second.name, name])
      for (const one of [name, second.name ?? '']) await files.delete({ name: one })
      await expect(files.get({ name })).rejects.toMatchObject({ status: 404 })
    },
  )

  it.each([
    ['multipart/related; boundary=b', {}, '?uploadType=multipart'],
    ['multipart/form-data; boundary="b"', { 'x-goog-upload-protocol': 'multipart' }, ''],
  ])('a small file comes in one request as %s', async (type, headers, query) => {
    const send = (body: string, more: object = {}) =>
      fetch(`${test.url}/upload/v1beta/files${query}`, {
        ...{ method: 'POST', body },
        headers: { 'x-goog-api-key': LIVE_KEY, 'content-type': type, ...headers, ...more },
      })
    const parts = (...each: string[]) => `${each.map((one) => `--b\r\n${one}\r\n`).join('')}--b--`
    const said = 'Content-Type: application/json\r\n\r\n{"file":{"display_name":"räin.txt"}}'
    const answer = await send(parts(said, 'content-type: text/plain; charset=utf-8\r\n\r\nwet'))
    const { file } = (await answer.json()) as { file: { name: string } }
    expect(file).toMatchObject({ displayName: 'räin.txt', mimeType: 'text/plain', sizeBytes: '3', state: 'ACTIVE' })
    const bytes = await fetch(`${test.url}/v1beta/${file.name}:download?alt=media`, WITH_KEY)
    expect([bytes.headers.get('content-type'), await bytes.text()]).toEqual(['text/plain', 'wet'])
    await gemini().files.delete({ name: file.name })
    for (const [wrong, more] of [
      [parts(said)],
      [parts(said, said, said)],
      [parts('x: y\r\n\r\n{', said)],
      [parts('x: y\r\n\r\n[]', said)],
      [parts(said, 'content-type: text/plain\r\n\r\n')],
      [parts(said, 'content-type: no type\r\n\r\nwet')],
      ['no parts'],
      ['{}', { 'content-type': 'application/json', 'x-goog-upload-protocol': 'multipart' }],
    ] as [string, object?][]) {
      const refused = await send(wrong, more)
      expect([refused.status, await refused.json()], wrong).toMatchObject([
        400,
        { error: { status: 'INVALID_ARGUMENT' } },
      ])
    }
    expect((await gemini().files.list()).page.map(({ displayName }) => displayName)).not.toContain('räin.txt')
  })

  it('a file is sent to a model of any vendor in the place of its URI, and refused once it is deleted', async () => {
    const client = gemini()
    const { uri = '', name = '' } = await client.files.upload({ file: pdf() })
    const ask = (model: string, mimeType = 'application/pdf') =>
      client.models.generateContent({ model, contents: ['What is it?', createPartFromUri(uri, mimeType)] })
    await ask('claude-haiku-4-5')
    expect(vendor.seen.at(-1)?.json).toMatchObject({
      messages: [{ content: [{}, { source: { type: 'base64', data: PDF.toString('base64') } }] }],
    })
    await ask('gemini-2.5-flash')
    const inlineData = { mimeType: 'application/pdf', data: PDF.toString('base64') }
    expect(vendor.seen.at(-1)?.json).toMatchObject({ contents: [{ parts: [{}, { inlineData }] }] })
    const calls = vendor.seen.length
    const other = new GoogleGenAI({ apiKey: TEST_KEY, httpOptions: { baseUrl: test.url } })
    await expect(other.files.get({ name })).rejects.toMatchObject({ status: 404 })
    await client.files.delete({ name })
    await expect(ask('gemini-2.5-flash')).rejects.toMatchObject({ status: 400, message: expect.stringContaining(name) })
    expect(vendor.seen).toHaveLength(calls)
  })

  it('a file is found however its URI is written; an account that others share gets no URI of Google’s files', async () => {
    const { uri = '', name = '' } = await gemini().files.upload({ file: pdf() })
    const send = (fileUri: string) =>
      fetch(`${test.url}/v1beta/models/gemini-2.5-flash:generateContent`, {
        method: 'POST',
        headers: { 'x-goog-api-key': LIVE_KEY, 'content-type': 'application/json' },
        body: `{"contents":[{"parts":[{"file_data":{"file_uri":${fileUri}}}]}]}`,
      })
    const inline = [{ inlineData: { mimeType: 'application/pdf', data: PDF.toString('base64') } }]
    const ways = [uri, `${uri}?alt=media`, `${uri}:download`, name].map((way) => JSON.stringify(way))
    for (const way of [...ways, JSON.stringify(uri).replaceAll('/', '\\/')]) {
      expect((await send(way)).status, way).toBe(200)
      expect(vendor.seen.at(-1)?.json, way).toMatchObject({ contents: [{ parts: inline }] })
    }
    const theirs = 'https://generativelanguage.googleapis.com/v1beta/files/abc-123'
    expect((await send(JSON.stringify(theirs))).status).toBe(404)
    const anyones = 'https://www.youtube.com/watch?v=abc-123'
    expect((await send(JSON.stringify(anyones))).status).toBe(200)
    expect(JSON.stringify(vendor.seen.at(-1)?.json)).toContain(anyones)
    expect((await send(JSON.stringify(`${test.url}/v1beta/files/none`))).status).toBe(400)
    await gemini().files.delete({ name })
  })

  it('the files of a request count each time that it names them, and only for a model that its key may use', async () => {
    const big = await openai().files.create({
      file: await toFile(Buffer.alloc(17 * 2 ** 20), 'big.bin'),
      purpose: 'user_data',
    })
    const hex = big.id.replace('file-', '')
    const twice = (one: object) => [one, one]
    const requests: [path: string, body: object, field: string][] = [
      [
        '/v1/chat/completions',
        {
          model: 'gpt-4o',
          messages: [{ role: 'user', content: twice({ type: 'file', file: { file_id: big.id } }) }],
        },
        'file_id',
      ],
      [
        '/v1/messages',
        {
          ...{ model: 'claude-haiku-4-5', max_tokens: 5 },
          messages: [
            { role: 'user', content: twice({ type: 'document', source: { type: 'file', file_id: `file_${hex}` } }) },
          ],
        },
        'file_id',
      ],
      [
        '/v1beta/models/gemini-2.5-flash:generateContent',
        { contents: [{ parts: twice({ fileData: { fileUri: `${test.url}/v1beta/files/${hex}` } }) }] },
        'fileData.fileUri',
      ],
    ]
    const { key } = await test.tenant({ key: { allowedModels: ['none'] } })
    for (const [path, body, field] of requests) {
      const answer = await test.send('POST', path, { body })
      expect(answer.status, path).toBe(413)
      expect(JSON.stringify(answer.body), path).toContain('at most 33554432 bytes together')
      if (path.includes('gemini')) expect(JSON.stringify(answer.body)).toContain(field)
      expect((await test.send('POST', path, { body, key })).status, path).toBe(403)
    }
    await openai().files.delete(big.id)
  })

  it('an upload whose last step is sent many times at once makes one file', async () => {
    const { url, send } = await startUpload({ 'x-goog-upload-header-content-type': 'text/plain; charset=utf-8' })
    for (const answer of await Promise.all([send('upload', 0, 'rain'), send('upload', 0, 'rain')])) {
      expect(answer).toEqual([200, 'active', '4', {}])
    }
    const ended = await Promise.all(Array.from({ length: 4 }, () => send('finalize', 4)))
    expect(ended.map(([status]) => status).filter((status) => status !== 200 && status !== 409)).toEqual([])
    const again = await send('finalize', 4)
    expect(again).toMatchObject([200, 'final', '4', { file: { mimeType: 'text/plain' } }])
    const names = new Set(ended.flatMap(([status, , , body]) => (status === 200 ? [JSON.stringify(body)] : [])))
    expect([...names]).toEqual([JSON.stringify(again[3])])
    const page = { purposes: ['gemini_upload_piece'], order: 'asc' as const, limit: 10, now: Date.now() }
    expect(await test.store.listCallFiles({ ...page, mode: 'live', tenantId: test.tenantId })).toEqual([])
    expect((await fetch(url, { method: 'POST', headers: { 'x-goog-upload-command': 'query' } })).status).toBe(200)
  })

  it('slow pieces of one upload hold up no other upload', async () => {
    const { url } = await startUpload()
    const slow = Array.from({ length: 4 }, () => {
      const sent = request(url, { method: 'POST', headers: { 'x-goog-upload-command': 'upload', 'content-length': 9 } })
      sent.on('error', () => {}) // it is ended below
      sent.write('r')
      return sent
    })
    await expect
      .poll(async () => (await fetch(url, { method: 'POST', headers: { 'x-goog-upload-command': 'query' } })).status)
      .toBe(429)
    const other = await startUpload()
    expect((await other.send('upload, finalize', 0, 'rain'))[0]).toBe(200)
    for (const one of slow) one.destroy()
  })

  /** Begins an upload; what sends its pieces answers the status, two headers and the body. */
  async function startUpload(headers: Record<string, string> = {}) {
    const start = await test.send('POST', '/upload/v1beta/files', {
      headers: { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', ...headers },
      body: {},
    })
    expect(start.status).toBe(200)
    const url = start.headers.get('x-goog-upload-url') ?? ''
    const send = async (command: string, offset: number, body = '') => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
        body,
      })
      const [status, size] = ['status', 'size-received'].map((name) => answer.headers.get(`x-goog-upload-${name}`))
      return [answer.status, status, size, await answer.json()] as const
    }
    return { url, send }
  }

  it('an upload goes on where it stopped, and keeps nothing of what does not fit', async () => {
    const before = await filesOnDisk()
    const start = await test.send('POST', '/upload/v1beta/files', {
      headers: {
        ...{ 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
        ...{ 'x-goog-upload-header-content-length': '6', 'x-goog-upload-header-content-type': 'text/plain' },
      },
      body: { file: { display_name: 'rain.txt' } },
    })
    const url = start.headers.get('x-goog-upload-url') ?? ''
    expect([start.status, start.headers.get('x-goog-upload-status')]).toEqual([200, 'active'])
    const send = async (command: string, offset: number, body = '') => {
      const headers = { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) }
      const answer = await fetch(url, { method: 'POST', headers, body })
      const [status, size] = ['status', 'size-received'].map((name) => answer.headers.get(`x-goog-upload-${name}`))
      return [answer.status, status, size, await answer.json()]
    }
    expect(await send('upload', 0, 'rai')).toEqual([200, 'active', '3', {}])
    expect(await send('upload', 0, 'rai')).toEqual([200, 'active', '3', {}])
    expect(await send('query', 0)).toEqual([200, 'active', '3', {}])
    expect(await send('upload', 5, 'y')).toMatchObject([400, 'final', null, { error: { status: 'INVALID_ARGUMENT' } }])
    expect((await send('upload', 3, 'n, and more'))[0]).toBe(413)
    expect((await send('finalize', 3))[0]).toBe(400)
    expect((await send('dance', 3))[0]).toBe(400)
    const done = await send('upload, finalize', 3, 'n.\n')
    expect(done).toMatchObject([200, 'final', '6', { file: { displayName: 'rain.txt', mimeType: 'text/plain' } }])
    expect(await send('upload, finalize', 3, 'n.\n')).toEqual(done)
    const { file } = done[3] as { file: { name: string } }
    expect(await (await openai().files.content(file.name.replace('files/', 'file-'))).text()).toBe('rain.\n')
    await test.send('DELETE', `/v1beta/${file.name}`, { headers: { 'content-type': 'application/json' } })
    expect((await fetch(`${url}0`, { method: 'POST' })).status).toBe(404)
    expect((await filesOnDisk()).length).toBeLessThanOrEqual(before.length + 3) // bytes are deleted by a sweep
  })

  it.each([
    ['X-Goog-Upload-Protocol', { 'x-goog-upload-protocol': 'multipart' }, {}],
    ['X-Goog-Upload-Header-Content-Length', { 'x-goog-upload-header-content-length': '-1' }, {}],
    ['file.mimeType', {}, { mimeType: 'nonsense' }],
    ['file.displayName', {}, { displayName: 7 }],
  ])('an upload with a wrong %s is refused, naming it', async (field, headers, file) => {
    const start = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', ...headers }
    const answer = await test.send('POST', '/upload/v1/files', { headers: start, body: { file } })
    expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ fieldViolations: [{ field }] }] } } })
  })
})

describe('batches in OpenAI’s API', () => {
  it('the official client sends a batch, waits for it and reads the answers of several vendors', async () => {
    const client = openai()
    const { created, batch, inputId } = await batchOf(client, [
      line('plain', { model: 'dear', messages: ASK }),
      '',
      line('claude', { model: 'claude-haiku-4-5', messages: ASK }),
      line('unknown', { model: 'no-such-model', messages: ASK }),
      line('streamed', { model: 'dear', messages: ASK, stream: true }),
      line('no messages', { model: 'dear' }),
    ])
    expect(created).toMatchObject({ object: 'batch', status: 'validating', input_file_id: inputId, errors: null })
    expect((created.expires_at ?? 0) - created.created_at).toBe(86_400)
    expect(batch).toMatchObject({
      id: created.id,
      status: 'completed',
      request_counts: { total: 5, completed: 2, failed: 3 },
      metadata: { for: 'a test' },
      in_progress_at: expect.any(Number),
      finalizing_at: expect.any(Number),
      completed_at: expect.any(Number),
    })
    const output = await results(client, batch.output_file_id)
    expect(Object.keys(output)).toEqual(['plain', 'claude'])
    for (const one of Object.values(output)) {
      expect(one).toMatchObject({
        id: expect.stringMatching(/^batch_req_/),
        response: { status_code: 200, body: { choices: [{ message: { content: TEXT } }] } },
        error: null,
      })
    }
    expect(await results(client, batch.error_file_id)).toMatchObject({
      unknown: { response: { status_code: 404, body: { error: { param: 'model' } } }, error: null },
      streamed: { response: { status_code: 400, body: { error: { param: 'stream' } } } },
      'no messages': { response: { status_code: 400, body: { error: { param: 'messages' } } } },
    })
    const calls = await callsOf(batch)
    expect(calls.map(({ model }) => model).sort()).toEqual(['claude-haiku-4-5', 'dear'])
    // A quarter of 100 and 1,000 USD for a million of each.
    const whole = (USED.input * 100 + USED.output * 1_000) / 1e6
    const dear = calls.find(({ model }) => model === 'dear')
    expect(Number(dear?.pricePoints)).toBe(Number(usdToPoints(whole / 4)))
    await test.assertBalanced()
    expect((await client.batches.list({ limit: 1 })).data[0]).toEqual(batch)
    await expect(client.batches.cancel(batch.id)).rejects.toMatchObject({ status: 409 })
    await expect(openai(TEST_KEY).batches.retrieve(batch.id)).rejects.toMatchObject({ status: 404 })
  })

  it('a batch of embeddings goes by its own route, and its headers go to the vendor with each line', async () => {
    const client = openai()
    const body = { model: 'text-embedding-3-small', input: 'rain' }
    const { id } = await upload(client, [line('e', body, '/v1/embeddings')])
    const made = await client.batches.create(
      { input_file_id: id, endpoint: '/v1/embeddings', completion_window: '24h' },
      { headers: { 'openai-beta': 'rain=v1' } },
    )
    const batch = await ended(client, made.id)
    const output = await results(client, batch.output_file_id)
    expect(output).toMatchObject({ e: { response: { body: { data: [{ object: 'embedding' }] } } } })
    expect(vendor.seen.map(({ path, headers }) => [path, headers['openai-beta']])).toEqual([
      ['/openai/v1/embeddings', 'rain=v1'],
    ])
  })

  it('a file with wrong lines fails as a whole, says which, and calls none', async () => {
    const client = openai()
    const good = line('a', { model: 'dear', messages: ASK })
    const { batch } = await batchOf(client, [
      good,
      '{"custom_id": "x",',
      '[1]',
      { ...good, custom_id: 7 },
      { ...good, custom_id: 'b', method: 'GET' },
      '',
      { ...good, custom_id: 'c', url: '/v1/embeddings' },
      { ...good, custom_id: 'd', body: 'hi' },
      good,
    ])
    expect(batch).toMatchObject({ status: 'failed', failed_at: expect.any(Number), output_file_id: null })
    expect(batch.errors?.data?.map(({ code, line, param }) => [line, code, param])).toEqual([
      [2, 'invalid_json_line', null],
      [3, 'invalid_json_line', null],
      [4, 'invalid_request', 'custom_id'],
      [5, 'invalid_method', 'method'],
      [7, 'invalid_url', 'url'],
      [8, 'invalid_request', 'body'],
      [9, 'duplicate_custom_id', 'custom_id'],
    ])
    expect(vendor.seen).toEqual([])
    const blank = await batchOf(client, [' ', ''])
    expect(blank.batch.errors?.data?.[0]).toMatchObject({ code: 'empty_file', line: null })
  })

  it('every wrong field of a new batch is refused by its name, and nothing is made', async () => {
    const client = openai()
    const { id } = await upload(client, [line('a', {})])
    const other = await client.files.create({ file: await toFile(Buffer.from('x'), 'x'), purpose: 'vision' })
    const good = { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' }
    const long = 'x'.repeat(513)
    const wrong: [string, object][] = [
      ...[undefined, null, '', 7, {}, 'file-x', `file-${'0'.repeat(32)}`, other.id].map((value) => [
        'input_file_id',
        { input_file_id: value },
      ]),
      ...[undefined, null, 7, '/v1/audio/speech', 'chat/completions'].map((value) => ['endpoint', { endpoint: value }]),
      ...[undefined, '48h', 24].map((value) => ['completion_window', { completion_window: value }]),
      ...['x', 7, ['x']].map((value) => ['metadata', { metadata: value }]),
      ['metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) }],
      ['metadata.a', { metadata: { a: 1 } }],
      ['metadata.a', { metadata: { a: long } }],
      ['output_expires_after', { output_expires_after: 7 }],
      ['output_expires_after.anchor', { output_expires_after: { seconds: 3_600 } }],
      ['output_expires_after.seconds', { output_expires_after: { anchor: 'created_at', seconds: 3_599 } }],
    ] as [string, object][]
    const before = (await client.batches.list()).data.length
    for (const [param, change] of wrong) {
      const { status, body } = await test.send('POST', '/v1/batches', { body: { ...good, ...change } })
      expect([status, body], JSON.stringify(change)).toMatchObject([400, { error: { param } }])
    }
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'after=x',
      'after=batch_0123456789ab4cde8f0123456789ab00',
    ]) {
      const { status, body } = await test.send('GET', `/v1/batches?${query}`)
      expect([status, body], query).toMatchObject([400, { error: { param: query.split('=')[0] } }])
    }
    // One that is gone since the page before ends no list; nothing is older than the first year of the gateway.
    const gone = await test.send('GET', '/v1/batches?after=batch_01941f297c0040008000000000000000')
    expect(gone).toMatchObject({ status: 200, body: { data: [] } })
    for (const query of ['limit=0', 'limit=10001', 'after=x', 'order=up', 'purpose=fun']) {
      const { status, body } = await test.send('GET', `/v1/files?${query}`)
      expect([status, body], query).toMatchObject([400, { error: { param: query.split('=')[0] } }])
    }
    expect((await client.batches.list()).data.length).toBe(before)
  })

  it('a line is called again where its vendor is at its limit, and the tenant pays once', async () => {
    const client = openai()
    // A call of its own gives up after three.
    vendor.troubles.push(...Array(3).fill({ status: 429 }))
    const { batch } = await batchOf(client, [line('a', { model: 'dear', messages: ASK })])
    expect(batch.request_counts).toEqual({ total: 1, completed: 1, failed: 0 })
    expect(vendor.seen).toHaveLength(4)
    expect(await callsOf(batch)).toHaveLength(1)
  })

  it('lines take nothing from the key’s limit of requests a minute, and wait for its limit of tokens', async () => {
    const { key } = await test.tenant({
      creditPoints: 10_000_000_000,
      key: { requestsPerMinute: 2, tokensPerMinute: 600_000 },
    })
    const client = openai(key)
    const held: (() => void)[] = []
    for (let index = 0; index < 2; index++) {
      vendor.troubles.push((_request, response) => {
        held.push(() => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{}}'))
      })
    }
    // Three together lack some tokens, which take a second. The two that are under way set aside theirs until they end.
    const costly = ['a', 'b', 'c'].map((name) => line(name, { model: 'dear', messages: ASK, max_tokens: 203_000 }))
    const cheap = Array.from({ length: 8 }, (_, index) =>
      line(`l${index}`, { model: 'dear', messages: ASK, max_tokens: 1 }),
    )
    const { id } = await upload(client, [...costly, ...cheap])
    const { id: batchId } = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    await expect.poll(() => held.length, { timeout: 5_000 }).toBe(2)
    for (const answer of held) answer()
    const stored = () => test.store.getCallBatch({ id: uuidOf(batchId) })
    await expect.poll(async () => (await stored())?.status, { timeout: 10_000 }).toBe('completed')
    expect(await stored()).toMatchObject({ total: 11, succeeded: 9, failed: 2 })
  })

  it('a cancelled batch ends with the answers that it has, and the other lines were not called', async () => {
    const client = openai()
    // One line takes until the cancel; the gateway calls sixteen at once.
    const held: (() => void)[] = []
    for (let index = 0; index < 16; index++) {
      vendor.troubles.push((_request, response) => {
        held.push(() => response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{}}'))
      })
    }
    const lines = Array.from({ length: 40 }, (_, index) => line(`l${index}`, { model: 'dear', messages: ASK }))
    const { id } = await upload(client, lines)
    const { id: batchId } = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    await expect.poll(() => held.length, { timeout: 5_000 }).toBe(16)
    const cancelling = await client.batches.cancel(batchId)
    expect(cancelling).toMatchObject({ status: 'cancelling', cancelling_at: expect.any(Number) })
    // The file may go: the batch has its own hold on the bytes.
    await client.files.delete(id)
    for (const answer of held) answer()
    const batch = await ended(client, batchId)
    expect(batch).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(Number) })
    const { total, completed = 0, failed = 0 } = batch.request_counts ?? {}
    expect([total, completed + failed]).toEqual([40, 40])
    const errors = Object.values(await results(client, batch.error_file_id))
    const never = errors.filter(({ response }) => response === null)
    expect(never.length).toBeGreaterThanOrEqual(24)
    expect(never[0]?.error).toMatchObject({ code: 'batch_cancelled' })
    const output = completed === 0 ? {} : await results(client, batch.output_file_id)
    expect(Object.keys(output).length + errors.length).toBe(40)
    await test.assertBalanced()
  })

  it('where the credit ends, the other lines say so, and the batch ends', async () => {
    const one = Number(usdToPoints((USED.input * 100 + USED.output * 1_000) / 1e6 / 4))
    const { key, tenantId } = await test.tenant({ creditPoints: one * 4 })
    const client = openai(key)
    const lines = Array.from({ length: 30 }, (_, index) =>
      line(`l${index}`, { model: 'dear', messages: ASK, max_tokens: 50 }),
    )
    const { batch } = await batchOf(client, lines)
    expect(batch.status).toBe('completed')
    expect(batch.request_counts).toMatchObject({ total: 30 })
    const errors = Object.values(await results(client, batch.error_file_id))
    expect(errors.length).toBe(30 - (batch.request_counts?.completed ?? 0))
    expect(errors[0]?.response).toMatchObject({ status_code: 429, body: { error: { code: 'insufficient_quota' } } })
    expect((await test.balance(tenantId)).available).toBeGreaterThanOrEqual(0)
    await test.assertBalanced()
  })

  it('lines that have an outcome are not called again, and those beyond the time of the batch never', async () => {
    const client = openai()
    const lines = ['done', 'late', 'later'].map((name) => line(name, { model: 'dear', messages: ASK }))
    const { id } = await upload(client, lines)
    const made = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/embeddings',
      completion_window: '24h',
    })
    await ended(client, made.id) // it has failed, since its lines are for another route
    const failed = await test.store.getCallBatch({ id: uuidOf(made.id) })
    if (!failed) throw new Error('The batch is stored.')
    const interrupted = {
      ...failed,
      id: randomUUID(),
      endpoint: '/v1/chat/completions',
      status: 'running' as const,
      faults: [],
      total: 3,
      endedAt: null,
      expiresAt: failed.createdAt + 1,
    }
    await test.store.createCallBatch({ batch: interrupted, keepInputUntil: failed.expiresAt })
    const outcome = { batchId: interrupted.id, index: 0, isSuccess: true, text: '{"custom_id":"done"}' }
    await test.store.endBatchLines({ lines: [outcome] })
    const batch = await ended(client, `batch_${interrupted.id.replaceAll('-', '')}`)
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 3, completed: 1, failed: 2 } })
    expect(Object.keys(await results(client, batch.output_file_id))).toEqual(['done'])
    const errors = await results(client, batch.error_file_id)
    expect(errors).toMatchObject({ late: { response: null, error: { code: 'batch_expired' } }, later: {} })
    expect(vendor.seen).toEqual([])
  })

  it.each([
    ['was cancelled', { status: 'cancelling' as const }, 'cancelled'],
    ['is over its time', { status: 'running' as const }, 'failed'],
  ])('a batch that %s and whose input is gone ends with the outcomes that it has', async (_what, state, status) => {
    const client = openai()
    const { id } = await upload(client, [line('done', {}), line('late', {})])
    const made = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/embeddings',
      completion_window: '24h',
    })
    await ended(client, made.id) // it has failed, since its lines are for another route
    const failed = await test.store.getCallBatch({ id: uuidOf(made.id) })
    if (!failed) throw new Error('The batch is stored.')
    const ends = { endedAt: null, total: 2, faults: [], expiresAt: failed.createdAt + 1 }
    const interrupted = { ...failed, ...ends, ...state, id: randomUUID() }
    await test.store.createCallBatch({ batch: interrupted, keepInputUntil: failed.expiresAt })
    await test.store.deleteAssets({ ids: [failed.inputAssetId] })
    const outcome = { batchId: interrupted.id, index: 0, isSuccess: true, text: '{"custom_id":"done"}' }
    await test.store.endBatchLines({ lines: [outcome] })
    const batch = await ended(client, `batch_${interrupted.id.replaceAll('-', '')}`)
    expect(batch).toMatchObject({ status, request_counts: { total: 2, completed: 1 } })
    expect(Object.keys(await results(client, batch.output_file_id))).toEqual(['done'])
  })

  it('a revoked key pays for no more lines', async () => {
    const { key, keyId } = await test.tenant({})
    const client = openai(key)
    const { id } = await upload(client, [line('a', { model: 'dear', messages: ASK })])
    vendor.troubles.push(...Array(3).fill({ status: 429 }))
    const { id: batchId } = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    await expect.poll(() => vendor.seen.length, { timeout: 5_000 }).toBeGreaterThan(0)
    await test.store.revokeKey({ id: keyId, now: Date.now() })
    const stored = async () => test.store.getCallBatch({ id: uuidOf(batchId) })
    await expect.poll(async () => (await stored())?.status, { timeout: 10_000 }).toBe('completed')
    expect(await stored()).toMatchObject({ succeeded: 0, failed: 1 })
  })
})

describe('batches in Gemini’s API', () => {
  const contents = [{ role: 'user', parts: [{ text: 'What colour is the rain?' }] }]
  const gemini = (apiKey = LIVE_KEY, baseUrl = '') =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: test.url + baseUrl } })

  /** The client makes objects of these without methods. */
  const textIn = (one?: InlinedResponse) => one?.response?.candidates?.[0]?.content?.parts?.[0]?.text

  async function endedBatch({ batches }: GoogleGenAI, name = '') {
    const ended = /SUCCEEDED|FAILED|CANCELLED|EXPIRED/
    await expect.poll(async () => (await batches.get({ name })).state, { timeout: 10_000, interval: 20 }).toMatch(ended)
    return batches.get({ name })
  }

  it.each(['gemini-2.5-flash', 'claude-haiku-4-5'])(
    'the official client sends requests for %s with a batch, and reads their answers in order',
    async (model) => {
      const client = gemini()
      vendor.seen.length = 0
      const created = await client.batches.create({
        model,
        src: [
          { contents, metadata: { name: 'first' }, config: { maxOutputTokens: 50 } },
          { model: `models/${model}`, contents },
          { contents: [{ role: 'nobody', parts: [] }], config: { candidateCount: -1 } },
        ],
        config: { displayName: 'of rain' },
      })
      expect(created).toMatchObject({ name: expect.stringMatching(/^batches\/[0-9a-f]{32}$/), displayName: 'of rain' })
      const batch = await endedBatch(client, created.name)
      expect(batch).toMatchObject({ state: 'JOB_STATE_SUCCEEDED', model: `models/${model}`, displayName: 'of rain' })
      const [first, second, third] = batch.dest?.inlinedResponses ?? []
      expect(first).toMatchObject({ metadata: { name: 'first' } })
      for (const one of [first, second]) expect(textIn(one)).toBe(TEXT)
      expect(third?.error).toMatchObject({ code: 400, message: expect.stringContaining('candidateCount') })
      expect(vendor.seen).toHaveLength(2)
      const lines = (await test.store.listCalls({ tenantId: test.tenantId, limit: 9 })).filter(
        ({ batchId }) => batchId?.replaceAll('-', '') === created.name?.slice('batches/'.length),
      )
      expect(lines.map(({ pricePoints }) => pricePoints > 0)).toEqual([true, true])
      const raw = await fetch(`${test.url}/v1beta/${created.name}`, WITH_KEY)
      expect(await raw.json()).toMatchObject({
        done: true,
        metadata: { batchStats: { requestCount: '3', successfulRequestCount: '2', failedRequestCount: '1' } },
        response: { inlinedResponses: { inlinedResponses: [{}, {}, {}] } },
      })
      await client.batches.delete({ name: created.name ?? '' })
      await expect(client.batches.get({ name: created.name ?? '' })).rejects.toMatchObject({ status: 404 })
    },
  )

  it('the official client sends a file of requests, and reads the answers from a file', async () => {
    const client = gemini(LIVE_KEY, '/gemini')
    const lines = [
      { key: 'a', request: { contents, generation_config: { max_output_tokens: 50 } } },
      { key: 'b', request: { contents: 'no list of objects' } },
    ]
    const sent = new Blob([lines.map((one) => JSON.stringify(one)).join('\n')], { type: 'application/jsonl' })
    const file = await client.files.upload({ file: sent })
    const created = await client.batches.create({ model: 'gemini-2.5-flash', src: file.name ?? '' })
    const { dest } = await endedBatch(client, created.name)
    const downloadPath = join(test.dataDir, 'results.jsonl')
    await client.files.download({ file: dest?.fileName ?? '', downloadPath })
    const results = (await readFile(downloadPath, 'utf8')).trim().split('\n')
    expect(results.map((one) => JSON.parse(one))).toMatchObject([
      { key: 'a', response: { candidates: [{ content: { parts: [{ text: TEXT }] } }] } },
      { key: 'b', error: { code: 400, message: expect.stringContaining('contents') } },
    ])
    const raw = await fetch(`${test.url}/download/v1beta/${dest?.fileName}:download?alt=media`, WITH_KEY)
    expect(await raw.text()).toBe(await readFile(downloadPath, 'utf8'))
    expect(await client.files.get({ name: file.name ?? '' })).toMatchObject({ state: 'ACTIVE' })
    const second = await client.batches.create({ model: 'gemini-2.5-flash', src: [{ contents }] })
    const page = await client.batches.list({ config: { pageSize: 1 } })
    const names = [...page.page, ...(await page.nextPage())].map(({ name }) => name)
    expect(names).toEqual([second.name, created.name])
    await endedBatch(client, second.name) // its call would be seen by the next test
  })

  it('a cancelled batch says of each request whether it was answered', async () => {
    const client = gemini()
    vendor.troubles.push(...Array(16).fill({ status: 429, headers: { 'retry-after': '60' } }))
    const src = Array.from({ length: 3 }, () => ({ contents }))
    const { name = '' } = await client.batches.create({ model: 'gemini-2.5-flash', src })
    await expect(client.batches.delete({ name })).rejects.toMatchObject({ status: 400 })
    await expect(gemini(TEST_KEY).batches.cancel({ name })).rejects.toMatchObject({ status: 404 })
    await client.batches.cancel({ name })
    const { state, dest } = await endedBatch(client, name)
    expect(state).toBe('JOB_STATE_CANCELLED')
    expect(dest?.inlinedResponses).toMatchObject(Array(3).fill({ error: { status: 'CANCELLED' } }))
    await client.batches.cancel({ name })
    vendor.troubles.length = 0
  })

  it('a file with wrong lines fails as a whole, says which, and calls none', async () => {
    const client = gemini()
    vendor.seen.length = 0
    const text = ['{"key":"a","request":{}}', '{"key":"a","request":{}}'].join('\n')
    const file = await client.files.upload({ file: new Blob([text], { type: 'application/jsonl' }) })
    const { name = '' } = await client.batches.create({ model: 'gemini-2.5-flash', src: file.name ?? '' })
    expect((await endedBatch(client, name)).state).toBe('JOB_STATE_FAILED')
    const raw = (await (await fetch(`${test.url}/v1beta/${name}`, WITH_KEY)).json()) as { error: object }
    expect(raw.error).toEqual({ code: 3, message: 'Line 2: The key "a" is that of an earlier line.' })
    expect(vendor.seen).toEqual([])
  })

  const config = (inputConfig: unknown, more: object = {}) => ({ batch: { inputConfig, ...more } })
  const requests = (...all: unknown[]) => config({ requests: { requests: all } })
  const one = { request: { contents } }
  it.each<[string, unknown]>([
    ['batch', {}],
    ['batch', { batch: 'x' }],
    ['batch.inputConfig', { batch: {} }],
    ['batch.inputConfig', config({})],
    ['batch.inputConfig', config([])],
    ['batch.inputConfig.fileName', config({ fileName: 'files/none' })],
    ['batch.inputConfig.fileName', config({ file_name: 'files/none', requests: { requests: [one] } })],
    ['batch.inputConfig.fileName', config({ fileName: {} })],
    ['batch.inputConfig.requests.requests', requests()],
    ['batch.inputConfig.requests.requests', config({ requests: {} })],
    ['batch.inputConfig.requests.requests', config({ requests: 'x' })],
    ['batch.inputConfig.requests.requests[1]', requests(one, 'x')],
    ['batch.inputConfig.requests.requests[0].request', requests({})],
    ['batch.inputConfig.requests.requests[0].request.model', requests({ request: { model: 'models/another' } })],
    ['batch.inputConfig.requests.requests[0].metadata', requests({ ...one, metadata: 'x' })],
    ['batch.displayName', config({ requests: { requests: [one] } }, { displayName: { a: 1 } })],
    ['batch.displayName', config({ requests: { requests: [one] } }, { displayName: 'x'.repeat(513) })],
    ['batch.model', config({ requests: { requests: [one] } }, { model: 'models/another' })],
    ['batch.priority', config({ requests: { requests: [one] } }, { priority: '5' })],
    ['batch.webhookConfig', config({ requests: { requests: [one] } }, { webhook_config: { uris: ['https://a.b'] } })],
  ])('a wrong %s of a new batch is refused by its name, and nothing is stored', async (field, body) => {
    const count = async () =>
      (await test.store.listCallBatches({ tenantId: test.tenantId, mode: 'live', format: 'gemini', limit: 100 })).length
    const before = await count()
    const { status, body: answer } = await test.send('POST', '/v1beta/models/gemini-2.5-flash:batchGenerateContent', {
      headers: { 'x-goog-api-key': LIVE_KEY },
      body,
    })
    expect([status, answer]).toMatchObject([
      400,
      { error: { status: 'INVALID_ARGUMENT', details: [{ fieldViolations: [{ field }] }] } },
    ])
    expect(await count()).toBe(before)
  })

  it('test keys get answers of the sandbox, for nothing', async () => {
    const client = gemini(TEST_KEY)
    const before = await test.balance()
    const { name } = await client.batches.create({ model: 'gemini-2.5-flash', src: [{ contents }] })
    const { dest } = await endedBatch(client, name)
    expect(textIn(dest?.inlinedResponses?.[0])).toMatch(
      /^This is a sandbox answer\. You wrote: "What colour is the rain\?"/,
    )
    expect(await test.balance()).toEqual(before)
  })
})

describe('batches in Anthropic’s API', () => {
  const params = (model: string, more: object = {}) => ({ model, max_tokens: 100, messages: ASK, ...more })

  async function endedBatch(client: Anthropic, id: string) {
    await expect
      .poll(async () => (await client.messages.batches.retrieve(id)).processing_status, {
        timeout: 10_000,
        interval: 20,
      })
      .toBe('ended')
    return client.messages.batches.retrieve(id)
  }

  async function resultsOf(client: Anthropic, id: string) {
    const all: Anthropic.Messages.MessageBatchIndividualResponse[] = []
    for await (const one of await client.messages.batches.results(id)) all.push(one)
    return all
  }

  it('a file of ours is sent to the vendor in the place of its id, in batches of both APIs', async () => {
    const client = anthropic()
    const file = await client.beta.files.upload({ file: await toFile(Buffer.from('wet'), 'rain.txt') })
    const content = [{ type: 'document', source: { type: 'file', file_id: file.id } }]
    const before = vendor.seen.length
    const { id } = await client.messages.batches.create({
      requests: [
        { custom_id: 'a', params: params('claude-haiku-4-5', { messages: [{ role: 'user', content }] }) },
      ] as Anthropic.Messages.BatchCreateParams['requests'],
    })
    await endedBatch(client, id)
    const own = { id: `file-${file.id.slice('file_'.length)}` }
    const part = { type: 'file', file: { file_id: own.id } }
    const lines = [line('a', { model: 'gpt-5-mini', messages: [{ role: 'user', content: [part] }] })]
    expect((await batchOf(openai(), lines)).batch).toMatchObject({ request_counts: { completed: 1, failed: 0 } })
    const sent = vendor.seen.slice(before).filter(({ path }) => !path.endsWith('/models'))
    const parts = sent.map(({ json }) => (json.messages as { content: object[] }[])[0]?.content[0])
    expect(parts).toEqual([
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'wet' } },
      { type: 'file', file: { filename: 'rain.txt', file_data: 'data:text/plain;base64,d2V0' } },
    ])
    await client.beta.files.delete(file.id)
  })

  it('the official client sends a batch to models of two vendors, and reads the results in order', async () => {
    const client = anthropic()
    const created = await client.messages.batches.create({
      requests: [
        { custom_id: 'own', params: params('claude-haiku-4-5') },
        { custom_id: 'other', params: params('gpt-5-mini') },
        { custom_id: 'wrong', params: params('claude-haiku-4-5', { max_tokens: 'many' }) },
        { custom_id: 'unknown', params: params('no-such-model') },
      ] as Anthropic.Messages.BatchCreateParams['requests'],
    })
    expect(created).toMatchObject({
      id: expect.stringMatching(/^msgbatch_[0-9a-f]{32}$/),
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: 4, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
      results_url: null,
      ended_at: null,
    })
    const batch = await endedBatch(client, created.id)
    expect(batch).toMatchObject({
      request_counts: { processing: 0, succeeded: 2, errored: 2, canceled: 0, expired: 0 },
      results_url: `${test.url}/v1/messages/batches/${created.id}/results`,
    })
    const [own, other, wrong, unknown] = await resultsOf(client, created.id)
    for (const [one, name] of [
      [own, 'own'],
      [other, 'other'],
    ] as const) {
      expect(one).toMatchObject({
        custom_id: name,
        result: { type: 'succeeded', message: { type: 'message', content: [{ type: 'text', text: TEXT }] } },
      })
    }
    const errored = (type: string) => ({ type: 'errored', error: { type: 'error', error: { type } } })
    expect(wrong?.result).toMatchObject(errored('invalid_request_error'))
    expect(unknown?.result).toMatchObject(errored('not_found_error'))
    const calls = await callsOf(batch)
    expect(calls.map(({ provider }) => provider).sort()).toEqual(['anthropic', 'openai'])
    const listed: string[] = []
    for await (const one of client.messages.batches.list({ limit: 1 })) listed.push(one.id)
    expect(listed).toContain(created.id)
    // What is behind it is none of OpenAI's files or batches.
    expect((await openai().files.list()).data.map(({ filename }) => filename)).not.toContain('requests.jsonl')
    await expect(openai().batches.retrieve(created.id.replace('msgbatch_', 'batch_'))).rejects.toMatchObject({
      status: 404,
    })
    expect(await client.messages.batches.delete(created.id)).toEqual({
      id: created.id,
      type: 'message_batch_deleted',
    })
    await expect(client.messages.batches.retrieve(created.id)).rejects.toMatchObject({ status: 404 })
    await test.assertBalanced()
  })

  it('a cancelled batch says of each request whether it was answered', async () => {
    const client = anthropic()
    const held: (() => void)[] = []
    for (let index = 0; index < 16; index++) {
      vendor.troubles.push((_request, response) => {
        held.push(() =>
          response
            .writeHead(400, { 'content-type': 'application/json' })
            .end('{"type":"error","error":{"type":"invalid_request_error","message":"no"}}'),
        )
      })
    }
    const requests = Array.from({ length: 20 }, (_, index) => ({
      custom_id: `r${index}`,
      params: params('claude-haiku-4-5'),
    }))
    const { id } = await client.messages.batches.create({ requests })
    await expect.poll(() => held.length, { timeout: 5_000 }).toBe(16)
    await expect(client.messages.batches.results(id)).rejects.toThrow()
    await expect(client.messages.batches.delete(id)).rejects.toMatchObject({ status: 400 })
    expect(await client.messages.batches.cancel(id)).toMatchObject({
      processing_status: 'canceling',
      cancel_initiated_at: expect.any(String),
    })
    for (const answer of held) answer()
    const batch = await endedBatch(client, id)
    const { errored, canceled } = batch.request_counts
    expect([errored, canceled]).toEqual([16, 4])
    expect((await resultsOf(client, id)).map(({ result }) => result.type)).toEqual([
      ...Array(16).fill('errored'),
      ...Array(4).fill('canceled'),
    ])
    expect(await client.messages.batches.cancel(id)).toEqual(batch)
  })

  it('every wrong field of a new batch is refused by its name, and nothing is stored', async () => {
    const good = { custom_id: 'a', params: params('claude-haiku-4-5') }
    const before = await filesOnDisk()
    const wrong: [string, unknown][] = [
      ['requests', {}],
      ['requests', { requests: null }],
      ['requests', { requests: 'x' }],
      ['requests', { requests: {} }],
      ['requests', { requests: [] }],
      ['requests.0', { requests: ['x'] }],
      ['requests.1', { requests: [good, null] }],
      ...[undefined, null, 7, '', 'a b', 'x'.repeat(65)].map((custom_id): [string, unknown] => [
        'requests.1.custom_id',
        { requests: [good, { ...good, custom_id }] },
      ]),
      ['requests.1.custom_id', { requests: [good, good] }],
      ...[undefined, null, 7, 'x', []].map((value): [string, unknown] => [
        'requests.0.params',
        { requests: [{ custom_id: 'a', params: value }] },
      ]),
    ]
    for (const [field, body] of wrong) {
      const answer = await test.send('POST', '/v1/messages/batches', { body: body as never })
      expect(answer, JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { type: 'error', error: { type: 'invalid_request_error' } },
      })
      expect(JSON.stringify(answer.body)).toContain(`${field} `)
    }
    for (const text of ['', '[]', '{"requests":[', '{"requests":[{"custom_id":"a","params":{}}', '{"requests":[{]}']) {
      const headers = { 'content-type': 'application/json' }
      expect((await test.send('POST', '/v1/messages/batches', { text, headers })).status, text).toBe(400)
    }
    for (const query of ['limit=0', 'limit=1001', 'before_id=x', 'after_id=x']) {
      expect((await test.send('GET', `/v1/messages/batches?${query}`)).status, query).toBe(400)
    }
    expect(await filesOnDisk()).toEqual(before)
  })
})

describe('batches of test keys', () => {
  it('two thousand lines are answered by the sandbox for nothing, in memory that stays flat', async () => {
    const client = openai(TEST_KEY)
    const padding = 'x'.repeat(4_000)
    const lines = Array.from({ length: 2_000 }, (_, index) =>
      line(`l${index}`, {
        model: 'gpt-5-mini',
        messages: [{ role: 'user', content: `${padding} ${index}` }],
        max_tokens: 5,
      }),
    )
    const { id } = await upload(client, lines)
    lines.length = 0
    global.gc?.()
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 20)
    const startedAt = performance.now()
    const { id: batchId } = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    await expect
      .poll(async () => (await client.batches.retrieve(batchId)).status, { timeout: 60_000, interval: 100 })
      .toBe('completed')
    clearInterval(watch)
    process.stdout.write(
      `2,000 lines in ${Math.round(performance.now() - startedAt)} ms, ${Math.round((most - before) / 2 ** 20)} MiB more at most\n`,
    )
    const batch = await client.batches.retrieve(batchId)
    expect(batch.request_counts).toEqual({ total: 2_000, completed: 2_000, failed: 0 })
    const output = await results(client, batch.output_file_id)
    expect(Object.keys(output)).toHaveLength(2_000)
    expect(Object.keys(output)[1_999]).toBe('l1999')
    // The input alone has eight megabytes.
    expect(most - before).toBeLessThan(100 * 2 ** 20)
  }, 60_000)
})
