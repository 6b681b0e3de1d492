import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStoredResponses } from '../../src/calls/stored-responses.ts'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { type FakeResponses, openFakeResponses } from '../support/fake-responses.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'

/** Responses that a vendor keeps for an account, which tenants share. */

const SECOND = { provider: 'openai', name: 'second' }
const AZURE = { provider: 'azure', name: 'azure' }

let vendor: FakeResponses
let models: FakeModels
let test: TestGateway
let otherTenant: string
const ids: Record<string, string> = {}
beforeAll(async () => {
  vendor = await openFakeResponses()
  models = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'first-key',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: models.url,
      GEMINI_API_KEY: 'vendor-gemini',
      GOOGLE_GEMINI_BASE_URL: `${models.url}/gemini`,
      POLYPHONY_MODELS: JSON.stringify({
        'a-deployment': { to: [{ account: 'azure' }], price: { input: 1, output: 5 } },
        'at-the-second': { to: [{ account: 'second', model: 'gpt-5-mini' }] },
      }),
    },
  })
  const fields = { apiKey: 'second-key', baseUrl: `${vendor.url}/v1` }
  const azure = { apiKey: 'azure-key', baseUrl: `${vendor.url}/azure`, models: 'a-deployment', apiVersion: 'preview' }
  for (const account of [
    { ...SECOND, fields },
    { ...AZURE, fields: azure },
  ]) {
    const { status, body } = await test.send('POST', '/api/admin/accounts', { body: account })
    expect(status).toBe(200)
    ids[account.name] = (body as { data: { id: string } }).data.id
  }
  otherTenant = (await test.tenant({ creditPoints: 1_000_000 })).key
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
  await models[Symbol.asyncDispose]()
})
beforeEach(() => {
  vendor.seen.length = 0
  models.seen.length = 0
})

const openai = (apiKey = LIVE_KEY) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 })
const model = 'gpt-5-mini'

async function created(more: Partial<OpenAI.Responses.ResponseCreateParams> = {}): Promise<OpenAI.Responses.Response> {
  const asked = { model, input: 'What colour is the rain?', ...more }
  if (!asked.stream) return openai().responses.create({ ...asked, stream: false })
  return openai()
    .responses.stream({ ...asked, stream: true })
    .finalResponse()
}

