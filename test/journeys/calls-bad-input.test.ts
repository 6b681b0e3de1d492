import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeModels, openFakeModels } from '../support/fake-models.ts'
import { LIVE_KEY, openGateway, TEST_KEY, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-request.ts'

let vendor: FakeModels
let test: TestGateway
let cases = 0

beforeAll(async () => {
  vendor = await openFakeModels()
  test = await openGateway({
    env: {
      OPENAI_API_KEY: 'sk-vendor-openai',
      OPENAI_BASE_URL: `${vendor.url}/openai/v1`,
      ANTHROPIC_API_KEY: 'sk-vendor-anthropic',
      ANTHROPIC_BASE_URL: `${vendor.url}/anthropic`,
      GEMINI_API_KEY: 'vendor-gemini',
      GOOGLE_GEMINI_BASE_URL: `${vendor.url}/gemini`,
    },
  })
})
afterAll(async () => {
  process.stdout.write(`${cases} bad requests were refused\n`)
  await test[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

type Body = Record<string, unknown>
type Api = 'openai' | 'anthropic' | 'gemini'

interface Route {
  api: Api
  path: string
  /** That a vendor answers. */
  good: Body
  /** Each field with values that it must not have; `undefined` = it must be there. */
  wrong: Record<string, unknown[]>
}

const NO_TEXT = [undefined, null, 7, true, {}, ['a']]
const NO_MODEL = [...NO_TEXT, '', 'x'.repeat(300), 'gpt-5\n']
const NO_LIST = [undefined, null, 'hi', 7, true, {}, [], ['hi'], [null]]
const NO_INPUT = [undefined, null, 7, true, {}, '', []]
const NO_FLAG = ['yes', 'True', '1', 1, 0, {}, ['true']]
const NO_COUNT = ['100 tokens', '-1', '1.5', -1, 1.5, 1e300, true, {}, [100]]
const NO_OBJECT = ['a', 7, true, ['a']]
const ASK = [{ role: 'user', content: 'hi' }]
const CONTENTS = [{ role: 'user', parts: [{ text: 'hi' }] }]
const GENERATE = { contents: NO_LIST, generationConfig: NO_OBJECT, tools: ['a', 7, {}, ['a']] }

const ROUTES: Record<string, Route> = {
  'chat completions': {
    api: 'openai',
    path: '/v1/chat/completions',
    good: { model: 'gpt-5', messages: ASK },
    wrong: {
      model: NO_MODEL,
      messages: NO_LIST,
      stream: NO_FLAG,
      stream_options: NO_OBJECT,
      max_tokens: NO_COUNT,
      max_completion_tokens: NO_COUNT,
      n: NO_COUNT,
      tools: ['a', 7, {}, ['a']],
    },
  },
  'chat completions of another vendor': {
    api: 'openai',
    path: '/v1/chat/completions',
    good: { model: 'claude-sonnet-4-5', messages: ASK },
    wrong: {
      messages: NO_LIST,
      stream: NO_FLAG,
      max_tokens: NO_COUNT,
      temperature: ['hot', {}],
      tool_choice: [7, 'a'],
    },
  },
  responses: {
    api: 'openai',
    path: '/v1/responses',
    good: { model: 'gpt-5', input: 'hi' },
    wrong: {
      model: NO_MODEL,
      input: NO_INPUT,
      stream: NO_FLAG,
      max_output_tokens: NO_COUNT,
      max_tool_calls: [1e15, ...NO_COUNT],
    },
  },
  completions: {
    api: 'openai',
    path: '/v1/completions',
    good: { model: 'gpt-5', prompt: 'hi' },
    wrong: { model: NO_MODEL, prompt: NO_INPUT, stream: NO_FLAG, max_tokens: NO_COUNT, best_of: NO_COUNT },
  },
  embeddings: {
    api: 'openai',
    path: '/v1/embeddings',
    good: { model: 'text-embedding-3-small', input: 'hi' },
    wrong: { model: NO_MODEL, input: NO_INPUT },
  },
  moderations: {
    api: 'openai',
    path: '/v1/moderations',
    good: { model: 'omni-moderation-latest', input: 'hi' },
    wrong: { model: [7, {}, ['a']], input: NO_INPUT },
  },
  speech: {
    api: 'openai',
    path: '/v1/audio/speech',
    good: { model: 'tts-1', input: 'hi', voice: 'alloy' },
    wrong: { model: NO_MODEL, input: NO_TEXT, voice: [undefined, null, 7, true, []], response_format: [7, {}, ['a']] },
  },
  messages: {
    api: 'anthropic',
    path: '/v1/messages',
    good: { model: 'claude-sonnet-4-5', messages: ASK, max_tokens: 10 },
    wrong: {
      model: NO_MODEL,
      messages: NO_LIST,
      max_tokens: [undefined, null, ...NO_COUNT],
      stream: NO_FLAG,
      system: [7, true, {}],
    },
  },
  'messages of another vendor': {
    api: 'anthropic',
    path: '/v1/messages',
    good: { model: 'gpt-5', messages: ASK, max_tokens: 10 },
    wrong: { messages: NO_LIST, max_tokens: [undefined, null, ...NO_COUNT], stream: NO_FLAG },
  },
  'counted tokens': {
    api: 'anthropic',
    path: '/v1/messages/count_tokens',
    good: { model: 'claude-sonnet-4-5', messages: ASK },
    wrong: { model: NO_MODEL, messages: NO_LIST },
  },
  generateContent: {
    api: 'gemini',
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    good: { contents: CONTENTS },
    wrong: GENERATE,
  },
  'generateContent of another vendor': {
    api: 'gemini',
    path: '/v1/models/gpt-5:generateContent',
    good: { contents: CONTENTS },
    wrong: GENERATE,
  },
  'streamed generateContent': {
    api: 'gemini',
    path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
    good: { contents: CONTENTS },
    wrong: GENERATE,
  },
  countTokens: {
    api: 'gemini',
    path: '/v1beta/models/gemini-2.5-flash:countTokens',
    good: { contents: CONTENTS },
    wrong: { contents: ['hi', 7, {}, ['hi']], generateContentRequest: NO_OBJECT },
  },
  embedContent: {
    api: 'gemini',
    path: '/v1beta/models/text-embedding-004:embedContent',
    good: { content: CONTENTS[0] },
    wrong: { content: [undefined, null, ...NO_OBJECT] },
  },
  batchEmbedContents: {
    api: 'gemini',
    path: '/v1beta/models/text-embedding-004:batchEmbedContents',
    good: { requests: [{ content: CONTENTS[0] }] },
    wrong: { requests: NO_LIST },
  },
}

/** What an error says, by its API: its message, and the field where the API has a place for it. */
function errorIn(api: Api, body: unknown): { message: string; field: string | null | undefined } {
  if (api === 'anthropic') {
    expect(body).toMatchObject({ type: 'error', error: { type: expect.any(String), message: expect.any(String) } })
    return { message: (body as { error: { message: string } }).error.message, field: undefined }
  }
  if (api === 'openai') {
    expect(body).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } })
    const { error } = body as { error: { message: string; param: string | null } }
    return { message: error.message, field: error.param }
  }
  expect(body).toMatchObject({
    error: { code: expect.any(Number), message: expect.any(String), status: expect.any(String) },
  })
  const { error } = body as { error: { message: string; details?: { fieldViolations: { field: string }[] }[] } }
  return { message: error.message, field: error.details?.[0]?.fieldViolations[0]?.field ?? null }
}

async function refused(
  { api, path }: Pick<Route, 'api' | 'path'>,
  sending: Parameters<TestGateway['send']>[2],
  status: number,
): Promise<ReturnType<typeof errorIn>> {
  cases += 1
  const answer = await test.send('POST', path, sending)
  expect({ status: answer.status, sending, body: answer.status === status ? null : answer.body }).toMatchObject({
    status,
  })
  return errorIn(api, answer.body)
}

describe('bad requests of calls', () => {
  describe.each(Object.entries(ROUTES))('%s', (_name, route) => {
    it('are refused in the form of their API, naming the field, before a vendor is asked', async () => {
      const { api, good, wrong } = route
      for (const [field, values] of Object.entries(wrong)) {
        for (const value of values) {
          const { [field]: _, ...rest } = good
          const body = value === undefined ? rest : { ...good, [field]: value }
          const { message, field: named } = await refused(route, { body }, 400)
          expect(message, JSON.stringify({ field, value })).toContain(field)
          if (api !== 'anthropic') expect(named?.startsWith(field), `${field} in ${named}`).toBe(true)
        }
      }
    })

    it('that are no JSON object are refused', async () => {
      for (const text of ['', 'hi', '[]', '7', 'null', '"hi"', '{"model":', '{"a":1}}', '\u0000']) {
        for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
          await refused(route, { text, headers: { 'content-type': type } }, 400)
        }
      }
    })

    it('of a wrong content type, too large, or without a valid key, are refused', async () => {
      const { api, path, good } = route
      const form = 'multipart/form-data; boundary=x'
      await refused(route, { text: '--x--\r\n', headers: { 'content-type': form } }, 415)
      await refused(route, { body: good, headers: { 'content-encoding': 'rot13' } }, 415)
      await refused(route, { body: good, key: null }, 401)
      await refused(route, { body: good, key: 'sk-live-nobody-0123456789' }, 401)
      const now = Date.now()
      const expired = await test.tenant({ key: { expiresAt: now - 1 } })
      await refused(route, { body: good, key: expired.key }, 401)
      const other = await test.tenant({ key: { allowedModels: ['another-model'] } })
      const { message } = await refused(route, { body: good, key: other.key }, 403)
      expect(message).toContain('another-model')
      const frozen = await test.tenant({})
      await test.send('POST', `/api/admin/tenants/${frozen.tenantId}/freeze`, { body: {} })
      await refused(route, { body: good, key: frozen.key }, 403)
      cases += 1
      const large = await rawRequest(test.url, [
        `POST ${path} HTTP/1.1\r\nhost: x\r\nx-api-key: ${LIVE_KEY}\r\ncontent-type: application/json\r\n`,
        `content-length: 100000000\r\n\r\n{`,
      ])
      expect(large.status).toBe(413)
      errorIn(api, JSON.parse(large.body))
    })

    it('for a model that nobody has are refused', async () => {
      const { api, path, good } = route
      const unknown = api === 'gemini' ? good : { ...good, model: 'no-such-model' }
      const at = path.replace(/models\/[^:]+/, 'models/no-such-model')
      const { message } = await refused({ api, path: at }, { body: unknown }, 404)
      expect(message).toContain('no-such-model')
    })
  })

  describe.each(['transcriptions', 'translations'])('%s', (kind) => {
    const route = { api: 'openai', path: `/v1/audio/${kind}` } as const
    const part = (name: string, value: string, file = '') =>
      `--x\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
    const model = part('model', 'whisper-1')
    const file = part('file', 'sound', '; filename="a.wav"')
    const end = '--x--\r\n'

    it.each<[what: string, text: string, field: string | null]>([
      ['without a model', file + end, 'model'],
      ['with an empty model', part('model', '') + file + end, 'model'],
      ['with two models', model + model + file + end, 'model'],
      ['with a file for a model', part('model', 'whisper-1', '; filename="m"') + file + end, 'model'],
      ['without a file', model + end, 'file'],
      ['whose file has a model in it', part('file', 'name="model"\r\n\r\nwhisper-1', '; filename="a"') + end, 'model'],
      ['that do not end', model + file, null],
      ['without parts', end, 'model'],
      ['that are no form', 'hi', null],
      ['that are empty', '', null],
      ['with a part without a name', `--x\r\ncontent-disposition: form-data\r\n\r\n\r\n${model}${file}${end}`, null],
    ])('forms %s are refused', async (_what, text, field) => {
      const headers = { 'content-type': 'multipart/form-data; boundary=x' }
      const refusal = await refused(route, { text, headers }, 400)
      expect(refusal.field).toBe(field)
    })

    it('what is no form, or names no boundary, is refused', async () => {
      await refused(route, { body: { model: 'whisper-1' } }, 415)
      await refused(route, { text: model + file + end, headers: { 'content-type': 'multipart/form-data' } }, 400)
    })
  })

  it('counts that no price can hold are refused, with the field where it is one field, or for want of points', async () => {
    const webSearch = { type: 'web_search_20250305', name: 'web_search', max_uses: 1e15 }
    const body = { model: 'claude-sonnet-4-5', messages: ASK, max_tokens: 10, tools: [{ name: 'a' }, webSearch] }
    const { message } = await refused({ api: 'anthropic', path: '/v1/messages' }, { body }, 400)
    expect(message).toContain('tools[1].max_uses must be a whole number')
    const generationConfig = { candidateCount: 100_000_000, maxOutputTokens: 100_000_000 }
    const path = '/v1beta/models/gemini-2.5-flash:generateContent'
    await refused({ api: 'gemini', path }, { body: { contents: CONTENTS, generationConfig } }, 402)
    const tools = Array.from({ length: 50 }, () => ({ ...webSearch, max_uses: 100_000_000 }))
    await refused({ api: 'anthropic', path: '/v1/messages' }, { body: { ...body, tools } }, 402)
  })

  it('a test key is refused for the same fields as a live one', async () => {
    const { field } = await refused(
      { api: 'openai', path: '/v1/chat/completions' },
      { key: TEST_KEY, body: { model: 'gpt-5', messages: 'hi' } },
      400,
    )
    expect(field).toBe('messages')
  })

  it('no bad request reached a vendor, was stored as paid, or holds anything', async () => {
    expect(vendor.seen.filter(({ path }) => !path.endsWith('/models'))).toEqual([])
    await test.assertBalanced()
    const calls = await test.store.listCalls({ limit: 1_000 })
    expect(calls.filter(({ pricePoints, outcome }) => pricePoints > 0 || outcome !== 'failed')).toEqual([])
    expect(cases).toBeGreaterThan(700)
    await test.stop()
    const again = await openGateway({ dataDir: test.dataDir })
    expect((await again.balance()).held).toBe(0)
    await again.assertBalanced()
    await again.stop()
  })
})