describe('a stored response', () => {
  it.each([false, true])('is gone on from at the account that keeps it (streamed: %s)', async (stream) => {
    let last = await created({ stream, model: 'at-the-second' })
    for (let turn = 0; turn < 6; turn++) last = await created({ stream, previous_response_id: last.id })
    expect(last.output_text).toBe('The rain is green.')
    expect(vendor.seen.map(({ key }) => key)).toEqual(Array(7).fill('second-key'))
    // Also by a process that has not seen the call.
    const owner = { tenantId: test.tenantId, mode: 'live' } as const
    await expect
      .poll(() => openStoredResponses(test.store).find(owner, last.id))
      .toEqual({ account: expect.any(String), model })
    const listed = await test.store.listCalls({ tenantId: test.tenantId, limit: 1 })
    expect(listed[0]).toMatchObject({ responseId: last.id, usage: { inputTokens: 10, outputTokens: 5 } })
  })

  it('is gone on from while its stream has not ended', async () => {
    const stream = await openai().responses.create({ model, input: 'wait', stream: true })
    for await (const event of stream) {
      if (event.type !== 'response.created') continue
      expect(await created({ previous_response_id: event.response.id })).toMatchObject({ status: 'completed' })
      vendor.release()
    }
  })

  it('is read, shown with its input, counted, cancelled and deleted by its owner, for nothing', async () => {
    const { id } = await created()
    const { key } = vendor.seen[0] ?? {}
    const { available, held } = await test.balance()
    const { responses } = openai()
    expect(await responses.retrieve(id, { include: ['reasoning.encrypted_content'] })).toMatchObject({ id })
    expect((await responses.inputItems.list(id, { limit: 5 })).data).toMatchObject([{ type: 'message' }])
    expect(await responses.inputTokens.count({ model, previous_response_id: id })).toMatchObject({ input_tokens: 11 })
    await expect(responses.cancel(id)).rejects.toMatchObject({ status: 400, message: /synchronous response/ })
    await responses.delete(id)
    for (const gone of [() => responses.retrieve(id), () => created({ previous_response_id: id })])
      await expect(gone()).rejects.toMatchObject({ status: 404, message: expect.stringContaining(id) })
    expect(vendor.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/responses/${id}?include%5B%5D=reasoning.encrypted_content`,
      `GET /v1/responses/${id}/input_items?limit=5`,
      'POST /v1/responses/input_tokens',
      `POST /v1/responses/${id}/cancel`,
      `DELETE /v1/responses/${id}`,
    ])
    expect(new Set(vendor.seen.map((one) => one.key))).toEqual(new Set([key]))
    const after = await test.balance()
    expect(Number(after.available) + Number(after.held)).toBeLessThanOrEqual(Number(available) + Number(held))
    const counted = async () =>
      (await test.store.listCalls({ tenantId: test.tenantId, limit: 3 })).filter(
        ({ endpoint }) => endpoint === 'responses/input_tokens',
      )
    await expect.poll(counted).toMatchObject([{ pricePoints: 0, outcome: 'completed' }])
  })

  it('is unknown to other tenants and to keys of the other mode, and nothing is asked of the vendor', async () => {
    const { id } = await created()
    vendor.seen.length = 0
    const foreign = openai(otherTenant).responses
    const asked = { model, input: 'And the snow?' }
    const refused = {
      status: 404,
      type: 'invalid_request_error',
      param: 'previous_response_id',
      message: expect.stringContaining(id),
    }
    await expect(foreign.create({ ...asked, previous_response_id: id })).rejects.toMatchObject(refused)
    await expect(foreign.create({ ...asked, previous_response_id: id, stream: true })).rejects.toMatchObject(refused)
    await expect(foreign.inputTokens.count({ model, previous_response_id: id })).rejects.toMatchObject(refused)
    await expect(created({ previous_response_id: 'resp_of_nobody' })).rejects.toMatchObject({
      status: 404,
      param: 'previous_response_id',
    })
    for (const { responses } of [openai(otherTenant), openai(TEST_KEY)]) {
      for (const request of [
        () => responses.retrieve(id),
        () => responses.delete(id),
        () => responses.cancel(id),
        () => responses.inputItems.list(id),
      ])
        await expect(request()).rejects.toMatchObject({ status: 404, message: expect.stringContaining(id) })
    }
    await expect(openai().responses.create({ ...asked, conversation: 'conv_1' })).rejects.toMatchObject({
      status: 404,
      param: 'conversation',
    })
    expect(vendor.seen).toEqual([])
    expect(await openai().responses.retrieve(id)).toMatchObject({ id })
  })

  it.each([false, true])('is none where store is false (streamed: %s)', async (stream) => {
    const { id } = await created({ store: false, stream })
    await expect(openai().responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
    await expect(created({ previous_response_id: id })).rejects.toMatchObject({ param: 'previous_response_id' })
    expect(vendor.seen).toHaveLength(1)
  })

  it.each([false, true])(
    'has items that its tenant names at the account that keeps them (streamed: %s)',
    async (stream) => {
      const first = await created({ stream, model: 'at-the-second' })
      const [item] = first.output
      const input = [
        { type: 'item_reference' as const, id: item?.id ?? '' },
        { role: 'user' as const, content: 'Why?' },
      ]
      for (let turn = 0; turn < 4; turn++) expect(await created({ input })).toMatchObject({ status: 'completed' })
      expect(vendor.seen.map(({ key }) => key)).toEqual(Array(5).fill('second-key'))
      expect(vendor.seen.at(-1)?.body.input).toEqual(input)
      const owner = { tenantId: test.tenantId, mode: 'live' } as const
      const found = () =>
        openStoredResponses(test.store).findItems(owner, [item?.id ?? '', 'msg_of_nobody'], { waits: false })
      await expect.poll(found).toEqual(new Map([[item?.id, ids.second]]))
      await expect(openai(otherTenant).responses.create({ model, input })).rejects.toMatchObject({
        status: 404,
        param: 'input[0].id',
      })
      expect(vendor.seen).toHaveLength(5)
    },
  )

  it('has items that no request names where store is false', async () => {
    const { output } = await created({ store: false })
    const input = [{ type: 'item_reference' as const, id: output[0]?.id ?? '' }]
    await expect(created({ input })).rejects.toMatchObject({ status: 404, param: 'input[0].id' })
    expect(vendor.seen).toHaveLength(1)
  })

  it.each([false, true])(
    'has a container of code that its tenant uses again, stored or not (streamed: %s)',
    async (stream) => {
      for (const store of [false, true]) {
        vendor.seen.length = 0
        const { id } = await created({ stream, store, input: 'run', model: 'at-the-second' })
        const environment = { type: 'container_reference' as const, container_id: id.replace('resp', 'cntr') }
        const asked = { model, input: 'Go on', tools: [{ type: 'shell' as const, environment }] }
        for (let turn = 0; turn < 3; turn++) expect(await created(asked)).toMatchObject({ status: 'completed' })
        await expect(openai(otherTenant).responses.create(asked)).rejects.toMatchObject({
          status: 404,
          param: 'tools[0].environment.container_id',
        })
        expect(vendor.seen.map(({ key }) => key)).toEqual(Array(4).fill('second-key'))
      }
    },
  )

  const message = { role: 'user', content: 'Why?' }
  it.each<[param: string, body: object]>([
    ['input[1].id', { input: [message, { type: 'item_reference', id: 'msg_x' }] }],
    ['input[0].id', { input: [{ id: 'msg_x' }, message] }],
    ['input[0].id', { input: [{ type: 'reasoning', id: 'rs_x', summary: [] }, message] }],
    ['input[0].id', { input: [{ type: 'image_generation_call', id: 'ig_x' }, message] }],
    ['tools[0].container', { input: 'x', tools: [{ type: 'code_interpreter', container: 'cntr_x' }] }],
    [
      'tools[0].container.file_ids[0]',
      { input: 'x', tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-x'] } }] },
    ],
    [
      'input[0].content[0].file_id',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-x' }] }] },
    ],
    [
      'input[0].output.file_id',
      {
        input: [{ type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', file_id: 'f' } }],
      },
    ],
    ['input[0].output[1].file_id', { input: [{ type: 'function_call_output', output: [{}, { file_id: 'file-x' }] }] }],
    ['conversation', { input: 'x', conversation: { id: 'conv_x' } }],
    ['prompt.id', { input: 'x', prompt: { id: 'pmpt_x', version: '1' } }],
    ['tools[0].tunnel_id', { input: 'x', tools: [{ type: 'mcp', server_label: 's', tunnel_id: 'tnl_x' }] }],
    ['tools[1].vector_store_ids[0]', { input: 'x', tools: [{}, { type: 'file_search', vector_store_ids: ['vs_x'] }] }],
    [
      'tools[0].input_image_mask.file_id',
      { input: 'x', tools: [{ type: 'image_generation', input_image_mask: { file_id: 'file-x' } }] },
    ],
    ...(
      [
        ['container_id', { type: 'container_reference', container_id: 'cntr_x' }],
        ['file_ids[0]', { type: 'container_auto', file_ids: ['file-x'] }],
        ['skills[0].skill_id', { type: 'container_auto', skills: [{ type: 'skill_reference', skill_id: 'skill_x' }] }],
      ] as const
    ).map(([name, environment]): [string, object] => [
      `tools[0].environment.${name}`,
      { input: 'x', tools: [{ type: 'shell', environment }] },
    ]),
  ])(
    'is at an account that others share, so an unknown id at %s is 404 before the vendor is asked',
    async (param, body) => {
      await expect(created(body as object)).rejects.toMatchObject({ status: 404, param, type: 'invalid_request_error' })
      expect(vendor.seen).toEqual([])
    },
  )

  it.each([
    { input: [{ type: 'reasoning', id: 'rs_x', summary: [], encrypted_content: 'abc' }, message] },
    { input: [{ type: 'message', id: 'msg_x', role: 'assistant', content: 'Because.' }, message] },
    { input: [{ type: 'function_call', id: 'fc_x', call_id: 'c', name: 'f', arguments: '{}' }, message] },
    { input: [{ type: 'image_generation_call', id: 'ig_x', result: 'aGk=' }, message] },
    {
      input: [{ type: 'file_search_call', id: 'fs_x', queries: [], results: [{ file_id: 'file-x' }] }, message],
      tools: [{ type: 'function', name: 'f', parameters: { properties: { file_id: { type: 'string' } } } }],
    },
    // The caller's own data, which only looks like names of files.
    {
      input: [
        { type: 'mcp_call', id: 'm', name: 'f', server_label: 's', arguments: '{}', output: '{"file_id":"file-x"}' },
        { role: 'user', content: [{ type: 'input_text', text: 'x', data: { file_id: 'file-x' } }] },
        { type: 'custom', state: { file_id: 'file-x' } },
      ],
      tools: [
        { type: 'mcp', server_label: 's', server_url: 'https://a.example', headers: { file_id: 'file-x' } },
        { type: 'function', name: 'f', parameters: {}, examples: [{ file_id: 'file-x' }] },
        { type: 'shell', environment: { type: 'container_auto', skills: [{ skill_id: 'openai-spreadsheets' }] } },
      ],
    },
  ])('is not needed for an item that has its content: %j', async (body) => {
    expect(await created(body as object)).toMatchObject({ status: 'completed' })
    expect(vendor.seen).toHaveLength(1)
  })

  it('may be anything at an account of the tenant’s own', async () => {
    const { key } = await test.tenant({ creditPoints: 1_000_000 })
    const account = { provider: 'openai', name: 'mine', fields: { apiKey: 'own-key', baseUrl: `${vendor.url}/v1` } }
    const headers = { authorization: `Bearer ${key}` }
    expect((await test.send('POST', '/api/v1/accounts', { headers, body: account })).status).toBe(200)
    const input = [{ id: 'msg_x' }, { role: 'user', content: [{ type: 'input_file', file_id: 'file-x' }] }]
    const tools = [
      { type: 'file_search', vector_store_ids: ['vs_x'] },
      { type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_x' } },
    ] as const
    const asked = {
      ...{ model, input: input as never, conversation: 'conv_x', prompt: { id: 'pmpt_x' } },
      tools: tools.map((tool) => tool as never),
    }
    expect(await openai(key).responses.create(asked)).toMatchObject({ status: 'completed' })
    expect(vendor.seen).toMatchObject([{ key: 'own-key', body: { input, tools, prompt: { id: 'pmpt_x' } } }])
  })

  it('is found at Azure, below the version of its API', async () => {
    const { id } = await created({ model: 'a-deployment' })
    expect(await openai().responses.retrieve(id)).toMatchObject({ id })
    await expect(created({ previous_response_id: id })).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/account that keeps the response .* does not answer gpt-5-mini/),
    })
    expect(vendor.seen.map(({ key, path }) => `${key} ${path}`)).toEqual([
      'azure-key /azure/openai/v1/responses?api-version=preview',
      `azure-key /azure/openai/v1/responses/${id}?api-version=preview`,
    ])
  })

  it('is not looked for at another account once the one that keeps it is gone', async () => {
    const kept = await created({ model: 'at-the-second' })
    expect((await test.send('DELETE', `/api/admin/accounts/${ids.second}`)).status).toBe(200)
    vendor.seen.length = 0
    await expect(created({ previous_response_id: kept.id })).rejects.toMatchObject({
      status: 404,
      param: 'previous_response_id',
      message: expect.stringContaining('The account that keeps the response'),
    })
    await expect(openai().responses.retrieve(kept.id)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('not there any more'),
    })
    expect(vendor.seen).toEqual([])
  })
})

describe('what Anthropic keeps', () => {
  const ask = { model: 'claude-haiku-4-5', max_tokens: 50, messages: [{ role: 'user' as const, content: 'Why?' }] }
  const sent = (apiKey: string, more: object) =>
    new Anthropic({ apiKey, baseURL: test.url, maxRetries: 0 }).messages.create({ ...ask, ...more, stream: false })

  it.each([false, true])('is a thread that its tenant alone goes on with (streamed: %s)', async (stream) => {
    const thread = { type: 'continue', previous_message_id: 'msg_1' }
    const unknown = {
      status: 404,
      error: { error: { type: 'not_found_error', details: { error_code: 'thread_not_found' } } },
    }
    const tenant = await test.tenant({ creditPoints: 1_000_000 })
    await expect(sent(tenant.key, { thread })).rejects.toMatchObject(unknown)
    const client = new Anthropic({ apiKey: tenant.key, baseURL: test.url, maxRetries: 0 })
    const begun = { ...ask, thread: { type: 'create' } } as Anthropic.MessageCreateParamsNonStreaming
    const { id } = stream ? await client.messages.stream(begun).finalMessage() : await client.messages.create(begun)
    expect(await sent(tenant.key, { thread: { ...thread, previous_message_id: id } })).toMatchObject({
      type: 'message',
    })
    await expect(sent(otherTenant, { thread })).rejects.toMatchObject(unknown)
    expect(models.seen.map(({ json }) => (json.thread as { type: string }).type)).toEqual(['create', 'continue'])
  })

  it('is a container of code that its tenant alone uses again', async () => {
    const container = { id: 'container_1', expires_at: '2030-01-01T00:00:00Z' }
    models.troubles.push((_request, response) => {
      const answer = {
        id: 'msg_2',
        type: 'message',
        role: 'assistant',
        content: [],
        container,
        usage: { input_tokens: 1 },
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    expect(await sent(LIVE_KEY, {})).toMatchObject({ container })
    for (const again of ['container_1', { id: 'container_1', skills: [] }]) {
      await sent(LIVE_KEY, { container: again })
      expect(models.seen.at(-1)?.json.container).toEqual(again)
      await expect(sent(otherTenant, { container: again })).rejects.toMatchObject({ status: 404 })
    }
    expect(models.seen).toHaveLength(3)
  })
})

describe('what a request names at an account that others share, and no answer here has made', () => {
  const claude = { model: 'claude-haiku-4-5', max_tokens: 50 }
  const asked = { ...claude, messages: [{ role: 'user', content: 'Why?' }] }
  const skill = (type: string) => ({ ...asked, container: { skills: [{ type, skill_id: 'skill_x' }] } })
  const file = { type: 'document', source: { type: 'file', file_id: 'file_x' } }
  const contents = [{ role: 'user', parts: [{ text: 'Why?' }] }]
  const withFile = (fileUri: string) => ({ contents: [{ parts: [{ text: 'x' }, { fileData: { fileUri } }] }] })
  const google = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
  const gemini = (method: string) => `/v1beta/models/gemini-2.5-flash:${method}`
  const messages = '/v1/messages'
  const count = '/v1/messages/count_tokens'

  it.each<[path: string, body: object, status: number]>([
    [messages, skill('custom'), 404],
    [messages, skill('anthropic'), 200],
    [messages, { ...asked, fallbacks: [{ model: 'claude-opus-5' }] }, 400],
    [messages, { ...asked, fallbacks: 'default' }, 200],
    [messages, { ...asked, fallbacks: [] }, 200],
    [messages, { ...asked, tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5' }] }, 400],
    ['/v1/audio/speech', { model: 'tts-1', input: 'x', voice: { id: 'voice_x' } }, 404],
    [
      '/v1/chat/completions',
      { model: 'gpt-audio', messages: asked.messages, audio: { format: 'wav', voice: { id: 'voice_x' } } },
      404,
    ],
    [count, skill('custom'), 404],
    [count, { ...asked, container: 'container_of_nobody' }, 404],
    [count, { ...asked, thread: { type: 'continue', previous_message_id: 'msg_of_nobody' } }, 404],
    [count, { ...claude, messages: [{ role: 'user', content: [file] }] }, 404],
    [gemini('generateContent'), { contents, cachedContent: 'cachedContents/x' }, 404],
    [gemini('streamGenerateContent'), { contents, cached_content: 'cachedContents/x' }, 404],
    [gemini('generateContent'), withFile(google), 404],
    [gemini('generateContent'), withFile('files/abc'), 404],
    [gemini('generateContent'), withFile('https://www.youtube.com/watch?v=files/abc'), 200],
    [
      gemini('generateContent'),
      { contents, tools: [{ fileSearch: { fileSearchStoreNames: ['fileSearchStores/x'] } }] },
      404,
    ],
    [
      gemini('generateContent'),
      { contents, system_instruction: { parts: [{ file_data: { file_uri: google } }] } },
      404,
    ],
    [gemini('countTokens'), withFile(google), 404],
    [gemini('countTokens'), { generateContentRequest: { model: 'x', ...withFile(google) } }, 404],
    [gemini('embedContent'), { content: withFile(google).contents[0] }, 404],
    [gemini('batchEmbedContents'), { requests: [{ content: withFile(google).contents[0] }] }, 404],
  ])('%s: %j is answered %s', async (path, body, status) => {
    const answer = await test.send('POST', path, { body })
    expect([answer.status, models.seen.length], JSON.stringify(answer.body)).toEqual([status, status === 200 ? 1 : 0])
  })

  it('names other models at an account of the tenant’s own, as far as its key may use them', async () => {
    const { key } = await test.tenant({ key: { allowedModels: ['claude-haiku-4-5', 'claude-sonnet-5'] } })
    const fields = { apiKey: 'own-key', baseUrl: models.url }
    const headers = { authorization: `Bearer ${key}` }
    const account = { provider: 'anthropic', name: 'mine', fields }
    expect((await test.send('POST', '/api/v1/accounts', { headers, body: account })).status).toBe(200)
    const named = (model: string) => test.send('POST', messages, { key, body: { ...asked, fallbacks: [{ model }] } })
    expect((await named('claude-sonnet-5')).status).toBe(200)
    expect(await named('claude-opus-5')).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('claude-opus-5') } },
    })
    expect(models.seen).toHaveLength(1)
  })
})
